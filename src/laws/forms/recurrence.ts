/**
 * The selective scan as one linear recurrence per image and channel, and what surrounds it: steps, order, skip, gate.
 * A form solves the recurrence; all forms give the same y.
 *
 * @module
 */
import { silu, softplus } from "../../reference/activation.ts";
import { type Discretisation, RULES } from "./discretise.ts";
import { plainInputs } from "./plain.ts";
import { checkInputs, type ScanInputs, type ScanOutputs, shapeOf, walkOf } from "./scan_inputs.ts";

/**
 * One channel of one image, discretised, in walking order:
 *
 *     h_t = Ā_t ⊙ h_{t−1} + B̄_t·u_t
 *     y_t = ⟨C_t, h_t⟩
 */
export interface Recurrence {
  /** Steps. */
  readonly length: number;
  /** States. */
  readonly stateSize: number;
  /** Ā [l, n] */
  readonly decay: Float64Array;
  /** B̄ [l, n] */
  readonly drive: Float64Array;
  /** C [l, n] */
  readonly readout: Float64Array;
  /** [l] */
  readonly u: Float64Array;
  /** h_{−1} [n] */
  readonly initial: Float64Array;
}

/** What solving a recurrence gives. */
export interface Solution {
  /** [l] */
  readonly y: Float64Array;
  /** State after the last step [n]. */
  readonly state: Float64Array;
}

/** A way to solve a recurrence. */
export type Form = (recurrence: Recurrence) => Solution;

/** Outputs in double precision. */
export interface ExactOutputs extends ScanOutputs {
  /** [b, e, l] */
  readonly y: Float64Array;
  /** State after the last step [b, e, n]. */
  readonly lastState: Float64Array;
}

/** δ of channel e of image b at a token. */
export function deltaAt(
  { channels, length, dt, dtBias, softplus: smooth }: ScanInputs,
  b: number,
  e: number,
  token: number,
): number {
  const x = dt[(b * channels + e) * length + token]! + (dtBias?.[e] ?? 0);
  return smooth ? softplus(x) : x;
}

/** Whether another sequence begins at a token of image b, by the token that the walk visited before. */
export const beginsAt = (
  { sequence, length }: Pick<ScanInputs, "sequence" | "length">,
  b: number,
  token: number,
  before: number | undefined,
): boolean =>
  sequence !== undefined && before !== undefined && sequence[b * length + token] !== sequence[b * length + before];

/** The recurrence of channel e of image b. */
export function recurrenceOf(
  inputs: ScanInputs,
  b: number,
  e: number,
  discretisation: Discretisation = "mamba",
): Recurrence {
  const { channels, groups, stateSize, length, A, B, C } = inputs;
  const rule = RULES[discretisation], group = Math.floor(e * groups / channels);
  const decay = new Float64Array(length * stateSize), drive = decay.slice(), readout = decay.slice();
  const u = new Float64Array(length);
  const walk = walkOf(inputs);
  walk.forEach((token, t) => {
    const begins = beginsAt(inputs, b, token, walk[t - 1]);
    const delta = deltaAt(inputs, b, e, token);
    u[t] = inputs.u[(b * channels + e) * length + token]!;
    for (let n = 0; n < stateSize; n++) {
      const at = ((b * groups + group) * stateSize + n) * length + token;
      const [a, beta] = rule(delta, A[e * stateSize + n]!);
      decay[t * stateSize + n] = begins ? 0 : a;
      drive[t * stateSize + n] = beta * B[at]!;
      readout[t * stateSize + n] = C[at]!;
    }
  });
  const initial = new Float64Array(stateSize), first = (b * channels + e) * stateSize;
  if (inputs.initialState) initial.set(inputs.initialState.subarray(first, first + stateSize));
  return { length, stateSize, decay, drive, readout, u, initial };
}

/** (y + D·u)·silu(z) of one element. */
export function finish(
  { channels, length, u, D, z }: ScanInputs,
  b: number,
  e: number,
  token: number,
  y: number,
): number {
  const at = (b * channels + e) * length + token;
  const skipped = D ? y + D[e]! * u[at]! : y;
  return z ? skipped * silu(z[at]!) : skipped;
}

/**
 * The whole scan by a form, in double precision.
 *
 * @throws {TypeError | RangeError} When the inputs do not fit together, see {@linkcode checkInputs}.
 *
 * @example
 * ```ts
 * import { scanBy, semiseparable, sequential } from "@sidewinder/sidewinder/laws";
 *
 * const one = Float32Array.of(1), sizes = { batch: 1, channels: 1, groups: 1, stateSize: 1, length: 1 };
 * const inputs = { ...sizes, u: one, dt: one, A: one, B: one, C: one, softplus: false };
 * console.log(scanBy(sequential, inputs).y[0], scanBy(semiseparable, inputs).y[0]); // 1 1
 * ```
 */
export function scanBy(form: Form, given: ScanInputs, discretisation: Discretisation = "mamba"): ExactOutputs {
  const inputs = plainInputs(given);
  checkInputs(inputs);
  const { batch, channels, stateSize, length } = inputs;
  const size = (name: "y" | "lastState") => shapeOf(name, inputs).reduce((a, b) => a * b, 1);
  const y = new Float64Array(size("y")), lastState = new Float64Array(size("lastState"));
  const walk = walkOf(inputs);
  for (let b = 0; b < batch; b++) {
    for (let e = 0; e < channels; e++) {
      const solution = form(recurrenceOf(inputs, b, e, discretisation));
      lastState.set(solution.state, (b * channels + e) * stateSize);
      walk.forEach((token, t) => {
        y[(b * channels + e) * length + token] = finish(inputs, b, e, token, solution.y[t]!);
      });
    }
  }
  return { y, lastState };
}
