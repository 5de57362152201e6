/**
 * All tests: `deno task test [SUITE…]`. Each suite says what it needs, gets it installed where that takes one command, and
 * counts; the last line sums them, after the suites that were left out. `--ci` leaves none out. Suites run side by side, as
 * many as `--side N` says (2 unless it does, one where there is one core), those that look at the clock alone.
 * `wasm --checked` is the suite of the kernels under guard.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { type Suite, SUITES } from "./suites.ts";

interface Counts {
  passed: number;
  failed: number;
}

// deno-lint-ignore no-control-regex
const ANSI = /\x1b\[[0-9;]*m/g;

/** How a command ended: what it printed, and why it counts as failed. */
interface Outcome {
  /** Without colours. */
  readonly output: string;
  /** Absent when it succeeded. */
  readonly fault?: string;
  /** Whether it was a signal that ended it. */
  readonly killed?: boolean;
}

/** Closing lines of a runner. */
const CLOSING_REGEXP = /(\d+) passed(?: \(\d+ steps?\))?[,| ]+(\d+) failed/g;

/**
 * Whether the process died when all its tests had passed. Mesa's software Vulkan does that in one of some fifty processes:
 * it finds its heap damaged while it shuts down, after the runner's closing line. That says nothing about the tests.
 */
function diedAtExit({ output, killed }: Outcome): boolean {
  const lines = [...output.matchAll(CLOSING_REGEXP)];
  return killed === true && lines.length > 0 && lines.every(([, passed, failed]) => passed !== "0" && failed === "0");
}

/** Counts of a suite: the closing lines of its runner, or one for the whole command. */
function count({ output, fault }: Outcome): Counts {
  const counts = [...output.matchAll(CLOSING_REGEXP)].reduce(
    (sum, [, passed, failed]) => ({ passed: sum.passed + Number(passed), failed: sum.failed + Number(failed) }),
    { passed: 0, failed: 0 },
  );
  if (counts.passed + counts.failed === 0) return fault ? { passed: 0, failed: 1 } : { passed: 1, failed: 0 };
  if (fault && counts.failed === 0) counts.failed = 1;
  return counts;
}

/** What failed: the names of tests, or how the command ended where no test says so. */
function faultsOf({ output, fault }: Outcome): readonly string[] {
  const names = [...output.matchAll(/^(.+) \.\.\. FAILED/gm)].map(([, name]) => name!.trim());
  return names.length > 0 ? names : fault ? [fault] : [];
}

/** Runs a command and keeps what it prints; `show` gets it as it comes. */
async function run(
  command: readonly string[],
  env: Record<string, string>,
  show: (text: string) => void,
): Promise<Outcome> {
  const [program, ...args] = command;
  try {
    const child = new Deno.Command(program!, { args, env, stdout: "piped", stderr: "piped", stdin: "null" }).spawn();
    let output = "";
    const follow = async (stream: ReadableStream<Uint8Array>): Promise<void> => {
      const decoder = new TextDecoder();
      for await (const bytes of stream) {
        const text = decoder.decode(bytes, { stream: true });
        output += text;
        show(text);
      }
    };
    await Promise.all([follow(child.stdout), follow(child.stderr)]);
    const { success, code, signal } = await child.status;
    output = output.replace(ANSI, "");
    if (success) return { output };
    return { output, fault: `${program} ended with ${signal ?? `exit code ${code}`}`, killed: signal !== null };
  } catch (error) {
    return { output: "", fault: `${program}: ${(error as Error).message}` };
  }
}

/** What became of a suite. */
interface Verdict extends Counts {
  readonly faults: readonly string[];
  /** Why it did not run, and the command that gets it. */
  readonly left?: string;
}

/** Gets what a suite needs and runs it. */
async function judge(suite: Suite, ci: boolean, print: (text: string) => void): Promise<Verdict> {
  const { name } = suite;
  print(`\n== ${name}: ${suite.what}\n`);
  const started = performance.now();
  const obstacle = await suite.prepare?.(ci);
  if (obstacle) {
    print(`${ci ? "failed" : "skipped"}: ${obstacle}\n`);
    return ci
      ? { passed: 0, failed: 1, faults: [`${name}: ${obstacle}`] }
      : { passed: 0, failed: 0, faults: [], left: `${name}: ${obstacle}` };
  }
  let outcome = await run(suite.command, suite.env ?? {}, print);
  if (diedAtExit(outcome)) {
    print(`-- ${name}: once more, as ${outcome.fault} after its last test had passed\n`);
    outcome = await run(suite.command, suite.env ?? {}, print);
  }
  const { passed, failed } = count(outcome);
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  print(`-- ${name}: ${passed} ok, ${failed} not ok, ${seconds} s\n`);
  return { passed, failed, faults: faultsOf(outcome).map((fault) => `${name}: ${fault}`) };
}

/** Runs suites `side` at a time, in order; each one's lines come together when it ends. */
async function judgeAll(suites: readonly Suite[], side: number, ci: boolean): Promise<Verdict[]> {
  const encoder = new TextEncoder();
  const show = (text: string): void => void Deno.stdout.writeSync(encoder.encode(text));
  const queue = [...suites];
  const verdicts: Verdict[] = [];
  const lane = async (): Promise<void> => {
    for (let suite = queue.shift(); suite; suite = queue.shift()) {
      if (side === 1) verdicts.push(await judge(suite, ci, show));
      else {
        show(`-- ${suite.name} begins\n`);
        let lines = "";
        verdicts.push(await judge(suite, ci, (text) => lines += text));
        show(lines);
      }
    }
  };
  await Promise.all(Array.from({ length: side }, lane));
  return verdicts;
}

const { values, positionals } = parseArgs({
  args: Deno.args,
  options: {
    ci: { type: "boolean", default: false },
    checked: { type: "boolean", default: false },
    side: { type: "string", default: "2" },
  },
  allowPositionals: true,
});
const { ci } = values;
const wanted = positionals.map((name) => values.checked && name === "wasm" ? "wasm --checked" : name);
const unknown = wanted.filter((name) => !SUITES.some((suite) => suite.name === name));
if (unknown.length > 0) {
  console.error(`Cannot run suite ${unknown[0]} as it must be one of ${SUITES.map(({ name }) => name).join(", ")}`);
  Deno.exit(2);
}
const chosen = SUITES.filter((suite) => wanted.length > 0 ? wanted.includes(suite.name) : !suite.ciOnly || ci);
const side = Math.min(Number(values.side), navigator.hardwareConcurrency, chosen.length);
const verdicts = [
  ...await judgeAll(chosen.filter(({ alone }) => alone), 1, ci),
  ...await judgeAll(chosen.filter(({ alone }) => !alone), side, ci),
];
const sum = (key: keyof Counts): number => verdicts.reduce((total, verdict) => total + verdict[key], 0);
const faults = verdicts.flatMap((verdict) => verdict.faults);
const left = [
  ...verdicts.flatMap((verdict) => verdict.left ?? []),
  ...(wanted.length > 0 ? [] : SUITES.filter((suite) => !chosen.includes(suite)))
    .map(({ name }) => `${name}: deno task test ${name}, or all with deno task test --ci`),
];
if (left.length > 0) console.log(`\nleft out:\n${left.join("\n")}`);
if (faults.length > 0) console.log(`\nfailed:\n${faults.join("\n")}`);
console.log(`\n${sum("passed")} passed, ${sum("failed")} failed`);
if (sum("failed") > 0) Deno.exit(1);
