/**
 * Fixed cases of some laws. Those of recurrence go beyond the sizes that random cases keep to: lengths, states, channels and images
 * at and next to where kernels cut them, and every combination of the options. All emissions hold them.
 *
 * @module
 */
import type { Recipe } from "./cases.ts";
import type { Feature } from "./law.ts";

const SIDES = { batch: 1, groups: 1, channelsPerGroup: 1, stateSize: 2, length: 5 } as const;
const OPTIONS = { softplus: true, bias: true, skip: true, gate: true, initialState: true } as const;
const FULL: Omit<Recipe, "seed"> = { ...SIDES, ...OPTIONS, mood: "ordinary" };

/** Lengths around the chunks of kernels. */
const LENGTHS = [
  1,
  16,
  17,
  33,
  65,
  127,
  128,
  129,
  255,
  256,
  257,
  511,
  512,
  513,
  1023,
  1024,
  1025,
  2048,
  2049,
  4096,
  4097,
];
const STATES = [1, 3, 32, 33, 64, 65, 128, 129, 256, 257];
const CHANNELS = [1, 33, 65, 129, 257, 300, 1025];
const BATCHES = [3, 4, 5, 8, 9, 17];

/** Two to the number of options: each option is there in half of the combinations. */
const COMBINATIONS = Array.from({ length: 32 }, (_, bits): Omit<Recipe, "seed"> => ({
  ...FULL,
  batch: 2,
  groups: 3,
  channelsPerGroup: 2,
  stateSize: 3,
  softplus: (bits & 1) > 0,
  bias: (bits & 2) > 0,
  skip: (bits & 4) > 0,
  gate: (bits & 8) > 0,
  initialState: (bits & 16) > 0,
}));

/** The probes of the law of recurrence. */
const RECURRENCE: readonly Omit<Recipe, "seed">[] = [
  ...COMBINATIONS,
  ...LENGTHS.map((length) => ({ ...FULL, length, channelsPerGroup: 2 })),
  ...LENGTHS.filter((length) => length > 100).map((length) => ({ ...FULL, length, initialState: false })),
  ...STATES.map((stateSize) => ({ ...FULL, stateSize, channelsPerGroup: 2 })),
  ...CHANNELS.map((channelsPerGroup) => ({ ...FULL, channelsPerGroup, batch: 2, length: 3 })),
  { ...FULL, groups: 2, channelsPerGroup: 150, length: 3 },
  { ...FULL, groups: 8, channelsPerGroup: 3 },
  ...BATCHES.map((batch) => ({ ...FULL, batch, groups: 2, channelsPerGroup: 3 })),
  // More than 65,535 elements: of u, of B, and rows.
  { ...FULL, batch: 4, channelsPerGroup: 300, stateSize: 1, length: 65 },
  { ...FULL, stateSize: 65, length: 1025 },
  { ...FULL, channelsPerGroup: 65_537, stateSize: 1, length: 1 },
  ...(["saturating", "large", "tiny"] as const).flatMap((mood) => [
    { ...FULL, mood, channelsPerGroup: 8, length: 65 },
    { ...FULL, mood, channelsPerGroup: 8, length: 65, softplus: false, bias: false },
  ]),
];

/** Images of several shapes: the law draws the columns. */
const IMAGES = [6, 12, 12, 16, 35, 35, 256, 272].map((length) => ({ ...FULL, batch: 2, channelsPerGroup: 2, length }));

/** The probes of the laws that have some; their seeds are their places. */
const PROBES: Readonly<Record<string, readonly Omit<Recipe, "seed">[]>> = {
  recurrence: RECURRENCE,
  reversal: [2, 17, 129, 257, 1025, 2049].map((length) => ({ ...FULL, length, channelsPerGroup: 2 })),
  "image orders": IMAGES,
  // The law draws the tensor it strikes: so many that each has its turn.
  NaN: Array.from({ length: 64 }, () => ({ ...FULL, batch: 2, groups: 2, channelsPerGroup: 2 })),
};

/** The probes of a law that an implementation can take: what it lacks is left out of them. */
export function probesFor(law: string, lacks: readonly Feature[]): Recipe[] {
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
