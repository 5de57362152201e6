"""A scan in Python, judged through files (needs numpy and safetensors):
deno task laws emit cases --lacks orders; python check_scan.py cases; deno task laws check cases"""
import sys, pathlib
import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

def scan(u, dt, A, B, C, softplus, D=None, z=None, dt_bias=None, initial_state=None):
    """The scan under trial, in f32: u, dt, z [b, e, l], A [e, n], B, C [b, g, n, l], D, dt_bias [e]."""
    B, C = (np.repeat(x, u.shape[1] // x.shape[1], axis=1) for x in (B, C))
    delta = dt if dt_bias is None else dt + dt_bias[:, None]
    if softplus:
        delta = np.where(delta > 20, delta, np.log1p(np.exp(np.minimum(delta, 20))))
    h = np.zeros(A.shape, np.float32) if initial_state is None else initial_state
    h, y = np.broadcast_to(h, u.shape[:1] + A.shape), np.empty_like(u)
    for t in range(u.shape[2]):
        step = delta[:, :, t, None]
        h = np.exp(step * A) * h + step * u[:, :, t, None] * B[:, :, :, t]
        y[:, :, t] = (h * C[:, :, :, t]).sum(-1)
    y = y if D is None else y + D[:, None] * u
    return y if z is None else y * z / (1 + np.exp(-z)), h

np.seterr(all="ignore")
for path in pathlib.Path(sys.argv[1]).glob("*.in.safetensors"):
    with safe_open(path, "numpy") as file:
        tensors = {key: file.get_tensor(key) for key in file.keys()}
        y, h = scan(**tensors, softplus=file.metadata()["softplus"] == "true")
    save_file({"y": y, "last_state": np.ascontiguousarray(h)}, str(path).replace(".in.", ".out."))
