/**
 * What colour a fully transparent pixel has is an accident of the program that wrote it, but a net looks at it. Before the
 * net sees a picture those pixels get the colour of the visible ones around them: a pyramid of averages weighed by alpha
 * is built, and what is empty in one level is filled from the next ("pull-push", Gortler et al. 1996, §4.3).
 *
 * @module
 */
import type { Steps } from "../bytes/turns.ts";
import { byRows, someAlpha } from "./colour.ts";
import type { Pixels } from "./pixels.ts";

/** Half the size, rounded up: colours are means weighed by alpha, alpha is the largest of the four. */
function* halve({ data, width, height, channels }: Pixels): Steps<Pixels> {
  const w = Math.ceil(width / 2), h = Math.ceil(height / 2), last = channels - 1;
  const out = data instanceof Uint16Array ? new Uint16Array(w * h * channels) : new Uint8Array(w * h * channels);
  const sums = new Float64Array(last);
  for (let y = 0, o = 0; y < h; y++) {
    for (let x = 0; x < w; x++, o += channels) {
      let weight = 0, most = 0;
      sums.fill(0);
      for (let row = 2 * y; row < Math.min(2 * y + 2, height); row++) {
        for (let column = 2 * x; column < Math.min(2 * x + 2, width); column++) {
          const i = (row * width + column) * channels, alpha = data[i + last]!;
          weight += alpha;
          most = Math.max(most, alpha);
          for (let c = 0; c < last; c++) sums[c]! += alpha * data[i + c]!;
        }
      }
      for (let c = 0; c < last; c++) out[o + c] = weight === 0 ? 0 : Math.round(sums[c]! / weight);
      out[o + last] = most;
    }
    yield 4 * w * channels;
  }
  return { data: out, width: w, height: h, channels };
}

/** Fills what is transparent in place; alpha is left as it is. */
function* fill(pixels: Pixels): Steps<void> {
  const { data, width, height, channels } = pixels, last = channels - 1;
  if (width === 1 && height === 1) {
    if (data[last] === 0) data.fill(0);
    return;
  }
  const half = yield* halve(pixels);
  yield* fill(half);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += channels) {
      if (data[i + last] !== 0) continue;
      const from = ((y >> 1) * half.width + (x >> 1)) * channels;
      for (let c = 0; c < last; c++) data[i + c] = half.data[from + c]!;
    }
    yield width * channels;
  }
}

/** The image with the colours of fully transparent pixels taken from visible ones; itself where there are none. */
export function* bleedColours(pixels: Pixels): Steps<Pixels> {
  if (!(yield* someAlpha(pixels, (alpha) => alpha === 0))) return pixels;
  const filled = yield* byRows(pixels, (rows) => ({ ...rows }));
  yield* fill(filled);
  return filled;
}
