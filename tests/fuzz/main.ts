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

/** Milliseconds of processor that an input may take, and those of each of its kilobytes; another try is given. */
const TIME = 1000, TIME_PER_KB = 2;
/** Megabytes that stay allocated after an input, and those of each of its own. */
const MEMORY = 64, MEMORY_PER_MB = 80;

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

/** What is wrong with how a target takes an input; nothing when it is right. */
async function judge({ feed }: Target, input: Uint8Array<ArrayBuffer>, tally: Tally): Promise<string | undefined> {
  const before = megabytes(), { user, system } = process.cpuUsage();
  let fault: string | undefined;
  try {
    await feed(input);
    tally.read++;
  } catch (error) {
    const known = error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError;
    if (known && OURS.test(error.message)) tally.refused++;
    else fault = error instanceof Error ? error.stack ?? error.message : String(error);
  }
  const used = process.cpuUsage({ user, system }),
    time = (used.user + used.system) / 1000,
    grown = megabytes() - before;
  tally.slowest = Math.max(tally.slowest, time);
  tally.largest = Math.max(tally.largest, grown);
  const most = TIME + TIME_PER_KB * input.length / 1024;
  if (time > most) fault ??= `it took ${time.toFixed(0)} ms, allowed are ${most.toFixed(0)}`;
  if (grown > MEMORY + MEMORY_PER_MB * input.length / 2 ** 20) fault ??= `${grown.toFixed(0)} MB stay allocated`;
  return fault;
}

/** Gives an input to a target, a slow one twice, as another process may have slowed it down. */
async function give(name: string, target: Target, input: Uint8Array<ArrayBuffer>, tally: Tally, origin: string) {
  let fault = await judge(target, input, tally);
  if (fault?.startsWith("it took")) fault = await judge(target, input, tally);
  tally.inputs++;
  if (fault === undefined) return;
  tally.failed++;
  console.error(`${name} ${origin}: ${fault}`);
  if (origin.startsWith("corpus")) return;
  await Deno.mkdir(new URL(`${name}/`, CORPUS), { recursive: true });
  await Deno.writeFile(new URL(`${name}/${seed}_${tally.inputs}`, CORPUS), input);
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
    await give(name, target, target.make(drawOf(name, Number(flags.at))), tally, `seed ${seed} at ${flags.at}`);
  } else {
    for (const [file, input] of corpusOf(name)) await give(name, target, input, tally, `corpus ${file}`);
  }
}
for (let round = 0; flags.at === undefined && !ended(); round++) {
  for (const name of names) {
    const target = TARGETS[name]!;
    for (let i = 0; i < target.weight && !ended(); i++) {
      const index = round * target.weight + i;
      await give(name, target, target.make(drawOf(name, index)), tallies.get(name)!, `seed ${seed} at ${index}`);
    }
  }
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
