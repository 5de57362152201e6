"""PyTorch's reference loop, judged through files (needs torch and safetensors):
deno task laws run 'python examples/laws/torch_scan.py' --lacks orders"""
import torch
import torch.nn.functional as F
from protocol import answer


def selective_scan(t, softplus):
    """The formula of the official selective_scan_ref, step by step: shapes as in docs/laws.md."""
    u, A, D, z = t["u"], t["A"], t.get("D"), t.get("z")
    delta = t["dt"] if "dt_bias" not in t else t["dt"] + t["dt_bias"][:, None]
    if softplus:
        delta = F.softplus(delta)
    B, C = (t[name].repeat_interleave(u.shape[1] // t[name].shape[1], dim=1) for name in "BC")
    h = t.get("initial_state", u.new_zeros(u.shape[0], *A.shape))
    ys = []
    for i in range(u.shape[2]):
        step = delta[:, :, i, None]
        h = torch.exp(step * A) * h + step * u[:, :, i, None] * B[:, :, :, i]
        ys.append((h * C[:, :, :, i]).sum(-1))
    y = torch.stack(ys, dim=2)
    y = y if D is None else y + D[:, None] * u
    return (y if z is None else y * F.silu(z)).contiguous(), h.contiguous()


with torch.no_grad():
    answer(selective_scan, "pt", "torch")
