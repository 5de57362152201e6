/**
 * Fuzzes every reader of what strangers give:
 *
 *     deno task fuzz [--seconds S | --count N] [--seed S] [--only TARGET]
 *     deno task fuzz --only TARGET --seed S --at I      gives one input again
 *
 * An input is right when it is read, or refused with an error of the library in words, in time and memory that grow with its
 * size. Any other goes to `tests/fuzz/corpus/TARGET`, whose files are given first on every run. Prints the seed, a line a
 * target, and `N inputs, M failed`; exits with 1 on a failure.
 *
 * @module
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { Draw } from "../arbitraries.ts";
import { type Target, TARGETS } from "./targets.ts";

const { values: flags } = parseArgs({
  args: Deno.args,
  options: {
    seconds: { type: "string" },
    count: { type: "string" },
    seed: { type: "string" },
    only: { type: "string" },
    at: { type: "string" },
  },
});
const seed = Number(flags.seed ?? crypto.getRandomValues(new Uint32Array(1))[0]!);
const CORPUS = new URL("corpus/", import.meta.url);

/** Milliseconds of processor that an input may take, and those of each of its kilobytes. */
const TIME = 1000, TIME_PER_KB = 2;
/** Milliseconds by the clock from which on an input is given again, to see how long the processor takes. */
const NOTICED = 100;
/** Megabytes that stay allocated after an input, and those of each of its own. */
const MEMORY = 64, MEMORY_PER_MB = 80;
/** Inputs between two looks at the memory; when it has grown by what one of them may take, each is given again alone. */
const GROUP = 32;

/** Errors of the library say what it could not do and what is; engines say "Cannot read properties of undefined". */
const OURS = /^Cannot .* as .*: \w/s;

/** What became of the inputs of a target. */
interface Tally {
  inputs: number;
  read: number;
  refused: number;
  failed: number;
  slowest: number;
  largest: number;
}

const megabytes = (): number => {
  const { heapUsed, external } = Deno.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
};

/** An input and where it came from. */
interface Given {
  readonly input: Uint8Array<ArrayBuffer>;
  readonly origin: string;
}

/** What is wrong with what a target makes of an input; nothing when it reads or refuses it. */
async function outcome({ feed }: Target, input: Uint8Array<ArrayBuffer>): Promise<"read" | "refused" | Error> {
  try {
    await feed(input);
    return "read";
  } catch (error) {
    const known = error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError;
    return known && OURS.test(error.message) ? "refused" : error instanceof Error ? error : new Error(String(error));
  }
}

/** What is wrong with the time and memory that an input takes, given alone. */
async function judgeCost(target: Target, input: Uint8Array<ArrayBuffer>, tally: Tally): Promise<string | undefined> {
  const before = megabytes(), { user, system } = process.cpuUsage();
  await outcome(target, input);
  const used = process.cpuUsage({ user, system }),
    time = (used.user + used.system) / 1000,
    grown = megabytes() - before;
  tally.slowest = Math.max(tally.slowest, time);
  tally.largest = Math.max(tally.largest, grown);
  const most = TIME + TIME_PER_KB * input.length / 1024;
  if (time > most) return `it took ${time.toFixed(0)} ms, allowed are ${most.toFixed(0)}`;
  if (grown > MEMORY + MEMORY_PER_MB * input.length / 2 ** 20) return `${grown.toFixed(0)} MB stay allocated`;
  return undefined;
}

/** Says what is wrong with an input, and keeps it. */
async function report(name: string, { input, origin }: Given, fault: string, tally: Tally): Promise<void> {
  tally.failed++;
  console.error(`${name} ${origin}: ${fault}`);
  if (origin.startsWith("corpus")) return;
  await Deno.mkdir(new URL(`${name}/`, CORPUS), { recursive: true });
  await Deno.writeFile(new URL(`${name}/${seed}_${tally.inputs}`, CORPUS), input);
}

