/**
 * What a scan should give, and how far an honest implementation may be off: a running error analysis of the sequential
 * recurrence, done in double precision beside the values.
 *
 * With unit roundoff r (2⁻²⁴ in single precision) and first-order terms only:
 *
 *     δ = softplus(x), x = dt + bias   ε_δ = σ(x)·r·(|dt| + |bias| + |x|) + 4rδ
 *     Ā = exp(δA)                      ε_Ā = Ā·(|A|·ε_δ + 3r·|δA| + 6r)
 *     w = δ·u·B                        ε_w = |u·B|·ε_δ + 4r·|w|
 *     h = Ā·h₋ + w                     ε_h = (Ā + ε_Ā)·ε_h₋ + ε_Ā·|h₋| + ε_w + 2r·(Ā·|h₋| + |w|)
 *     y = Σ C·h + D·u                  ε_y = Σ |C|·ε_h + (n + 2)·r·Σ |C·h| + 2r·|D·u|
 *     y·silu(z)                        ε   = |silu|·ε_y + |y|·r·(6 + |z|)·|silu| + 2r·|y·silu|
 *
 * with, in every line, an absolute floor where single precision has no digits left (in w also where δ·u or δ·B has
 * none, whichever is formed first). The allowance is four times that:
 * parallel and chunked forms round in other places, and hardware exponentials differ.
 *
 * Two things widen it, where the implementation says so. Storage in half precision (unit roundoff s) rounds y once more,
 * 2s·|y|. Exponents that are differences of running sums S over a chunk (`segsum`) are off by r·(k + 4)·|S| at its step k,
 * which multiplies all that h is the sum of.
 *
 * @module
 */
import { sigmoid, silu } from "../reference/activation.ts";
import type { Discretisation } from "./forms/discretise.ts";
import { plainInputs } from "./forms/plain.ts";
import { beginsAt, deltaAt, finish } from "./forms/recurrence.ts";
import { type ScanInputs, shapeOf, walkOf } from "./forms/scan_inputs.ts";
import { isHalf, LARGEST, type Storage, UNIT } from "./storage.ts";

/** Unit roundoff of single precision. */
export const SINGLE: number = 2 ** -24;

const FACTOR = 4;
/** Smallest number that an exponential clamped at −87, or one that flushes denormals, can still tell from zero. */
const FLOOR = 4e-38;

/** Values, and what they may be off. */
export interface Expected {
  /** y [b, e, l] in double precision. */
  readonly y: Float64Array;
  /** The last state [b, e, n] in double precision. */
  readonly lastState: Float64Array;
  /** Allowance of each y. */
  readonly yOff: Float64Array;
  /** Allowance of each element of the last state. */
  readonly stateOff: Float64Array;
  /** Largest magnitude among all that goes into each y so far: |h|, Σ|δuB|, Σ|C·h| + |D·u|, |y·silu(z)|. */
  readonly magnitude: Float64Array;
}

/** How {@linkcode expect} computes. */
export interface Precision {
  /** `mamba` by default. */
  readonly discretisation?: Exclude<Discretisation, "bilinear">;
  /** Unit roundoff of the implementation; {@linkcode SINGLE} by default. */
  readonly roundoff?: number;
  /** Type of the elements of u, dt, B, C, z and y; `f32` by default. */
  readonly storage?: Storage;
  /** Steps of a chunk over which exponents are differences of sums; none by default. */
  readonly segsum?: number;
}

/** One channel's sums over its chunk, for exponents that are differences: what cancellation may cost. */
class Cancellation {
  readonly #chunk: number;
  readonly #r: number;
  readonly #sums: Float64Array;
  readonly #kept: Float64Array;
  readonly #whole: Float64Array;

  constructor(chunk: number, r: number, states: number) {
    this.#chunk = chunk;
    this.#r = r;
    this.#sums = new Float64Array(states);
    this.#kept = new Float64Array(states);
    this.#whole = new Float64Array(states);
  }

