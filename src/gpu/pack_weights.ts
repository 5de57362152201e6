/**
 * The layouts in which the shaders want their weights: channels side by side, so that neighbouring threads read
 * neighbouring words, in quads where a shader reads four at once.
 *
 * @module
 */
import type { WriteOptions } from "../device.ts";
import { type Layouts, packInto } from "../device/pack_weights.ts";

/** `[taps · inner, outer padded to 4]` of a weight `[outer, inner, taps]`: the inputs of one tap lie together. */
function packColumns(data: Float32Array, outer: number, inner: number, taps: number): Float32Array {
  const padded = Math.ceil(outer / 4) * 4;
  const packed = new Float32Array(inner * taps * padded);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      for (let tap = 0; tap < taps; tap++) {
        packed[(tap * inner + i) * padded + o] = data[(o * inner + i) * taps + tap]!;
      }
    }
  }
  return packed;
}

/**
 * `[directions, A quads | D, Δ bias | Δ weight quads, channels]`, a quad being four numbers of one channel. A comes
 * times log₂e, because a shader computes 2^(δ·A·log₂e).
 */
function packScan(data: Float32Array, shape: readonly number[], stateSize: number): Float32Array {
  const [directions = 0, channels = 0, width = 0] = shape;
  const quads = Math.ceil(stateSize / 4), rank = width - 2 - stateSize;
  const perDirection = quads + 1 + Math.ceil(rank / 4);
  const packed = new Float32Array(directions * perDirection * channels * 4);
  for (let k = 0; k < directions; k++) {
    for (let e = 0; e < channels; e++) {
      const row = (k * channels + e) * width;
      const put = (quad: number, i: number, value: number) =>
        packed[((k * perDirection + quad + (i >> 2)) * channels + e) * 4 + (i & 3)] = value;
      for (let n = 0; n < stateSize; n++) put(0, n, data[row + n]! * Math.LOG2E);
      for (let i = 0; i < 2; i++) put(quads, i, data[row + stateSize + i]!);
      for (let r = 0; r < rank; r++) put(quads + 1, r, data[row + stateSize + 2 + r]!);
    }
  }
  return packed;
}

/** The layouts of the shaders; a tap of a convolution is one kernel row: [kh, kw · inner, outer]. */
const LAYOUTS: Layouts = { outputs: 4, product: packColumns, scan: packScan };

/** Packs a weight for the shader that its role names; see {@linkcode packInto}. */
export const packWeight = (data: Float32Array, options: WriteOptions): Float32Array => packInto(LAYOUTS, data, options);
