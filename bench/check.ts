/**
 * `deno task bench --check [--write]`: whether kernels are as fast as they were, on any machine. Each is timed in turns with a
 * rival kernel of the same run (the matrix tile or the scan step on data in the first-level cache); what counts is the ratio
 * of the two at their fastest, beside the one that `bench/ratios.json` has. Beyond 10 % slower it fails; `--write` stores the ratios of this
 * run.
 *
 * @module
 */
import { openWasm } from "../src/wasm/device.ts";
import { countedCases } from "./kernels_bench.ts";
import { openRivals, type Rival, timesOf } from "./limits.ts";

const RATIOS = new URL("ratios.json", import.meta.url);
/** How much slower beside its rival a kernel may be. */
const SLOWER = 0.1;
const TURNS = 40;

/** Rate of a call over that of its rival: the fastest of many short turns of each, as other work only ever slows one down. */
function ratioOf(own: Rival, rival: Rival): number {
  let [fastest, beside] = [Infinity, Infinity];
  for (let turn = 0; turn < TURNS; turn++) {
    beside = Math.min(beside, timesOf(rival.call, 1, 1)[0]! / rival.operations);
    fastest = Math.min(fastest, timesOf(own.call, 1, 1)[0]! / own.operations);
  }
  return beside / fastest;
}

/** The kernels that are too slow beside their rivals, by the ratios that are expected. */
export function tooSlow(
  ratios: Readonly<Record<string, number>>,
  expected: Readonly<Record<string, number>>,
): string[] {
  return Object.entries(expected).flatMap(([kernel, wanted]) => {
    const ratio = ratios[kernel];
    if (ratio === undefined) return [`${kernel}: it is no longer measured`];
    return ratio < (1 - SLOWER) * wanted
      ? [`${kernel}: ${(100 * ratio).toFixed(0)} % of its rival, expected ${(100 * wanted).toFixed(0)} %`]
      : [];
  });
}

/** Measures, and compares or stores; the result is the exit code. */
export async function checkRatios(write: boolean, only: string): Promise<number> {
  await using device = await openWasm({ threads: 1 });
  using _ = device.scope();
  const rivals = openRivals(device.name.includes("relaxed")), ratios: Record<string, number> = {};
  for (const { kernel, call, operations, isScan } of countedCases(device, only)) {
    if (operations === 0) continue; // what counts no arithmetic is bound by memory, and has no rival here
    ratios[kernel] = Number(ratioOf({ call, operations }, isScan ? rivals.scan : rivals.tile).toFixed(3));
    console.log(`${kernel.padEnd(52)} ${(100 * ratios[kernel]).toFixed(0).padStart(4)} % of its rival`);
  }
  if (write) {
    await Deno.writeTextFile(RATIOS, JSON.stringify(ratios, null, 2) + "\n");
    return 0;
  }
  const stored = JSON.parse(await Deno.readTextFile(RATIOS)) as Record<string, number>;
  const expected = Object.fromEntries(Object.entries(stored).filter(([kernel]) => kernel.includes(only)));
  const slow = tooSlow(ratios, expected);
  for (const line of slow) console.error(line);
  return slow.length > 0 ? 1 : 0;
}
