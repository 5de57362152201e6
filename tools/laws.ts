/**
 * The laws of the selective scan from the command line:
 *
 *     laws [--device NAME] [--law NAME] [--runs N] [--seed S]     tries the laws on our devices
 *     laws emit DIR [--law NAME [--recipe JSON]] …                writes cases for another program
 *     laws check DIR                                              judges what it computed
 *     laws shrink DIR SMALLER                                     writes what could fail smaller than what failed
 *     laws run COMMAND …                                          all of that, over a program that takes a folder
 *
 * What is told of a program: `--lacks A,B`, `--offers A,B`, `--hold`, `--roundoff R`, `--storage f16`, `--segsum CHUNK`.
 * Without `--device` the reference and both WASM builds are tried; without `--seed` a fresh one is taken and printed.
 * Prints one line per law and closes with `N passed, N failed`; exits with 1 on a failure.
 *
 * @module
 */
import type { Device } from "../src/device.ts";
import { openWebgpu } from "../src/gpu/device.ts";
import {
  casesOf,
  describeFailure,
  deviceSubject,
  type EmitOptions,
  lawOf,
  type LawReport,
  LAWS,
  verifyScan,
} from "../src/laws/mod.ts";
import { type DeviceKind, openDevice } from "../src/open_device.ts";
import { sideBySide } from "./laws/side_by_side.ts";
import { check, emit, type Print, run, shrink } from "./laws/folder.ts";
import { caseOf, count, parse, programOf, type Request } from "./laws/request.ts";

const DEVICES: readonly DeviceKind[] = ["reference", "wasm-simd128", "wasm"];
/** Cases that are issued to WebGPU before the first wait: it takes long to answer. */
const AT_ONCE = 50;

/** What cases a request asks for. */
function optionsOf(request: Request): EmitOptions {
  const one = caseOf(request), law = request.flags.get("--law");
  const options = { runs: count(request, "--runs", 8), seed: count(request, "--seed", 1), ...programOf(request) };
  if (one) return { ...options, only: [one] };
  return law === undefined
    ? options
    : { ...options, only: casesOf(options).filter((each) => each.law === lawOf(law).name) };
}

/** A device by its name, and how many cases it is to be given at once. */
async function open(kind: DeviceKind): Promise<{ device: Device; tried: Device; atOnce: number }> {
  if (kind !== "webgpu") {
    const device = await openDevice({ require: kind });
    return { device, tried: device, atOnce: 1 };
  }
  const device = await openWebgpu();
  return { device, tried: sideBySide(device), atOnce: AT_ONCE };
}

/** A report in one line. */
const lineOf = (where: string, { law, outcome, runs }: LawReport): string =>
  `${where.padEnd(18)} ${law.padEnd(20)} ${outcome.padEnd(14)} ${runs} runs`;

/** Tries the laws on our devices. */
async function tryDevices(request: Request, print: Print): Promise<boolean> {
  const seed = count(request, "--seed", crypto.getRandomValues(new Uint32Array(1))[0]! >>> 1);
  const runs = count(request, "--runs", 1000), name = request.flags.get("--law");
  const laws = name ? [lawOf(name)] : LAWS, wanted = request.flags.get("--device");
  let passed = 0, failed = 0;
  print(`seed ${seed}`);
  for (const kind of wanted ? [wanted as DeviceKind] : DEVICES) {
    const { device, tried, atOnce } = await open(kind);
    const onLaw = (report: LawReport) => {
      if (report.outcome === "holds") passed++;
      if (report.outcome === "broken") failed++;
      print(lineOf(device.name, report));
      if (report.failure) print(describeFailure(report));
    };
    await verifyScan(deviceSubject(tried), { runs, seed, laws, atOnce, onLaw });
    device.close();
  }
  print(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0;
}

/** Runs what the arguments ask for; the exit code. */
export async function laws(args: readonly string[], print: Print = console.log): Promise<number> {
  const request = parse(args), { verb, words: [first, second] } = request;
  switch (verb) {
    case "devices":
      return await tryDevices(request, print) ? 0 : 1;
    case "emit":
      await emit(first!, optionsOf(request), print);
      return 0;
    case "check":
      return await check(first!, programOf(request), print) ? 0 : 1;
    case "shrink":
      if (!await shrink(first!, second!, programOf(request), print)) {
        print("nothing failed, so there is nothing to shrink");
      }
      return 0;
    case "run":
      return await run(first!, optionsOf(request), print) ? 0 : 1;
  }
}

if (import.meta.main) {
  try {
    Deno.exit(await laws(Deno.args));
  } catch (error) {
    console.error((error as Error).message);
    Deno.exit(2);
  }
}
