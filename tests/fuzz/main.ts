/**
 * Fuzzes every reader of what strangers give:
 *
 *     deno task fuzz [--seconds S | --count N] [--seed S] [--only TARGET] [--jobs J]
 *     deno task fuzz --only TARGET --seed S --at I      gives one input again
 *
 * An input is right when it is read, or refused with an error of the library in words, in time and memory that grow with its
 * size. Any other goes to `tests/fuzz/corpus/TARGET`, whose files are given first on every run. With `--jobs` so many processes
 * share the inputs, the first with the seed S, the next with S + 1 and so on. Prints the seed, a line a target, and `N inputs,
 * M failed`; exits with 1 on a failure.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { countOf, runJobs, shareOf, tellSum } from "../jobs.ts";
import { addTally, corpusOf, emptyTally, give, GROUP, inputOf, type Tally } from "./give.ts";

const { values: flags } = parseArgs({
  args: Deno.args,
  options: {
    seconds: { type: "string" },
    count: { type: "string" },
    seed: { type: "string" },
    only: { type: "string" },
    at: { type: "string" },
    jobs: { type: "string", default: "1" },
    share: { type: "boolean", default: false }, // of a run with --jobs: ends with its sum
  },
});
const seed = Number(flags.seed ?? crypto.getRandomValues(new Uint32Array(1))[0]!);
const jobs = countOf("jobs", flags.jobs);
let started = performance.now();
const seconds = (): number => (performance.now() - started) / 1000;

/** What came of all inputs, and the megabytes that the process took. */
interface Sum {
  tallies: Record<string, Tally>;
  memory: number;
}

/** Gives the inputs of this process. */
async function fuzz(): Promise<Sum> {
  const { TARGETS } = await import("./targets.ts");
  started = performance.now(); // what the targets are made of is not counted
  const names = Object.keys(TARGETS).filter((name) => flags.only === undefined || name === flags.only);
  if (names.length === 0) {
    const known = Object.keys(TARGETS).join(", ");
    console.error(`Cannot fuzz as --only must be one of ${known}: current value is ${flags.only}`);
    Deno.exit(2);
  }
  const tallies: Record<string, Tally> = Object.fromEntries(names.map((name) => [name, emptyTally()]));
  const count = (): number => Object.values(tallies).reduce((sum, { inputs }) => sum + inputs, 0);
  const ended = (): boolean =>
    flags.count !== undefined ? count() >= Number(flags.count) : seconds() >= Number(flags.seconds ?? 30);
  for (const name of names) {
    const target = TARGETS[name]!, again = [...corpusOf(name)];
    const given = flags.at === undefined ? again : [inputOf(name, target, seed, Number(flags.at))];
    for (const one of given) await give(name, target, [one], tallies[name]!);
  }
  let told = seconds();
  for (let round = 0; flags.at === undefined && !ended(); round++) {
    for (const name of names) {
      const target = TARGETS[name]!;
      for (let i = 0; i < target.weight && !ended(); i += GROUP) {
        const group = Array.from(
          { length: Math.min(GROUP, target.weight - i) },
          (_, at) => inputOf(name, target, seed, round * target.weight + i + at),
        );
        await give(name, target, group, tallies[name]!);
      }
    }
    if (seconds() - told < 60) continue;
    told = seconds();
    console.log(`${count()} inputs after ${told.toFixed(0)} s`);
  }
  return { tallies, memory: Deno.memoryUsage().rss / 2 ** 20 };
}

/** Has processes do it, each with a seed of its own. */
async function fuzzTogether(): Promise<Sum> {
  const sums = await runJobs<Sum>(import.meta.url, jobs, (job) => [
    "--share",
    `--seed=${seed + job}`,
    ...(flags.only === undefined ? [] : [`--only=${flags.only}`]),
    ...(flags.count === undefined
      ? [`--seconds=${flags.seconds ?? 30}`]
      : [`--count=${shareOf(Number(flags.count), jobs, job)}`]),
  ]);
  const all: Sum = { tallies: { died: emptyTally() }, memory: 0 };
  for (const sum of sums) {
    if (sum === undefined) all.tallies.died!.failed++;
    for (const [name, tally] of Object.entries(sum?.tallies ?? {})) addTally(all.tallies[name] ??= emptyTally(), tally);
    all.memory = Math.max(all.memory, sum?.memory ?? 0);
  }
  if (all.tallies.died!.failed === 0) delete all.tallies.died;
  return all;
}

console.log(jobs > 1 ? `seeds ${seed} to ${seed + jobs - 1}` : `seed ${seed}`);
const { tallies, memory } = jobs > 1 ? await fuzzTogether() : await fuzz();
if (flags.share) tellSum({ tallies, memory });
else {
  for (const [name, { inputs, read, refused, slowest, largest }] of Object.entries(tallies)) {
    console.log(
      `${name.padEnd(12)} ${`${inputs}`.padStart(9)} inputs  ${`${read}`.padStart(9)} read  ${
        `${refused}`.padStart(9)
      } refused  slowest ${slowest.toFixed(0)} ms  most ${largest.toFixed(0)} MB`,
    );
  }
  console.log(`seed ${seed}, ${jobs} at once, ${seconds().toFixed(0)} s, ${memory.toFixed(0)} MB at most`);
}
const total = (name: "inputs" | "failed"): number =>
  Object.values(tallies).reduce((sum, tally) => sum + tally[name], 0);
console.log(`${total("inputs")} inputs, ${total("failed")} failed`);
Deno.exit(total("failed") > 0 || total("inputs") === 0 ? 1 : 0);
