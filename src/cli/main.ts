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
import { nearest } from "../bytes/near.ts";
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

/** Runs the command line; the result is the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const [name = "--help", ...rest] = args;
  const told = tell(name, rest);
  if (told !== undefined) {
    process.stdout.on("error", () => {}); // nobody reads it
    process.stdout.write(`${told}\n`);
    return 0;
  }
  const stop = new AbortController();
  const terminal: Terminal = {
    print: (line) => void process.stdout.write(`${visible(line)}\n`),
    write: (text) => void process.stdout.write(visible(text)),
    complain: (line) => void process.stderr.write(`${visible(line)}\n`),
    watched: !!process.stderr.isTTY,
    signal: stop.signal,
  };
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name]! : undefined;
  if (!command) {
    process.stderr.on("error", () => {}); // nobody reads it
    const meant = nearest(name, Object.keys(COMMANDS));
    terminal.complain(
      `Cannot run ${name} as the command must be one of ${Object.keys(COMMANDS).join(", ")}${
        meant ? `: did you mean ${meant}?` : ""
      }; see sidewinder --help`,
    );
    return 2;
  }
  let stopped = 0;
  const halt = (code: number, why: string): void => {
    stopped ||= code;
    stop.abort(new DOMException(why, "AbortError"));
  };
  const listeners = Object.entries(SIGNALS).map(([signal, [code, why]]) => {
    const listener = (): void => {
      process.off(signal, listener);
      halt(code, why);
    };
    process.on(signal, listener);
    return [signal, listener] as const;
  });
  const unread = (error: NodeJS.ErrnoException): void => {
    if (error.code !== "EPIPE") throw error;
    halt(CLOSED_PIPE, "nobody reads the output");
  };
  process.stdout.on("error", unread);
  process.stderr.on("error", unread);
  try {
    const code = await command.run(rest, terminal);
    return stopped === CLOSED_PIPE ? stopped : code;
  } catch (error) {
    if (stopped === CLOSED_PIPE) return stopped;
    terminal.complain(oneLine(error));
    return stop.signal.aborted ? stopped : error instanceof UsageError ? 2 : 1;
  } finally {
    for (const [signal, listener] of listeners) process.off(signal, listener);
  }
}
