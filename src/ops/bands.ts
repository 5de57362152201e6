/**
 * Long work in pieces. An op over a large image is issued as bands of rows or steps with a yield after each, so that
 * whoever drives the pass can report, stop and breathe between them; a small one stays a single call.
 *
 * @module
 */
import { estimateMilliseconds, NO_WORK, type Work } from "../kernels.ts";
import type { AttentionOptions, Band, Epilogue, LinearOptions, NormOptions, Ops, ScanOptions } from "./ops.ts";
import { columnsOf, rowRange, rowsOf, type Tensor } from "../tensor.ts";

/** Estimated milliseconds of a band at most: half of what a run may go without air, as estimates may be half wrong. */
const LONGEST = 25;

/**
 * Splits `total` rows into equal bands of at most 25 ms of estimated work.
 *
 * @param work What all rows together cost.
 * @param pace That of the device.
 */
export function* bands(total: number, work: Partial<Work>, pace = 1): Generator<Band, void> {
  const milliseconds = estimateMilliseconds({ ...NO_WORK, ...work }) / pace;
  const parts = Math.max(1, Math.min(total, Math.ceil(milliseconds / LONGEST)));
  for (let part = 0; part < parts; part++) {
    const first = Math.floor(part * total / parts);
    yield { first, count: Math.floor((part + 1) * total / parts) - first };
  }
}

/** Exponentials of an epilogue over so many results. */
const expsOf = (epilogue: Epilogue, results: number): number =>
  epilogue.activation === undefined || epilogue.activation === "none" ? 0 : results;

/** What an element costs that is only moved, in multiply-adds. */
export const MOVE = 20;

/** {@linkcode Ops.linear} in bands of rows. */
export function* linearInBands(
  ops: Ops,
  x: Tensor,
  weight: Tensor,
  options: LinearOptions = {},
): Generator<void, Tensor> {
  const [outer, inner] = weight.shape as [number, number], rows = rowsOf(x);
  const { into, out: given, ...rest } = options;
  const out = into ?? given ?? ops.empty([...x.shape.slice(0, -1), outer]);
  const normed = options.norm ? MOVE * rows * inner : 0;
  const work = { multiplyAdds: rows * outer * inner + normed, exps: expsOf(options, rows * outer) };
  for (const { first, count } of bands(rows, work, ops.device.pace)) {
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
  options: Omit<NormOptions, "residual"> & { readonly bias?: Tensor | undefined },
): Generator<void, Tensor> {
  const rows = rowsOf(x), { gate, out = ops.empty(x.shape), ...rest } = options;
  for (const { first, count } of bands(rows, { multiplyAdds: MOVE * rows * columnsOf(x) }, ops.device.pace)) {
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
  const [outer, inner, side] = weight.shape as [number, number, number, number];
  const out = epilogue.into ?? epilogue.out ?? ops.empty([batch, height, width, outer]);
  const results = batch * height * width * outer;
  const work = { multiplyAdds: results * inner * side ** 2, exps: expsOf(epilogue, results) };
  for (const rows of bands(height, work, ops.device.pace)) {
    const target = epilogue.into ? {} : { out };
    ops.conv2d(x, weight, { ...epilogue, ...target, padding: (side - 1) / 2, rows });
    yield;
  }
  return out;
}

/** {@linkcode Ops.depthwiseConv2d} in bands of rows. */
export function* depthwiseConv2dInBands(
  ops: Ops,
  x: Tensor,
  weight: Tensor,
  options: Omit<Epilogue, "into" | "scale"> & { readonly dilation?: number } = {},
): Generator<void, Tensor> {
  const out = options.out ?? ops.empty(x.shape), results = rowsOf(x) * columnsOf(x);
  const work = { multiplyAdds: results * weight.shape[1]! ** 2, exps: expsOf(options, results) };
  for (const rows of bands(x.shape[1]!, work, ops.device.pace)) {
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
  const steps = batch * length * directions * channels;
  const work = { stateElements: steps * options.stateSize, exps: 2 * steps };
  const list = [...bands(length, work, ops.device.pace)];
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
  const scores = batch * height * width * options.window ** 2;
  const work = { multiplyAdds: 2 * scores * c, exps: scores * options.heads };
  for (const rows of bands(height / options.window, work, ops.device.pace)) {
    ops.attention(x, bias, { ...options, rows, out });
    yield;
  }
  return out;
}
