/**
 * From any checkpoint to safetensors, one tensor in memory at a time.
 *
 * @module
 */
import { turnsOf } from "../bytes/turns.ts";
import { type LongStep, progressOf } from "../progress.ts";
import type { Checkpoint, Entry } from "./checkpoint.ts";
import type { Dtype } from "./dtype.ts";
import { narrowF16 } from "./half.ts";
import { scaleName } from "./int8.ts";
import { chooseInt8, expectFinite, factorsOf, narrowInt8, scaleShape } from "./narrow_int8.ts";
import { TRAINING_ARGS } from "./open.ts";
import { type Writable, writeSafetensors } from "./safetensors.ts";

/** What {@linkcode convertCheckpoint} takes beside the checkpoint. */
export interface ConvertOptions extends LongStep {
  /**
   * How floating-point numbers are stored; whole numbers stay as they are. `int8`: matrices and filters in 8 bits, each output
   * channel with a factor in `NAME_scale` ({@linkcode Entry.scale}), the rest as f16.
   */
  readonly dtype: "f16" | "f32" | "int8";
  /** Added to the metadata of the checkpoint, for example labels. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

const FLOATS: readonly Dtype[] = ["F64", "F32", "F16", "BF16"];

/** Whether an entry holds numbers with a fraction, be it by a scale. */
const isFloat = ({ dtype, scale }: Entry): boolean => FLOATS.includes(dtype) || scale !== undefined;

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

/** A weight in 8 bits and its factors, which are written first and so must be known; one that has 8 bits keeps them. */
async function int8Tensors(
  entry: Entry,
  done: (bytes: number) => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<Writable[]> {
  const { name, shape, scale } = entry;
  if (scale) {
    const bytes = async () => {
      signal?.throwIfAborted();
      const raw = await entry.readRaw();
      await done(entry.bytes);
      return raw;
    };
    return [{ ...scale, name: scaleName(name), bytes: () => scale.readRaw() }, { name, dtype: "I8", shape, bytes }];
  }
  const read = async () => {
    signal?.throwIfAborted();
    const values = await entry.read();
    expectFinite(name, values);
    return values;
  };
  const factors = factorsOf(name, await read(), shape), of = scaleShape(name, shape);
  const factorBytes = () =>
    factors.dtype === "F16" ? narrowF16(factors.values).bytes : new Uint8Array(factors.values.buffer);
  const bytes = async () => {
    const narrowed = narrowInt8(await read(), shape, of, factors.values);
    await done(entry.bytes);
    return new Uint8Array(narrowed.buffer);
  };
  return [
    { name: scaleName(name), dtype: factors.dtype, shape: of, bytes: factorBytes },
    { name, dtype: "I8", shape, bytes },
  ];
}

/**
 * The bytes of a checkpoint as a safetensors file, piece by piece. Metadata is kept, and so is the command line of a
 * training run, as JSON under `training_args`. f16 rounds to nearest, ties to even.
 *
 * @throws {RangeError} When a number is too large for f16, or not finite and to be int8, or there is no such `dtype`.
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
  const { signal, onProgress, dtype: wished } = options;
  if (!["f16", "f32", "int8"].includes(wished)) {
    throw new RangeError(`Cannot convert as dtype must be "f16", "f32" or "int8": current value is ${wished}`);
  }
  const { trainingArgs } = checkpoint, entries = [...checkpoint.entries.values()];
  const args = trainingArgs === undefined ? {} : { [TRAINING_ARGS]: JSON.stringify(trainingArgs) };
  const metadata = { ...checkpoint.metadata, ...args, ...options.metadata };
  const total = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  const turn = turnsOf(signal);
  let loaded = 0;
  const done = async (bytes: number): Promise<void> => {
    loaded += bytes;
    onProgress?.(progressOf("convert", loaded, total));
    await turn(bytes);
  };
  const tensors: Writable[] = [];
  const narrow = options.dtype === "int8" ? chooseInt8(entries.filter(isFloat), metadata) : new Set<string>();
  for (const entry of entries) {
    const { name, shape } = entry, float = isFloat(entry);
    if (narrow.has(name) || entry.scale && options.dtype === "int8") {
      const names = checkpoint.entries.has(scaleName(name));
      if (names) throw new RangeError(`Cannot convert to int8 as "${scaleName(name)}" must be free: it is a tensor`);
      tensors.push(...await int8Tensors(entry, done, signal));
      continue;
    }
    const dtype: Dtype = !float ? entry.dtype : options.dtype === "f32" ? "F32" : "F16";
    const bytes = async () => {
      signal?.throwIfAborted();
      const converted = dtype === entry.dtype ? await entry.readRaw() : await convertTensor(entry, dtype);
      await done(entry.bytes);
      return converted;
    };
    tensors.push({ name, dtype, shape, bytes });
  }
  yield* writeSafetensors(tensors, metadata);
}
