/**
 * A net of one's own out of the blocks, with weights by name: `deno run -A examples/own_model.ts [WEIGHTS.safetensors]`.
 * Without a file the weights are drawn.
 *
 * @module
 */
import { openDevice, openModelSource } from "sidewinder";
import { type Ops, reshape, runModel, type Tensor } from "sidewinder/kernels";
import {
  bind,
  type Bound,
  gatedCnn,
  gatedCnnConfig,
  gatedCnnWeights,
  initialWeights,
  ss2d,
  ss2dWeights,
  tensor,
} from "sidewinder/blocks";

const width = 16, classes = 10;
const scan = { width, inner: 32, stateSize: 8, rank: 1 }, gated = gatedCnnConfig(width);

/** Paths joined by dots are the names in the file: `stem.weight`, `scan.in_proj.weight`, … */
const spec = {
  stem: { weight: tensor("conv2d", [width, 3, 4, 4]), bias: tensor("plain", [width]) },
  scan: ss2dWeights(scan),
  gated: gatedCnnWeights(gated),
  head: { weight: tensor("linear", [classes, width]), bias: tensor("plain", [classes]) },
};

/** Image [b, h, w, 3] to [b, classes]. */
function* net(ops: Ops, w: Bound<typeof spec>, image: Tensor): Generator<void, Tensor> {
  const x = ops.conv2d(image, w.stem.weight, { bias: w.stem.bias, stride: 4 }); // [b, h/4, w/4, d]
  yield* ss2d(ops, w.scan, scan, x, { into: x });
  yield* gatedCnn(ops, w.gated, gated, x);
  const [b, height, width, d] = x.shape as [number, number, number, number];
  const mean = ops.meanRows(reshape(x, [b, height * width, d])); // [b, d]
  return ops.linear(mean, w.head.weight, { bias: w.head.bias });
}

await using device = await openDevice();
const [file] = Deno.args;
const { weights } = await bind(spec, file ? await openModelSource(file) : initialWeights(spec), device);
const image = Float32Array.from({ length: 32 * 48 * 3 }, (_, i) => Math.cos(i));
console.log(await runModel(device, (ops) => net(ops, weights, ops.input(image, [1, 32, 48, 3]))));
