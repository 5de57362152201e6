/**
 * Laws of the three functions in a scan. Each shows one of them alone, everywhere, to a few roundoffs: what a short
 * polynomial, a wrong threshold or a clamp changes is far below what the recurrence with all its terms can tell.
 *
 * @module
 */
import { sigmoid, silu, softplus } from "../reference/activation.ts";
import { SINGLE } from "./bound.ts";
import type { Dice } from "./dice.ts";
import { type Numbers, type ScanInputs, shapeOf } from "./forms/scan_inputs.ts";
import type { Law, Run, Trial } from "./law.ts";

/** Below it, single precision has no digits that every implementation keeps. */
const FLOOR = 4e-37;
/** The same where a clamped exponential leaves e⁻⁸⁷ of a state of a thousand behind, the largest that a step brings. */
const REST = 2e-35;

/** A number from one of some ranges. */
function from(dice: Dice, ...ranges: readonly (readonly [number, number])[]): number {
  const [low, high] = dice.pick(ranges);
  return dice.between(low, high);
}

const filled = (values: Numbers, value: number): Numbers => values.map(() => value);

/** Compares y with what is wanted: within twice the roundoff of an honest function, or the bound where that is wider. */
function compareSharply(
  trial: Trial,
  what: string,
  run: Run,
  wanted: Numbers,
  roundoffs: (i: number) => number,
  floor = FLOOR,
): void {
  const r = trial.subject.roundoff ?? SINGLE, { yOff } = run.expected;
  trial.compare(
    what,
    shapeOf("y", run.inputs),
    run.y,
    wanted,
    (i) => (trial.sharp ? 0 : yOff[i]!) + 2 * r * roundoffs(i) + floor,
  );
}

/** Inputs where each y is δ times the number of states: the state forgets at once. */
function withStepsShown(inputs: ScanInputs, dt: Numbers): ScanInputs {
  return {
    ...inputs,
    softplus: true,
    dt,
    A: filled(inputs.A, -1e38),
    u: filled(inputs.u, 1),
    B: filled(inputs.B, 1),
    C: filled(inputs.C, 1),
    D: undefined,
    z: undefined,
    dtBias: undefined,
    initialState: undefined,
  };
}

/**
 * Inputs where y of every second token is exp of a number: a token that forgets all and loads 1 into the state, then one
 * that only decays it. 300 is beyond where exp ends.
 */
function withDecaysShown({ inputs, dice }: Trial): ScanInputs {
  const { channels, stateSize, length, dt } = inputs;
  const a = Float32Array.from({ length: channels }, () => dice.between(-8, -0.5));
  const of = (i: number) => a[Math.floor(i / length) % channels]!;
  const loads = (i: number) => i % length % 2 === 0;
  const steps = Float32Array.from(dt, (_, i) => {
    const exponent = from(dice, [-1, 0], [-4, 0], [-22, 0], [-87, 0], [-87, 0], [0, 20]);
    return loads(i) ? 300 / -of(i) : exponent / of(i);
  });
  return {
    ...inputs,
    softplus: false,
    dt: steps,
    A: inputs.A.map((_, i) => a[Math.floor(i / stateSize)]!),
    u: Float32Array.from(inputs.u, (_, i) => 1 / steps[i - i % length % 2]!),
    B: inputs.B.map((_, i) => i % length % 2 === 0 ? 1 : 0),
    C: inputs.C.map((_, i) => Math.floor(i / length) % stateSize === i % stateSize ? i % length % 2 : 0),
    D: undefined,
    z: undefined,
    dtBias: undefined,
    initialState: undefined,
  };
}

