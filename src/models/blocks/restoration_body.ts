/**
 * What MambaIR, MambaIRv2 and DVMSR have between their first convolution and their heads: groups of blocks with a residual
 * convolution each, a norm, and a convolution whose result is added to the features. Mirrors `forward_features` of
 * csguoh/MambaIR.
 *
 * Glossary: b batch, h × w pixels, d width.
 *
 * @module
 */
import type { Ops } from "../../ops/ops.ts";
import type { Tap } from "../../run/run_model.ts";
import type { Tensor } from "../../tensor.ts";
import { embedFeatures, type FrameWeights, residualConv, type ResidualConvWeights } from "./restoration_frame.ts";

/** What differs from net to net. */
export interface BodyParts<G> {
  /** The blocks of group g, in place on y [b, h, w, d]. */
  readonly blocks: (group: G, g: number, y: Tensor) => Generator<void, void>;
  /** The norm after the groups: x [b, h, w, d] → [b, h, w, d]. */
  readonly norm: (x: Tensor) => Generator<void, Tensor>;
}

/** The groups and the convolution after them, added to the features [b, h, w, d] in place. */
export function* addBody<G extends { readonly conv: ResidualConvWeights }>(
  ops: Ops,
  w: FrameWeights & { readonly layers: readonly G[] },
  features: Tensor,
  { blocks, norm }: BodyParts<G>,
  tap?: Tap,
): Generator<void, void> {
  using _ = ops.scope();
  const x = embedFeatures(ops, w, features); // [b, h, w, d]
  for (const [g, group] of w.layers.entries()) {
    using _ = ops.scope();
    const y = ops.copy(x);
    yield* blocks(group, g, y);
    yield* residualConv(ops, group.conv, y, x);
    tap?.(`layer.${g}`, x);
  }
  const normed = yield* norm(x);
  tap?.("norm", normed);
  if (tap) tap("conv_after_body", yield* residualConv(ops, w.conv_after_body, normed));
  yield* residualConv(ops, w.conv_after_body, normed, features);
}
