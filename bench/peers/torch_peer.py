"""python3 torch_peer.py FOLDER NET THREADS: a peer by the protocol of peers.ts, PyTorch with the C++ scan."""
import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
import torch

from nets import image, net
from scans import native

folder, name, threads = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
torch.set_num_threads(threads)
model = net(name, native)
model.load_state_dict(next(iter(torch.load(folder / f"{name}.pth", weights_only=True).values())))
x, exact = image(name), np.fromfile(folder / f"{name}.out.bin")


def say(**facts):
    print(json.dumps(facts), flush=True)


with torch.inference_mode():
    for _ in range(3):
        y = model(x)
    say(version=f"PyTorch {torch.__version__}", error=float(np.abs(y.numpy().ravel() - exact).max()))
    for _ in sys.stdin:
        started = time.perf_counter()
        model(x)
        milliseconds = 1000 * (time.perf_counter() - started)
        say(milliseconds=milliseconds, peak=1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
