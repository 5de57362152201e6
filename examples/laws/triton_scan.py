"""The selective scan as a Triton kernel, judged through files on a GPU (needs torch, triton and safetensors):
deno task laws emit cases --lacks orders; python examples/laws/triton_scan.py cases; deno task laws check cases

One program a channel of an image: it keeps all states in registers and walks over the tokens. Offsets are 64-bit, as a tensor
may have more than 2^31 elements."""
import torch
import triton
import triton.language as tl
from protocol import answer


@triton.jit(do_not_specialize=["channels", "groups", "states", "length"])
def scan_kernel(
    u, dt, A, B, C, D, z, bias, initial, y, last,
    channels, groups, states, length,
    HAS_D: tl.constexpr, HAS_Z: tl.constexpr, HAS_BIAS: tl.constexpr, HAS_INITIAL: tl.constexpr,
    SOFTPLUS: tl.constexpr, STATES: tl.constexpr,
):
    row = tl.program_id(0).to(tl.int64)
    image, channel = row // channels, row % channels
    n = tl.arange(0, STATES)
    there = n < states
    a = tl.load(A + channel * states + n, mask=there, other=0.0)
    skip = tl.load(D + channel) if HAS_D else 0.0
    offset = tl.load(bias + channel) if HAS_BIAS else 0.0
    h = tl.zeros([STATES], tl.float32)
    if HAS_INITIAL:
        h = tl.load(initial + row * states + n, mask=there, other=0.0)
    group = image * groups + channel * groups // channels
    shared = (group * states + n) * length
    for t in range(length):
        x = tl.load(u + row * length + t)
        step = tl.load(dt + row * length + t) + offset
        if SOFTPLUS:
            # log1p by its own correction: log(w)·e/(w − 1), which keeps the digits of a small e.
            e = tl.exp(tl.minimum(step, 20.0, propagate_nan=tl.PropagateNan.ALL))
            w = 1.0 + e
            smooth = tl.where(w == 1.0, e, tl.log(w) * (e / (w - 1.0)))
            step = tl.where(step > 20.0, step, smooth)
        b = tl.load(B + shared + t, mask=there, other=0.0)
        c = tl.load(C + shared + t, mask=there, other=0.0)
        h = tl.exp(step * a) * h + (step * x) * b
        out = tl.sum(h * c, axis=0) + skip * x
        if HAS_Z:
            gate = tl.load(z + row * length + t)
            out = out * (gate / (1.0 + tl.exp(-gate)))
        tl.store(y + row * length + t, out)
    tl.store(last + row * states + n, h, mask=there)


def selective_scan(tensors, softplus):
    t = {name: value.cuda().contiguous() for name, value in tensors.items()}
    u = t["u"]
    images, channels, length = u.shape
    groups, states = t["B"].shape[1:3]
    y, last = torch.empty_like(u), u.new_empty(images, channels, states)
    # An absent tensor is never read: any pointer stands for it.
    D, z, bias, initial = (t.get(name, u) for name in ("D", "z", "dt_bias", "initial_state"))
    scan_kernel[(images * channels,)](
        u, t["dt"], t["A"], t["B"], t["C"], D, z, bias, initial, y, last,
        channels, groups, states, length,
        HAS_D="D" in t, HAS_Z="z" in t, HAS_BIAS="dt_bias" in t, HAS_INITIAL="initial_state" in t,
        SOFTPLUS=softplus, STATES=triton.next_power_of_2(states), num_warps=1,
    )
    return y.cpu(), last.cpu()


answer(selective_scan, "pt", "torch")
