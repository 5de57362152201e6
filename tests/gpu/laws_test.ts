import { assert } from "@std/assert";
import type { Device } from "../../src/device.ts";
import { fc, recipes } from "../../src/laws/arbitraries.ts";
import { applies, checkLaw, deviceSubject, type Law, LAWS, makeCase, type Recipe } from "../../src/laws/mod.ts";
import { SETTINGS } from "../arbitraries.ts";
import { gpuTest } from "./gpu.ts";
import { sideBySide } from "../../tools/laws/side_by_side.ts";

const CASES = 20;
/** Batches of so many cases; 1,000 cases with `SIDEWINDER_LONG`. */
const BATCHES = Deno.env.get("SIDEWINDER_LONG") ? 50 : 1;
/** Laws that hand what one scan gave on to the next, at most token by token. */
const IN_TURN: readonly string[] = ["steps", "chunks", "splits"];
/** Waits of a law, all cases of a batch together: two more than its longest case has tokens, or a few. */
const mostWaits = (law: string, batch: readonly Recipe[]): number =>
  IN_TURN.includes(law) ? 2 + Math.max(...batch.map(({ length }) => length)) : 16;
/** The smallest and that of the released models: each size needs pipelines of its own, and the kernel's law has them all. */
const STATE_SIZES = [1, 16] as const;

/** Tokens of the longest case: a long one takes a software adapter seconds. */
const LONGEST = 300;

/** The cases of a law, in sizes that need few pipelines and little time. */
const recipesOf = (law: Law): Recipe[] =>
  fc.sample(recipes({}, law), { seed: SETTINGS.seed, numRuns: BATCHES * CASES }).map((recipe) => ({
    ...recipe,
    stateSize: STATE_SIZES.findLast((size) => size <= recipe.stateSize)!,
    length: Math.min(LONGEST, recipe.length),
  }));

/**
 * Whether the power of a NaN is one. WGSL lets an implementation assume that there are none, and SwiftShader clamps what
 * it raises to a power; a NaN in A, which goes nowhere else, is then lost. Weights that are not finite are refused anyway.
 */
async function keepsNaN(device: Device): Promise<boolean> {
  const smallest = { batch: 1, groups: 1, channelsPerGroup: 1, stateSize: 1, length: 1 };
  const options = { softplus: true, bias: true, skip: true, gate: true, initialState: true, seed: 1 };
  const recipe: Recipe = { ...smallest, ...options, mood: "ordinary" };
  const { y } = await deviceSubject(device).scan({ ...makeCase(recipe), A: Float32Array.of(NaN) });
  return Number.isNaN(y[0]);
}

gpuTest(
  `LAWS hold on webgpu in ${BATCHES * CASES} cases each, ${CASES} issued before the first wait`,
  async (device, t) => {
    const subject = deviceSubject(sideBySide(device));
    const everyNaN = await keepsNaN(device);
    for (const law of LAWS.filter((law) => applies(law, subject))) {
      await t.step(law.name, async () => {
        const cases = recipesOf(law);
        for (let first = 0; first < cases.length; first += CASES) {
          const batch = cases.slice(first, first + CASES), before = device.counts().submits;
          const results = await Promise.allSettled(batch.map((recipe) => checkLaw(law, subject, recipe)));
          for (const [i, result] of results.entries()) {
            if (
              result.status === "fulfilled" || !everyNaN && /with (a NaN|-?Infinity) in A /.test(String(result.reason))
            ) continue;
            throw new Error(`${result.reason}\n  case: ${JSON.stringify(batch[i])}`);
          }
          const submits = device.counts().submits - before, most = mostWaits(law.name, batch);
          assert(submits <= most, `${submits} submissions for a batch of ${law.name}, ${most} at most`);
        }
      });
    }
  },
);
