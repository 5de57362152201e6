/**
 * Convolution by the fast Fourier transform. The transform is the npm package fft.js, packed; this file alone knows it.
 *
 * @module
 */
import { FFT } from "./fft.gen.ts";

/**
 * Causal convolution y_t = Σ_{s ≤ t} k_{t−s}·u_s of sequences of equal length, by transforms of the next power of two
 * from twice the length on, so that nothing wraps around. O(l·log l).
 */
export function convolveByFft(kernel: Float64Array, u: Float64Array): Float64Array {
  const length = u.length;
  let size = 2;
  while (size < 2 * length) size *= 2;
  const fft = new FFT(size);
  const spectrum = (values: Float64Array): number[] => {
    const padded = new Array<number>(size).fill(0), transformed = fft.createComplexArray();
    values.forEach((value, i) => padded[i] = value);
    fft.realTransform(transformed, padded);
    fft.completeSpectrum(transformed);
    return transformed;
  };
  const a = spectrum(kernel), b = spectrum(u), product = fft.createComplexArray();
  for (let i = 0; i < 2 * size; i += 2) {
    product[i] = a[i]! * b[i]! - a[i + 1]! * b[i + 1]!;
    product[i + 1] = a[i]! * b[i + 1]! + a[i + 1]! * b[i]!;
  }
  const result = fft.createComplexArray();
  fft.inverseTransform(result, product);
  return Float64Array.from({ length }, (_, t) => result[2 * t]!);
}
