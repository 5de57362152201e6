import { activate } from "./activation.ts";
import { dot } from "./dot.ts";
import type { ReferenceKernel } from "./view.ts";

/** Cross-correlation of a channels-last image with zero padding; epilogue as `linear`. Mirrors `torch.nn.Conv2d`. */
export const conv2d: ReferenceKernel<"conv2d"> = ({ x, weight, bias, scale, out }, p) => {
  const outHeight = Math.floor((p.height + 2 * p.padding - p.kernelHeight) / p.stride) + 1;
  const outWidth = Math.floor((p.width + 2 * p.padding - p.kernelWidth) / p.stride) + 1;
  const taps = p.kernelHeight * p.kernelWidth;
  for (let b = 0; b < p.batch; b++) {
    for (let oy = p.firstRow; oy < p.firstRow + p.rowCount; oy++) {
      for (let ox = 0; ox < outWidth; ox++) {
        for (let o = 0; o < p.outChannels; o++) {
          let sum = bias ? bias.data[bias.at + o]! : 0;
          for (let ky = 0; ky < p.kernelHeight; ky++) {
            for (let kx = 0; kx < p.kernelWidth; kx++) {
              const y = oy * p.stride + ky - p.padding, column = ox * p.stride + kx - p.padding;
              if (y < 0 || y >= p.height || column < 0 || column >= p.width) continue;
              const pixel = x.at + ((b * p.height + y) * p.width + column) * p.xStride;
              const filter = weight.at + o * p.inChannels * taps + ky * p.kernelWidth + kx;
              sum = dot(sum, x.data, pixel, weight.data, filter, p.inChannels, taps);
            }
          }
          const at = out.at + ((b * outHeight + oy) * outWidth + ox) * p.outStride + o;
          const before = p.accumulate ? out.data[at]! * (scale ? scale.data[scale.at + o]! : 1) : 0;
          out.data[at] = before + activate(p.activation, p.slope, sum);
        }
      }
    }
  }
};
