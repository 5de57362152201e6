"""python3 export.py FOLDER NET...: of each net the weights, an input, what float64 makes of it, and a graph for onnxruntime."""
import json
import logging
import sys
import warnings
from pathlib import Path

import torch

from nets import image, net
from scans import onnx_scan, onnx_scan_8, token_loop

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
for name in sys.argv[2:]:
    x, exact = image(name), net(name, token_loop).double()
    with torch.inference_mode():
        y = exact(x.double())
    restores = name.startswith("mambair")
    torch.save({"params" if restores else "model": net(name, token_loop).state_dict()}, folder / f"{name}.pth")
    x.numpy().tofile(folder / f"{name}.in.bin")
    y.numpy().tofile(folder / f"{name}.out.bin")
    (folder / f"{name}.json").write_text(json.dumps({"input": list(x.shape), "output": list(y.shape)}))
    with torch.inference_mode():
        torch.onnx.export(
            net(name, onnx_scan_8 if restores else onnx_scan), (x,), str(folder / f"{name}.onnx"), dynamo=True,
            input_names=["image"], output_names=["out"], opset_version=21, external_data=False, verbose=False, optimize=True)
    print(name, flush=True)
