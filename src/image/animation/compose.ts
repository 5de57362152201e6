/**
 * Animations store what changes; what is seen is put together on a canvas.
 *
 * @module
 */
import { toChannels } from "../colour.ts";
import type { Pixels } from "../pixels.ts";

/** A stored picture: where it goes, how it is laid over what is there, and what is left of it afterwards. */
export interface Patch {
  readonly pixels: Pixels;
  readonly x: number;
  readonly y: number;
  /** Alpha lets what is there shine through; else it takes its place. */
  readonly blend: boolean;
  /** Afterwards: it stays, its place becomes clear, or what was there before comes back. */
  readonly after: "keep" | "clear" | "restore";
}

/** A canvas that patches are laid on; what each call returns is what is seen then. */
export function openCanvas(width: number, height: number, wide: boolean) {
  const size = width * height * 4, opaque = wide ? 65535 : 255;
  const canvas = wide ? new Uint16Array(size) : new Uint8Array(size);
  let undo = () => {};
  return (patch: Patch): Pixels => {
    undo();
    const { data, width: w, height: h } = toChannels(patch.pixels, 4);
    const before = patch.after === "restore" ? canvas.slice() : undefined;
    for (let row = 0, i = 0; row < h; row++) {
      let o = ((patch.y + row) * width + patch.x) * 4;
      for (let column = 0; column < w; column++, i += 4, o += 4) {
        const alpha = data[i + 3]!, under = canvas[o + 3]!;
        if (!patch.blend || alpha === opaque || under === 0) {
          for (let c = 0; c < 4; c++) canvas[o + c] = data[i + c]!;
        } else if (alpha > 0) {
          const rest = under * (1 - alpha / opaque), total = alpha + rest;
          for (let c = 0; c < 3; c++) {
            canvas[o + c] = Math.round((data[i + c]! * alpha + canvas[o + c]! * rest) / total);
          }
          canvas[o + 3] = Math.round(total);
        }
      }
    }
    const seen = canvas.slice();
    undo = () => {
      if (before) canvas.set(before);
      else if (patch.after === "clear") {
        for (let row = 0; row < h; row++) {
          const from = ((patch.y + row) * width + patch.x) * 4;
          canvas.fill(0, from, from + 4 * w);
        }
      }
    };
    return { data: seen, width, height, channels: 4 };
  };
}
