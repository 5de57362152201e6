/**
 * From a checkpoint of a language model to tokens.
 *
 * @module
 */
import { bytesOf, countParameters } from "./checkpoint/weights.ts";
import type { Device } from "./device.ts";
import { factsOf, type LoadOptions, type ModelSource, officialEntries, openModelSource } from "./load_model.ts";
import { fingerprintOf, type LanguageCache, newCache, restoreCache, type SavedCache } from "./models/mamba_lm/cache.ts";
import { MAMBA_LM } from "./models/mamba_lm/marks.ts";
import type { MambaLmConfig, MambaLmVariant } from "./models/mamba_lm/options.ts";
import type { TokenPass } from "./models/takes.ts";
import type { Ops } from "./ops/ops.ts";
import { runModel, type Tap } from "./run/run_model.ts";
import type { Tensor } from "./tensor.ts";

export type { LanguageCache, SavedCache } from "./models/mamba_lm/cache.ts";

/** Token ids of one sequence. */
export type TokenIds = readonly number[] | Uint32Array;

/** A language model on a device. It holds device memory until it is closed. */
export interface LanguageModel {
  /** Its sizes. */
  readonly config: MambaLmConfig;
  /** Name of the released variant, when it has the sizes of one. */
  readonly variant: MambaLmVariant | undefined;
  /** Numbers the model has. */
  readonly parameters: number;
  /** Names the weights: caches of other ones are refused. */
  readonly fingerprint: string;
  /** Where it runs. */
  readonly device: Device;
  /** Ids [batch · length] to logits [batch, vocabulary]; to be driven by `runModel`. */
  forward(ops: Ops, ids: Uint32Array, batch: number, pass?: TokenPass, tap?: Tap): Generator<void, Tensor>;
  /**
   * Logits of what follows each token, [length, vocabulary].
   *
   * @throws {RangeError} There are no ids, or one that the vocabulary has not.
   */
  logits(ids: TokenIds, options?: { readonly signal?: AbortSignal }): Promise<Float32Array>;
  /** An empty cache for `batch` sequences (1). */
  cache(batch?: number): Promise<LanguageCache>;
  /**
   * A cache that was saved, on this device.
   *
   * @throws {TypeError} It is one of another model.
   */
  restore(saved: SavedCache): Promise<LanguageCache>;
  /** Frees the device memory. */
  close(): void;
  /** Same as {@linkcode LanguageModel.close}. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Bytes that 32-bit WebAssembly can hold. */
const WASM_BYTES = 2 ** 32;

/**
 * Loads a Mamba language model: a `pytorch_model.bin` of state-spaces/mamba-*, or the safetensors of an `-hf` repository.
 *
 * @throws {TypeError} The checkpoint is none of a Mamba language model, or lacks tensors.
 * @throws {RangeError} It needs more memory than the device can have; the message has both numbers.
 *
 * @example
 * ```ts ignore
 * import { generate, loadLanguageModel, openDevice } from "@sidewinder/sidewinder";
 *
 * await using device = await openDevice();
 * await using model = await loadLanguageModel(device, "mamba-130m/pytorch_model.bin");
 * for await (const id of generate(model, [510, 2774], { maxTokens: 20, temperature: 0.8, topK: 40 })) console.log(id);
 * ```
 */
export async function loadLanguageModel(
  device: Device,
  source: ModelSource,
  options: LoadOptions = {},
): Promise<LanguageModel> {
  const checkpoint = await openModelSource(source, options);
  try {
    const { family } = await MAMBA_LM.load();
    const detected = family.detect(await factsOf(checkpoint, family, options.options));
    if (!detected) {
      const wanted = MAMBA_LM.marks.map(([embedding]) => embedding).join(" or ");
      throw new TypeError(
        `Cannot load a language model as the checkpoint must have ${wanted} and the mixers of Mamba: its ` +
          `${checkpoint.entries.size} tensors are others`,
      );
    }
    const { config } = detected, parameters = countParameters(detected.spec);
    const available = device.kind === "wasm" ? WASM_BYTES - device.memory().weights : Infinity;
    const compact = bytesOf(detected.spec) > available;
    const needed = bytesOf(detected.spec, compact ? { entries: officialEntries(checkpoint, detected) } : undefined);
    if (needed > available) {
      throw new RangeError(
        `Cannot load the language model as its ${needed} bytes must fit into the memory of ${device.name}: ` +
          `${available} bytes are available`,
      );
    }
    const fingerprint = await fingerprintOf(checkpoint, config);
    const { onProgress, signal } = options;
    const bind = () => detected.bind(checkpoint, device, { onProgress, signal, compact });
    const bound = await device.exclusive(bind, { signal });
    let open = true;
    const model: LanguageModel = {
      config,
      variant: detected.variant as MambaLmVariant | undefined,
      parameters,
      fingerprint,
      device,
      forward(ops, ids, batch, pass, tap) {
        if (!open) throw new Error("Cannot run the language model as it is closed");
        return bound.forward(ops, { ids, batch, pass }, tap);
      },
      async logits(ids, run = {}) {
        const [row] = checkedIds("compute logits", [ids], config.vocabulary);
        return await runModel(device, (ops) => model.forward(ops, row!, 1, { everyToken: true }), run);
      },
      cache: (batch = 1) => newCache(device, config, fingerprint, batch),
      restore: (saved) => restoreCache(device, config, fingerprint, saved),
      close() {
        if (open) bound.dispose();
        open = false;
      },
      [Symbol.asyncDispose]() {
        model.close();
        return Promise.resolve();
      },
    };
    return model;
  } finally {
    if (checkpoint !== source) await checkpoint.close();
  }
}

/**
 * Ids as numbers of 32 bits.
 *
 * @throws {RangeError} There are none, or one that the vocabulary has not.
 */
export function checkedIds(action: string, rows: readonly TokenIds[], vocabulary: number): readonly Uint32Array[] {
  return rows.map((row) => {
    if (row.length === 0) {
      throw new RangeError(`Cannot ${action} as the prompt must have at least one token: current length is 0`);
    }
    const wrong = Array.from(row).findIndex((id) => !Number.isInteger(id) || id < 0 || id >= vocabulary);
    if (wrong >= 0) {
      throw new RangeError(
        `Cannot ${action} as every token id must be a whole number from 0 to ${vocabulary - 1}: current id at ` +
          `position ${wrong} is ${row[wrong]}`,
      );
    }
    return Uint32Array.from(row);
  });
}
