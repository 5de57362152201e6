/**
 * DVMSR (Lei et al., NTIRE 2024): super-resolution by causal Mamba blocks over the pixels in reading order. Mirrors
 * `DVMSR` of nathan66666/DVMSR, whose blocks have no residual inside.
 *
 * Glossary: b batch, h × w pixels, l = h·w tokens, d width, e inner width, n states.
 *
 * @module
 */
import type { Bound } from "../../checkpoint/weights.ts";
import type { Ops } from "../../ops/ops.ts";
import type { Tap } from "../../run/run_model.ts";
import { reshape, rowRange, type Tensor } from "../../tensor.ts";
import { mixer, mixerWeights, norm, normWeights } from "../blocks/mamba.ts";
import { addBody } from "../blocks/restoration_body.ts";
import { checkImage, frameWeights, makeImage } from "../blocks/restoration_frame.ts";
import { residualConvWeights, shallowFeatures } from "../blocks/restoration_frame.ts";
import type { DvmsrConfig } from "./options.ts";

/** Weights of a DVMSR; the keys are those of the official state dict. */
export function dvmsrWeights(c: DvmsrConfig) {
  const block = () => ({ norm: normWeights(c.frame.width, c.rmsNorm), mixer: mixerWeights(c.mixer) });
  return {
    ...frameWeights(c.frame),
    layers: c.depths.map((depth) => ({
      residual_group: { blocks: Array.from({ length: depth }, block) },
      conv: residualConvWeights(c.frame),
    })),
    norm_f: normWeights(c.frame.width, c.rmsNorm),
  };
}

/** Weights of a DVMSR on a device. */
export type DvmsrWeights = Bound<ReturnType<typeof dvmsrWeights>>;

/** Image [b, h, w, channels] in 0 … 1 to the restored image [b, h·s, w·s, channels], not clamped. */
export function* dvmsr(
  ops: Ops,
  w: DvmsrWeights,
  c: DvmsrConfig,
  image: Tensor,
  tap?: Tap,
): Generator<void, Tensor> {
  checkImage("DVMSR", image, c.frame.channels);
  const features = yield* shallowFeatures(ops, w, image); // [b, h, w, d]
  tap?.("conv_first", features);
  yield* addBody(ops, w, features, {
    *blocks({ residual_group }, g, y) {
      for (const [j, block] of residual_group.blocks.entries()) {
        yield* mixInBands(ops, block, c, y);
        tap?.(`layer.${g}.${j}`, y);
      }
    },
    *norm(x) {
      return norm(ops, w.norm_f, c, x);
    },
  }, tap);
  return yield* makeImage(ops, w, c.frame, features, image);
}

/** A block, y = mixer(norm(y)) or mixer(y), in place over parts of each image; the states of convolution and scan are carried. */
function* mixInBands(
  ops: Ops,
  w: DvmsrWeights["layers"][number]["residual_group"]["blocks"][number],
  c: DvmsrConfig,
  y: Tensor,
): Generator<void, void> {
  const [b, height, width, d] = y.shape as [number, number, number, number], l = height * width;
  const { inner: e, stateSize: n, convWidth } = c.mixer;
  const work = { multiplyAdds: l * d * e * 4, exps: l * e * 4, stateElements: l * e * n };
  using _ = ops.scope();
  const conv = ops.empty([1, 1, convWidth - 1, e]), scan = ops.empty([1, 1, e, n]);
  for (let image = 0; image < b; image++) {
    for (const { first, count } of ops.bands(l, work)) {
      using _ = ops.scope();
      const part = reshape(rowRange(y, image * l + first, count), [1, count, d]);
      const carry = (state: Tensor) => ({ state, read: first > 0, write: true });
      mixer(ops, w.mixer, c.mixer, c.blockNorm ? norm(ops, w.norm, c, part) : part, {
        out: part,
        carry: { conv: carry(conv), scan: carry(scan) },
      });
      yield;
    }
  }
}
