"""Vim and MambaIR-light in PyTorch with the official keys, for inference. `scan` is one of scans.py."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


def bias_of_steps(count):
    step = torch.exp(torch.rand(count) * (math.log(0.1) - math.log(1e-3)) + math.log(1e-3)).clamp(min=1e-4)
    return step + torch.log(-torch.expm1(-step))


def logs_of_decays(rows, states):
    """The official start with noise, so that nobody gains by its structure."""
    return torch.log(torch.arange(1, states + 1).float()).repeat(rows, 1) + 0.05 * torch.randn(rows, states)


class RMSNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * self.weight


class Mixer(nn.Module):
    def __init__(self, width, scan, states=16, taps=4):
        super().__init__()
        inner, rank = 2 * width, math.ceil(width / 16)
        self.inner, self.states, self.rank, self.taps, self.scan = inner, states, rank, taps, scan
        self.in_proj = nn.Linear(width, 2 * inner, bias=False)
        self.out_proj = nn.Linear(inner, width, bias=False)
        for end in ("", "_b"):
            setattr(self, "conv1d" + end, nn.Conv1d(inner, inner, taps, groups=inner, padding=taps - 1))
            setattr(self, "x_proj" + end, nn.Linear(inner, rank + 2 * states, bias=False))
            projection = nn.Linear(rank, inner)
            with torch.no_grad():
                projection.weight.uniform_(-rank ** -0.5, rank ** -0.5)
                projection.bias.copy_(bias_of_steps(inner))
            setattr(self, "dt_proj" + end, projection)
            setattr(self, "A_b_log" if end else "A_log", nn.Parameter(logs_of_decays(inner, states)))
            setattr(self, "D" + end, nn.Parameter(torch.ones(inner)))
        self.pairs = {}

    def pair(self, name):
        """What both directions have, one after the other."""
        if name not in self.pairs:
            both = {
                "a": lambda: [-torch.exp(self.A_log.T), -torch.exp(self.A_b_log.T)],
                "skip": lambda: [self.D, self.D_b],
                "x": lambda: [self.x_proj.weight.T, self.x_proj_b.weight.T],
                "dt": lambda: [self.dt_proj.weight.T, self.dt_proj_b.weight.T],
                "bias": lambda: [self.dt_proj.bias, self.dt_proj_b.bias],
                "taps": lambda: [self.conv1d.weight[:, 0].T, self.conv1d_b.weight[:, 0].T],
                "shift": lambda: [self.conv1d.bias, self.conv1d_b.bias],
            }[name]()
            self.pairs[name] = torch.stack(both).detach().contiguous()
        return self.pairs[name]

    def forward(self, h):
        length = h.shape[1]
        x, z = self.in_proj(h).split(self.inner, -1)
        padded, taps = F.pad(torch.cat([x, x.flip(1)]), (0, 0, self.taps - 1, 0)), self.pair("taps")
        x = self.pair("shift")[:, None] + sum(padded[:, k:k + length] * taps[:, k:k + 1] for k in range(self.taps))
        x = F.silu(x)
        r, b, c = torch.matmul(x, self.pair("x")).split([self.rank, self.states, self.states], -1)
        dt = torch.matmul(r, self.pair("dt"))
        y = self.scan(x, dt, self.pair("a"), b, c, self.pair("skip"), self.pair("bias"))
        return self.out_proj((y[:1] + y[1:].flip(1)) * F.silu(z) * 0.5)


class Block(nn.Module):
    def __init__(self, width, scan):
        super().__init__()
        self.norm = RMSNorm(width)
        self.mixer = Mixer(width, scan)


class Vim(nn.Module):
    def __init__(self, width, scan, depth=24, side=224, classes=1000):
        super().__init__()
        patches = (side // 16) ** 2
        self.middle = patches // 2
        self.patch_embed = nn.Module()
        self.patch_embed.proj = nn.Conv2d(3, width, 16, stride=16)
        self.cls_token = nn.Parameter(torch.randn(1, 1, width) * 0.02)
        self.pos_embed = nn.Parameter(torch.randn(1, patches + 1, width) * 0.02)
        self.layers = nn.ModuleList([Block(width, scan) for _ in range(depth)])
        self.norm_f = RMSNorm(width)
        self.head = nn.Linear(width, classes)

    def forward(self, image):
        x = self.patch_embed.proj(image).flatten(2).transpose(1, 2)
        x = torch.cat([x[:, :self.middle], self.cls_token, x[:, self.middle:]], 1) + self.pos_embed
        residual = None
        for block in self.layers:
            residual = x if residual is None else residual + x
            x = block.mixer(block.norm(residual))
        return self.head(self.norm_f((residual + x)[:, self.middle]))


class FourDirections(nn.Module):
    """The weights of SS2D; `gated`: with a gate, and a bias in its convolution."""

    def __init__(self, width, inner, states, gated):
        super().__init__()
        rank = math.ceil(width / 16)
        self.inner, self.states, self.rank = inner, states, rank
        self.in_proj = nn.Linear(width, (1 + gated) * inner, bias=False)
        self.conv2d = nn.Conv2d(inner, inner, 3, padding=1, groups=inner, bias=gated)
        self.x_proj_weight = nn.Parameter(torch.randn(4, rank + 2 * states, inner) * inner ** -0.5)
        self.dt_projs_weight = nn.Parameter((torch.rand(4, inner, rank) * 2 - 1) * rank ** -0.5)
        self.dt_projs_bias = nn.Parameter(bias_of_steps(4 * inner).view(4, inner))
        self.A_logs = nn.Parameter(logs_of_decays(4 * inner, states))
        self.Ds = nn.Parameter(torch.ones(4 * inner))
        self.out_norm = nn.LayerNorm(inner)
        self.out_proj = nn.Linear(inner, width, bias=False)


class SS2D(FourDirections):
    def __init__(self, width, scan, states=10, expand=1.2):
        super().__init__(width, int(expand * width), states, gated=True)
        self.scan, self.kept = scan, {}

    def constant(self, name):
        if name not in self.kept:
            value = {
                "a": lambda: -torch.exp(self.A_logs.view(4, self.inner, self.states).transpose(1, 2)),
                "x": lambda: self.x_proj_weight.transpose(1, 2),
                "dt": lambda: self.dt_projs_weight.transpose(1, 2),
            }[name]()
            self.kept[name] = value.detach().contiguous()
        return self.kept[name]

    def forward(self, tokens, height, width):
        length = height * width
        x, z = self.in_proj(tokens).split(self.inner, -1)
        x = F.silu(self.conv2d(x.transpose(1, 2).reshape(1, self.inner, height, width)))
        both = torch.cat([x.flatten(2).transpose(1, 2), x.transpose(2, 3).flatten(2).transpose(1, 2)])
        xs = torch.cat([both, both.flip(1)])
        r, b, c = torch.matmul(xs, self.constant("x")).split([self.rank, self.states, self.states], -1)
        dt = torch.matmul(r, self.constant("dt"))
        y = self.scan(xs, dt, self.constant("a"), b, c, self.Ds.view(4, self.inner), self.dt_projs_bias)
        y = y[:2] + y[2:].flip(1)
        columns = y[1:].reshape(1, width, height, self.inner).transpose(1, 2).reshape(1, length, self.inner)
        return self.out_proj(self.out_norm(y[:1] + columns) * F.silu(z))


class ChannelAttention(nn.Module):
    def __init__(self, width, squeeze=30):
        super().__init__()
        self.attention = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(width, width // squeeze, 1), nn.ReLU(),
            nn.Conv2d(width // squeeze, width, 1), nn.Sigmoid())

    def forward(self, x):
        return x * self.attention(x)


class CAB(nn.Module):
    def __init__(self, width):
        super().__init__()
        half = width // 2
        self.cab = nn.Sequential(
            nn.Conv2d(width, half, 1), nn.Conv2d(half, half, 3, padding=1, groups=half), nn.GELU(),
            nn.Conv2d(half, width, 1), nn.Conv2d(width, width, 3, padding=2, dilation=2, groups=width),
            ChannelAttention(width))

    def forward(self, x):
        return self.cab(x)


class VSSBlock(nn.Module):
    def __init__(self, width, scan):
        super().__init__()
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.self_attention = SS2D(width, scan)
        self.skip_scale, self.skip_scale2 = nn.Parameter(torch.ones(width)), nn.Parameter(torch.ones(width))
        self.conv_blk = CAB(width)

    def forward(self, x, height, width):
        a = x * self.skip_scale + self.self_attention(self.ln_1(x), height, width)
        image = self.ln_2(a).transpose(1, 2).reshape(1, -1, height, width)
        return a * self.skip_scale2 + self.conv_blk(image).flatten(2).transpose(1, 2)


class Group(nn.Module):
    def __init__(self, width, scan):
        super().__init__()
        self.residual_group = nn.Module()
        self.residual_group.blocks = nn.ModuleList([VSSBlock(width, scan) for _ in range(6)])
        self.conv = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x, height, width):
        y = x
        for block in self.residual_group.blocks:
            y = block(y, height, width)
        return self.conv(y.transpose(1, 2).reshape(1, -1, height, width)).flatten(2).transpose(1, 2) + x


class MambaIRLight(nn.Module):
    def __init__(self, scan, width=60, scale=2):
        super().__init__()
        self.register_buffer("mean", torch.tensor([0.4488, 0.4371, 0.4040]).view(1, 3, 1, 1), persistent=False)
        self.conv_first = nn.Conv2d(3, width, 3, padding=1)
        self.patch_embed = nn.Module()
        self.patch_embed.norm = nn.LayerNorm(width)
        self.layers = nn.ModuleList([Group(width, scan) for _ in range(4)])
        self.norm = nn.LayerNorm(width)
        self.conv_after_body = nn.Conv2d(width, width, 3, padding=1)
        self.upsample = nn.Sequential(nn.Conv2d(width, 3 * scale * scale, 3, padding=1), nn.PixelShuffle(scale))

    def forward(self, image):
        height, width = image.shape[2:]
        features = self.conv_first(image - self.mean)
        tokens = self.patch_embed.norm(features.flatten(2).transpose(1, 2))
        for group in self.layers:
            tokens = group(tokens, height, width)
        tokens = self.norm(tokens).transpose(1, 2).reshape(1, -1, height, width)
        return self.upsample(self.conv_after_body(tokens) + features) + self.mean


NETS = {
    "vim_ti": lambda scan: Vim(192, scan),
    "vim_s": lambda scan: Vim(384, scan),
    "mambair_x2": lambda scan: MambaIRLight(scan),
}


def net(name, scan):
    """A net of random weights, the same for every scan."""
    torch.manual_seed(0)
    return NETS[name](scan).eval().requires_grad_(False)


def image(name):
    generator = torch.Generator().manual_seed(7)
    side = 64 if name == "mambair_x2" else 224
    return torch.rand(1, 3, side, side, generator=generator)
