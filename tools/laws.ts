/**
 * The laws of the selective scan from the command line:
 *
 *     laws [--device NAME] [--law NAME] [--runs N] [--seed S]     tries the laws on our devices
 *     laws emit DIR [--runs N] [--seed S] [--lacks A,B] [--hold]  writes cases for another program
 *     laws check DIR                                              judges what it computed
 *
 * Without `--device` the reference and both WASM builds are tried; without `--seed` a fresh one is taken and printed.
 * Prints one line per law and closes with `N passed, N failed`; exits with 1 on a failure.
 *
 * @module
 */
import { type DeviceKind, openDevice } from "../src/open_device.ts";
import {
  describeFailure,
  deviceSubject,
  emitCases,
  type Feature,
  FEATURES,
  judgeCases,
  lawOf,
  type LawReport,
  LAWS,
  verifyScan,
} from "../src/laws/mod.ts";

const USAGE = "laws [emit DIR | check DIR] [--device NAME] [--law NAME] [--runs N] [--seed S] [--lacks A,B] [--hold]";
const FLAGS = ["--device", "--law", "--runs", "--seed", "--lacks"] as const;
const DEVICES: readonly DeviceKind[] = ["reference", "wasm-simd128", "wasm"];

interface Request {
  readonly words: readonly string[];
  readonly flags: ReadonlyMap<string, string>;
  readonly hold: boolean;
}

function parse(args: readonly string[]): Request {
  const words: string[] = [], flags = new Map<string, string>();
  let hold = false;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === "--hold") hold = true;
    else if (FLAGS.some((flag) => flag === arg) && args[i + 1] !== undefined) flags.set(arg, args[++i]!);
    else if (!arg.startsWith("--")) words.push(arg);
    else throw new TypeError(`Cannot run laws as ${arg} must be a known flag with its value: usage is ${USAGE}`);
  }
  const fits = words.length === 0 || (words.length === 2 && ["emit", "check"].includes(words[0]!));
  if (!fits) throw new TypeError(`Cannot run laws as its arguments must be known: usage is ${USAGE}`);
  return { words, flags, hold };
}

function count(flags: Request["flags"], flag: string, otherwise: number): number {
  const text = flags.get(flag), value = Number(text ?? otherwise);
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`Cannot run laws as ${flag} must be a number of at least 0: current value is ${text}`);
  }
  return value;
}

function featuresOf(list: string | undefined): Feature[] {
  const names = list?.split(",") ?? [], unknown = names.find((name) => !FEATURES.some((feature) => feature === name));
  if (unknown !== undefined) {
    throw new RangeError(
      `Cannot run laws as --lacks must name some of ${FEATURES.join(", ")}: current value is ${unknown}`,
    );
  }
  return names as Feature[];
}

async function emit(folder: string, { flags, hold }: Request, print: (text: string) => void): Promise<number> {
  let files = 0;
  const options = {
    runs: count(flags, "--runs", 8),
    seed: count(flags, "--seed", 1),
    lacks: featuresOf(flags.get("--lacks")),
    discretisation: hold ? "zoh" : "mamba",
  } as const;
  await Deno.mkdir(folder, { recursive: true });
  for await (const { name, bytes } of emitCases(options)) {
    await Deno.writeFile(`${folder}/${name}`, bytes);
    files++;
  }
  print(
    `${files} files in ${folder}: for each NAME.in.safetensors write NAME.out.safetensors, then run laws check ${folder}`,
  );
  return 0;
}

/** A report in one line. */
const lineOf = (where: string, { law, outcome, runs }: LawReport): string =>
  `${where.padEnd(18)} ${law.padEnd(20)} ${outcome.padEnd(14)} ${runs} runs`;

/** Runs what the arguments ask for; the exit code. */
export async function laws(args: readonly string[], print: (text: string) => void = console.log): Promise<number> {
  const request = parse(args), { words: [command, folder], flags } = request;
  if (command === "emit") return await emit(folder!, request, print);
  let passed = 0, failed = 0;
  const take = (where: string, report: LawReport) => {
    if (report.outcome === "holds") passed++;
    if (report.outcome === "broken") failed++;
    print(lineOf(where, report));
    if (report.failure) print(describeFailure(report));
  };
  if (command === "check") {
    for await (const report of judgeCases((name) => Deno.readFile(`${folder}/${name}`))) take(folder!, report);
  } else {
    const seed = count(flags, "--seed", crypto.getRandomValues(new Uint32Array(1))[0]! >>> 1);
    const runs = count(flags, "--runs", 1000), name = flags.get("--law"), device = flags.get("--device");
    print(`seed ${seed}`);
    for (const kind of device ? [device as DeviceKind] : DEVICES) {
      await using opened = await openDevice({ require: kind });
      const options = { runs, seed, laws: name ? [lawOf(name)] : LAWS };
      await verifyScan(deviceSubject(opened), { ...options, onLaw: (report) => take(opened.name, report) });
    }
  }
  print(`${passed} passed, ${failed} failed`);
  return failed > 0 || passed === 0 ? 1 : 0;
}

if (import.meta.main) {
  try {
    Deno.exit(await laws(Deno.args));
  } catch (error) {
    console.error((error as Error).message);
    Deno.exit(2);
  }
}
