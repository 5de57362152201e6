/**
 * Long work in pieces. An op over a large image is issued as bands of rows or steps with a yield after each, so that
 * whoever drives the pass can report, stop and let other tasks run between them; a small one stays a single call.
 *
 * @module
 */
import { columnsOf, rowRange, rowsOf, type Tensor } from "../tensor.ts";
import { attention, type AttentionOptions } from "./attention.ts";
import { conv2d } from "./conv2d.ts";
import { depthwiseConv2d, type DepthwiseConv2dOptions } from "./depthwise_conv2d.ts";
import type { Issue } from "./issue.ts";
import { layerNorm } from "./layer_norm.ts";
import { linear } from "./linear.ts";
import type { Band, Epilogue, LayerNormOptions, LinearOptions, Ops, ScanOptions } from "./ops.ts";
import { selectiveScan } from "./selective_scan.ts";
import { millisecondsOfCall, split } from "./split.ts";

export { bands } from "./split.ts";

/** What an element costs that is only moved, in multiply-adds. */
export const MOVE = 20;

/** Bands of `total` rows, where `call` would do all of them at once. */
const bandsOf = (ops: Ops, total: number, call: (issue: Issue) => void): Generator<Band, void> =>
  split(total, millisecondsOfCall(call) / (ops.device.pace ?? 1));

/** {@linkcode Ops.linear} in bands of rows. */
export function* linearInBands(
  ops: Ops,
  x: Tensor,
  weight: Tensor,
  options: LinearOptions = {},
): Generator<void, Tensor> {
  const { into, out: given, ...rest } = options, groups = weight.shape.length === 3 ? weight.shape[0]! : 1;
  const out = into ?? given ?? ops.empty([...x.shape.slice(0, -1), groups * weight.shape.at(-2)!]);
  for (const { first, count } of bandsOf(ops, rowsOf(x), (dry) => linear(dry, x, weight, options))) {
    const target = rowRange(out, first, count);
    ops.linear(rowRange(x, first, count), weight, { ...rest, ...(into ? { into: target } : { out: target }) });
    yield;
  }
  return out;
}

/** {@linkcode Ops.layerNorm} in bands of rows. */
export function* layerNormInBands(
  ops: Ops,
  x: Tensor,
  weight: Tensor,
  options: Omit<LayerNormOptions, "residual">,
): Generator<void, Tensor> {
  const { gate, out = ops.empty(x.shape), ...rest } = options;
  for (const { first, count } of bandsOf(ops, rowsOf(x), (dry) => layerNorm(dry, x, weight, options))) {
    const part = (tensor: Tensor) => rowRange(tensor, first, count);
    ops.layerNorm(part(x), weight, { ...rest, gate: gate && part(gate), out: part(out) });
    yield;
  }
  return out;
}

/** {@linkcode Ops.conv2d} with stride 1 and the size kept, in bands of rows. */
export function* conv2dInBands(
  ops: Ops,
  x: Tensor,
  weight: Tensor,
  epilogue: Epilogue = {},
): Generator<void, Tensor> {
  const [batch, height, width] = x.shape as [number, number, number, number];
  const [outer, , side] = weight.shape as [number, number, number, number], padding = (side - 1) / 2;
  const out = epilogue.into ?? epilogue.out ?? ops.empty([batch, height, width, outer]);
  for (const rows of bandsOf(ops, height, (dry) => conv2d(dry, x, weight, { ...epilogue, padding }))) {
    const target = epilogue.into ? {} : { out };
    ops.conv2d(x, weight, { ...epilogue, ...target, padding, rows });
    yield;
  }
  return out;
}

/** {@linkcode Ops.depthwiseConv2d} in bands of rows. */
export function* depthwiseConv2dInBands(
  ops: Ops,
  x: Tensor,
  weight: Tensor,
  options: Omit<DepthwiseConv2dOptions, "rows"> = {},
): Generator<void, Tensor> {
  const out = options.out ?? ops.empty(x.shape);
  for (const rows of bandsOf(ops, x.shape[1]!, (dry) => depthwiseConv2d(dry, x, weight, options))) {
    ops.depthwiseConv2d(x, weight, { ...options, out, rows });
    yield;
  }
  return out;
}

/** {@linkcode Ops.selectiveScan} in bands of steps; the state between them is carried. */
export function* selectiveScanInBands(
  ops: Ops,
  u: Tensor,
  projection: Tensor,
  constants: Tensor,
  options: Omit<ScanOptions, "carry" | "into" | "out" | "steps">,
): Generator<void, Tensor> {
  const [batch, length] = u.shape as [number, number, number];
  const [directions, channels] = constants.shape as [number, number, number];
  const list = [...bandsOf(ops, length, (dry) => selectiveScan(dry, u, projection, constants, options))];
  if (list.length === 1) {
    const y = ops.selectiveScan(u, projection, constants, options);
    yield;
    return y;
  }
  const out = ops.empty([batch, length, channels]);
  using _ = ops.scope();
  const zeros: Tensor = { ...ops.zeros([1, channels]), shape: out.shape, stride: 0 }; // one row, read for every row
  ops.unary(zeros, "none", { out });
  const state = ops.empty([batch, directions, channels, options.stateSize]);
  for (const [i, steps] of list.entries()) {
    const carry = { state, read: i > 0, write: true };
    ops.selectiveScan(u, projection, constants, { ...options, into: out, steps, carry });
    yield;
  }
  return out;
}

/** {@linkcode Ops.attention} in bands of rows of windows. */
export function* attentionInBands(
  ops: Ops,
  x: Tensor,
  bias: Tensor,
  options: Omit<AttentionOptions, "rows">,
): Generator<void, Tensor> {
  const [batch, height, width] = x.shape as [number, number, number, number], c = columnsOf(x) / 3;
  const out = options.out ?? ops.empty([batch, height, width, c]);
  for (const rows of bandsOf(ops, height / options.window, (dry) => attention(dry, x, bias, options))) {
    ops.attention(x, bias, { ...options, rows, out });
    yield;
  }
  return out;
}
