"""The scans of nets whose tokens lie beside each other (u, dt [k, e, l]; b, c [k, n, l]; a [directions, e, n]; skip, bias
[directions, e]; result [k, e, l]), with the way from an image to four rows and back: in PyTorch alone, and in CUDA."""
import ctypes
import subprocess
from pathlib import Path

import torch

from scans import token_loop

HERE = Path(__file__).parent


class Plain:
    """In any precision on any device, one token after the other: the reference."""

    def scan(self, u, dt, a, b, c, skip, bias):
        k = u.shape[0] // a.shape[0]
        tokens = [v.transpose(1, 2) for v in (u, dt)]
        rest = [v.transpose(1, 2) for v in (b, c)]
        y = token_loop(*tokens, a.transpose(1, 2).repeat(k, 1, 1), *rest, skip.repeat(k, 1), bias.repeat(k, 1))
        return y.transpose(1, 2)

    def cross_scan(self, x):
        """[e, h, w] to [4, e, l]: rows, columns, and both backwards."""
        both = torch.stack([x.flatten(1), x.transpose(1, 2).flatten(1)])
        return torch.cat([both, both.flip(2)])

    def cross_merge(self, y, height, width):
        """[4, e, l] to [e, l]."""
        both = y[:2] + y[2:].flip(2)
        return both[0] + both[1].view(-1, width, height).transpose(1, 2).flatten(1)


class Cuda:
    """scan.cu."""

    def __init__(self):
        built = HERE.parents[1] / "dist/peers/scan_cuda.so"
        built.parent.mkdir(parents=True, exist_ok=True)
        flags = "-O3 -std=c++17 -arch=native --use_fast_math -shared -Xcompiler -fPIC".split()
        subprocess.check_call(["nvcc", *flags, str(HERE / "scan.cu"), "-o", str(built)])
        self.compiled = ctypes.CDLL(str(built))

    def call(self, name, tensors, *numbers):
        stream = ctypes.c_void_p(torch.cuda.current_stream().cuda_stream)
        pointers = [ctypes.c_void_p(v.data_ptr()) for v in tensors]
        failed = getattr(self.compiled, name)(*pointers, *map(ctypes.c_long, numbers), stream)
        if failed:
            raise RuntimeError(f"{name} failed with CUDA error {failed}")

    def scan(self, u, dt, a, b, c, skip, bias):
        u, dt = u.contiguous(), dt.contiguous()
        b, c = [v if v[0].is_contiguous() else v.contiguous() for v in (b, c)]
        (k, e, l), n, y = u.shape, a.shape[-1], torch.empty_like(u)
        self.call("run_scan", [u, dt, a, b, c, skip, bias, y], k, e, l, n, a.shape[0], b.stride(0), c.stride(0))
        return y

    def cross_scan(self, x):
        e, height, width = x.shape
        rows = x.new_empty(4, e, height * width)
        self.call("run_cross", [x.contiguous(), rows], e, height, width, 0)
        return rows

    def cross_merge(self, y, height, width):
        merged = y.new_empty(y.shape[1:])
        self.call("run_cross", [y, merged], y.shape[1], height, width, 1)
        return merged
