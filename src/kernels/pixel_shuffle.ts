import type { KernelRow, Sizes } from "./row.ts";
import type { Cost } from "./work.ts";

/** out[b, y·s+i, x·s+j, c] = x[b, y, x, c·s²+i·s+j]; inverse 1 is pixel unshuffle, and (height, width, channels) are always those of the small-image side and the large-image side's channels. */
export const pixel_shuffle = {
  operands: { x: "in", out: "out" },
  params: {
    batch: "u32",
    height: "u32",
    width: "u32",
    channels: "u32",
    scale: "u32",
    inverse: "u32",
    xStride: "u32",
    outStride: "u32",
  },
  work: (p: Sizes): Cost => ({ multiplyAdds: p.batch! * p.height! * p.width! * p.channels! * p.scale! * p.scale! }),
  moved: (p: Sizes): number => p.batch! * p.height! * p.width! * p.channels! * p.scale! * p.scale!,
} as const satisfies KernelRow;
