import type { Form, Solution } from "./recurrence.ts";

/**
 * The parallel prefix form. A step is the affine map h ↦ a·h + x with a = Ā_t, x = B̄_t·u_t; maps compose associatively,
 *
 *     (a₂, x₂) ∘ (a₁, x₁) = (a₂·a₁, a₂·x₁ + x₂),
 *
 * so all prefixes come in ⌈log₂ l⌉ rounds (Hillis and Steele): in the round of reach r, prefix t takes in prefix t − r.
 */
export const associative: Form = ({ length, stateSize, decay, drive, readout, u, initial }): Solution => {
  let a = decay.slice(), x = drive.map((value, i) => value * u[Math.floor(i / stateSize)]!);
  for (let reach = stateSize; reach < a.length; reach *= 2) {
    const later = a.slice(), sum = x.slice();
    for (let i = reach; i < a.length; i++) {
      later[i] = a[i]! * a[i - reach]!;
      sum[i] = a[i]! * x[i - reach]! + x[i]!;
    }
    [a, x] = [later, sum];
  }
  const y = new Float64Array(length), state = initial.slice();
  for (let i = 0; i < a.length; i++) {
    const t = Math.floor(i / stateSize), n = i % stateSize;
    state[n] = a[i]! * initial[n]! + x[i]!;
    y[t] = y[t]! + readout[i]! * state[n];
  }
  return { y, state };
};
