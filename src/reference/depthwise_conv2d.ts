import { activate } from "./activation.ts";
import type { ReferenceKernel } from "./view.ts";

/**
 * One filter per channel, zero padding that keeps the size; the activated sum is multiplied by factor, where there is one. Mirrors
 * `torch.nn.Conv2d(groups=channels, padding="same")`.
 */
export const depthwise_conv2d: ReferenceKernel<"depthwise_conv2d"> = ({ x, weight, bias, factor, out }, p) => {
  const reach = p.dilation * (p.size - 1) / 2;
  for (let b = 0; b < p.batch; b++) {
    for (let oy = p.firstRow; oy < p.firstRow + p.rowCount; oy++) {
      for (let ox = 0; ox < p.width; ox++) {
        for (let c = 0; c < p.channels; c++) {
          let sum = bias ? bias.data[bias.at + c]! : 0;
          for (let ky = 0; ky < p.size; ky++) {
            for (let kx = 0; kx < p.size; kx++) {
              const y = oy + ky * p.dilation - reach, column = ox + kx * p.dilation - reach;
              if (y < 0 || y >= p.height || column < 0 || column >= p.width) continue;
              sum += x.data[x.at + ((b * p.height + y) * p.width + column) * p.xStride + c]! *
                weight.data[weight.at + (c * p.size + ky) * p.size + kx]!;
            }
          }
          const pixel = (b * p.height + oy) * p.width + ox;
          const by = factor ? factor.data[factor.at + pixel * p.factorStride + c]! : 1;
          out.data[out.at + pixel * p.outStride + c] = activate(p.activation, p.slope, sum) * by;
        }
      }
    }
  }
};
