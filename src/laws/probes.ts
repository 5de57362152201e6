/**
 * Fixed cases of the laws, tried before any random one. Those of recurrence go beyond the sizes that random cases keep to:
 * lengths, states, channels and images at and next to where kernels cut them, and every combination of the options.
 *
 * @module
 */
import { MOODS, type Recipe } from "./cases.ts";
import type { Feature } from "./law.ts";

type Probe = Omit<Recipe, "seed">;

const SIDES = { batch: 1, groups: 1, channelsPerGroup: 1, stateSize: 2, length: 5 } as const;
const OPTIONS = { softplus: true, bias: true, skip: true, gate: true, initialState: true } as const;
const FULL: Probe = { ...SIDES, ...OPTIONS, mood: "ordinary" };

const until = (end: number): number[] => Array.from({ length: end }, (_, i) => i + 1);
/** Numbers at and next to the powers of two from 32 to `largest`. */
const aroundPowers = (largest: number): number[] =>
  [32, 64, 128, 256, 512, 1024, 2048, 4096].flatMap((power) => [power - 1, power, power + 1])
    .filter((size) => size <= largest + 1);

/** Lengths around the chunks of kernels, and those between. */
const LENGTHS = [...until(20), 24, 48, 96, 100, 196, 200, 384, 768, 1500, 3000, ...aroundPowers(4096)];
const STATES = [...until(20), 24, 48, 96, 100, 160, 200, ...aroundPowers(256)];
const CHANNELS = [...until(20), 24, 48, 96, 100, 192, 200, 300, 384, 768, 1536, ...aroundPowers(2048)];
const BATCHES = [...until(10), 16, 17, 32, 33, 64, 65, 128, 129, 257];

/** Two to the number of options: each option is there in half of the combinations. */
const combinationsOf = (sizes: Partial<Probe>): Probe[] =>
  Array.from({ length: 32 }, (_, bits) => ({
    ...FULL,
    ...sizes,
    softplus: (bits & 1) > 0,
    bias: (bits & 2) > 0,
    skip: (bits & 4) > 0,
    gate: (bits & 8) > 0,
    initialState: (bits & 16) > 0,
  }));

/** More than 65,535 elements of u, of B, of A, and as many images, channels, rows and tokens. */
const HUGE: readonly Probe[] = [
  { ...FULL, batch: 4, channelsPerGroup: 300, stateSize: 1, length: 65 },
  { ...FULL, stateSize: 65, length: 1025 },
  { ...FULL, channelsPerGroup: 260, stateSize: 256, length: 1 },
  { ...FULL, batch: 65_537, stateSize: 1, length: 1 },
  { ...FULL, channelsPerGroup: 65_537, stateSize: 1, length: 1 },
  { ...FULL, batch: 257, channelsPerGroup: 257, stateSize: 1, length: 1 },
  { ...FULL, stateSize: 1, length: 65_537 },
];

/** Shapes of released models, narrower. */
const TYPICAL: readonly Probe[] = [
  { ...FULL, batch: 2, channelsPerGroup: 64, stateSize: 16, length: 197, initialState: false },
  { ...FULL, groups: 4, channelsPerGroup: 48, stateSize: 16, length: 49, initialState: false },
  { ...FULL, channelsPerGroup: 16, stateSize: 16, length: 512 },
  { ...FULL, batch: 3, channelsPerGroup: 32, stateSize: 1, length: 196, gate: false, initialState: false },
];

