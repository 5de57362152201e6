"""python3 check_goldens.py FOLDER: vmamba.py and mambairv2.py in float64 beside the official code, by the fixtures in FOLDER."""
import json
import sys
from pathlib import Path

import torch
from safetensors import safe_open

from mambairv2 import MambaIRv2Light
from rows import Plain
from vmamba import VMamba

folder = Path(sys.argv[1])
sys.path.append(str(folder / "generator"))
import weights as formula  # noqa: E402

# The one-file version of the official code calls two tensors otherwise.
OLDER = {"op.x_proj_weight": "op.x_proj.weight", "op.dt_projs_weight": "op.dt_projs.weight"}


def renamed(key):
    for name, older in OLDER.items():
        if key.endswith(name):
            return key[: -len(name)] + older
    return key


def filled(net, seed, declared):
    """The net with the weights of the formula, in float64."""
    for key, value in net.state_dict(keep_vars=True).items():
        stored = key if declared is None or key in declared else renamed(key)
        shape = list(value.shape) if declared is None else declared[stored]
        numbers = torch.from_numpy(formula.weight(stored, shape, seed)).double()
        value.data = numbers.view(value.shape)
    return net.double().eval().requires_grad_(False)


def noise_of(config, seed):
    if "zero" in config["noise"]:
        return lambda layer, scores: torch.zeros_like(scores)
    return lambda layer, scores: torch.from_numpy(
        formula.uniform(f"gumbel.{layer}", [1, *scores.shape], -1, 3, seed)).double()[0]


def net_of(config, seed):
    if config["class"] == "VSSM":
        return VMamba(Plain(), config["depths"], config["dims"][0], config["num_classes"], states=config["ssm_d_state"],
                      ratio=config["ssm_ratio"])
    return MambaIRv2Light(Plain(), config["depths"], config["embed_dim"], config["num_heads"][0], config["upscale"],
                          noise_of(config, seed), states=config["d_state"], prompts=config["num_tokens"],
                          rank=config["inner_rank"])


for name in ("models_tiny/vmamba_v05_noz", "models_tiny/mambairv2_light_x2", "models_full/mambairv2_light_x2"):
    with safe_open(str(folder / f"{name}.safetensors"), "pt") as file:
        facts, tensors = file.metadata(), {key: file.get_tensor(key) for key in file.keys()}
    config, seed, (given,) = json.loads(facts["config"]), int(facts["seed"]), json.loads(facts["inputs"])
    declared = json.loads(facts["weights"]) if "tiny" in name else None
    image = torch.from_numpy(formula.uniform(given["key"], given["shape"], given["lo"], given["hi"], seed)).double()
    with torch.inference_mode():
        y = filled(net_of(config, seed), seed, declared)(image)
    if "output" in tensors:
        wanted = tensors["output"].double()
    else:
        subset = json.loads(facts["output_subset"])
        y, wanted = y.flatten()[subset["offset"]::subset["stride"]], tensors["output.sub"].double()
    apart = ((y.reshape(wanted.shape) - wanted).abs() / wanted.abs().max()).max().item()
    print(f"{name}: {apart:.1e} of the largest number apart", "ok" if apart < 1e-6 else "FAIL", flush=True)
    if apart >= 1e-6:
        sys.exit(1)
