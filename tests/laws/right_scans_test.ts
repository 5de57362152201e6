import { assertEquals } from "@std/assert";
import { elementsOf } from "../../src/laws/cases.ts";
import { assertScan } from "../../src/laws/mod.ts";
import { SETTINGS } from "../arbitraries.ts";
import { emission, judged } from "./mutants/emission.ts";
import { RIGHT_SCANS } from "./right_scans.ts";

const LONG = Deno.env.get("SIDEWINDER_LONG") !== undefined;
/** Five orders of operations. */
const ORDERS = [
  "step by step",
  "prefixes in rounds",
  "prefixes by a tree",
  "chunks of 16",
  "states added from the last",
];
/** State elements over all steps of the largest case by default. */
const MOST = LONG ? Infinity : 2000;

const cases = (await emission()).filter(({ recipe, scans }) => elementsOf(recipe) * scans.length <= MOST);

for (const [name, scan] of Object.entries(RIGHT_SCANS)) {
  Deno.test(`LAWS accept a right scan through files: ${name}`, async () => {
    for (const each of cases) assertEquals(await judged(each, scan), undefined, each.name);
  });
}

for (const name of ORDERS) {
  const seeds = LONG ? 20 : 2;
  Deno.test(`LAWS accept a right scan on ${seeds} seeds: ${name}`, async () => {
    for (let seed = 0; seed < seeds; seed++) {
      const options = { runs: LONG ? 8 : 4, seed: SETTINGS.seed + seed, probes: false };
      await assertScan({ name, scan: RIGHT_SCANS[name]! }, options);
    }
  });
}
