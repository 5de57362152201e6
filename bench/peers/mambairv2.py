"""MambaIRv2-light in PyTorch with the official keys, for inference, one image at a time. `rows` is of rows.py.

`noise(layer, shape)` is added to the scores of the prompts; Gumbel noise where there is none, as in the official code. What
that code computes anew in every pass, bias and mask of the windows, the prompts and the decays, is computed once.
"""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from nets import bias_of_steps, logs_of_decays

WINDOW = 16


def gumbel(layer, like):
    return -torch.empty_like(like).exponential_().log()


def places():
    """Row of the table of biases for each pair of pixels of a window."""
    y, x = torch.meshgrid(torch.arange(WINDOW), torch.arange(WINDOW), indexing="ij")
    y, x = y.flatten(), x.flatten()
    return (y[:, None] - y + WINDOW - 1) * (2 * WINDOW - 1) + x[:, None] - x + WINDOW - 1


def mask(height, width):
    """-100 between pixels of a shifted window that were not neighbours: [windows, 256, 256]."""
    def parts(size):
        return torch.cat([torch.zeros(size - WINDOW), torch.ones(WINDOW // 2), torch.full((WINDOW // 2,), 2.0)])
    regions = 3 * parts(height)[:, None] + parts(width)
    regions = regions.view(height // WINDOW, WINDOW, width // WINDOW, WINDOW).transpose(1, 2).reshape(-1, WINDOW ** 2)
    return torch.where(regions[:, None] == regions[:, :, None], 0.0, -100.0)


class WindowAttention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads, self.biases = heads, {}
        self.relative_position_bias_table = nn.Parameter(torch.randn((2 * WINDOW - 1) ** 2, heads) * 0.02)
        self.proj = nn.Linear(width, width)

    def bias(self, shift, height, width):
        key = shift, height, width
        if key not in self.biases:
            table = self.relative_position_bias_table
            bias = table[places().to(table.device)].permute(2, 0, 1)[None]
            self.biases[key] = (bias + mask(height, width).to(table)[:, None] if shift else bias).contiguous()
        return self.biases[key]

    def forward(self, qkv, shift):
        height, width, columns = qkv.shape
        d, tall, wide = columns // 3, height // WINDOW, width // WINDOW
        if shift:
            qkv = qkv.roll((-shift, -shift), (0, 1))
        parts = qkv.view(tall, WINDOW, wide, WINDOW, 3, self.heads, d // self.heads).permute(4, 0, 2, 5, 1, 3, 6)
        q, k, v = parts.reshape(3, tall * wide, self.heads, WINDOW ** 2, d // self.heads)
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=self.bias(shift, height, width))
        y = y.view(tall, wide, self.heads, WINDOW, WINDOW, -1).permute(0, 3, 1, 4, 2, 5).reshape(height, width, d)
        return self.proj(y.roll((shift, shift), (0, 1)) if shift else y)


class ASSM(nn.Module):
    def __init__(self, width, rows, states=8, prompts=64, rank=32):
        super().__init__()
        e, r, self.rows, self.sizes, self.kept = width, math.ceil(width / 16), rows, (math.ceil(width / 16), states, states), {}
        self.in_proj = nn.ModuleList([nn.Conv2d(width, e, 1)])
        self.CPE = nn.ModuleList([nn.Conv2d(e, e, 3, padding=1, groups=e)])
        self.route = nn.Sequential(nn.Linear(width, width // 3), nn.GELU(), nn.Linear(width // 3, prompts))
        self.embeddingB = nn.Embedding(prompts, rank)
        self.selectiveScan = s = nn.Module()
        s.x_proj_weight = nn.Parameter(torch.randn(1, r + 2 * states, e) * e ** -0.5)
        s.dt_projs_weight = nn.Parameter((torch.rand(1, e, r) * 2 - 1) * r ** -0.5)
        s.dt_projs_bias = nn.Parameter(bias_of_steps(e).view(1, e))
        s.A_logs, s.Ds = nn.Parameter(logs_of_decays(e, states)), nn.Parameter(torch.ones(e))
        self.out_norm, self.out_proj = nn.LayerNorm(e), nn.Linear(e, width)

    def forward(self, x, shared, noise):
        """x [h, w, d]; `shared` is the layer's part of the prompts; `noise` makes noise like the scores."""
        height, width, _ = x.shape
        s = self.selectiveScan
        if not self.kept:
            self.kept = {"prompts": self.embeddingB.weight @ shared.weight, "a": -torch.exp(s.A_logs)[None]}
        scores = self.route(x.flatten(0, 1))
        route = (scores + noise(scores)).argmax(-1)
        prompts, order = self.kept["prompts"][route], torch.sort(route, stable=True).indices
        v = self.in_proj[0](x.permute(2, 0, 1).contiguous()[None])
        v = (v * torch.sigmoid(self.CPE[0](v))).flatten(2)
        u = v.index_select(2, order)  # [1, e, l]
        r, b, c = torch.matmul(s.x_proj_weight, u).split(self.sizes, 1)
        dt = torch.matmul(s.dt_projs_weight, r)
        y = self.rows.scan(u, dt, self.kept["a"], b, c + prompts.t(), s.Ds[None], s.dt_projs_bias)
        y = self.out_proj(self.out_norm(y[0].t()))
        return torch.empty_like(y).index_copy_(0, order, y).view(height, width, -1)


class GatedMLP(nn.Module):
    def __init__(self, width):
        super().__init__()
        half = width // 2
        self.fc1, self.fc2, self.sg = nn.Linear(width, width), nn.Linear(half, width), nn.Module()
        self.sg.norm, self.sg.conv = nn.LayerNorm(half), nn.Conv2d(half, half, 5, padding=2, groups=half)

    def forward(self, x):
        left, right = F.gelu(self.fc1(x)).chunk(2, -1)
        gate = self.sg.conv(self.sg.norm(right).permute(2, 0, 1).contiguous()[None])[0]
        return self.fc2(left * gate.permute(1, 2, 0))


class AttentiveLayer(nn.Module):
    def __init__(self, width, heads, rows, states=8, prompts=64, rank=32):
        super().__init__()
        for name in ("norm1", "norm2", "norm3", "norm4"):
            setattr(self, name, nn.LayerNorm(width))
        self.scale1, self.scale2 = [nn.Parameter(torch.full((width,), 1e-4)) for _ in range(2)]
        self.wqkv, self.win_mhsa = nn.Linear(width, 3 * width), WindowAttention(width, heads)
        self.convffn1, self.convffn2 = GatedMLP(width), GatedMLP(width)
        self.embeddingA, self.assm = nn.Embedding(rank, states), ASSM(width, rows, states, prompts, rank)

    def forward(self, x, shift, noise):
        a = self.win_mhsa(self.wqkv(self.norm1(x)), shift) + x
        a = self.convffn1(self.norm2(a)) + a
        x = x * self.scale1 + a
        b = self.assm(self.norm3(x), self.embeddingA, noise) + x
        b = b + self.convffn2(self.norm4(b))
        return x * self.scale2 + b


class MambaIRv2Light(nn.Module):
    def __init__(self, rows, depths=(5, 5, 5, 5), width=48, heads=4, scale=2, noise=gumbel, **options):
        super().__init__()
        self.noise, self.scale = noise, scale
        self.register_buffer("mean", torch.tensor([0.4488, 0.4371, 0.4040]).view(1, 3, 1, 1), persistent=False)
        self.conv_first = nn.Conv2d(3, width, 3, padding=1)
        self.patch_embed = nn.Module()
        self.patch_embed.norm = nn.LayerNorm(width)
        self.layers = nn.ModuleList()
        for depth in depths:
            group = nn.Module()
            group.residual_group = nn.Module()
            group.residual_group.layers = nn.ModuleList(
                [AttentiveLayer(width, heads, rows, **options) for _ in range(depth)])
            group.conv = nn.Conv2d(width, width, 3, padding=1)
            self.layers.append(group)
        self.norm, self.conv_after_body = nn.LayerNorm(width), nn.Conv2d(width, width, 3, padding=1)
        self.upsample = nn.Sequential(nn.Conv2d(width, 3 * scale * scale, 3, padding=1), nn.PixelShuffle(scale))

    def forward(self, image):
        height, width = image.shape[2:]
        tall, wide = -height % WINDOW, -width % WINDOW
        image = torch.cat([image, image.flip(2)], 2)[:, :, :height + tall]
        image = torch.cat([image, image.flip(3)], 3)[..., :width + wide]
        features, at = self.conv_first(image - self.mean), 0
        x = self.patch_embed.norm(features[0].permute(1, 2, 0))
        for group in self.layers:
            y = x
            for i, layer in enumerate(group.residual_group.layers):
                y = layer(y, WINDOW // 2 * (i % 2), lambda scores, at=at: self.noise(at, scores))
                at += 1
            x = group.conv(y.permute(2, 0, 1)[None])[0].permute(1, 2, 0) + x
        features = self.conv_after_body(self.norm(x).permute(2, 0, 1)[None]) + features
        return (self.upsample(features) + self.mean)[..., :height * self.scale, :width * self.scale]
