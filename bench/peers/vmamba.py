"""VMamba's second release (v05_noz) in PyTorch with the official keys, for inference, one image at a time. `rows` is of rows.py.

Tokens are channel-last where a norm or a product follows, so that neither copies; the scan gets planes.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F

from nets import FourDirections


class SS2D(FourDirections):
    def __init__(self, width, rows, states=1, ratio=1.0):
        super().__init__(width, int(ratio * width), states, gated=False)
        self.rows, self.decays = rows, None

    def forward(self, x):
        _, height, width, _ = x.shape
        if self.decays is None:
            self.decays = -torch.exp(self.A_logs.view(4, self.inner, self.states))
        planes = F.silu(self.conv2d(self.in_proj(x).permute(0, 3, 1, 2).contiguous()))[0]
        xs = self.rows.cross_scan(planes)
        r, b, c = torch.matmul(self.x_proj_weight, xs).split([self.rank, self.states, self.states], 1)
        dt = torch.matmul(self.dt_projs_weight, r)
        y = self.rows.scan(xs, dt, self.decays, b, c, self.Ds.view(4, self.inner), self.dt_projs_bias)
        y = self.rows.cross_merge(y, height, width)
        return self.out_proj(self.out_norm(y.t().reshape(1, height, width, self.inner)))


class Block(nn.Module):
    def __init__(self, width, rows, **options):
        super().__init__()
        self.norm, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.op = SS2D(width, rows, **options)
        self.mlp = nn.Module()
        self.mlp.fc1, self.mlp.fc2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        x = x + self.op(self.norm(x))
        return x + self.mlp.fc2(F.gelu(self.mlp.fc1(self.norm2(x))))


class Halving(nn.ModuleDict):
    """A 3 × 3 convolution of stride 2 and a norm, under the names that they have in a list of layers."""

    def __init__(self, first, inner, outer):
        super().__init__({str(first): nn.Conv2d(inner, outer, 3, stride=2, padding=1), str(first + 2): nn.LayerNorm(outer)})

    def forward(self, x):
        conv, norm = self.values()
        return norm(conv(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1))


class VMamba(nn.Module):
    def __init__(self, rows, depths=(2, 2, 8, 2), width=96, classes=1000, **options):
        super().__init__()
        widths = [width * 2 ** s for s in range(len(depths))]
        self.patch_embed = nn.ModuleDict({**Halving(0, 3, width // 2), **Halving(5, width // 2, width)})
        self.layers = nn.ModuleList()
        for stage, (depth, d) in enumerate(zip(depths, widths)):
            layer = nn.Module()
            layer.blocks = nn.ModuleList([Block(d, rows, **options) for _ in range(depth)])
            if stage + 1 < len(depths):
                layer.downsample = Halving(1, d, 2 * d)
            self.layers.append(layer)
        self.classifier = nn.Module()
        self.classifier.norm, self.classifier.head = nn.LayerNorm(widths[-1]), nn.Linear(widths[-1], classes)

    def forward(self, image):
        first, norm, second, last = self.patch_embed.values()
        x = F.gelu(norm(first(image).permute(0, 2, 3, 1)))
        x = last(second(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1))
        for layer in self.layers:
            for block in layer.blocks:
                x = block(x)
            if hasattr(layer, "downsample"):
                x = layer.downsample(x)
        return self.classifier.head(self.classifier.norm(x).mean((1, 2)))
