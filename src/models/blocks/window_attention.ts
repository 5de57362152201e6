/**
 * Window attention with a table of relative position biases. Mirrors `WindowAttention` of csguoh/MambaIR; its projection to
 * q, k and v stands before it, as there.
 *
 * Glossary: b batch, h × w pixels, d width.
 *
 * @module
 */
import { type Bound, derived, tensor, type Weight } from "../../checkpoint/weights.ts";
import { attentionInBands, linearInBands } from "../../ops/bands.ts";
import type { LinearOptions, Ops } from "../../ops/ops.ts";
import type { Tensor } from "../../tensor.ts";
import type { Biased } from "./spec.ts";

/** Shape of a window attention. */
export interface WindowAttentionConfig {
  /** Channels in and out, d. */
  readonly width: number;
  /** Heads, which divide the width. */
  readonly heads: number;
  /** Side of a window. */
  readonly window: number;
}

/** The official table [(2·window − 1)², heads], by query less key, as [heads, 2·window − 1, 2·window − 1] by key less query. */
function turnTable(table: Float32Array, heads: number): Float32Array {
  const places = table.length / heads;
  return table.map((_, i) => table[(places - 1 - i % places) * heads + Math.floor(i / places)]!);
}

/** Tree of the weights of a window attention. */
export type WindowAttentionSpec = { readonly bias: Weight; readonly proj: Biased };

/** Weights of a window attention; the keys are those of the official state dict. */
export function windowAttentionWeights({ width: d, heads, window }: WindowAttentionConfig): WindowAttentionSpec {
  const side = 2 * window - 1;
  return {
    bias: derived(
      "plain",
      [heads, side, side],
      { relative_position_bias_table: [side ** 2, heads] },
      (parts) => turnTable(parts.relative_position_bias_table!, heads),
    ),
    proj: { weight: tensor("linear", [d, d]), bias: tensor("plain", [d]) },
  };
}

/** Weights of a window attention on a device. */
export type WindowAttentionWeights = Bound<WindowAttentionSpec>;

/**
 * Attention of qkv [b, h, w, 3d] among the pixels of windows that are cut after a shift, projected to [b, h, w, d].
 * The window must divide both sides.
 *
 * @example
 * ```ts
 * import { openDevice } from "@sidewinder/sidewinder";
 * import { runModel } from "@sidewinder/sidewinder/kernels";
 * import { bind, initialWeights, windowAttention, windowAttentionWeights } from "@sidewinder/sidewinder/blocks";
 *
 * await using device = await openDevice();
 * const config = { width: 24, heads: 2, window: 4 }, spec = windowAttentionWeights(config);
 * const { weights } = await bind(spec, initialWeights(spec), device);
 * const qkv = new Float32Array(8 * 12 * 3 * 24).fill(0.5); // [b, h, w, 3d]
 * const out = await runModel(device, (ops) => {
 *   return windowAttention(ops, weights, config, ops.input(qkv, [1, 8, 12, 3 * 24]), { shift: 2 });
 * });
 * console.log(out.length === 8 * 12 * 24); // true
 * ```
 */
export function* windowAttention(
  ops: Ops,
  w: WindowAttentionWeights,
  { heads, window }: WindowAttentionConfig,
  qkv: Tensor,
  { shift, ...target }: { readonly shift: number } & Pick<LinearOptions, "into">,
): Generator<void, Tensor> {
  const mixed = yield* attentionInBands(ops, qkv, w.bias, { heads, window, shift }); // [b, h, w, d]
  return yield* linearInBands(ops, mixed, w.proj.weight, { bias: w.proj.bias, ...target }); // [b, h, w, d]
}
