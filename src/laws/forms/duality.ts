import type { Numbers } from "./scan_inputs.ts";
import type { Form, Recurrence } from "./recurrence.ts";

/**
 * Sums of the exponents of steps s + 1 to t, [l, l] for s ≤ t, −∞ above the diagonal: the `segsum` of Mamba-2, as
 * differences of one running sum. exp of it is the 1-semiseparable mask L.
 */
export function segsum(exponents: Numbers): Float64Array {
  const { length } = exponents, running = new Float64Array(length);
  exponents.forEach((x, t) => running[t] = x + (t > 0 ? running[t - 1]! : 0));
  return Float64Array.from({ length: length * length }, (_, i) => {
    const t = Math.floor(i / length), s = i % length;
    return s > t ? -Infinity : running[t]! - running[s]!;
  });
}

/** Below it exp is 0 in double precision: −∞ would make differences of sums NaN. */
const LEAST = -750;

/** The part [first, first + count) of a recurrence, with the decay of state 0 as exponents. */
function partOf({ decay, drive, readout, u, stateSize }: Recurrence, first: number, count: number) {
  const rows = (values: Float64Array) => values.subarray(first * stateSize, (first + count) * stateSize);
  const exponents = Float64Array.from(
    { length: count },
    (_, t) => Math.max(LEAST, Math.log(decay[(first + t) * stateSize]!)),
  );
  return { exponents, drive: rows(drive), readout: rows(readout), u: u.subarray(first, first + count) };
}

const dot = (a: Float64Array, i: number, b: Float64Array, j: number, n: number): number => {
  let sum = 0;
  for (let k = 0; k < n; k++) sum += a[i * n + k]! * b[j * n + k]!;
  return sum;
};

/**
 * Mamba-2's chunked form (state-space duality, Dao and Gu 2024), where one decay a step serves all states:
 *
 *     Y = (L ∘ C Bᵀ) X           within a chunk,  L = exp(segsum(δA))
 *     H ← exp(ΣδA)·H + Σ_s exp(segsum[last, s])·B_s X_s,   y_t += exp(Σ_{≤t} δA)·⟨C_t, H⟩
 *
 * Its exponents are differences of sums, so each term is off by the roundoff of the sums: cancellation.
 */
export function dual(chunk: number): Form {
  return (recurrence) => {
    const { length, stateSize: n, initial } = recurrence;
    const y = new Float64Array(length), state = initial.slice();
    for (let first = 0; first < length; first += chunk) {
      const count = Math.min(chunk, length - first),
        { exponents, drive, readout, u } = partOf(recurrence, first, count);
      const mask = segsum(exponents), fromStart = exponents[0]!;
      for (let t = 0; t < count; t++) {
        let sum = 0;
        for (let s = 0; s <= t; s++) sum += Math.exp(mask[t * count + s]!) * dot(readout, t, drive, s, n) * u[s]!;
        y[first + t] = sum + Math.exp(mask[t * count]! + fromStart) * dot(readout, t, state, 0, n);
      }
      const last = (count - 1) * count;
      for (let k = 0; k < n; k++) {
        let sum = Math.exp(mask[last]! + fromStart) * state[k]!;
        for (let s = 0; s < count; s++) sum += Math.exp(mask[last + s]!) * drive[s * n + k]! * u[s]!;
        state[k] = sum;
      }
    }
    return { y, state };
  };
}
