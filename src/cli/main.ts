/**
 * Finds the command, runs it, and turns errors into one line and an exit code: 0 done, 1 failed, 2 wrong arguments,
 * 130 stopped by Ctrl-C.
 *
 * @module
 */
import { tmpdir } from "node:os";
import process from "node:process";
import { classifyCommand } from "./classify.ts";
import { type Command, oneLine, type Terminal, UsageError } from "./command.ts";
import { compareCommand } from "./compare.ts";
import { convertCommand } from "./convert.ts";
import { doctorCommand } from "./doctor.ts";
import { infoCommand } from "./info.ts";
import { restoreCommand } from "./restore.ts";

const COMMANDS: Readonly<Record<string, Command>> = {
  restore: restoreCommand,
  classify: classifyCommand,
  info: infoCommand,
  convert: convertCommand,
  compare: compareCommand,
  doctor: doctorCommand,
};

const HELP = `Vision state-space models wherever JavaScript runs.

Usage: sidewinder <command> [options]

${Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`).join("\n")}

sidewinder <command> --help tells more.`;

/** Runs the command line; the result is the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  // Mesa's drivers, which looking for WebGPU may load, complain on stderr about a missing folder of their own.
  process.env.XDG_RUNTIME_DIR ??= tmpdir();
  const [name = "--help", ...rest] = args;
  const stop = new AbortController();
  const terminal: Terminal = {
    print: (line) => void process.stdout.write(`${line}\n`),
    complain: (line) => void process.stderr.write(`${line}\n`),
    watched: !!process.stderr.isTTY,
    signal: stop.signal,
  };
  if (name === "--help" || name === "-h" || name === "help") {
    terminal.print(HELP);
    return 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name]! : undefined;
  if (!command) {
    terminal.complain(
      `Cannot run ${name} as the command must be one of ${Object.keys(COMMANDS).join(", ")}; see sidewinder --help`,
    );
    return 2;
  }
  if (rest.includes("--help") || rest.includes("-h")) {
    terminal.print(command.help);
    return 0;
  }
  const interrupt = (): void => {
    process.off("SIGINT", interrupt);
    stop.abort(new DOMException("stopped by Ctrl-C", "AbortError"));
  };
  process.on("SIGINT", interrupt);
  try {
    return await command.run(rest, terminal);
  } catch (error) {
    terminal.complain(oneLine(error));
    return stop.signal.aborted ? 130 : error instanceof UsageError ? 2 : 1;
  } finally {
    process.off("SIGINT", interrupt);
  }
}
