/**
 * From any checkpoint to safetensors, one tensor in memory at a time.
 *
 * @module
 */
import type { LongStep } from "../bytes/long_step.ts";
import type { Checkpoint, Entry } from "./checkpoint.ts";
import type { Dtype } from "./dtype.ts";
import { narrowF16 } from "./half.ts";
import { TRAINING_ARGS } from "./open.ts";
import { writeSafetensors } from "./safetensors.ts";

/** What {@linkcode convertCheckpoint} takes beside the checkpoint. */
export interface ConvertOptions extends LongStep {
  /** How floating-point numbers are stored; whole numbers stay as they are. */
  readonly dtype: "f16" | "f32";
  /** Added to the metadata of the checkpoint, for example labels. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

const FLOATS: readonly Dtype[] = ["F64", "F32", "F16", "BF16"];

async function convertTensor(entry: Entry, target: Dtype): Promise<Uint8Array> {
  const values = await entry.read();
  if (target === "F32") return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const { bytes, overflow } = narrowF16(values);
  if (overflow >= 0) {
    throw new RangeError(
      `Cannot convert tensor "${entry.name}" to f16 as its numbers must be below 65520, use f32: current value at index ${overflow} is ${
        values[overflow]
      }`,
    );
  }
  return bytes;
}

/**
 * The bytes of a checkpoint as a safetensors file, piece by piece. Metadata is kept, and so is the command line of a
 * training run, as JSON under `training_args`. f16 rounds to nearest, ties to even.
 *
 * @throws {RangeError} When a number is too large for f16.
 *
 * @example
 * ```ts
 * import { convertCheckpoint, defaultModel, openModelSource } from "@sidewinder/sidewinder";
 *
 * const checkpoint = await openModelSource(await defaultModel("classify"));
 * let bytes = 0;
 * for await (const chunk of convertCheckpoint(checkpoint, { dtype: "f16" })) bytes += chunk.length;
 * ```
 */
export async function* convertCheckpoint(
  checkpoint: Pick<Checkpoint, "entries" | "metadata" | "trainingArgs">,
  options: ConvertOptions,
): AsyncGenerator<Uint8Array> {
  const { signal, onProgress } = options;
  const entries = [...checkpoint.entries.values()];
  const total = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  let loaded = 0;
  const tensors = entries.map((entry) => {
    const dtype: Dtype = !FLOATS.includes(entry.dtype) ? entry.dtype : options.dtype === "f16" ? "F16" : "F32";
    const bytes = async () => {
      signal?.throwIfAborted();
      const converted = dtype === entry.dtype ? await entry.readRaw() : await convertTensor(entry, dtype);
      loaded += entry.bytes;
      onProgress?.({ phase: "convert", loaded, total });
      return converted;
    };
    return { name: entry.name, dtype, shape: entry.shape, bytes };
  });
  const { trainingArgs, metadata } = checkpoint;
  const args = trainingArgs === undefined ? {} : { [TRAINING_ARGS]: JSON.stringify(trainingArgs) };
  yield* writeSafetensors(tensors, { ...metadata, ...args, ...options.metadata });
}
