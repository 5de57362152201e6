/**
 * What a command of the command line is, and how its arguments are read.
 *
 * @module
 */
import { tmpdir } from "node:os";
import process from "node:process";
import { parseArgs, type ParseArgsConfig } from "node:util";
import { nearest } from "../bytes/near.ts";
import type { LoadOptions } from "../load_model.ts";
import type { DeviceKind, OpenOptions } from "../open_device.ts";

/** Where a command writes and how it is stopped. */
export interface Terminal {
  /** Writes a line for the user or the next program. */
  readonly print: (line: string) => void;
  /** Writes text that goes on in the same line. */
  readonly write: (text: string) => void;
  /** Writes a line about what went wrong or goes on. */
  readonly complain: (line: string) => void;
  /** Whether somebody watches stderr. */
  readonly watched: boolean;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** One command. */
export interface Command {
  /** One line for the list of commands. */
  readonly summary: string;
  /** What `--help` prints, before what it may do. */
  readonly help: string;
  /** Deno's permissions that it needs; that for the network only for URLs and names. */
  readonly needs: readonly ("read" | "write" | "env" | "sys" | "net")[];
  /** Runs it; the result is the exit code. */
  readonly run: (args: readonly string[], terminal: Terminal) => Promise<number>;
}

/** Thrown for arguments that make no sense; exit code 2. */
export class UsageError extends Error {}

/** An option of a command, as `node:util` has it. */
type Options = NonNullable<ParseArgsConfig["options"]>;

/** Options every command that runs a model has. */
export const DEVICE_OPTIONS = {
  device: { type: "string" },
  threads: { type: "string" },
  json: { type: "boolean" },
} as const satisfies Options;

/** Options of every command that takes a checkpoint: which part of it, and how one that has a name is found. */
export const MODEL_OPTIONS = {
  key: { type: "string" },
  offline: { type: "boolean" },
  token: { type: "string" },
  mirror: { type: "string" },
  cache: { type: "string" },
} as const satisfies Options;

/** What `--help` prints of them, `--key` aside. */
export const MODEL_HELP = `
Of a NAME, a released one such as vim-tiny or hf:owner/repo[@revision]/file:
  --offline              ask nobody: take what is in the cache (or HF_HUB_OFFLINE=1)
  --token TOKEN          for private and gated repositories (or HF_TOKEN, which no list of processes shows)
  --mirror URL           another address of the hub (or HF_ENDPOINT)
  --cache FOLDER         where files are kept`;

/** What {@linkcode MODEL_OPTIONS} ask for. */
export function modelOption(
  { key, offline, token, mirror, cache }:
    & {
      readonly [name in Exclude<keyof typeof MODEL_OPTIONS, "offline">]?: string | undefined;
    }
    & { readonly offline?: boolean | undefined },
): Pick<LoadOptions, "key" | "offline" | "token" | "mirror" | "cacheDir"> {
  return { offline, token, mirror, cacheDir: cache, ...(key === undefined ? {} : { key }) };
}

/** Reads arguments strictly: an unknown option is an error. */
export function parse<O extends Options>(args: readonly string[], options: O) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const message = (error as Error).message.split(". ")[0]!;
    const unknown = /Unknown option '--([^'=]+)/.exec(message)?.[1];
    const meant = unknown === undefined ? undefined : nearest(unknown, Object.keys(options));
    throw new UsageError(`Cannot read the arguments: ${message}${meant ? `: did you mean --${meant}?` : ""}`);
  }
}

const DEVICES: readonly DeviceKind[] = ["webgpu", "wasm", "wasm-simd128", "reference"];

/** What `--device` and `--threads` ask for. */
export function deviceOption(
  { device, threads }: { readonly device?: string | undefined; readonly threads?: string | undefined },
): OpenOptions {
  // Mesa's drivers, which looking for WebGPU may load, complain on stderr about a missing folder of their own.
  process.env.XDG_RUNTIME_DIR ??= tmpdir();
  if (device !== undefined && !DEVICES.includes(device as DeviceKind)) {
    throw new UsageError(`Cannot use --device as it must be one of ${DEVICES.join(", ")}: current value is ${device}`);
  }
  return {
    ...(device === undefined ? {} : { require: device as DeviceKind }),
    ...(threads === undefined || threads === "auto" ? {} : { threads: countOption("threads", threads, 1)! }),
  };
}

/** A whole number of at least `least`. */
export function countOption(name: string, value: string | undefined, least: number): number | undefined {
  if (value === undefined) return undefined;
  const count = Number(value);
  if (!Number.isInteger(count) || count < least) {
    throw new UsageError(
      `Cannot use --${name} as it must be a whole number of at least ${least}: current value is ${value}`,
    );
  }
  return count;
}

/**
 * Text with the characters that steer a terminal written out, line ends aside; names and messages come from files. Those
 * that JSON leaves alone are written as JSON would.
 */
export function visible(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu, (char) => {
    const code = char.codePointAt(0)!.toString(16);
    return char < " " ? `\\u{${code}}` : `\\u${code.padStart(4, "0")}`;
  });
}

/** Longest message of an error. */
const LONGEST_MESSAGE = 4000;

/** The message of anything thrown, on one line. */
export function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message || error.name : String(error);
  const line = message.slice(0, LONGEST_MESSAGE + 1).replace(/\s*\n\s*/g, " ");
  return line.length > LONGEST_MESSAGE ? `${line.slice(0, LONGEST_MESSAGE)}…` : line;
}
