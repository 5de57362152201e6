/**
 * MambaIRv2 (Guo et al., CVPR 2025, arXiv 2411.15269): image restoration by window attention and scans in the order of
 * learned prompts. Mirrors `MambaIRv2` and `MambaIRv2Light` of csguoh/MambaIR.
 *
 * Glossary: b batch, h × w pixels, d width, s scale.
 *
 * @module
 */
import { type Bound, tensor } from "../../checkpoint/weights.ts";
import { mixBits } from "../../kernels.ts";
import { layerNormInBands } from "../../ops/bands.ts";
import type { Ops } from "../../ops/ops.ts";
import type { Tap } from "../../run/run_model.ts";
import type { Tensor } from "../../tensor.ts";
import type { AssmOptions } from "../blocks/assm.ts";
import { addBody } from "../blocks/restoration_body.ts";
import { checkImage, frameWeights, makeImage } from "../blocks/restoration_frame.ts";
import { residualConvWeights, shallowFeatures } from "../blocks/restoration_frame.ts";
import { attentiveLayer, attentiveLayerWeights } from "./attentive_layer.ts";
import type { MambaIRv2Config } from "./options.ts";
import { cropImage, padImage } from "./padding.ts";

/** Checkpoint keys that are recomputed. */
export const MAMBAIRV2_IGNORED = [/^relative_position_index_SA$/] as const;

/** Weights of a MambaIRv2; the keys are those of the official state dict. */
export function mambairv2Weights(c: MambaIRv2Config) {
  const d = c.frame.width;
  return {
    ...frameWeights(c.frame),
    layers: c.groups.map(({ depth, layer }) => ({
      residual_group: { layers: Array.from({ length: depth }, () => attentiveLayerWeights(layer)) },
      conv: residualConvWeights(c.frame),
    })),
    norm: { weight: tensor("plain", [d]), bias: tensor("plain", [d]) },
  };
}

/** Weights of a MambaIRv2 on a device. */
export type MambaIRv2Weights = Bound<ReturnType<typeof mambairv2Weights>>;

/** How a pass is watched, and what its routing is given. */
export interface MambaIRv2Run {
  /** Sees intermediate tensors; `route.i` are the classes of layer i as `Uint32`. */
  readonly tap?: Tap | undefined;
  /** Noise of layer i (counted over the net) for [b, l, prompts], instead of what the configuration says. */
  readonly noise?: ((i: number, shape: readonly number[]) => Float32Array) | undefined;
}

/** Image [b, h, w, channels] in 0 … 1 to the restored image [b, h·s, w·s, channels], not clamped. */
export function* mambairv2(
  ops: Ops,
  w: MambaIRv2Weights,
  c: MambaIRv2Config,
  image: Tensor,
  run: MambaIRv2Run = {},
): Generator<void, Tensor> {
  checkImage("MambaIRv2", image, c.frame.channels);
  const [, height, width] = image.shape as [number, number, number, number];
  const padded = padImage(ops, image, c.window);
  const features = yield* shallowFeatures(ops, w, padded); // [b, h, w, d]
  run.tap?.("conv_first", features);
  yield* addBody(ops, w, features, {
    *blocks({ residual_group }, g, y) {
      const { layer } = c.groups[g]!, before = c.groups.slice(0, g).reduce((sum, { depth }) => sum + depth, 0);
      for (const [i, weights] of residual_group.layers.entries()) {
        const { tap } = run, at = before + i;
        yield* attentiveLayer(ops, weights, layer, y, {
          shift: i % 2 === 0 ? 0 : Math.floor(c.window / 2),
          noise: noiseOf(c, run, at, [y.shape[0]!, y.shape[1]! * y.shape[2]!, layer.stateSpace.prompts]),
          ...(tap ? { onSorted: (sorted) => sorted.forEach(({ classes }) => tap(`route.${at}`, classes)) } : {}),
        });
        tap?.(`layer.${g}.${i}`, y);
      }
    },
    norm: (x) => layerNormInBands(ops, x, w.norm.weight, { bias: w.norm.bias, epsilon: 1e-5 }),
  }, run.tap);
  const restored = yield* makeImage(ops, w, c.frame, features, padded);
  return cropImage(ops, restored, height * c.frame.scale, width * c.frame.scale);
}

/** What is added to the scores of layer `at`: given values, numbers from a seed, or nothing. */
function noiseOf(
  c: MambaIRv2Config,
  { noise }: MambaIRv2Run,
  at: number,
  shape: readonly number[],
): AssmOptions["noise"] {
  if (noise) return { values: noise(at, shape) };
  return c.seed === undefined ? undefined : { seed: mixBits(mixBits(c.seed) + at) };
}
