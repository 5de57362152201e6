/**
 * Cases that laws are tried on. A recipe is a few small numbers; it makes its inputs deterministically, so that a
 * counterexample is one line to paste.
 *
 * @module
 */
import { type ScanInputs, shapeOf, type TensorName } from "./forms/scan_inputs.ts";
import { Dice } from "./dice.ts";

/** The moods, the simplest first: cases shrink towards it. */
export const MOODS = ["ordinary", "swept", "saturating", "signed", "large", "tiny"] as const;

/**
 * What values a case is made of.
 *
 * | mood | values |
 * |---|---|
 * | `ordinary` | as in trained models: A log-uniform in −16 to −0.01, biases of −7 to 0.5 |
 * | `swept` | steps, biases and gates drawn densely over every branch of softplus, silu and exp, −105 to 105 |
 * | `saturating` | steps and gates around 0, ±20, ±88, ±100; decays of 0, −1e-6, −1e3, −1e30 |
 * | `signed` | A above zero too, and without softplus steps below zero: growth up to e^22 over the sequence |
 * | `large` | inputs up to 1e15, B and C up to 1e3 |
 * | `tiny` | denormal and zero inputs |
 */
export type Mood = typeof MOODS[number];

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

/** Elements of the state over all steps of a case: batch × channels × states × steps. */
export const elementsOf = (r: Recipe): number => r.batch * r.groups * r.channelsPerGroup * r.stateSize * r.length;

/** Values that a mood strews into a tensor, an eighth of its elements or so. */
const SPICE: Readonly<Record<Mood, Partial<Record<TensorName, readonly number[]>>>> = {
  ordinary: {},
  swept: {},
  saturating: {
    u: [0, -0, 100, -100],
    dt: [0, -0, 19.999, 20, 20.001, 100, -100, 88, -88, 5, -5, -30],
    A: [-0, -1e-6, -1e3, -88, -1e30],
    z: [0, -0, 100, -100, 88, -88, 20, -20],
    D: [0, -100],
  },
  signed: { dt: [0, -0], A: [0, -0], dtBias: [0] },
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

/** Ranges of a tensor, one of which each element draws from. */
type Ranges = readonly (readonly [low: number, high: number])[];

const RANGES: Readonly<Record<Exclude<TensorName, "A">, Ranges>> = {
  u: [[-2, 2]],
  dt: [[-4, 1]],
  B: [[-1, 1]],
  C: [[-1, 1]],
  D: [[-1.5, 1.5]],
  z: [[-3, 3]],
  dtBias: [[-7, 0.5]],
  initialState: [[-1, 1]],
};
/** Every branch of the functions, the middle most often. */
const EVERYWHERE: Ranges = [[-4, 4], [-22, 22], [-22, 22], [-105, 105]];
const SWEPT: Partial<Record<TensorName, Ranges>> = {
  dt: EVERYWHERE,
  z: EVERYWHERE,
  dtBias: [[-8, 1], [-8, 1], [-20, 20]],
};

/** A decay: log-uniform below zero; in a signed case of either sign and so small that nothing overflows. */
function decayIn(mood: Mood, length: number, dice: Dice): number {
  if (mood === "signed") return dice.between(-1, 1) * Math.min(2, 8 / length);
  return -(10 ** (mood === "swept" ? dice.between(-4, 2) : dice.between(-2, 1.2)));
}

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
  const value = (name: TensorName): number => {
    if (name === "A") return decayIn(mood, length, dice);
    const ranges = mood === "swept" && SWEPT[name] || RANGES[name];
    const [low, high] = ranges.length === 1 ? ranges[0]! : dice.pick(ranges);
    return dice.between(low, high);
  };
  const draw = (name: TensorName): Float32Array => {
    const spice = SPICE[mood][name] ?? [], count = shapeOf(name, sizes).reduce((a, b) => a * b, 1);
    return Float32Array.from(
      { length: count },
      () => spice.length > 0 && dice.next() < 1 / 8 ? dice.pick(spice) : value(name),
    );
  };
  // Without softplus the numbers are the steps themselves: smaller, and below zero in a signed case only.
  const drawSteps = (name: "dt" | "dtBias"): Float32Array => {
    const drawn = draw(name);
    return softplus ? drawn : drawn.map((value) => (mood === "signed" ? value : Math.abs(value)) / 4);
  };
  const optional = (wanted: boolean, name: TensorName): Partial<ScanInputs> => wanted ? { [name]: draw(name) } : {};
  return {
    ...sizes,
    softplus,
    u: draw("u"),
    dt: drawSteps("dt"),
    A: draw("A"),
    B: draw("B"),
    C: draw("C"),
    ...optional(recipe.skip, "D"),
    ...optional(recipe.gate, "z"),
    ...(recipe.bias ? { dtBias: drawSteps("dtBias") } : {}),
    ...optional(recipe.initialState, "initialState"),
  };
}