/** The laws of the functions. */
export const FUNCTION_LAWS: readonly Law[] = [
  {
    name: "softplus",
    statement:
      "Softplus has no jump at its threshold of 20, keeps its digits far below zero and does not overflow far above.",
    formula: "δ(x) = log1p(eˣ) for x ≤ 20, x above;  0 ≤ δ(x + η) − δ(x) ≤ η",
    tolerance: "r·(2σ(x)·(|x| + 4) + 6δ) and n roundoffs of the sum; between neighbours η and both",
    needs: ["softplus"],
    mambaOnly: true,
    pointwise: true,
    check: async (trial) => {
      const { inputs, dice } = trial;
      const centres = [20, 20, 20, 0, -20, -80, 40, 88, 90, 1000];
      const centred = () => dice.pick(centres) + dice.between(-1, 1);
      let x = 0;
      const dt = inputs.dt.map((_, i) => {
        if (i % 2 === 1) return x + dice.next() / 64;
        return x = dice.next() < 1 / 4 ? centred() : from(dice, [-3, 3], [5, 21], [5, 21], [-22, 5], [-80, 105]);
      });
      const run = await trial.run(withStepsShown(inputs, dt)), n = inputs.stateSize;
      const read = run.inputs.dt,
        off = (i: number) => {
          const x = read[i]!;
          return n * (sigmoid(x) * (Math.abs(x) + 4) + (3 + n) * softplus(x));
        };
      const wanted = Float64Array.from(read, (value) => n * softplus(value));
      compareSharply(trial, "y = n·softplus(dt)", run, wanted, off, n * REST);
      const shape = shapeOf("y", run.inputs), r = trial.subject.roundoff ?? SINGLE, { yOff } = run.expected;
      for (let i = 1; i < read.length; i += 2) {
        // Inputs that were tied or rounded may have lost their order.
        if (!(read[i]! >= read[i - 1]!)) continue;
        const jump = run.y[i]! - run.y[i - 1]!, limit = n * (read[i]! - read[i - 1]!);
        const each = (at: number) => (trial.sharp ? 0 : yOff[at]!) + 2 * r * off(at) + n * REST;
        const allowed = each(i) + each(i - 1);
        if (!(jump <= limit + allowed && jump >= -allowed)) {
          trial.fail("the rise of n·softplus(dt)", shape, i, jump, limit, allowed);
        }
      }
    },
  },
  {
    name: "silu",
    statement: "The gate is z·σ(z) for every z, far below zero too, where it is z·eᶻ, and far above, where it is z.",
    formula: "D = u = 1, C = 0:  y = z/(1 + e^−z)",
    tolerance: "r·|silu(z)|·(12 + 4|z|)",
    needs: ["skip", "gate"],
    check: async (trial) => {
      const { inputs, dice } = trial;
      const z = inputs.u.map(() => from(dice, [-4, 4], [-22, 22], [-88, -20], [-87, 105], [0, 20]));
      const run = await trial.run({
        ...inputs,
        u: filled(inputs.u, 1),
        C: filled(inputs.C, 0),
        D: Float32Array.from({ length: inputs.channels }, () => 1),
        z,
      });
      const read = run.inputs.z!;
      compareSharply(
        trial,
        "y = silu(z)",
        run,
        Float64Array.from(read, silu),
        (i) => Math.abs(silu(read[i]!)) * (6 + 2 * Math.abs(read[i]!)),
      );
    },
  },
  {
    name: "exponential",
    statement: "The decay is exp(δA) for every exponent, from where it ends to well above zero.",
    formula: "h = 1, B = 0:  y = exp(δA)",
    tolerance: "r·exp(δA)·(28 + 6|δA|)",
    pointwise: true,
    check: async (trial) => {
      const run = await trial.run(withDecaysShown(trial)), { dt, A, u } = run.inputs;
      const { channels, stateSize, length } = run.inputs;
      // Where the state is loaded, or nothing is read out, the recurrence says all.
      compareSharply(trial, "y = exp(δA)", run, run.expected.y, (i) => {
        if (i % length % 2 === 0) return Math.abs(run.expected.y[i]!) + Math.abs(u[i]!);
        const exponent = dt[i]! * A[Math.floor(i / length) % channels * stateSize]!;
        return Math.abs(run.expected.y[i]!) * (14 + 3 * Math.abs(exponent) + stateSize);
      });
    },
  },
];
