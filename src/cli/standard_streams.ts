/**
 * Bytes through standard input and output.
 *
 * @module
 */
import process from "node:process";
import { writing } from "../bytes/files_node.ts";
import { joinBytes } from "../image/headers/bytes.ts";

/** What comes through standard input; an abort ends the waiting. */
export async function* standardInput(signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  const stop = (): void => void process.stdin.destroy(signal.reason);
  signal.addEventListener("abort", stop);
  try {
    for await (const part of process.stdin) {
      signal.throwIfAborted();
      yield part as Uint8Array;
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** All of standard input. */
export async function allOfStandardInput(signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  for await (const part of standardInput(signal)) parts.push(part);
  return joinBytes(parts);
}

/** Writes to standard output and waits until it is taken. */
export function writeStandard(bytes: Uint8Array | Uint8ClampedArray): Promise<void> {
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return writing(
    "standard output",
    new Promise((resolve, reject) => {
      process.stdout.write(plain, (error) => error ? reject(error) : resolve());
    }),
  );
}
