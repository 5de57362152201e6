/**
 * What the vectors of the pack test, and why.
 *
 * @module
 */
import type { Recipe, ScanInputs } from "../../src/laws/mod.ts";

/** A vector: a case, what is done to it, what it tests. */
export interface Wish {
  readonly id: string;
  /** What it tests. */
  readonly tests: string;
  /** What goes wrong in kernels that fail it. */
  readonly why: string;
  readonly recipe: Recipe;
  /** What is changed in the inputs of the recipe. */
  readonly change?: (inputs: ScanInputs) => Partial<ScanInputs>;
  readonly discretisation?: "zoh";
}

const ALL = { softplus: true, bias: true, skip: true, gate: true, initialState: true } as const;
const BASE: Recipe = {
  ...{ batch: 1, groups: 1, channelsPerGroup: 2, stateSize: 2, length: 5, mood: "ordinary" },
  ...ALL,
  seed: 1,
};

/** One value of a tensor replaced. */
const struck =
  (name: "u" | "dt" | "A" | "B" | "C" | "D" | "z" | "dtBias" | "initialState", at: number, value: number) =>
  (inputs: ScanInputs): Partial<ScanInputs> => {
    const copy = inputs[name]!.slice();
    copy[at] = value;
    return { [name]: copy };
  };
const all = (name: "u" | "A" | "z" | "B", value: number) => (inputs: ScanInputs): Partial<ScanInputs> => ({
  [name]: inputs[name]!.map(() => value),
});

const OPTIONS = Array.from({ length: 32 }, (_, bits): Wish => {
  const on = (bit: number) => (bits & bit) > 0;
  const names = ["softplus", "bias", "skip", "gate", "initialState"].filter((_, i) => on(1 << i));
  return {
    id: `options-${bits}`,
    tests: names.length > 0 ? `the options ${names.join(", ")} together` : "the bare scan, without any option",
    why: "each combination of options is often a kernel of its own; one is then missing or mixed up",
    recipe: {
      ...BASE,
      ...{ batch: 2, groups: 2, channelsPerGroup: 2, stateSize: 3 },
      ...{ softplus: on(1), bias: on(2), skip: on(4), gate: on(8), initialState: on(16), seed: 100 + bits },
    },
  };
});

const sized = (what: string, why: string, sizes: readonly number[], of: (size: number) => Partial<Recipe>): Wish[] =>
  sizes.map((size) => ({
    id: `${what}-${size}`,
    tests: `${size} ${what}`,
    why,
    recipe: { ...BASE, ...of(size), seed: 200 + size },
  }));

const SIZES: readonly Wish[] = [
  ...sized(
    "tokens",
    "the state is lost, decayed twice or not at all where a kernel goes from one chunk to the next",
    [1, 2, 4, 15, 16, 17, 31, 33, 63, 64, 65, 127, 129, 255, 257, 511, 513, 1023, 1025, 2047, 2049, 4095, 4097],
    (length) => ({ length, channelsPerGroup: 1, stateSize: 1, mood: "ordinary" }),
  ),
  ...sized(
    "states",
    "states beyond a lane or a register file are dropped",
    [1, 3, 4, 5, 8, 15, 16, 17, 32, 33, 64, 65, 128, 129, 256, 257],
    (stateSize) => ({ stateSize, channelsPerGroup: 1, length: 4 }),
  ),
  ...sized(
    "channels",
    "channels beyond a workgroup are dropped, or read what belongs to others",
    [1, 3, 31, 33, 63, 65, 127, 129, 255, 257, 300, 1025],
    (channelsPerGroup) => ({ channelsPerGroup, stateSize: 1, length: 2 }),
  ),
  ...sized("images", "the state of one image leaks into the next, or later images are not reached", [
    2,
    3,
    4,
    5,
    17,
    65,
  ], (
    batch,
  ) => ({ batch, channelsPerGroup: 1 })),
  ...sized(
    "groups",
    "channels read B and C of another group",
    [2, 3, 4, 5, 8, 17],
    (groups) => ({ groups, length: 3 }),
  ),
];

const ORDERS: readonly Wish[] = (["rowReversed", "column", "columnReversed"] as const).flatMap((order) =>
  [[12, 3], [12, 4], [35, 5], [272, 16]].map(([length, gridWidth]): Wish => ({
    id: `order-${order}-${length}x${gridWidth}`,
    tests: `the order ${order} over an image of ${gridWidth} columns and ${length! / gridWidth!} rows`,
    why: "a tensor is not walked, rows and columns are exchanged, or y is left in the order of the walk",
    recipe: { ...BASE, batch: 2, length: length!, seed: 300 + length! },
    change: () => ({ order, gridWidth: gridWidth! }),
  }))
);

const MOODS: readonly Wish[] = (["swept", "saturating", "signed", "large", "tiny"] as const).flatMap((mood, i) =>
  [
    { softplus: true, seed: 400 + i },
    { softplus: false, seed: 410 + i },
  ].map((more): Wish => ({
    id: `values-${mood}-${more.softplus ? "softplus" : "steps"}`,
    tests: `values of the mood ${mood}${more.softplus ? "" : ", steps given as they are"}`,
    why: "thresholds, clamps and short polynomials are wrong somewhere; growth, huge and denormal values are cut off",
    recipe: { ...BASE, channelsPerGroup: 4, length: 65, mood, ...more },
  }))
);

