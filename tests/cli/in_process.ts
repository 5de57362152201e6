/** Commands of the command line, run in this process, and checkpoints for them. */
import type { Checkpoint } from "../../src/checkpoint/checkpoint.ts";
import { convertCheckpoint } from "../../src/checkpoint/convert.ts";
import { type Command, oneLine } from "../../src/cli/command.ts";
import { formulaCheckpoint } from "../golden_runner/formula.ts";
import { readFixtures } from "../golden_runner/run.ts";
import { stateDict } from "../golden_runner/net.ts";

/** What a command printed, and its exit code: 1 where it threw, with the message. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command. */
export async function runCommand(command: Command, ...args: string[]): Promise<Outcome> {
  let out = "", err = "";
  const terminal = {
    print: (line: string) => void (out += `${line}\n`),
    write: (text: string) => void (out += text),
    complain: (line: string) => void (err += `${line}\n`),
    watched: false,
    signal: new AbortController().signal,
  };
  try {
    return { code: await command.run(args, terminal), out, err };
  } catch (error) {
    return { code: 1, out, err: err + oneLine(error) };
  }
}

/** Runs a command that may be stopped; what stops it is thrown. */
export async function runStopped(signal: AbortSignal, command: Command, ...args: string[]): Promise<void> {
  await command.run(args, { print: () => {}, write: () => {}, complain: () => {}, watched: false, signal });
}

/** Runs a test in a folder of its own. */
export async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Writes a checkpoint as a file. */
export async function writeCheckpoint(
  path: string,
  checkpoint: Pick<Checkpoint, "entries">,
  dtype: "f16" | "f32" = "f32",
): Promise<string> {
  const chunks = await Array.fromAsync(
    convertCheckpoint({ ...checkpoint, metadata: {} }, { dtype }),
  );
  await Deno.writeFile(path, new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer()));
  return path;
}

/** Writes the checkpoint of a golden fixture, such as `models_tiny/vmamba_v0`, as a file. */
export async function writeGolden(path: string, name: string): Promise<string> {
  const [fixture] = await readFixtures(new URL("../golden/", import.meta.url), (other) => other === name);
  return await writeCheckpoint(path, formulaCheckpoint(stateDict(fixture!), fixture!.seed));
}
