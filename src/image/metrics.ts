/**
 * PSNR and SSIM as the published restoration figures were measured (BasicSR's `calculate_psnr` and `calculate_ssim`):
 * 8 bit images, a border cropped, in RGB or on the Y of BT.601.
 *
 * @module
 */
import { measuredLuma, overWhite, type Pixels8 } from "./colour.ts";
import type { Pixels } from "./pixels.ts";

/** How to compare. */
export interface MetricOptions {
  /** Pixels left out on each side; super-resolution takes the scale. 0 by default. */
  readonly crop?: number;
  /** Compare luma only, as super-resolution figures do, instead of all channels. `false` by default. */
  readonly luma?: boolean;
}

/** Planes of equal size to compare: one per channel, or luma alone. */
interface Planes {
  readonly a: Float64Array[]; // [channels][height, width]
  readonly b: Float64Array[];
  readonly width: number;
  readonly height: number;
}

/**
 * Peak signal-to-noise ratio in dB: `20·log10(255 / √mse)` over all channels jointly; `Infinity` for equal images.
 * 16 bit images become 8 bit, alpha is blended over white.
 *
 * @throws {TypeError} If the images differ in size or colour.
 * @throws {RangeError} If the crop leaves nothing.
 */
export function psnr(a: Pixels, b: Pixels, options: MetricOptions = {}): number {
  const planes = comparable("psnr", a, b, options, 1);
  let sum = 0, count = 0;
  planes.a.forEach((plane, c) => {
    for (let i = 0; i < plane.length; i++) sum += (plane[i]! - planes.b[c]![i]!) ** 2;
    count += plane.length;
  });
  return sum === 0 ? Infinity : 20 * Math.log10(255 / Math.sqrt(sum / count));
}

/** Window of SSIM: 11 taps of a Gaussian with σ = 1.5, as `cv2.getGaussianKernel(11, 1.5)`. */
const WINDOW = 11;
const GAUSSIAN = (() => {
  const taps = Float64Array.from({ length: WINDOW }, (_, i) => Math.exp(-((i - 5) ** 2) / (2 * 1.5 ** 2)));
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return taps.map((tap) => tap / sum);
})();

/**
 * Structural similarity (Wang et al. 2004) with an 11 × 11 Gaussian window inside the image, mean over pixels and
 * channels; 1 for equal images.
 *
 * @throws {TypeError} If the images differ in size or colour.
 * @throws {RangeError} If the crop leaves less than one window.
 */
export function ssim(a: Pixels, b: Pixels, options: MetricOptions = {}): number {
  const { a: left, b: right, width, height } = comparable("ssim", a, b, options, WINDOW);
  const scores = left.map((plane, c) => similarity(plane, right[c]!, width, height));
  return scores.reduce((total, score) => total + score, 0) / scores.length;
}

/** SSIM of one plane. */
function similarity(a: Float64Array, b: Float64Array, width: number, height: number): number {
  const blur = (f: (i: number) => number) => gaussian(a.map((_, i) => f(i)), width, height);
  const meanA = blur((i) => a[i]!), meanB = blur((i) => b[i]!);
  const squareA = blur((i) => a[i]! ** 2), squareB = blur((i) => b[i]! ** 2), product = blur((i) => a[i]! * b[i]!);
  const c1 = (0.01 * 255) ** 2, c2 = (0.03 * 255) ** 2;
  let sum = 0;
  for (let i = 0; i < meanA.length; i++) {
    const mA = meanA[i]!, mB = meanB[i]!;
    const spread = squareA[i]! - mA * mA + (squareB[i]! - mB * mB);
    sum += ((2 * mA * mB + c1) * (2 * (product[i]! - mA * mB) + c2)) / ((mA * mA + mB * mB + c1) * (spread + c2));
  }
  return sum / meanA.length;
}

/** Gaussian mean of every window that lies inside the plane: `[height − 10, width − 10]`. */
function gaussian(plane: Float64Array, width: number, height: number): Float64Array {
  const outWidth = width - WINDOW + 1, outHeight = height - WINDOW + 1;
  const rows = new Float64Array(height * outWidth);
  for (let y = 0, o = 0; y < height; y++) {
    for (let x = 0; x < outWidth; x++, o++) {
      for (let k = 0; k < WINDOW; k++) rows[o]! += GAUSSIAN[k]! * plane[y * width + x + k]!;
    }
  }
  const out = new Float64Array(outHeight * outWidth);
  for (let y = 0; y < outHeight; y++) {
    for (let k = 0; k < WINDOW; k++) {
      for (let x = 0; x < outWidth; x++) out[y * outWidth + x]! += GAUSSIAN[k]! * rows[(y + k) * outWidth + x]!;
    }
  }
  return out;
}

/** Checks that two images can be compared, and cuts them into planes. */
function comparable(metric: string, a: Pixels, b: Pixels, options: MetricOptions, least: number): Planes {
  const { crop = 0, luma = false } = options;
  const left = overWhite(a), right = overWhite(b);
  if (a.width !== b.width || a.height !== b.height || left.channels !== right.channels) {
    throw new TypeError(
      `Cannot compute ${metric} as both images must have the same size and colour: current images are ` +
        `${a.width}x${a.height}x${left.channels} and ${b.width}x${b.height}x${right.channels}`,
    );
  }
  const width = a.width - 2 * crop, height = a.height - 2 * crop;
  if (!(Number.isInteger(crop) && crop >= 0 && Math.min(width, height) >= least)) {
    throw new RangeError(
      `Cannot compute ${metric} as crop must be an integer from 0 that leaves at least ${least}x${least} pixels: ` +
        `current value is ${crop} for ${a.width}x${a.height}`,
    );
  }
  const planes = (image: Pixels8): Float64Array[] => {
    const channels = luma ? 1 : image.channels;
    const samples = luma ? measuredLuma(image) : image.data;
    return Array.from({ length: channels }, (_, c) => {
      const plane = new Float64Array(width * height);
      for (let y = 0, o = 0; y < height; y++) {
        let i = ((y + crop) * image.width + crop) * channels + c;
        for (let x = 0; x < width; x++, i += channels) plane[o++] = samples[i]!;
      }
      return plane;
    });
  };
  return { a: planes(left), b: planes(right), width, height };
}
