"""Selective scans as rivals run them. Batch is folded into k, the directions.

u, dt [k, l, e] (dt before softplus, without bias); b, c [k, l, n]; a [k, n, e], negative; skip, bias [k, e]; result [k, l, e].
"""
import ctypes
import subprocess
from pathlib import Path

import torch
import torch.nn.functional as F

HERE = Path(__file__).parent


def steps(u, dt, bias):
    d = F.softplus(dt + bias[:, None])
    return d, d * u


def token_loop(u, dt, a, b, c, skip, bias):
    """One token after the other, in whatever precision the operands have: the reference."""
    d, du = steps(u, dt, bias)
    h, ys = u.new_zeros(a.shape), []
    for t in range(u.shape[1]):
        h = torch.exp(d[:, t, None] * a) * h + b[:, t, :, None] * du[:, t, None]
        ys.append(torch.bmm(c[:, t, None], h))
    return torch.cat(ys, 1) + u * skip[:, None]


def onnx_scan(u, dt, a, b, c, skip, bias):
    """An ONNX Scan of one token a step."""
    from torch._higher_order_ops.scan import scan

    def step(h, x):
        d, du, b_t, c_t = x
        h = torch.exp(d[:, None] * a) * h + b_t[:, :, None] * du[:, None]
        return h, torch.bmm(c_t[:, None], h)[:, 0]

    xs = tuple(v.transpose(0, 1).contiguous() for v in (*steps(u, dt, bias), b, c))
    _, y = scan(step, u.new_zeros(a.shape), xs, dim=0)
    return y.transpose(0, 1) + u * skip[:, None]


def onnx_scan_8(u, dt, a, b, c, skip, bias):
    """An ONNX Scan of eight tokens a step: fewer, larger nodes for long rows."""
    from torch._higher_order_ops.scan import scan
    k, l, e = u.shape
    count = (l + 7) // 8

    def packed(v):
        return F.pad(v, (0, 0, 0, 8 * count - l)).reshape(k, count, 8, v.shape[2]).permute(1, 2, 0, 3).contiguous()

    def step(h, x):
        d, du, b_t, c_t = x
        decay, put, hs = torch.exp(d[:, :, None] * a), b_t[..., None] * du[:, :, None], []
        for t in range(8):
            h = decay[t] * h + put[t]
            hs.append(h)
        return h.clone(), torch.matmul(c_t[:, :, None], torch.stack(hs))[:, :, 0]

    _, y = scan(step, u.new_zeros(a.shape), tuple(packed(v) for v in (*steps(u, dt, bias), b, c)), dim=0)
    return y.permute(2, 0, 1, 3).reshape(k, 8 * count, e)[:, :l] + u * skip[:, None]


def native(u, dt, a, b, c, skip, bias):
    """scan.cc: what somebody who can write C++ adds to PyTorch."""
    k, l, e = u.shape
    operands = [v.contiguous() for v in (u, dt, a, b, c, skip, bias)]
    y = torch.empty_like(operands[0])
    pointers = [ctypes.c_void_p(v.data_ptr()) for v in (*operands, y)]
    library().selective_scan(*pointers, *map(ctypes.c_long, (k, l, e, a.shape[1])), torch.get_num_threads())
    return y


loaded = None


def library():
    global loaded
    if loaded is None:
        built = Path(__file__).parents[2] / "dist/peers/scan.so"
        built.parent.mkdir(parents=True, exist_ok=True)
        flags = "-O3 -march=native -ffast-math -fopenmp -shared -fPIC".split()
        subprocess.check_call(["g++", *flags, str(HERE / "scan.cc"), "-o", str(built), "-lmvec", "-lm"])
        loaded = ctypes.CDLL(str(built))
    return loaded
