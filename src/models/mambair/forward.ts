/**
 * MambaIR (Guo et al., ECCV 2024, arXiv 2402.15648): image restoration by groups of VSS blocks. Mirrors `MambaIR` of
 * csguoh/MambaIR; any image size works, as nothing is windowed.
 *
 * Glossary: b batch, h × w pixels, d width, s scale.
 *
 * @module
 */
import { layerNormInBands } from "../../ops/bands.ts";
import { type Bound, tensor } from "../../checkpoint/weights.ts";
import type { Ops } from "../../ops/ops.ts";
import type { Tap } from "../../run/run_model.ts";
import type { Tensor } from "../../tensor.ts";
import { addBody } from "../blocks/restoration_body.ts";
import { checkImage, frameWeights, makeImage } from "../blocks/restoration_frame.ts";
import { residualConvWeights, shallowFeatures } from "../blocks/restoration_frame.ts";
import { vssBlock, vssBlockWeights } from "../blocks/vss_block.ts";
import type { MambaIRConfig } from "./options.ts";

/** Weights of a MambaIR; the keys are those of the official state dict. */
export function mambairWeights(c: MambaIRConfig) {
  const d = c.frame.width;
  return {
    ...frameWeights(c.frame),
    layers: c.depths.map((depth) => ({
      residual_group: { blocks: Array.from({ length: depth }, () => vssBlockWeights(c.block)) },
      conv: residualConvWeights(c.frame),
    })),
    norm: { weight: tensor("plain", [d]), bias: tensor("plain", [d]) },
  };
}

/** Weights of a MambaIR on a device. */
export type MambaIRWeights = Bound<ReturnType<typeof mambairWeights>>;

/** Image [b, h, w, channels] in 0 … 1 to the restored image [b, h·s, w·s, channels], not clamped. */
export function* mambair(
  ops: Ops,
  w: MambaIRWeights,
  c: MambaIRConfig,
  image: Tensor,
  tap?: Tap,
): Generator<void, Tensor> {
  checkImage("MambaIR", image, c.frame.channels);
  const features = yield* shallowFeatures(ops, w, image); // [b, h, w, d]
  tap?.("conv_first", features);
  yield* addBody(ops, w, features, {
    *blocks({ residual_group }, g, y) {
      for (const [j, block] of residual_group.blocks.entries()) {
        yield* vssBlock(ops, block, c.block, y);
        tap?.(`layer.${g}.${j}`, y);
      }
    },
    norm: (x) => layerNormInBands(ops, x, w.norm.weight, { bias: w.norm.bias, epsilon: 1e-5 }),
  }, tap);
  return yield* makeImage(ops, w, c.frame, features, image);
}
