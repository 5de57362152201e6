/**
 * A layer of MambaIRv2: window attention, then the attentive state-space module, each with a feed-forward net. Mirrors
 * `AttentiveLayer` of csguoh/MambaIR.
 *
 * Glossary: b batch, h × w pixels, d width.
 *
 * @module
 */
import { type Bound, derived, tensor } from "../../checkpoint/weights.ts";
import { linearInBands } from "../../ops/bands.ts";
import type { Ops } from "../../ops/ops.ts";
import type { Tensor } from "../../tensor.ts";
import { assm, type AssmConfig, type AssmOptions, assmWeights, promptTable } from "../blocks/assm.ts";
import { windowAttention, type WindowAttentionConfig, windowAttentionWeights } from "../blocks/window_attention.ts";
import { convFfn, type ConvFfnConfig, convFfnWeights } from "./conv_ffn.ts";

/** Shape of a layer. */
export interface AttentiveLayerConfig {
  readonly attention: WindowAttentionConfig;
  readonly stateSpace: AssmConfig;
  readonly feedForward: ConvFfnConfig;
  /** Whether the projection to q, k and v has a bias. */
  readonly qkvBias: boolean;
}

/** Weights of a layer; the keys are those of the official state dict. */
export function attentiveLayerWeights({ attention, stateSpace: s, feedForward, qkvBias }: AttentiveLayerConfig) {
  const d = attention.width, vector = () => tensor("plain", [d]), norm = () => ({ weight: vector(), bias: vector() });
  return {
    scale1: vector(),
    scale2: vector(),
    norm1: norm(),
    norm2: norm(),
    norm3: norm(),
    norm4: norm(),
    wqkv: {
      weight: tensor("linear", [3 * d, d]),
      bias: qkvBias ? tensor("plain", [3 * d]) : undefined,
    },
    win_mhsa: windowAttentionWeights(attention),
    assm: assmWeights(s),
    prompts: derived(
      "plain",
      [s.prompts, s.stateSize],
      { "assm.embeddingB.weight": [s.prompts, s.innerRank], "embeddingA.weight": [s.innerRank, s.stateSize] },
      (parts) => promptTable(parts["assm.embeddingB.weight"]!, parts["embeddingA.weight"]!, s),
    ),
    convffn1: convFfnWeights(feedForward),
    convffn2: convFfnWeights(feedForward),
    ones: derived("plain", [d], {}, () => new Float32Array(d).fill(1)),
  };
}

/** Weights of a layer on a device. */
export type AttentiveLayerWeights = Bound<ReturnType<typeof attentiveLayerWeights>>;

/** What a layer does besides: how far its windows are shifted, and the noise of its routing. */
export type AttentiveLayerOptions = Pick<AssmOptions, "noise" | "onSorted"> & { readonly shift: number };

/** The layer, in place on the stream x [b, h, w, d]. */
export function* attentiveLayer(
  ops: Ops,
  w: AttentiveLayerWeights,
  c: AttentiveLayerConfig,
  x: Tensor,
  { shift, noise, onSorted }: AttentiveLayerOptions,
): Generator<void, void> {
  using _ = ops.scope();
  const norm = (weights: AttentiveLayerWeights["norm1"]) => ({ kind: "layer", ...weights, epsilon: 1e-5 }) as const;
  const y = ops.copy(x); // [b, h, w, d]
  {
    using _ = ops.scope();
    const { weight, bias } = w.wqkv;
    const qkv = yield* linearInBands(ops, x, weight, { bias, norm: norm(w.norm1) }); // [b, h, w, 3d]
    yield* windowAttention(ops, w.win_mhsa, c.attention, qkv, { shift, into: y });
  }
  yield* convFfn(ops, w.convffn1, c.feedForward, y, norm(w.norm2));
  ops.binary("multiply", y, w.ones, { into: x, scale: w.scale1 });

  ops.unary(x, "none", { out: y });
  {
    using _ = ops.scope();
    yield* assm(ops, w.assm, c.stateSpace, x, w.prompts, { norm: norm(w.norm3), noise, onSorted, into: y });
  }
  yield* convFfn(ops, w.convffn2, c.feedForward, y, norm(w.norm4));
  ops.binary("multiply", y, w.ones, { into: x, scale: w.scale2 });
}
