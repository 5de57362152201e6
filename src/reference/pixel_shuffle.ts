import type { ReferenceKernel } from "./view.ts";

/**
 * Moves blocks of s² channels of a small image [height, width, channels·s²] to blocks of s × s pixels of a large one
 * [height·s, width·s, channels]: large[y·s + i, x·s + j, c] = small[y, x, c·s² + i·s + j]. `inverse` goes the other way.
 * Mirrors `torch.nn.PixelShuffle` and `PixelUnshuffle`.
 */
export const pixel_shuffle: ReferenceKernel<"pixel_shuffle"> = ({ x, out }, p) => {
  const s = p.scale, large = p.inverse ? x : out, small = p.inverse ? out : x;
  const largeStride = p.inverse ? p.xStride : p.outStride, smallStride = p.inverse ? p.outStride : p.xStride;
  for (let b = 0; b < p.batch; b++) {
    for (let y = 0; y < p.height * s; y++) {
      for (let column = 0; column < p.width * s; column++) {
        const pixel = (b * p.height + Math.floor(y / s)) * p.width + Math.floor(column / s);
        const sub = y % s * s + column % s;
        for (let c = 0; c < p.channels; c++) {
          const wide = large.at + ((b * p.height * s + y) * p.width * s + column) * largeStride + c;
          const deep = small.at + pixel * smallStride + c * s * s + sub;
          if (p.inverse) out.data[deep] = x.data[wide]!;
          else out.data[wide] = x.data[deep]!;
        }
      }
    }
  }
};
