/**
 * Cases that laws are tried on. A recipe is a few small numbers; it makes its inputs deterministically, so that a
 * counterexample is one line to paste.
 *
 * @module
 */
import { type ScanInputs, shapeOf, type TensorName } from "./forms/scan_inputs.ts";
import { Dice } from "./dice.ts";

/**
 * What values a case is made of.
 *
 * | mood | values |
 * |---|---|
 * | `ordinary` | as in trained models |
 * | `saturating` | steps and gates around 0, ±20, ±88, ±100; decays of 0, −1e-6, −1e3 |
 * | `large` | inputs up to 1e15, B and C up to 1e3 |
 * | `tiny` | denormal and zero inputs |
 */
export type Mood = "ordinary" | "saturating" | "large" | "tiny";

/** A case in a few numbers. */
export interface Recipe {
  /** Images. */
  readonly batch: number;
  /** Groups that share B and C. */
  readonly groups: number;
  /** Channels of a group. */
  readonly channelsPerGroup: number;
  /** States of a channel. */
  readonly stateSize: number;
  /** Tokens. */
  readonly length: number;
  /** What values it is made of. */
  readonly mood: Mood;
  /** Whether the steps go through softplus. */
  readonly softplus: boolean;
  /** Whether the steps have a bias. */
  readonly bias: boolean;
  /** Whether there is a D. */
  readonly skip: boolean;
  /** Whether there is a gate z. */
  readonly gate: boolean;
  /** Whether it starts from a state. */
  readonly initialState: boolean;
  /** Seed of the values, and of the choices of the law. */
  readonly seed: number;
}

/** Values that a mood strews into a tensor, an eighth of its elements or so. */
const SPICE: Readonly<Record<Mood, Partial<Record<TensorName, readonly number[]>>>> = {
  ordinary: {},
  saturating: {
    u: [0, -0, 100, -100],
    dt: [0, -0, 19.999, 20, 20.001, 100, -100, 88, -88, 5, -5, -30],
    A: [-0, -1e-6, -1e3, -88],
    z: [0, -0, 100, -100, 88, -88, 20, -20],
    D: [0, -100],
  },
  large: {
    u: [1e15, -1e15, 3e12, -7e9],
    B: [1e3, -300],
    C: [1e3, -300],
    D: [1e3],
    initialState: [1e15, -1e10],
  },
  tiny: {
    u: [1e-40, -1e-45, 1e-30, -1e-38, 0, -0],
    B: [1e-20, 0, -1e-40],
    C: [1e-20, 0, -0],
    z: [1e-30, -1e-40],
    initialState: [1e-38, -1e-42],
  },
};

const RANGES: Readonly<Record<TensorName, readonly [low: number, high: number]>> = {
  u: [-2, 2],
  dt: [-4, 1],
  A: [-16, -0.05],
  B: [-1, 1],
  C: [-1, 1],
  D: [-1.5, 1.5],
  z: [-3, 3],
  dtBias: [-2, 0.5],
  initialState: [-1, 1],
};

/**
 * The inputs of a recipe, in single precision.
 *
 * @example
 * ```ts
 * import { makeCase } from "@sidewinder/sidewinder/laws";
 *
 * const inputs = makeCase({ batch: 1, groups: 1, channelsPerGroup: 2, stateSize: 3, length: 5, mood: "ordinary",
 *   softplus: true, bias: false, skip: false, gate: false, initialState: false, seed: 7 });
 * console.log(inputs.u.length); // 10
 * ```
 */
export function makeCase(recipe: Recipe): ScanInputs {
  const { batch, groups, stateSize, length, mood, softplus, seed } = recipe;
  const sizes = { batch, groups, stateSize, length, channels: groups * recipe.channelsPerGroup };
  const dice = new Dice(seed);
  const draw = (name: TensorName): Float32Array => {
    const [low, high] = RANGES[name], spice = SPICE[mood][name] ?? [];
    return dice.numbers(shapeOf(name, sizes).reduce((a, b) => a * b, 1), low, high)
      .map((value) => spice.length > 0 && dice.next() < 1 / 8 ? dice.pick(spice) : value);
  };
  const optional = (wanted: boolean, name: TensorName): Partial<ScanInputs> => wanted ? { [name]: draw(name) } : {};
  // Without softplus the step itself must be positive; with a bias it may still be a little below zero.
  const dt = softplus ? draw("dt") : draw("dt").map((value) => Math.abs(value) / 4);
  return {
    ...sizes,
    softplus,
    u: draw("u"),
    dt,
    A: draw("A"),
    B: draw("B"),
    C: draw("C"),
    ...optional(recipe.skip, "D"),
    ...optional(recipe.gate, "z"),
    ...(recipe.bias ? { dtBias: softplus ? draw("dtBias") : draw("dtBias").map((value) => Math.abs(value) / 4) } : {}),
    ...optional(recipe.initialState, "initialState"),
  };
}