const STRUCK = (["u", "dt", "A", "B", "C", "D", "z", "dtBias", "initialState"] as const).flatMap((name): Wish[] => [
  {
    id: `nan-${name}`,
    tests: `one NaN in ${name}`,
    why: "a NaN is swallowed by max, min or a mask, or spreads to outputs that it must not reach",
    recipe: { ...BASE, batch: 2, seed: 500 },
    change: struck(name, 1, NaN),
  },
  ...(name === "A" ? [] : [{
    id: `infinity-${name}`,
    tests: `one infinity in ${name}`,
    why: "an infinity is clamped away, or makes NaN of what it does not touch",
    recipe: { ...BASE, batch: 2, seed: 510 },
    change: struck(name, 1, Infinity),
  }]),
]);

const ZEROS: readonly Wish[] = [
  {
    id: "zero-A",
    tests: "A = 0: the state is kept",
    why: "a division by A, or a decay taken for zero",
    recipe: { ...BASE, seed: 600 },
    change: all("A", 0),
  },
  {
    id: "zero-u",
    tests: "u = 0: the state only decays",
    why: "tokens without input are skipped, and their decay with them",
    recipe: { ...BASE, seed: 601 },
    change: all("u", -0),
  },
  {
    id: "zero-z",
    tests: "z = 0: y = 0",
    why: "a zero gate is taken for no gate",
    recipe: { ...BASE, seed: 602 },
    change: all("z", 0),
  },
  {
    id: "zero-steps",
    tests: "δ = 0: the state does not move",
    why: "a step of zero is taken for a missing one",
    recipe: { ...BASE, softplus: false, bias: false, seed: 603 },
    change: (inputs) => ({ dt: inputs.dt.map((value, i) => i % 2 === 0 ? 0 : value) }),
  },
  {
    id: "dt-minus-infinity",
    tests: "dt = −∞ through softplus: a step of no length",
    why: "−∞ becomes NaN on its way through exp and log",
    recipe: { ...BASE, seed: 604 },
    change: struck("dt", 2, -Infinity),
  },
  {
    id: "forgets-at-once",
    tests: "A = −1e30: nothing is remembered",
    why: "an exponent is clamped so that a rest of the state stays",
    recipe: { ...BASE, seed: 605 },
    change: all("A", -1e30),
  },
];

const FUNCTIONS: readonly Wish[] = [
  {
    id: "softplus-dense",
    tests: "softplus from −80 to 105, one argument a token: y = δ",
    why: "a threshold below 12, log(1 + x) for log1p, a clamp",
    recipe: {
      ...BASE,
      ...{ channelsPerGroup: 1, stateSize: 1, length: 741 },
      bias: false,
      skip: false,
      gate: false,
      initialState: false,
    },
    change: (inputs) => ({
      A: inputs.A.map(() => -1e38),
      u: inputs.u.map(() => 1),
      B: inputs.B.map(() => 1),
      C: inputs.C.map(() => 1),
      dt: Float32Array.from(inputs.dt, (_, i) => -80 + i / 4),
    }),
  },
  {
    id: "silu-dense",
    tests: "silu from −87 to 105: y = silu(z)",
    why: "a sigmoid that ends at −20, a clamp, a short polynomial",
    recipe: { ...BASE, ...{ channelsPerGroup: 1, stateSize: 1, length: 769 } },
    change: (inputs) => ({
      u: inputs.u.map(() => 1),
      C: inputs.C.map(() => 0),
      D: inputs.D!.map(() => 1),
      z: Float32Array.from(inputs.z!, (_, i) => -87 + i / 4),
    }),
  },
  {
    id: "exp-dense",
    tests: "exp from −87 to 0, one exponent every other token: y = exp(δA)",
    why: "an exponential that is clamped early, in half precision or by a short polynomial",
    recipe: {
      ...BASE,
      ...{ channelsPerGroup: 1, stateSize: 1, length: 698 },
      ...{ softplus: false, bias: false, skip: false, gate: false, initialState: false },
    },
    change: (inputs) => ({
      A: inputs.A.map(() => -1),
      u: inputs.u.map(() => 1 / 300),
      dt: Float32Array.from(inputs.dt, (_, i) => i % 2 === 0 ? 300 : (i - 1) / 8),
      B: inputs.B.map((_, i) => i % 2 === 0 ? 1 : 0),
      C: inputs.C.map((_, i) => i % 2),
    }),
  },
];

const HOLD: readonly Wish[] = [1, 2, 3].map((i) => ({
  id: `hold-${i}`,
  tests: "the true hold for B instead of Mamba's Euler step",
  why: "(exp(δA) − 1)/A loses its digits for small δA, or divides by zero",
  recipe: { ...BASE, length: 17, mood: i === 3 ? "swept" as const : "ordinary" as const, seed: 700 + i },
  ...(i === 2 ? { change: all("A", -1e-6) } : {}),
  discretisation: "zoh" as const,
}));

/** All of them. */
export const WISHES: readonly Wish[] = [
  ...OPTIONS,
  ...SIZES,
  ...ORDERS,
  ...MOODS,
  ...STRUCK,
  ...ZEROS,
  ...FUNCTIONS,
  ...HOLD,
];
