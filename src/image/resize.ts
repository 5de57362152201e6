/**
 * Two bicubics that must not be mixed up: Pillow's (a = −0.5, antialiased, 8 bits between the passes) for images, and
 * torch's (a = −0.75, no antialiasing) for position embeddings; and Pillow's Lanczos.
 *
 * @module
 */
import { atOnce, type Steps } from "../bytes/turns.ts";
import { hasAlpha, type Pixels8 } from "./colour.ts";
import type { Pixels } from "./pixels.ts";
import { premultiplied, straight } from "./premultiply.ts";
import { BICUBIC, LANCZOS, resample, resampleRows, type Resampling } from "./resample.ts";

/** Keys' cubic with parameter `a`, support 2. */
function cubic(x: number, a: number): number {
  const d = Math.abs(x);
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  if (d < 2) return (((d - 5) * d + 8) * d - 4) * a;
  return 0;
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
  return atOnce(resample(source, width, height, BICUBIC)) as Pixels8;
}

/** The samples of {@linkcode resizeBicubic}, made of rows that are asked for from the top. */
export const bicubicRows = (
  from: Resampling["from"],
  to: Resampling["to"],
  channels: number,
  rowOf: (y: number) => Pixels["data"],
): Steps<Uint8Array> => resampleRows({ from, to, channels, wide: false, filter: BICUBIC }, rowOf) as Steps<Uint8Array>;

/**
 * Resizes an image of 8 or 16 bits as `PIL.Image.resize(size, LANCZOS)` of Pillow 13 does, byte for byte: where there is
 * alpha it weighs the colours. Asked for the size it has, the image itself is returned.
 *
 * @example
 * ```ts
 * import { resizeLanczos } from "@sidewinder/sidewinder/kernels";
 *
 * const grey = { data: new Uint8Array(6 * 4), width: 6, height: 4, channels: 1 } as const;
 * console.log(resizeLanczos(grey, 3, 2).data.length); // 6
 * ```
 *
 * @throws {RangeError} If the new size is not made of positive integers.
 */
export function resizeLanczos(source: Pixels, width: number, height: number): Pixels {
  if (width === source.width && height === source.height) return source;
  if (!hasAlpha(source)) return atOnce(resample(source, width, height, LANCZOS));
  return straight(atOnce(resample(premultiplied(source), width, height, LANCZOS)));
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
