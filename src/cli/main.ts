/**
 * Finds the command, runs it, and turns errors into one line and an exit code: 0 done, 1 failed, 2 wrong arguments,
 * 128 + n stopped by signal n: 130 by Ctrl-C, 141 when nobody reads what it prints.
 *
 * @module
 */
import process from "node:process";
import { classifyCommand } from "./classify.ts";
import { type Command, oneLine, type Terminal, UsageError, visible } from "./command.ts";
import { compareCommand } from "./compare.ts";
import { completionsOf } from "./completions.ts";
import { convertCommand } from "./convert.ts";
import { doctorCommand } from "./doctor.ts";
import { forecastCommand } from "./forecast.ts";
import { fuseCommand } from "./fuse.ts";
import { generateCommand } from "./generate.ts";
import { infoCommand } from "./info.ts";
import { inWords } from "../bytes/files_node.ts";
import { nearest } from "../bytes/near.ts";
import { nextTask } from "../bytes/turns.ts";
import { restoreCommand } from "./restore.ts";
import { VERSION } from "./version.ts";

const WORKING: Readonly<Record<string, Command>> = {
  restore: restoreCommand,
  classify: classifyCommand,
  forecast: forecastCommand,
  fuse: fuseCommand,
  generate: generateCommand,
  info: infoCommand,
  convert: convertCommand,
  compare: compareCommand,
  doctor: doctorCommand,
};
const COMMANDS: Readonly<Record<string, Command>> = { ...WORKING, completions: completionsOf(WORKING) };

/** Signals that end a command after it has cleaned up, with their exit codes. */
const SIGNALS: Readonly<Record<string, readonly [code: number, why: string]>> = {
  SIGINT: [130, "stopped by Ctrl-C"],
  SIGTERM: [143, "stopped by SIGTERM"],
  SIGHUP: [129, "stopped by SIGHUP"],
};
/** What a shell reports of a program whose output nobody reads. */
const CLOSED_PIPE = 141;

const HELP = `Vision state-space models wherever JavaScript runs.

Usage: sidewinder <command> [options]

${Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(12)}${summary}`).join("\n")}

sidewinder <command> --help tells more; sidewinder --version tells the version.

Exit codes: 0 done, 1 failed, 2 wrong arguments, 128 + n stopped by signal n (130 by Ctrl-C, 141 when nobody reads).
In Deno, --help and --version need no permission, and each command's --help names those that it needs; one that runs from a
folder reads its own files, too (--allow-read). Only URLs and models by name are fetched (--allow-net).`;

/** What can be said without touching the machine. */
function tell(name: string, rest: readonly string[]): string | undefined {
  if (name === "--help" || name === "-h" || name === "help") return HELP;
  if (name === "--version" || name === "-V") return VERSION;
  const help = rest.includes("--help") || rest.includes("-h");
  return help && Object.hasOwn(COMMANDS, name) ? helpOf(COMMANDS[name]!) : undefined;
}

/** What a command does, and which permissions of Deno it needs for that. */
function helpOf({ help, needs }: Command): string {
  const always = needs.filter((name) => name !== "net").map((name) => `--allow-${name}`).join(" ") || "no permission";
  return `${help}\n\nIn Deno: ${always}${needs.includes("net") ? "; --allow-net for URLs and names" : ""}`;
}

/** What a command line asks for. */
function asked(name: string, rest: readonly string[], terminal: Terminal): number | Promise<number> {
  const told = tell(name, rest);
  if (told !== undefined) {
    terminal.print(told);
    return 0;
  }
  if (Object.hasOwn(COMMANDS, name)) return COMMANDS[name]!.run(rest, terminal);
  const meant = nearest(name, Object.keys(COMMANDS));
  throw new UsageError(
    `Cannot run ${name} as the command must be one of ${Object.keys(COMMANDS).join(", ")}${
      meant ? `: did you mean ${meant}?` : ""
    }; see sidewinder --help`,
  );
}

/** Writes; what fails is told now or, in some runtimes, by the stream later. */
function put(stream: NodeJS.WriteStream, text: string, onError: (error: Error) => void): void {
  try {
    stream.write(text);
  } catch (error) {
    onError(error as Error);
  }
}

/** Runs the command line; the result is the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const [name = "--help", ...rest] = args, { stdout, stderr } = process, stop = new AbortController();
  let stopped = 0, lost: unknown;
  const halt = (code: number, why: unknown): void => {
    stopped ||= code;
    stop.abort(why);
  };
  const stops = (why: string) => new DOMException(why, "AbortError");
  const unwritten = (error: NodeJS.ErrnoException): void => {
    if (error.code === "EPIPE") halt(CLOSED_PIPE, stops("nobody reads the output"));
    else halt(1, lost ??= inWords("standard output", error));
  };
  const terminal: Terminal = {
    print: (line) => put(stdout, `${visible(line)}\n`, unwritten),
    write: (text) => put(stdout, visible(text), unwritten),
    complain: (line) => put(stderr, `${visible(line)}\n`, unwritten),
    watched: !!stderr.isTTY,
    signal: stop.signal,
  };
  const listeners = Object.entries(SIGNALS).map(([signal, [code, why]]) => {
    const listener = (): void => {
      process.off(signal, listener);
      halt(code, stops(why));
    };
    process.on(signal, listener);
    return [signal, listener] as const;
  });
  stdout.on("error", unwritten);
  stderr.on("error", unwritten);
  try {
    const code = await asked(name, rest, terminal);
    await nextTask(); // some streams tell only then what they could not take
    if (lost !== undefined) throw lost;
    return stopped === CLOSED_PIPE ? stopped : code;
  } catch (error) {
    if (stopped === CLOSED_PIPE) return stopped;
    const code = stop.signal.aborted ? stopped : error instanceof UsageError ? 2 : 1;
    terminal.complain(oneLine(lost ?? error));
    return code;
  } finally {
    for (const [signal, listener] of listeners) process.off(signal, listener);
  }
}
