/**
 * Calls every op wildly on the kernels under guard, in both builds, on several processes:
 *
 *     deno task wild [--calls N] [--jobs J] [--only OP]
 *
 * 10,000 calls of each op and build by default, cut among the processes; one in a hundred has a size at, just under or over a
 * limit. A call must run and touch nothing but its operands, or be refused in words. Prints a line an op and `N calls, M
 * failed`; exits with 1 on a failure. `deno task test wasm --checked` makes a part of them, with `SIDEWINDER_LONG=1` all.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { countOf, runJobs, tellSum } from "../jobs.ts";
import { WILD_CALLS } from "./wild_calls.ts";
import { runWild, type WildCount } from "./wild_run.ts";

const { values: flags } = parseArgs({
  args: Deno.args,
  options: {
    calls: { type: "string", default: "10000" },
    jobs: { type: "string", default: "1" },
    only: { type: "string" },
    share: { type: "string" }, // of a run with --jobs: this process's number
  },
});
const calls = countOf("calls", flags.calls), jobs = countOf("jobs", flags.jobs), started = performance.now();
const ops = Object.keys(WILD_CALLS).filter((op) => flags.only === undefined || op === flags.only);
if (ops.length === 0) {
  console.error(`Cannot call ${flags.only} as it must be one of ${Object.keys(WILD_CALLS).join(", ")}: it is unknown`);
  Deno.exit(2);
}
const BUILDS = ["relaxed-simd", "simd128"] as const;

/** How the calls of each op and build ended. */
type Counts = Record<string, WildCount & { failed: number }>;

const none = () => ({ ran: 0, refused: 0, limits: 0, failed: 0 });

/** Makes calls of every op, from a share of each. */
async function callAll(job: number): Promise<Counts> {
  const counts: Counts = {};
  const first = Math.floor(calls * job / jobs), next = Math.floor(calls * (job + 1) / jobs);
  for (const op of ops) {
    for (const build of BUILDS) {
      const count = counts[`${op}, ${build}`] = none();
      try {
        Object.assign(count, await runWild(op, build, first, next - first));
      } catch (error) {
        count.failed++;
        console.log(`${build}: ${(error as Error).message}`);
      }
    }
  }
  return counts;
}

/** Has processes do it. */
async function callTogether(): Promise<Counts> {
  const all: Counts = {};
  const sums = await runJobs<Counts>(import.meta.url, jobs, (job) => [
    ...[`--share=${job}`, `--jobs=${jobs}`, `--calls=${calls}`],
    ...(flags.only === undefined ? [] : [`--only=${flags.only}`]),
  ]);
  for (const counts of sums) {
    for (const [name, count] of Object.entries(counts ?? { "processes that died": { ...none(), failed: 1 } })) {
      const sum = all[name] ??= none();
      for (const kind of ["ran", "refused", "limits", "failed"] as const) sum[kind] += count[kind];
    }
  }
  return all;
}

const counts = flags.share === undefined && jobs > 1 ? await callTogether() : await callAll(Number(flags.share ?? 0));
if (flags.share !== undefined) {
  tellSum(counts);
  Deno.exit(0);
}
let made = 0, failed = 0;
for (const [name, count] of Object.entries(counts)) {
  made += count.ran + count.refused;
  failed += count.failed;
  console.log(
    `${
      count.failed ? "FAILED" : "ok    "
    } ${name}: ${count.ran} ran, ${count.refused} refused, ${count.limits} at a limit`,
  );
}
console.log(`${made} calls, ${failed} failed, ${((performance.now() - started) / 1000).toFixed(0)} s`);
Deno.exit(failed > 0 ? 1 : 0);
