/**
 * Causes every fault of docs/reliability.md and says what happened:
 *
 *     deno task faults [NAME…]
 *
 * Prints a line a fault and `N faults, M failed, L left out`; exits with 1 on a failure. A fault that this machine cannot have
 * (no WebGPU, no user namespaces) is left out by name.
 *
 * @module
 */
import { FAULTS, LEFT_OUT } from "./faults.ts";

const wanted = Deno.args.length > 0 ? Deno.args : Object.keys(FAULTS);
const unknown = wanted.find((name) => !(name in FAULTS));
if (unknown !== undefined) {
  console.error(`Cannot cause ${unknown} as it must be one of ${Object.keys(FAULTS).join(", ")}: it is unknown`);
  Deno.exit(2);
}
let failed = 0, left = 0;
for (const name of wanted) {
  let outcome: string;
  try {
    const happened = await FAULTS[name]!();
    outcome = happened.startsWith(LEFT_OUT) ? happened : `ok        ${happened}`;
    if (happened.startsWith(LEFT_OUT)) left++;
  } catch (error) {
    failed++;
    outcome = `FAILED    ${(error as Error).message}`;
  }
  console.log(`${name.padEnd(20)} ${outcome}`);
}
console.log(`${wanted.length} faults, ${failed} failed, ${left} left out`);
Deno.exit(failed > 0 ? 1 : 0);
