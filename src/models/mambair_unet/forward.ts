/**
 * MambaIR's U-Net for photos with real noise. Mirrors `MambaIRUNet` of csguoh/MambaIR (`realDenoising`); sides must be
 * multiples of 8.
 *
 * Glossary: b batch, h × w pixels, d width.
 *
 * @module
 */
import { conv2dInBands } from "../../ops/bands.ts";
import { type Bound, tensor } from "../../checkpoint/weights.ts";
import type { Ops } from "../../ops/ops.ts";
import type { Tap } from "../../run/run_model.ts";
import { columns, type Tensor } from "../../tensor.ts";
import { checkImage } from "../blocks/restoration_frame.ts";
import { vssBlock, type VssBlockConfig, type VssBlockWeights, vssBlockWeights } from "../blocks/vss_block.ts";
import { type MambaIRUNetConfig, UNET_MULTIPLE } from "./options.ts";

/** Weights of a MambaIRUNet; the keys are those of the official state dict. */
export function mambairUNetWeights(c: MambaIRUNetConfig) {
  const d = c.width;
  const conv = (outer: number, inner: number, side: number, bias: boolean) => ({
    weight: tensor("conv2d", [outer, inner, side, side]),
    bias: bias ? tensor("plain", [outer]) : undefined,
  });
  const blocks = (count: number, block: VssBlockConfig) => Array.from({ length: count }, () => vssBlockWeights(block));
  const [d0, d1, d2, d3] = c.depths as [number, number, number, number];
  const [e0, e1, e2, e3] = c.encoder as [VssBlockConfig, VssBlockConfig, VssBlockConfig, VssBlockConfig];
  const [c0, c1, c2] = c.decoder as [VssBlockConfig, VssBlockConfig, VssBlockConfig];
  return {
    patch_embed: { proj: conv(d, c.channels, 3, false) },
    encoder_level1: blocks(d0, e0),
    down1_2: { body: { 0: conv(d / 2, d, 3, false) } },
    encoder_level2: blocks(d1, e1),
    down2_3: { body: { 0: conv(d, 2 * d, 3, false) } },
    encoder_level3: blocks(d2, e2),
    down3_4: { body: { 0: conv(2 * d, 4 * d, 3, false) } },
    latent: blocks(d3, e3),
    up4_3: { body: { 0: conv(16 * d, 8 * d, 3, false) } },
    reduce_chan_level3: conv(4 * d, 8 * d, 1, c.bias),
    decoder_level3: blocks(d2, c2),
    up3_2: { body: { 0: conv(8 * d, 4 * d, 3, false) } },
    reduce_chan_level2: conv(2 * d, 4 * d, 1, c.bias),
    decoder_level2: blocks(d1, c1),
    up2_1: { body: { 0: conv(4 * d, 2 * d, 3, false) } },
    decoder_level1: blocks(d0, c0),
    refinement: blocks(c.refinement, c0),
    skip_conv: c.dualPixel ? conv(2 * d, d, 1, c.bias) : undefined,
    output: conv(c.outChannels, 2 * d, 3, c.bias),
  };
}

/** Weights of a MambaIRUNet on a device. */
export type MambaIRUNetWeights = Bound<ReturnType<typeof mambairUNetWeights>>;

interface Conv {
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;
}

/** Image [b, h, w, channels] in 0 … 1 to the restored image of the same size, not clamped. */
export function* mambairUNet(
  ops: Ops,
  w: MambaIRUNetWeights,
  c: MambaIRUNetConfig,
  image: Tensor,
  tap?: Tap,
): Generator<void, Tensor> {
  checkImage("MambaIRUNet", image, c.channels, UNET_MULTIPLE);
  const [E, D] = [c.encoder, c.decoder];
  const level = (name: string, blocks: readonly VssBlockWeights[], config: VssBlockConfig, x: Tensor) =>
    runLevel(ops, name, blocks, config, x, tap);

  const embedded = yield* conv2dInBands(ops, image, w.patch_embed.proj.weight); // [b, h, w, d]
  const skip1 = c.dualPixel ? ops.copy(embedded) : embedded;
  const out1 = yield* level("encoder_level1", w.encoder_level1, E[0]!, skip1);
  const out2 = yield* level("encoder_level2", w.encoder_level2, E[1]!, yield* down(ops, w.down1_2.body[0], out1));
  const out3 = yield* level("encoder_level3", w.encoder_level3, E[2]!, yield* down(ops, w.down2_3.body[0], out2));
  const latent = yield* level("latent", w.latent, E[3]!, yield* down(ops, w.down3_4.body[0], out3));

  const joined3 = yield* up(ops, w.up4_3.body[0], latent, out3, w.reduce_chan_level3); // [b, h/4, w/4, 4d]
  const back3 = yield* level("decoder_level3", w.decoder_level3, D[2]!, joined3);
  const joined2 = yield* up(ops, w.up3_2.body[0], back3, out2, w.reduce_chan_level2); // [b, h/2, w/2, 2d]
  const back2 = yield* level("decoder_level2", w.decoder_level2, D[1]!, joined2);
  const joined1 = yield* up(ops, w.up2_1.body[0], back2, out1); // [b, h, w, 2d]
  const x = yield* level("decoder_level1", w.decoder_level1, D[0]!, joined1);
  yield* level("refinement", w.refinement, D[0]!, x);

  if (w.skip_conv) {
    yield* conv2dInBands(ops, embedded, w.skip_conv.weight, { bias: w.skip_conv.bias, into: x });
    return yield* conv2dInBands(ops, x, w.output.weight, { bias: w.output.bias });
  }
  return yield* conv2dInBands(ops, x, w.output.weight, { bias: w.output.bias, into: ops.copy(image) });
}

function* runLevel(
  ops: Ops,
  name: string,
  blocks: readonly VssBlockWeights[],
  c: VssBlockConfig,
  x: Tensor,
  tap: Tap | undefined,
): Generator<void, Tensor> {
  for (const [i, block] of blocks.entries()) {
    yield* vssBlock(ops, block, c, x);
    tap?.(`${name}.${i}`, x);
  }
  return x;
}

/** Half the size, twice the channels: x [b, h, w, d] → [b, h/2, w/2, 2d]. */
function* down(ops: Ops, { weight }: Conv, x: Tensor): Generator<void, Tensor> {
  return ops.pixelUnshuffle(yield* conv2dInBands(ops, x, weight), 2);
}

/** Twice the size, joined with the encoder's result and reduced where there are weights for it. */
function* up(ops: Ops, { weight }: Conv, x: Tensor, skip: Tensor, reduce?: Conv): Generator<void, Tensor> {
  const [b, height, width, d] = skip.shape as [number, number, number, number];
  const reduced = reduce ? ops.empty(skip.shape) : undefined;
  const joined = ops.empty([b, height, width, 2 * d]);
  {
    using _ = ops.scope();
    ops.pixelShuffle(yield* conv2dInBands(ops, x, weight), 2, { out: columns(joined, 0, d) });
    ops.unary(skip, "none", { out: columns(joined, d, d) });
  }
  if (!reduce) return joined;
  return yield* conv2dInBands(ops, joined, reduce.weight, { bias: reduce.bias, out: reduced! });
}
