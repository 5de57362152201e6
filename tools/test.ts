/**
 * All tests: `deno task test [SUITE…]`. Each suite says what it needs, gets it installed where that takes one command, and
 * counts; the last line sums them. `--ci` adds the rebuild of the kernels.
 *
 * @module
 */
import { SUITES } from "./suites.ts";

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

/** Runs a command, shows what it prints, and keeps it. */
async function run(command: readonly string[], env: Record<string, string>): Promise<Outcome> {
  const [program, ...args] = command;
  try {
    const child = new Deno.Command(program!, { args, env, stdout: "piped", stderr: "piped", stdin: "null" }).spawn();
    let output = "";
    const show = async (stream: ReadableStream<Uint8Array>): Promise<void> => {
      const decoder = new TextDecoder();
      for await (const bytes of stream) {
        output += decoder.decode(bytes, { stream: true });
        await Deno.stdout.write(bytes);
      }
    };
    await Promise.all([show(child.stdout), show(child.stderr)]);
    const { success, code, signal } = await child.status;
    output = output.replace(ANSI, "");
    if (success) return { output };
    return { output, fault: `${program} ended with ${signal ?? `exit code ${code}`}`, killed: signal !== null };
  } catch (error) {
    return { output: "", fault: `${program}: ${(error as Error).message}` };
  }
}

const ci = Deno.args.includes("--ci");
const wanted = Deno.args.filter((argument) => !argument.startsWith("--"));
const total: Counts = { passed: 0, failed: 0 };
const faults: string[] = [];
for (const suite of SUITES) {
  if (wanted.length > 0 ? !wanted.includes(suite.name) : suite.ciOnly && !ci) continue;
  console.log(`\n== ${suite.name}: ${suite.what}`);
  const started = performance.now();
  const obstacle = await suite.prepare?.(ci);
  let counts: Counts;
  if (obstacle) {
    console.log(ci ? `failed: ${obstacle}` : `skipped: ${obstacle}`);
    counts = { passed: 0, failed: ci ? 1 : 0 };
    if (ci) faults.push(`${suite.name}: ${obstacle}`);
  } else {
    let outcome = await run(suite.command, suite.env ?? {});
    if (diedAtExit(outcome)) {
      console.log(`-- ${suite.name}: once more, as ${outcome.fault} after its last test had passed`);
      outcome = await run(suite.command, suite.env ?? {});
    }
    counts = count(outcome);
    faults.push(...faultsOf(outcome).map((fault) => `${suite.name}: ${fault}`));
  }
  total.passed += counts.passed;
  total.failed += counts.failed;
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(`-- ${suite.name}: ${counts.passed} ok, ${counts.failed} not ok, ${seconds} s`);
}
if (faults.length > 0) console.log(`\nfailed:\n${faults.join("\n")}`);
console.log(`\n${total.passed} passed, ${total.failed} failed`);
if (total.failed > 0) Deno.exit(1);
