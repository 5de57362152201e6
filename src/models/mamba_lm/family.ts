/**
 * Recognises a Mamba language model from keys and shapes, in the layout of state-spaces/mamba and in that of the `-hf`
 * repositories.
 *
 * @module
 */
import { crc32 } from "../../bytes/crc32.ts";
import type { Checkpoint } from "../../checkpoint/checkpoint.ts";
import { MAMBA_LM_VARIANTS, type MambaLmConfig, mambaLmConfig, type MambaLmVariant } from "./options.ts";
import { countParameters } from "../../checkpoint/weights.ts";
import { mambaLmWeights } from "./forward.ts";

const EMBEDDINGS = ["backbone.embedding.weight", "backbone.embeddings.weight"];

/** What is found in a checkpoint. */
export interface DetectedMambaLm {
  /** Its sizes. */
  readonly config: MambaLmConfig;
  /** Name of the released variant, when it has the sizes of one. */
  readonly variant: MambaLmVariant | undefined;
  /** Keys that may be there and are not needed. */
  readonly ignored: readonly RegExp[];
  /** Names the weights. */
  readonly fingerprint: string;
}

/**
 * Recognises a language model. A head of its own that equals the embedding is the embedding; files of PyTorch have both.
 *
 * @throws {TypeError} The checkpoint is none of a Mamba language model, or the caller contradicts it.
 */
export async function detectMambaLm(
  { entries }: Pick<Checkpoint, "entries">,
  options: Readonly<Record<string, unknown>> = {},
): Promise<DetectedMambaLm> {
  const shape = (key: string) => entries.get(key)?.shape;
  const embeddingKey = EMBEDDINGS.find((key) => shape(key)?.length === 2);
  const mixer = "backbone.layers.0.mixer";
  if (!embeddingKey || !shape(`${mixer}.A_log`) || !shape(`${mixer}.conv1d.weight`)) {
    throw new TypeError(
      `Cannot load a language model as the checkpoint must have ${EMBEDDINGS.join(" or ")} and the mixers of Mamba: ` +
        `its ${entries.size} tensors are others`,
    );
  }
  const [vocabulary, width] = shape(embeddingKey) as readonly [number, number];
  const layers = 1 +
    Math.max(...[...entries.keys()].map((key) => Number(/^backbone\.layers\.(\d+)\./.exec(key)?.[1] ?? 0)));
  const [inner, stateSize] = shape(`${mixer}.A_log`) as readonly [number, number];
  const config: MambaLmConfig = {
    ...mambaLmConfig({
      d_model: width,
      n_layer: layers,
      vocab_size: vocabulary,
      pad_vocab_size_multiple: 1,
      rms_norm: !shape("backbone.norm_f.bias"),
      tie_embeddings: await isTied(entries, embeddingKey),
      ssm_cfg: {
        d_state: stateSize,
        d_conv: shape(`${mixer}.conv1d.weight`)![2]!,
        dt_rank: shape(`${mixer}.dt_proj.weight`)?.[1] ?? "auto",
        expand: inner / width,
        conv_bias: shape(`${mixer}.conv1d.bias`) !== undefined,
        bias: shape(`${mixer}.in_proj.bias`) !== undefined,
      },
    }),
    embeddingKey,
  };
  for (const name of Object.keys(options)) {
    throw new TypeError(`Cannot load a language model as its file decides every option: ${name} must not be given`);
  }
  const variant = (Object.keys(MAMBA_LM_VARIANTS) as MambaLmVariant[]).find((name) => {
    return JSON.stringify({ ...mambaLmConfig(MAMBA_LM_VARIANTS[name]), embeddingKey }) === JSON.stringify(config);
  });
  const norm = await entries.get("backbone.norm_f.weight")?.read() ?? new Float32Array(0);
  const print = crc32(new Uint8Array(norm.buffer, norm.byteOffset, norm.byteLength));
  return {
    config,
    variant,
    ignored: config.tied ? [/^lm_head\.weight$/] : [],
    fingerprint: `mamba ${layers}x${width}x${inner}x${stateSize} ${(print >>> 0).toString(16).padStart(8, "0")}`,
  };
}

async function isTied(entries: Checkpoint["entries"], embeddingKey: string): Promise<boolean> {
  const head = entries.get("lm_head.weight");
  if (!head) return true;
  const [a, b] = [await head.read(), await entries.get(embeddingKey)!.read()];
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

/** Bytes of the weights on a device that keeps them as f32: the embedding is there twice, for rows and as the head. */
export function memoryOf(c: MambaLmConfig): number {
  return 4 * (countParameters(mambaLmWeights(c)) + (c.tied ? c.vocabulary * c.mixer.width : 0));
}
