import type { Form } from "./recurrence.ts";
import { sequential } from "./sequential.ts";

/**
 * The chunked form: every chunk is scanned from a zero state, then the state that comes in from the chunks before is
 * added by its decay. With s the first step of the chunk,
 *
 *     P_t = Ā_t ⊙ … ⊙ Ā_s,   h_t = h⁰_t + P_t ⊙ h_{s−1},   y_t = y⁰_t + ⟨C_t, P_t ⊙ h_{s−1}⟩.
 *
 * The chunks are independent but for h_{s−1}, which passes from chunk to chunk.
 *
 * @throws {RangeError} When the chunk is not a positive number of steps.
 */
export function chunked(chunk: number): Form {
  if (!(Number.isInteger(chunk) && chunk > 0)) {
    throw new RangeError(`Cannot scan in chunks as their length must be a positive integer: current value is ${chunk}`);
  }
  return ({ length, stateSize, decay, drive, readout, u, initial }) => {
    const y = new Float64Array(length), state = initial.slice();
    for (let first = 0; first < length; first += chunk) {
      const count = Math.min(chunk, length - first);
      const part = (values: Float64Array) => values.subarray(first * stateSize, (first + count) * stateSize);
      const own = sequential({
        length: count,
        stateSize,
        decay: part(decay),
        drive: part(drive),
        readout: part(readout),
        u: u.subarray(first, first + count),
        initial: new Float64Array(stateSize),
      });
      y.set(own.y, first);
      for (let t = first; t < first + count; t++) {
        for (let n = 0; n < stateSize; n++) {
          state[n] = state[n]! * decay[t * stateSize + n]!;
          y[t] = y[t]! + readout[t * stateSize + n]! * state[n]!;
        }
      }
      for (let n = 0; n < stateSize; n++) state[n] = state[n]! + own.state[n]!;
    }
    return { y, state };
  };
}
