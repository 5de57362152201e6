/**
 * Animations store what changes; what is seen is put together on a canvas.
 *
 * @module
 */
import type { Steps } from "../../bytes/turns.ts";
import { byRows, toChannels } from "../colour.ts";
import type { Channels, Pixels } from "../pixels.ts";

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

/** A canvas that patches are laid on; what each call returns is what is seen then, in so many channels. */
export function openCanvas(width: number, height: number, channels: Channels, wide: boolean) {
  const size = width * height * 4, opaque = wide ? 65535 : 255;
  const canvas = wide ? new Uint16Array(size) : new Uint8Array(size);
  const shown: Pixels = { data: canvas, width, height, channels: 4 };
  let undo = function* (): Steps<void> {};
  return function* (patch: Patch): Steps<Pixels> {
    yield* undo();
    const { data, width: w, height: h } = yield* byRows(patch.pixels, (rows) => toChannels(rows, 4));
    const before = patch.after === "restore" ? yield* byRows(shown, (rows) => ({ ...rows })) : undefined;
    const placeOf = (row: number): number => ((patch.y + row) * width + patch.x) * 4;
    for (let row = 0, i = 0; row < h; row++) {
      let o = placeOf(row);
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
      yield 8 * w;
    }
    undo = function* () {
      if (!before && patch.after !== "clear") return;
      for (let row = 0; row < h; row++) {
        const from = placeOf(row), to = from + 4 * w;
        if (before) canvas.set(before.data.subarray(from, to), from);
        else canvas.fill(0, from, to);
        yield 4 * w;
      }
    };
    return yield* byRows(shown, (rows) => ({ ...toChannels(rows, channels) }));
  };
}
