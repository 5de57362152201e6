/**
 * Two bicubics that must not be mixed up: Pillow's (a = −0.5, antialiased, 8 bits between the passes) for images, and
 * torch's (a = −0.75, no antialiasing) for position embeddings.
 *
 * @module
 */
import type { Pixels8 } from "./colour.ts";
import { checkSize, type Pixels } from "./pixels.ts";

/** Fraction bits of Pillow's 8 bit resampling (`PRECISION_BITS` of Resample.c). */
const PRECISION_BITS = 32 - 8 - 2;

/** For each output position the first input position and `size` integer weights. */
interface Taps {
  readonly size: number;
  readonly first: Int32Array; // [out]
  readonly count: Int32Array; // [out]
  readonly weights: Int32Array; // [out, size]
}

/** Keys' cubic with parameter `a`, support 2. */
function cubic(x: number, a: number): number {
  const d = Math.abs(x);
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  if (d < 2) return (((d - 5) * d + 8) * d - 4) * a;
  return 0;
}

/** `precompute_coeffs` and `normalize_coeffs_8bpc` of Pillow's Resample.c. */
function pillowTaps(input: number, output: number): Taps {
  const scale = input / output;
  const widening = Math.max(scale, 1);
  const support = 2 * widening;
  const size = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(output), count = new Int32Array(output), weights = new Int32Array(output * size);
  const real = new Float64Array(size);
  for (let o = 0; o < output; o++) {
    const centre = (o + 0.5) * scale;
    const from = Math.max(0, Math.trunc(centre - support + 0.5));
    const taps = Math.min(input, Math.trunc(centre + support + 0.5)) - from;
    let sum = 0;
    for (let k = 0; k < taps; k++) sum += real[k] = cubic((k + from - centre + 0.5) * (1 / widening), -0.5);
    first[o] = from;
    count[o] = taps;
    for (let k = 0; k < taps; k++) {
      const weight = (sum === 0 ? real[k]! : real[k]! / sum) * (1 << PRECISION_BITS);
      weights[o * size + k] = weight < 0 ? weight - 0.5 : weight + 0.5; // storing truncates, as C's cast does
    }
  }
  return { size, first, count, weights };
}

/** Rounds a fixed point sum and clamps it to a byte. */
function toByte(sum: number): number {
  const value = sum >> PRECISION_BITS;
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

/** The pass along x: every output pixel is a weighted sum of its row. */
function resizeColumns(source: Pixels8, width: number): Pixels8 {
  if (width === source.width) return source;
  const { data, height, channels } = source;
  const { size, first, count, weights } = pillowTaps(source.width, width);
  const out = new Uint8Array(height * width * channels);
  for (let y = 0, o = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const start = (y * source.width + first[x]!) * channels, taps = count[x]!;
      for (let c = 0; c < channels; c++) {
        let sum = 1 << (PRECISION_BITS - 1);
        for (let k = 0, i = start + c; k < taps; k++, i += channels) sum += data[i]! * weights[x * size + k]!;
        out[o++] = toByte(sum);
      }
    }
  }
  return { data: out, width, height, channels };
}

/** The pass along y: every output row is a weighted sum of rows. */
function resizeRows(source: Pixels8, height: number): Pixels8 {
  if (height === source.height) return source;
  const { data, width, channels } = source;
  const { size, first, count, weights } = pillowTaps(source.height, height);
  const stride = width * channels;
  const out = new Uint8Array(height * stride);
  const sums = new Int32Array(stride);
  for (let y = 0; y < height; y++) {
    sums.fill(1 << (PRECISION_BITS - 1));
    for (let k = 0; k < count[y]!; k++) {
      const weight = weights[y * size + k]!, row = (first[y]! + k) * stride;
      for (let i = 0; i < stride; i++) sums[i]! += data[row + i]! * weight;
    }
    for (let i = 0; i < stride; i++) out[y * stride + i] = toByte(sums[i]!);
  }
  return { data: out, width, height, channels };
}

/**
 * Resizes an 8 bit image as `PIL.Image.resize(size, BICUBIC)` of Pillow 13 does, byte for byte. Channels are
 * independent: alpha does not weigh the colours. Asked for the size it has, the image itself is returned.
 *
 * @throws {TypeError} If the image has 16 bits a sample.
 * @throws {RangeError} If the new size is not made of positive integers.
 */
export function resizeBicubic(source: Pixels, width: number, height: number): Pixels8 {
  if (source.data instanceof Uint16Array) {
    throw new TypeError("Cannot resize image as it must have 8 bits a sample: current data is a Uint16Array");
  }
  checkSize(width, height, Infinity);
  const plane = source as Pixels8;
  // 8 bits between the passes make their order visible; Pillow 13 starts with rows if height shrinks much more.
  const surplus = source.height - height;
  return surplus > 0 && surplus > 2 * (source.width - width)
    ? resizeColumns(resizeRows(plane, height), width)
    : resizeRows(resizeColumns(plane, width), height);
}

/** For each output position four clamped input positions and their weights. */
function torchTaps(input: number, output: number): { positions: Int32Array; weights: Float64Array } {
  const positions = new Int32Array(output * 4), weights = new Float64Array(output * 4);
  for (let o = 0; o < output; o++) {
    const real = (o + 0.5) * (input / output) - 0.5;
    const floor = Math.floor(real);
    for (let k = 0; k < 4; k++) {
      positions[o * 4 + k] = Math.min(Math.max(floor - 1 + k, 0), input - 1);
      weights[o * 4 + k] = cubic(real - floor + 1 - k, -0.75);
    }
  }
  return { positions, weights };
}

/**
 * Resizes a float image as `torch.nn.functional.interpolate(mode="bicubic", align_corners=False)` does: a = −0.75, four
 * taps each way, edges clamped, no antialiasing. `data` is `[height, width, channels]`, and so is the result.
 *
 * @example Resize a 14 × 14 grid of 192 wide position embeddings to 16 × 16
 * ```ts
 * const grid = resizeBicubicTorch(new Float32Array(14 * 14 * 192), [14, 14, 192], [16, 16]);
 * ```
 *
 * @throws {TypeError} If `data` does not hold `height · width · channels` values.
 */
export function resizeBicubicTorch(
  data: Float32Array,
  [height, width, channels]: readonly [number, number, number],
  [newHeight, newWidth]: readonly [number, number],
): Float32Array {
  if (data.length !== height * width * channels) {
    throw new TypeError(
      `Cannot resize grid as data must hold ${height}x${width}x${channels} values: current length is ${data.length}`,
    );
  }
  const x = torchTaps(width, newWidth), y = torchTaps(height, newHeight);
  const between = new Float64Array(height * newWidth * channels);
  for (let row = 0, o = 0; row < height; row++) {
    for (let column = 0; column < newWidth; column++) {
      for (let c = 0; c < channels; c++, o++) {
        for (let k = column * 4; k < column * 4 + 4; k++) {
          between[o]! += x.weights[k]! * data[(row * width + x.positions[k]!) * channels + c]!;
        }
      }
    }
  }
  const stride = newWidth * channels;
  const out = new Float32Array(newHeight * stride);
  for (let row = 0; row < newHeight; row++) {
    for (let i = 0; i < stride; i++) {
      let sum = 0;
      for (let k = row * 4; k < row * 4 + 4; k++) sum += y.weights[k]! * between[y.positions[k]! * stride + i]!;
      out[row * stride + i] = sum;
    }
  }
  return out;
}
