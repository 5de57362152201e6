import type { Form, Recurrence, Solution } from "./recurrence.ts";

/**
 * A single step: moves the state `h` [n] on to step t in place and returns y_t.
 *
 *     h ← Ā_t ⊙ h + B̄_t·u_t,   y_t = ⟨C_t, h⟩
 */
export function step({ stateSize, decay, drive, readout, u }: Recurrence, t: number, h: Float64Array): number {
  let y = 0;
  for (let n = 0, at = t * stateSize; n < stateSize; n++, at++) {
    h[n] = decay[at]! * h[n]! + drive[at]! * u[t]!;
    y += readout[at]! * h[n]!;
  }
  return y;
}

/** The recurrence as it is written: one step after the other. O(l·n), and the definition of the others. */
export const sequential: Form = (recurrence): Solution => {
  const state = recurrence.initial.slice();
  const y = new Float64Array(recurrence.length);
  for (let t = 0; t < recurrence.length; t++) y[t] = step(recurrence, t, state);
  return { y, state };
};
