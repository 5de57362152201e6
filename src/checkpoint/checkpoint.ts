/**
 * What every checkpoint format comes down to: named tensors that are read one at a time, and the few facts that stand
 * beside them.
 *
 * @module
 */
import type { Dtype } from "./dtype.ts";

/** One stored tensor. Nothing of it is in memory until it is read. */
export interface Entry {
  /** Its key, without the part that holds it and without a leading `module.`. */
  readonly name: string;
  /** How its numbers are stored. */
  readonly dtype: Dtype;
  /** Sizes, outermost first. */
  readonly shape: readonly number[];
  /** Bytes of its elements: size times dtype width, with those of its scale. */
  readonly bytes: number;
  /** For `I8`: factors of its output channels, by which `read` has multiplied and `readRaw` has not. */
  readonly scale?: Entry;
  /**
   * Its numbers in row-major order, widened (or for 64-bit numbers rounded) to f32; NaN and infinities as they are. Each
   * call gives fresh memory, which the caller may do away with: binding does.
   */
  read(): Promise<Float32Array>;
  /** Its numbers in row-major order as stored, little endian. */
  readRaw(): Promise<Uint8Array>;
}

/** An open checkpoint. */
export interface Checkpoint {
  /** Container it came in. */
  readonly format: "pth" | "safetensors";
  /** Tensors of the chosen part, in the order of the file. */
  readonly entries: ReadonlyMap<string, Entry>;
  /** Key of the part that was chosen, empty when the tensors stand at the top. */
  readonly root: string;
  /** Text facts of the file: the metadata of a safetensors header, plain top-level values of a `.pth`. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Command line of the training run (`args`), where the checkpoint kept one. */
  readonly trainingArgs?: Readonly<Record<string, unknown>>;
  /** Top-level parts that were left alone. */
  readonly ignored: readonly string[];
  /** What is not right with the file but could be read, one sentence each; grows as tensors are read. */
  readonly warnings: readonly string[];
  /** Lets go of the file or connection. */
  close(): Promise<void>;
}
