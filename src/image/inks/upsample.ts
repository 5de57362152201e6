/**
 * Subsampled planes made as large as the picture, with the triangle filter that libjpeg-turbo has for factors of two; other
 * factors repeat samples.
 *
 * @module
 */
import type { Steps } from "../../bytes/turns.ts";
import type { Plane } from "./planes.ts";

/** Where twice as many samples have their second nearest among `size`. */
const beside = (at: number, size: number): number => Math.min(size - 1, Math.max(0, (at >> 1) + (at % 2 ? 1 : -1)));

/** The plane at the size of the picture, row by row. Next to no columns get no filter across, as libjpeg-turbo has it. */
export function* upsample(
  plane: Uint8Array,
  { width: w, height: h, factors: [across, down] }: Omit<Plane, "file">,
  width: number,
  height: number,
): Steps<Uint8Array> {
  if (across === 1 && down === 1) return plane;
  const out = new Uint8Array(width * height), sums = new Int32Array(w);
  const rowOf = (y: number): Uint8Array => plane.subarray(y * w, (y + 1) * w);
  const smoothAcross = across === 2 && (down === 1 || down === 2) && w > 2;
  const smoothDown = down === 2 && (smoothAcross || across === 1);
  // Three quarters of the nearer sample and one of the next, in each direction; rounded up and down in turn.
  const [shift, even, odd] = smoothAcross && smoothDown
    ? [4, 8, 7] as const
    : smoothAcross || smoothDown
    ? [2, 1, 2] as const
    : [0, 0, 0] as const;
  for (let y = 0, o = 0; y < height; y++) {
    const near = rowOf(Math.floor(y / down)), far = smoothDown ? rowOf(beside(y, h)) : near;
    for (let x = 0; x < w; x++) sums[x] = smoothDown ? 3 * near[x]! + far[x]! : near[x]!;
    for (let x = 0; x < width; x++) {
      if (smoothAcross) out[o++] = (3 * sums[x >> 1]! + sums[beside(x, w)]! + (x % 2 ? odd : even)) >> shift;
      else out[o++] = (sums[Math.floor(x / across)]! + (y % 2 ? odd : even)) >> shift;
    }
    yield w + width;
  }
  return out;
}