/** Gives some inputs to a target. */
async function give(name: string, target: Target, group: readonly Given[], tally: Tally): Promise<void> {
  const before = megabytes(), slow = new Set<Given>();
  for (const given of group) {
    const started = performance.now(), made = await outcome(target, given.input), time = performance.now() - started;
    tally.inputs++;
    if (made === "read") tally.read++;
    else if (made === "refused") tally.refused++;
    else await report(name, given, made.stack ?? made.message, tally);
    if (time > NOTICED) slow.add(given);
    else tally.slowest = Math.max(tally.slowest, time);
  }
  const grown = megabytes() - before;
  if (grown <= MEMORY) tally.largest = Math.max(tally.largest, grown / group.length);
  for (const given of grown > MEMORY ? group : slow) {
    // Another process may have been in the way, or a collection: three tries.
    let fault = await judgeCost(target, given.input, tally);
    for (let again = 0; fault !== undefined && again < 2; again++) fault = await judgeCost(target, given.input, tally);
    if (fault !== undefined) await report(name, given, fault, tally);
  }
}

/** Inputs that failed once. */
function* corpusOf(name: string): Generator<readonly [string, Uint8Array<ArrayBuffer>]> {
  try {
    for (const { name: file } of Deno.readDirSync(new URL(`${name}/`, CORPUS))) {
      yield [file, Deno.readFileSync(new URL(`${name}/${file}`, CORPUS))];
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** The draw of input `i` of a target. */
function drawOf(name: string, i: number): Draw {
  let hash = seed >>> 0;
  for (const letter of `${name} ${i}`) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  return new Draw({ mood: "ordinary", viewed: false, seed: hash });
}

const names = Object.keys(TARGETS).filter((name) => flags.only === undefined || name === flags.only);
if (names.length === 0) {
  console.error(
    `Cannot fuzz as --only must be one of ${Object.keys(TARGETS).join(", ")}: current value is ${flags.only}`,
  );
  Deno.exit(2);
}
console.log(`seed ${seed}`);
const tallies = new Map(
  names.map((name) => [name, { inputs: 0, read: 0, refused: 0, failed: 0, slowest: 0, largest: 0 }] as const),
);
const started = performance.now();
const ended = (): boolean => {
  const done = [...tallies.values()].reduce((sum, { inputs }) => sum + inputs, 0);
  if (flags.count !== undefined) return done >= Number(flags.count);
  return performance.now() - started >= 1000 * Number(flags.seconds ?? 30);
};

for (const name of names) {
  const target = TARGETS[name]!, tally = tallies.get(name)!;
  if (flags.at !== undefined) {
    const input = target.make(drawOf(name, Number(flags.at)));
    await give(name, target, [{ input, origin: `seed ${seed} at ${flags.at}` }], tally);
  } else {
    for (const [file, input] of corpusOf(name)) await give(name, target, [{ input, origin: `corpus ${file}` }], tally);
  }
}
let told = started;
for (let round = 0; flags.at === undefined && !ended(); round++) {
  for (const name of names) {
    const target = TARGETS[name]!;
    for (let i = 0; i < target.weight && !ended(); i += GROUP) {
      const group = Array.from({ length: Math.min(GROUP, target.weight - i) }, (_, at): Given => {
        const index = round * target.weight + i + at;
        return { input: target.make(drawOf(name, index)), origin: `seed ${seed} at ${index}` };
      });
      await give(name, target, group, tallies.get(name)!);
    }
  }
  if (performance.now() - told < 60_000) continue;
  told = performance.now();
  const done = [...tallies.values()].reduce((sum, { inputs }) => sum + inputs, 0);
  console.log(`${done} inputs after ${((told - started) / 1000).toFixed(0)} s`);
}

let inputs = 0, failed = 0;
for (const [name, tally] of tallies) {
  inputs += tally.inputs;
  failed += tally.failed;
  console.log(
    `${name.padEnd(12)} ${`${tally.inputs}`.padStart(9)} inputs  ${`${tally.read}`.padStart(9)} read  ${
      `${tally.refused}`.padStart(9)
    } refused  slowest ${tally.slowest.toFixed(0)} ms  most ${tally.largest.toFixed(0)} MB`,
  );
}
const { rss } = Deno.memoryUsage();
console.log(`seed ${seed}, ${((performance.now() - started) / 1000).toFixed(0)} s, ${(rss / 2 ** 20).toFixed(0)} MB`);
console.log(`${inputs} inputs, ${failed} failed`);
Deno.exit(failed > 0 ? 1 : 0);
