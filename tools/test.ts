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

/** Counts of a suite: the closing lines of its runner, or one for the whole command. */
function count(output: string, success: boolean): Counts {
  const lines = [...output.replace(ANSI, "").matchAll(/(\d+) passed(?: \(\d+ steps?\))?[,| ]+(\d+) failed/g)];
  const counts = lines.reduce(
    (sum, [, passed, failed]) => ({ passed: sum.passed + Number(passed), failed: sum.failed + Number(failed) }),
    { passed: 0, failed: 0 },
  );
  if (counts.passed + counts.failed === 0) return success ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  if (!success && counts.failed === 0) counts.failed = 1;
  return counts;
}

/** Runs a command, shows what it prints, and keeps it. */
async function run(command: readonly string[], env: Record<string, string>): Promise<{ output: string; ok: boolean }> {
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
    return { output, ok: (await child.status).success };
  } catch (error) {
    return { output: `${program}: ${(error as Error).message}`, ok: false };
  }
}

const ci = Deno.args.includes("--ci");
const wanted = Deno.args.filter((argument) => !argument.startsWith("--"));
const total: Counts = { passed: 0, failed: 0 };
for (const suite of SUITES) {
  if (wanted.length > 0 ? !wanted.includes(suite.name) : suite.ciOnly && !ci) continue;
  console.log(`\n== ${suite.name}: ${suite.what}`);
  const started = performance.now();
  const obstacle = await suite.prepare?.(ci);
  let counts: Counts;
  if (obstacle) {
    console.log(ci ? `failed: ${obstacle}` : `skipped: ${obstacle}`);
    counts = { passed: 0, failed: ci ? 1 : 0 };
  } else {
    const { output, ok } = await run(suite.command, suite.env ?? {});
    counts = count(output, ok);
  }
  total.passed += counts.passed;
  total.failed += counts.failed;
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(`-- ${suite.name}: ${counts.passed} ok, ${counts.failed} not ok, ${seconds} s`);
}
console.log(`\n${total.passed} passed, ${total.failed} failed`);
if (total.failed > 0) Deno.exit(1);