  /** What state n may be off at step t, having taken in a decay, its exponent and a drive on top of |h| before. */
  at(t: number, n: number, h: number, decay: number, exponent: number, drive: number): number {
    const k = t % this.#chunk;
    if (k === 0) [this.#sums[n], this.#kept[n], this.#whole[n]] = [0, Math.abs(h), Math.abs(h)];
    this.#sums[n] = this.#sums[n]! + Math.abs(exponent);
    this.#kept[n] = decay * this.#kept[n]! + Math.abs(drive);
    this.#whole[n] = this.#whole[n]! + Math.abs(drive);
    const off = this.#r * (k + 4) * this.#sums[n]!;
    // A sum that has lost its digits says nothing about a decay but that it is one: between 0 and 1.
    return off < 0.5 ? 2 * off * this.#kept[n]! : this.#whole[n]!;
  }
}

/** Values and allowances of a scan. */
export function expectScan(
  given: ScanInputs,
  { discretisation = "mamba", roundoff: r = SINGLE, storage = "f32", segsum = 0 }: Precision = {},
): Expected {
  const inputs = plainInputs(given), { batch, channels, groups, stateSize, length, A, B, C, D, z } = inputs;
  const size = (name: "y" | "lastState") => shapeOf(name, inputs).reduce((a, b) => a * b, 1);
  const y = new Float64Array(size("y")), yOff = y.slice(), magnitude = y.slice();
  const lastState = new Float64Array(size("lastState")), stateOff = lastState.slice();
  const walk = walkOf(inputs);
  for (let b = 0; b < batch; b++) {
    for (let e = 0; e < channels; e++) {
      const row = b * channels + e, group = Math.floor(e * groups / channels), bias = inputs.dtBias?.[e] ?? 0;
      const h = lastState.subarray(row * stateSize, (row + 1) * stateSize);
      const off = stateOff.subarray(row * stateSize, (row + 1) * stateSize);
      const sums = segsum > 0 ? new Cancellation(segsum, r, stateSize) : undefined;
      // What sums cost stands beside the running error: it starts anew in every chunk and adds to the state at its end.
      const lost = new Float64Array(sums ? stateSize : 0);
      if (inputs.initialState) h.set(inputs.initialState.subarray(row * stateSize, (row + 1) * stateSize));
      let largest = 0;
      for (let t = 0; t < length; t++) {
        const token = walk[t]!, at = row * length + token, u = inputs.u[at]!, dt = inputs.dt[at]!;
        if (beginsAt(inputs, b, token, walk[t - 1])) {
          h.fill(0);
          off.fill(0);
        }
        const delta = deltaAt(inputs, b, e, token);
        const slope = inputs.softplus ? sigmoid(dt + bias) : 1;
        const read = r * (Math.abs(dt) + Math.abs(bias) + (inputs.softplus ? Math.abs(dt + bias) : 0));
        const deltaOff = (slope === 0 ? 0 : slope * read) + 4 * r * Math.abs(delta) + (inputs.softplus ? FLOOR : 0);
        const skip = D ? D[e]! * u : 0;
        let sum = 0, sumOff = 2 * r * Math.abs(skip) + FLOOR, around = Math.abs(skip), driven = Math.abs(delta * u);
        for (let n = 0; n < stateSize; n++) {
          const i = ((b * groups + group) * stateSize + n) * length + token;
          const a = A[e * stateSize + n]!, c = C[i]!, decay = Math.exp(delta * a);
          const beta = discretisation === "mamba" || a === 0 ? delta : Math.expm1(delta * a) / a;
          // Where the decay is zero it stays so, however far the exponent is off.
          const decayOff = (decay === 0 ? 0 : decay * (Math.abs(a) * deltaOff + 3 * r * Math.abs(delta * a) + 6 * r)) +
            FLOOR;
          const drive = beta * B[i]! * u, held = discretisation === "mamba" || a === 0 ? 0 : decayOff / Math.abs(a);
          const driveOff = Math.abs(B[i]! * u) * (deltaOff + held) + 4 * r * Math.abs(drive) +
            FLOOR * (1 + Math.abs(B[i]!) + Math.abs(u));
          const kept = decay * h[n]!;
          if (sums) {
            if (t % segsum === 0) off[n] = off[n]! + lost[n]!;
            lost[n] = sums.at(t, n, h[n]!, decay, delta * a, drive);
          }
          off[n] = (decay + decayOff) * off[n]! + decayOff * Math.abs(h[n]!) + driveOff +
            2 * r * (Math.abs(kept) + Math.abs(drive));
          h[n] = kept + drive;
          sum += c * h[n]!;
          sumOff += Math.abs(c) * (off[n]! + (lost[n] ?? 0)) + (stateSize + 2) * r * Math.abs(c * h[n]!);
          around += Math.abs(c * h[n]!);
          driven = Math.max(driven, Math.abs(drive), Math.abs(kept) + Math.abs(drive));
        }
        y[at] = finish(inputs, b, e, token, sum);
        const gate = z ? silu(z[at]!) : 1;
        const gateOff = z ? r * (6 + Math.abs(z[at]!)) * Math.abs(gate) + FLOOR * Math.max(1, Math.abs(z[at]!)) : 0;
        yOff[at] = FACTOR *
          (Math.abs(gate) * sumOff + Math.abs(sum + skip) * gateOff + 2 * r * Math.abs(y[at]!) + FLOOR);
        if (isHalf(storage)) yOff[at] = inStorage(y[at]!, yOff[at]!, storage);
        largest = Math.max(largest, driven, around);
        magnitude[at] = Math.max(largest, Math.abs(y[at]!));
      }
      for (let n = 0; n < stateSize; n++) off[n] = FACTOR * (off[n]! + (lost[n] ?? 0));
    }
  }
  return { y, lastState, yOff, stateOff, magnitude };
}

/** The allowance of a y that is rounded to half precision; none is refused that may overflow there. */
function inStorage(y: number, off: number, storage: Exclude<Storage, "f32">): number {
  const reach = Math.abs(y) + off;
  return reach < LARGEST[storage] ? off + 2 * UNIT[storage] * reach + 2 ** -24 : Infinity;
}
