/**
 * The Mamba language model (Gu and Dao 2023, arXiv 2312.00752): mixers over a residual stream, `MambaLMHeadModel` of
 * state-spaces/mamba. The states of convolution and scan are carried from call to call, so that a prompt and the tokens
 * after it are the same pass over another number of tokens.
 *
 * Glossary: b batch, l tokens, d width, e inner width, n states, w convolution width, v vocabulary.
 *
 * @module
 */
import { type Bound, derived, type Weight } from "../../checkpoint/weights.ts";
import type { Ops } from "../../ops/ops.ts";
import type { Tap } from "../../run/run_model.ts";
import { columns, reshape, rowAt, type Tensor } from "../../tensor.ts";
import { mixer, mixerWeights, norm, normOf, normWeights } from "../blocks/mamba.ts";
import type { TokenPass } from "../takes.ts";
import type { MambaLmConfig } from "./options.ts";

/** Key of the embedding. */
export const EMBEDDING = "backbone.embedding.weight";
/** Key of the head, where it is not the embedding. */
export const HEAD = "lm_head.weight";

/** Most elements of a part of the embedding: 128 MiB, which every WebGPU device can bind. */
const MOST_IN_PART = 1 << 25;

/** Weights of a language model; the keys are those of the official state dict. */
export function mambaLmWeights(c: MambaLmConfig) {
  const { width: d } = c.mixer;
  const backbone = {
    layers: Array.from(
      { length: c.layers },
      () => ({ norm: normWeights(d, c.rmsNorm), mixer: mixerWeights(c.mixer) } as const),
    ),
    norm_f: normWeights(d, c.rmsNorm),
  };
  return Object.assign({ backbone }, embeddingParts(c), headParts(c));
}

/** Rows of the vocabulary that one part holds. */
const rowsInPart = (c: MambaLmConfig): number =>
  Math.min(c.vocabulary, Math.max(8, Math.floor(MOST_IN_PART / c.mixer.width / 8) * 8));

/** The matrix [v, d] of a key in parts that can be bound, packed for products; all are made of that one tensor. */
function partsOf(c: MambaLmConfig, key: string): Weight[] {
  const { vocabulary, mixer: { width } } = c, rows = rowsInPart(c);
  return Array.from({ length: Math.ceil(vocabulary / rows) }, (_, part) => {
    const first = part * rows, count = Math.min(rows, vocabulary - first);
    const slice = (all: Float32Array) =>
      count === vocabulary ? all : all.subarray(first * width, (first + count) * width);
    return derived("linear", [count, width], { [key]: [vocabulary, width] }, (parts) => slice(parts[key]!));
  });
}

function embeddingParts(c: MambaLmConfig) {
  const parts: { [name: `embedding ${number}`]: Weight } = {};
  for (const [i, part] of partsOf(c, EMBEDDING).entries()) parts[`embedding ${i}` as const] = part;
  return parts;
}

/** A head of its own; one that is tied to the embedding is the embedding, which is held once. */
function headParts(c: MambaLmConfig) {
  const parts: { [name: `head ${number}`]: Weight } = {};
  for (const [i, part] of (c.tied ? [] : partsOf(c, HEAD)).entries()) parts[`head ${i}` as const] = part;
  return parts;
}

/** Weights of a language model on a device. */
export type MambaLmWeights = Bound<ReturnType<typeof mambaLmWeights>>;

/** Rows of the embedding: ids [b, l] → [b, l, d]. */
function embed(ops: Ops, w: MambaLmWeights, c: MambaLmConfig, ids: Uint32Array, batch: number): Tensor {
  const { width: d } = c.mixer, rows = rowsInPart(c), l = ids.length;
  let tokens: Tensor | undefined;
  for (let part = 0; part * rows < c.vocabulary; part++) {
    if (!ids.some((id) => Math.floor(id / rows) === part) && c.vocabulary > rows) continue;
    const table = w[`embedding ${part}`]!, held = table.shape[0]!;
    // An id of another part takes what the parts before gave for it.
    const at = ids.map((id, i) => Math.floor(id / rows) === part ? id - part * rows : tokens ? held + i : 0);
    tokens = reshape(
      ops.gatherRows(reshape(table, [1, held, d]), ops.input(at, [l]), {
        extra: tokens && reshape(tokens, [l, d]),
        packed: true,
      }),
      [l, d],
    );
  }
  return reshape(tokens!, [batch, l / batch, d]);
}

/** Logits of normalised rows x [r, d] → [r, v]. */
function logitsOf(ops: Ops, w: MambaLmWeights, c: MambaLmConfig, x: Tensor): Tensor {
  const rows = rowsInPart(c), name = c.tied ? "embedding" : "head";
  if (c.vocabulary === rows) return ops.linear(x, w[`${name} 0`]!);
  const logits = ops.empty([x.shape[0]!, c.vocabulary]);
  for (let first = 0, part = 0; first < c.vocabulary; first += rows, part++) {
    const weight = w[`${name} ${part}`]!;
    ops.linear(x, weight, { out: columns(logits, first, weight.shape[0]!) });
  }
  return logits; // [r, v]
}

/**
 * Token ids [b, l] to the logits of what follows: of the last token [b, v], or of every token [b·l, v].
 *
 * @param ids Ids of all rows one after the other.
 */
export function* mambaLm(
  ops: Ops,
  w: MambaLmWeights,
  c: MambaLmConfig,
  ids: Uint32Array,
  batch: number,
  { states, resumes = false, everyToken = false }: TokenPass = {},
  tap?: Tap,
): Generator<void, Tensor> {
  const x = embed(ops, w, c, ids, batch), l = ids.length / batch; // [b, l, d]
  for (const [i, layer] of w.backbone.layers.entries()) {
    using _ = ops.scope();
    const state = states?.[i];
    mixer(ops, layer.mixer, c.mixer, x, {
      norm: normOf(layer.norm, c),
      into: x,
      ...(state
        ? {
          carry: {
            conv: { state: state.conv, read: resumes, write: true },
            scan: { state: state.scan, read: resumes, write: true },
          },
        }
        : {}),
    });
    tap?.(`layer.${i}`, x);
    // A step is one submission; a prompt may take longer than a page may wait.
    if (l > 1) yield;
  }
  const rows = everyToken ? reshape(x, [batch * l, c.mixer.width]) : rowAt(x, l - 1);
  return logitsOf(ops, w, c, norm(ops, w.backbone.norm_f, c, rows)); // [b, v] or [b·l, v]
}
