import type { Form, Recurrence, Solution } from "./recurrence.ts";

/**
 * The lower triangular matrix [l, l] of a scan from a zero state, y = M·u:
 *
 *     M[t, s] = Σ_n C_t[n]·(Ā_t ⋯ Ā_{s+1})[n]·B̄_s[n]   for s ≤ t, else 0.
 *
 * Its blocks below the diagonal have rank n at most (semiseparable; Dao and Gu 2024). M[·, s] is ∂y/∂u_s.
 */
export function semiseparableMatrix({ length, stateSize, decay, drive, readout }: Recurrence): Float64Array {
  const matrix = new Float64Array(length * length);
  for (let s = 0; s < length; s++) {
    for (let n = 0; n < stateSize; n++) {
      let reached = drive[s * stateSize + n]!;
      for (let t = s; t < length; t++) {
        if (t > s) reached *= decay[t * stateSize + n]!;
        matrix[t * length + s] = matrix[t * length + s]! + readout[t * stateSize + n]! * reached;
      }
    }
  }
  return matrix;
}

/** Π Ā over steps [first, length) of state n. */
function decayFrom({ length, stateSize, decay }: Recurrence, first: number, n: number): number {
  let product = 1;
  for (let t = first; t < length; t++) product *= decay[t * stateSize + n]!;
  return product;
}

/** The scan as a product with its matrix, y = M·u + ⟨C_t, Ā_t ⋯ Ā_0 ⊙ h_{−1}⟩. O(l²·n), no recurrence at all. */
export const semiseparable: Form = (recurrence): Solution => {
  const { length, stateSize, decay, drive, readout, u, initial } = recurrence;
  const matrix = semiseparableMatrix(recurrence);
  const y = new Float64Array(length), state = new Float64Array(stateSize);
  for (let t = 0; t < length; t++) {
    for (let s = 0; s <= t; s++) y[t] = y[t]! + matrix[t * length + s]! * u[s]!;
  }
  for (let n = 0; n < stateSize; n++) {
    let carried = initial[n]!;
    for (let t = 0; t < length; t++) {
      carried *= decay[t * stateSize + n]!;
      y[t] = y[t]! + readout[t * stateSize + n]! * carried;
    }
    state[n] = carried;
    for (let s = 0; s < length; s++) {
      state[n] = state[n]! + decayFrom(recurrence, s + 1, n) * drive[s * stateSize + n]! * u[s]!;
    }
  }
  return { y, state };
};
