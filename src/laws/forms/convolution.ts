/**
 * The convolutional form of a scan whose Δ, B and C do not change in time.
 *
 * @module
 */
import { convolveByFft } from "./fft.ts";
import type { Form, Recurrence } from "./recurrence.ts";
import { sequential } from "./sequential.ts";

/** Causal convolution y_t = Σ_{s ≤ t} k_{t−s}·u_s of sequences of equal length. */
export type Convolve = (kernel: Float64Array, u: Float64Array) => Float64Array;

/** Causal convolution as it is written. O(l²). */
export const convolveDirectly: Convolve = (kernel, u) =>
  u.map((_, t) => {
    let sum = 0;
    for (let s = 0; s <= t; s++) sum += kernel[t - s]! * u[s]!;
    return sum;
  });

/**
 * The kernel K_l = ⟨C, Ā^l ⊙ B̄⟩ of a recurrence that is constant in time, [l].
 *
 * @throws {RangeError} When Ā, B̄ or C change in time.
 */
export function convolutionKernel({ length, stateSize, decay, drive, readout }: Recurrence): Float64Array {
  for (const [name, values] of Object.entries({ decay, drive, readout })) {
    const at = values.findIndex((value, i) => value !== values[i % stateSize]);
    if (at >= 0) {
      throw new RangeError(
        `Cannot convolve as ${name} must be constant in time: current value changes at step ${
          Math.floor(at / stateSize)
        }`,
      );
    }
  }
  const kernel = new Float64Array(length);
  for (let n = 0; n < stateSize; n++) {
    let power = drive[n]!;
    for (let l = 0; l < length; l++, power *= decay[n]!) kernel[l] = kernel[l]! + readout[n]! * power;
  }
  return kernel;
}

/** The scan as a causal convolution with K, plus what is left of the state that came in, ⟨C, Ā^(t+1) ⊙ h_{−1}⟩. */
export const convolutional = (convolve: Convolve): Form => (recurrence) => {
  const { length, u } = recurrence;
  const y = length > 0 ? convolve(convolutionKernel(recurrence), u) : u.slice();
  const rest = sequential({ ...recurrence, u: new Float64Array(length) });
  return { y: y.map((value, t) => value + rest.y[t]!), state: sequential(recurrence).state };
};

/** {@linkcode convolutional}, directly. */
export const convolutionDirect: Form = convolutional(convolveDirectly);

/** {@linkcode convolutional}, by FFT. */
export const convolutionByFft: Form = convolutional(convolveByFft);
