import { assert } from "@std/assert";
import type { Device } from "../../src/device.ts";
import { fc, recipes } from "../../src/laws/arbitraries.ts";
import { checkLaw, deviceSubject, LAWS, makeCase, type Recipe } from "../../src/laws/mod.ts";
import { SETTINGS } from "../arbitraries.ts";
import { gpuTest } from "./gpu.ts";
import { sideBySide } from "./side_by_side.ts";

const CASES = 50;
/** Batches of so many cases; 1,000 cases with `SIDEWINDER_LONG`. */
const BATCHES = Deno.env.get("SIDEWINDER_LONG") ? 20 : 1;
/** Laws that hand what one scan gave on to the next, at most token by token. */
const IN_TURN: readonly string[] = ["steps", "chunks"];
/** Waits of a law, all cases of a batch together: two more than its longest case has tokens, or a few. */
const mostWaits = (law: string, batch: readonly Recipe[]): number =>
  IN_TURN.includes(law) ? 2 + Math.max(...batch.map(({ length }) => length)) : 16;
/** The smallest and that of the released models: each size needs pipelines of its own, and the kernel's law has them all. */
const STATE_SIZES = [1, 16] as const;

const RECIPES: readonly Recipe[] = fc.sample(recipes(), { seed: SETTINGS.seed, numRuns: BATCHES * CASES })
  .map((recipe) => ({ ...recipe, stateSize: STATE_SIZES.findLast((size) => size <= recipe.stateSize)! }));

/**
 * Whether the power of a NaN is one. WGSL lets an implementation assume that there are none, and SwiftShader clamps what
 * it raises to a power; a NaN in A, which goes nowhere else, is then lost. Weights that are not finite are refused anyway.
 */
async function keepsNaN(device: Device): Promise<boolean> {
  const smallest = { batch: 1, groups: 1, channelsPerGroup: 1, stateSize: 1, length: 1 };
  const recipe: Recipe = { ...RECIPES[0]!, ...smallest, mood: "ordinary", initialState: true };
  const { y } = await deviceSubject(device).scan({ ...makeCase(recipe), A: Float32Array.of(NaN) });
  return Number.isNaN(y[0]);
}

gpuTest(
  `LAWS hold on webgpu in ${RECIPES.length} cases each, ${CASES} issued before the first wait`,
  async (device, t) => {
    const subject = deviceSubject(sideBySide(device));
    const everyNaN = await keepsNaN(device);
    for (const law of LAWS) {
      await t.step(law.name, async () => {
        for (let first = 0; first < RECIPES.length; first += CASES) {
          const batch = RECIPES.slice(first, first + CASES), before = device.counts().submits;
          const results = await Promise.allSettled(batch.map((recipe) => checkLaw(law, subject, recipe)));
          for (const [i, result] of results.entries()) {
            if (result.status === "fulfilled" || !everyNaN && /with a NaN in A /.test(String(result.reason))) continue;
            throw new Error(`${result.reason}\n  case: ${JSON.stringify(batch[i])}`);
          }
          const submits = device.counts().submits - before, most = mostWaits(law.name, batch);
          assert(submits <= most, `${submits} submissions for a batch of ${law.name}, ${most} at most`);
        }
      });
    }
  },
);
