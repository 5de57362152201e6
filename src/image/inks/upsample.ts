/**
 * Subsampled planes made as large as the picture, with the triangle filter that libjpeg-turbo has for factors of two; other
 * factors repeat samples.
 *
 * @module
 */
import type { Plane } from "./planes.ts";

/** Doubles each row: three quarters of the nearer sample and a quarter of the next, rounded up and down in turn. */
function doubleColumns(rows: Int32Array, stride: number, count: number, scale: number, odd: number, even: number) {
  const out = new Uint8Array(2 * stride * count);
  for (let y = 0; y < count; y++) {
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x, here = rows[at]!;
      const left = x > 0 ? rows[at - 1]! : here, right = x + 1 < stride ? rows[at + 1]! : here;
      out[2 * at] = x > 0 ? (3 * here + left + odd) >> scale : (4 * here + odd) >> scale;
      out[2 * at + 1] = x + 1 < stride ? (3 * here + right + even) >> scale : (4 * here + even) >> scale;
    }
  }
  return out;
}

/** Each row twice as sums of three times the nearer row and once the next. */
function doubleRows(plane: Uint8Array, width: number, height: number): Int32Array {
  const out = new Int32Array(2 * width * height);
  for (let y = 0; y < 2 * height; y++) {
    const near = y >> 1, far = Math.min(height - 1, Math.max(0, near + (y % 2 ? 1 : -1)));
    for (let x = 0; x < width; x++) out[y * width + x] = 3 * plane[near * width + x]! + plane[far * width + x]!;
  }
  return out;
}

/** The plane at the size of the picture. Next to no columns get no filter across, as libjpeg-turbo has it. */
export function upsample(
  plane: Uint8Array,
  { width: w, height: h, factors: [across, down] }: Omit<Plane, "file">,
  width: number,
  height: number,
): Uint8Array {
  if (across === 1 && down === 1) return plane;
  let larger: Uint8Array, stride = Math.ceil(w * across);
  if (across === 2 && down === 1 && w > 2) larger = doubleColumns(Int32Array.from(plane), w, h, 2, 1, 2);
  else if (across === 2 && down === 2 && w > 2) {
    larger = doubleColumns(doubleRows(plane, w, h), w, 2 * h, 4, 8, 7);
  } else if (across === 1 && down === 2) {
    const sums = doubleRows(plane, w, h);
    larger = Uint8Array.from(sums, (sum, i) => (sum + (Math.floor(i / w) % 2 ? 2 : 1)) >> 2);
  } else {
    const rows = Math.ceil(h * down);
    larger = new Uint8Array(stride * rows);
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < stride; x++) {
        larger[y * stride + x] = plane[Math.floor(y / down) * w + Math.floor(x / across)]!;
      }
    }
  }
  stride = larger.length / Math.ceil(h * down);
  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) out.set(larger.subarray(y * stride, y * stride + width), y * width);
  return out;
}
