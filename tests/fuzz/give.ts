/**
 * Gives inputs to targets and judges what becomes of them.
 *
 * @module
 */
import process from "node:process";
import { Draw } from "../draw.ts";
import type { Target } from "./targets.ts";

const CORPUS = new URL("corpus/", import.meta.url);

/** Milliseconds of processor that an input may take, and those of each of its kilobytes. */
const TIME = 1000, TIME_PER_KB = 2;
/** Milliseconds by the clock from which on an input is given again, to see how long the processor takes. */
const NOTICED = 100;
/** Megabytes that stay allocated after an input, and those of each of its own. */
const MEMORY = 64, MEMORY_PER_MB = 80;
/** Inputs between two looks at the memory; when it has grown by what one of them may take, each is given again alone. */
export const GROUP = 32;

/** Errors of the library say what it could not do and what is; engines say "Cannot read properties of undefined". */
const OURS = /^Cannot .* as .*: \w/s;

/** What became of the inputs of a target. */
export interface Tally {
  /** How many were given. */
  inputs: number;
  /** How many were read. */
  read: number;
  /** How many were refused in words. */
  refused: number;
  /** How many met anything else. */
  failed: number;
  /** Milliseconds of processor that the slowest took. */
  slowest: number;
  /** Megabytes that stayed allocated after one, at most. */
  largest: number;
}

/** Nothing yet. */
export const emptyTally = (): Tally => ({ inputs: 0, read: 0, refused: 0, failed: 0, slowest: 0, largest: 0 });

/** Adds what another process counted. */
export function addTally(sum: Tally, more: Tally): void {
  for (const name of ["inputs", "read", "refused", "failed"] as const) sum[name] += more[name];
  for (const name of ["slowest", "largest"] as const) sum[name] = Math.max(sum[name], more[name]);
}

const megabytes = (): number => {
  const { heapUsed, external } = Deno.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
};

/** An input and where it came from. */
export interface Given {
  readonly input: Uint8Array<ArrayBuffer>;
  /** Says how it is made again. */
  readonly origin: string;
  /** Under which name it is kept if it fails; one of the corpus is there already. */
  readonly keep?: string;
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
async function report(name: string, { input, origin, keep }: Given, fault: string, tally: Tally): Promise<void> {
  tally.failed++;
  console.error(`${name} ${origin}: ${fault}`);
  if (keep === undefined) return;
  await Deno.mkdir(new URL(`${name}/`, CORPUS), { recursive: true });
  await Deno.writeFile(new URL(`${name}/${keep}`, CORPUS), input);
}

/** Gives some inputs to a target. */
export async function give(name: string, target: Target, group: readonly Given[], tally: Tally): Promise<void> {
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
export function* corpusOf(name: string): Generator<Given> {
  try {
    for (const { name: file } of Deno.readDirSync(new URL(`${name}/`, CORPUS))) {
      yield { input: Deno.readFileSync(new URL(`${name}/${file}`, CORPUS)), origin: `corpus ${file}` };
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Input number `i` of a target, by a seed. */
export function inputOf(name: string, target: Target, seed: number, i: number): Given {
  let hash = seed >>> 0;
  for (const letter of `${name} ${i}`) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  const input = target.make(new Draw({ mood: "ordinary", viewed: false, seed: hash }));
  return { input, origin: `seed ${seed} at ${i}`, keep: `${seed}_${i}` };
}