/** The probes of the law of recurrence. */
const RECURRENCE: readonly Probe[] = [
  ...combinationsOf({ batch: 2, groups: 3, channelsPerGroup: 2, stateSize: 3 }),
  ...combinationsOf({ groups: 2, channelsPerGroup: 4, stateSize: 4, length: 37, mood: "swept" }),
  ...combinationsOf({ batch: 3, stateSize: 5, length: 130, mood: "signed" }),
  ...LENGTHS.map((length) => ({ ...FULL, length, channelsPerGroup: 2 })),
  ...LENGTHS.map((length) => ({ ...FULL, length, batch: 2, stateSize: 1, initialState: false, gate: false })),
  ...STATES.map((stateSize) => ({ ...FULL, stateSize, channelsPerGroup: 2 })),
  ...STATES.filter((size) => size > 3).map((stateSize) => ({ ...FULL, stateSize, groups: 2, length: 35 })),
  ...CHANNELS.map((channelsPerGroup) => ({ ...FULL, channelsPerGroup, batch: 2, length: 3 })),
  ...[2, 3, 4, 5, 8, 16, 17].map((groups) => ({ ...FULL, groups, channelsPerGroup: 3, batch: 2, length: 3 })),
  { ...FULL, groups: 2, channelsPerGroup: 150, length: 3 },
  ...BATCHES.map((batch) => ({ ...FULL, batch, groups: 2, channelsPerGroup: 3 })),
  ...BATCHES.map((batch) => ({ ...FULL, batch, channelsPerGroup: 2, initialState: false })),
  ...TYPICAL,
  ...MOODS.flatMap((mood) => [
    { ...FULL, mood, channelsPerGroup: 8, length: 65 },
    { ...FULL, mood, channelsPerGroup: 8, length: 65, initialState: false },
    { ...FULL, mood, channelsPerGroup: 8, length: 65, softplus: false, bias: false },
    { ...FULL, mood, channelsPerGroup: 3, length: 700, gate: false },
  ]),
  ...HUGE,
];

/** Images of several shapes: the law draws the columns. */
const IMAGES = [2, 4, 6, 6, 12, 12, 12, 16, 35, 35, 60, 60, 256, 272, 1056]
  .map((length, i) => ({ ...FULL, batch: 1 + i % 3, groups: 1 + i % 2, channelsPerGroup: 2, length }));

/** Small cases where one tensor after the other is struck. */
const STRUCK: readonly Probe[] = [
  ...combinationsOf({ batch: 2, groups: 2, channelsPerGroup: 2, mood: "ordinary" }).filter((_, bits) => bits % 5 === 4),
  { ...FULL },
  { ...FULL, length: 1 },
  { ...FULL, stateSize: 1, length: 9 },
  { ...FULL, batch: 3, groups: 2, channelsPerGroup: 5, stateSize: 5, length: 19 },
  { ...FULL, stateSize: 16, channelsPerGroup: 4, length: 35 },
];

/** Cases where the functions are shown: every option is set by the law, so sizes are all there is. */
const SHOWN: readonly Probe[] = [
  { ...FULL, channelsPerGroup: 16, stateSize: 1, length: 130 },
  { ...FULL, channelsPerGroup: 16, stateSize: 1, length: 130, mood: "swept" },
  { ...FULL, channelsPerGroup: 3, stateSize: 5, length: 129 },
];

/** The probes of the laws that have some; their seeds are their places. */
const PROBES: Readonly<Record<string, readonly Probe[]>> = {
  recurrence: RECURRENCE,
  reversal: [1, 2, 17, 129, 257, 1025, 2049].map((length) => ({ ...FULL, length, channelsPerGroup: 2 })),
  "image orders": IMAGES,
  causality: [2, 3, 5, 17, 33, 65, 130, 300].map((length) => ({ ...FULL, length })),
  splits: [130, 257, 1030, 2050, 4097].map((length) => ({ ...FULL, length, channelsPerGroup: 2 })),
  batch: [4, 5, 17].map((batch) => ({ ...FULL, batch, channelsPerGroup: 2 })),
  softplus: SHOWN,
  silu: SHOWN,
  exponential: SHOWN,
  NaN: STRUCK,
  infinity: STRUCK,
  zeros: STRUCK,
};

/** The probes of a law that an implementation can take: what it lacks is left out of them. */
export function probesFor(law: string, lacks: readonly Feature[] = []): Recipe[] {
  const without: Partial<Recipe> = {
    ...(lacks.includes("batch") ? { batch: 1 } : {}),
    ...(lacks.includes("groups") ? { groups: 1 } : {}),
    ...(lacks.includes("softplus") ? { softplus: false } : {}),
    ...(lacks.includes("bias") ? { bias: false } : {}),
    ...(lacks.includes("skip") ? { skip: false } : {}),
    ...(lacks.includes("gate") ? { gate: false } : {}),
    ...(lacks.includes("initialState") ? { initialState: false } : {}),
  };
  return (PROBES[law] ?? []).map((recipe, seed) => ({ ...recipe, seed, ...without }));
}
