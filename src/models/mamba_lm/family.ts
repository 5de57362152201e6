/**
 * The Mamba language model as one record, in the layout of state-spaces/mamba and in that of the `-hf` repositories.
 *
 * @module
 */
import type { Checkpoint } from "../../checkpoint/checkpoint.ts";
import type { Rename } from "../../checkpoint/renamed.ts";
import { compacted } from "../../checkpoint/weights.ts";
import { defineFamily, type ReadOptions } from "../define_family.ts";
import type { Reading } from "../reading.ts";
import { takesTokens } from "../takes.ts";
import { EMBEDDING, HEAD, mambaLm, mambaLmWeights } from "./forward.ts";
import { MAMBA_LM } from "./marks.ts";
import { MAMBA_LM_DEFAULTS, MAMBA_LM_VARIANTS, mambaLmConfig, type MambaLmOptions } from "./options.ts";
import { published } from "./published.ts";

const HF_EMBEDDING = "backbone.embeddings.weight", MIXER = "backbone.layers.0.mixer";

const fromHf: Rename = (name, shape) => ({ name: name === HF_EMBEDDING ? EMBEDDING : name, shape });

function read(file: Reading): ReadOptions<MambaLmOptions> | undefined {
  const embedding = file.sizes(EMBEDDING, 2), states = file.sizes(`${MIXER}.A_log`, 2);
  const filters = file.shape(`${MIXER}.conv1d.weight`);
  if (!embedding || !states || !filters) return undefined;
  const [vocabulary, width] = embedding, [inner, d_state] = states;
  return {
    fixed: {
      d_model: width,
      n_layer: file.count("backbone.layers"),
      vocab_size: vocabulary,
      pad_vocab_size_multiple: 1,
      rms_norm: !file.has("backbone.norm_f.bias"),
      tie_embeddings: !file.has(HEAD) || file.seen.tie_embeddings === true,
      ssm_cfg: {
        d_state,
        d_conv: filters[2] ?? 0,
        dt_rank: file.shape(`${MIXER}.dt_proj.weight`)?.[1] ?? "auto",
        expand: inner / width,
        conv_bias: file.has(`${MIXER}.conv1d.bias`),
        bias: file.has(`${MIXER}.in_proj.bias`),
      },
    },
  };
}

/** A head of its own that equals the embedding is the embedding; files of PyTorch have both. */
async function look(entries: Checkpoint["entries"]): Promise<MambaLmOptions> {
  const head = entries.get(HEAD), embedding = entries.get(EMBEDDING);
  if (!head || !embedding || head.bytes !== embedding.bytes) return { tie_embeddings: !head };
  const own = await head.read(), shared = await embedding.read();
  return { tie_embeddings: own.length === shared.length && own.every((value, i) => value === shared[i]) };
}

/** The Mamba language model. */
export const family = defineFamily({
  ...MAMBA_LM,
  defaults: MAMBA_LM_DEFAULTS,
  variants: MAMBA_LM_VARIANTS,
  published,
  resolve: mambaLmConfig,
  rename: (keys) => keys.has(HF_EMBEDDING) ? fromHf : undefined,
  read,
  look,
  weights: (config) => compacted(mambaLmWeights(config)),
  ignored: ({ tied }) => tied ? [/^lm_head\.weight$/] : [],
  takes: ({ vocabulary }) => takesTokens(vocabulary),
  gives: ({ vocabulary }) => ({ kind: "logits", vocabulary }),
  forward: (ops, weights, config, { ids, batch, pass }, { tap }) =>
    mambaLm(ops, weights, config, ids, batch, pass, tap),
});
