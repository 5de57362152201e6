/**
 * Shape checks of the ops, in words, and options as kernel parameters.
 *
 * @module
 */
import { ACTIVATIONS, CARRY_IN, CARRY_OUT, encodeOrders, MOST_COLUMNS_ASIDE, ROW_NORMS } from "../kernels.ts";
import type { Band, Carry, Epilogue, LinearOptions, NormOptions, ScanOptions, Walk } from "./op_options.ts";
import { columnsOf, sizeOf, type Tensor } from "../tensor.ts";

/** Throws what is wrong with the shape of an operand. */
export function fail(op: string, operand: string, wish: string, tensor: Tensor): never {
  throw new TypeError(`Cannot run ${op} as ${operand} must ${wish}: current shape is [${tensor.shape.join(", ")}]`);
}

/** Refuses a tensor of another shape. */
export function expectShape(op: string, operand: string, tensor: Tensor, shape: readonly number[]): void {
  if (tensor.shape.length !== shape.length || tensor.shape.some((size, i) => size !== shape[i])) {
    fail(op, operand, `have the shape [${shape.join(", ")}]`, tensor);
  }
}

/** Refuses a vector of another length; an absent one is right. */
export function expectVector(op: string, operand: string, tensor: Tensor | undefined, length: number): void {
  if (tensor && sizeOf(tensor.shape) !== length) fail(op, operand, `have ${length} elements`, tensor);
}

/** Refuses data that does not fill a shape. */
export function expectLength(data: ArrayLike<number>, shape: readonly number[]): void {
  if (data.length !== sizeOf(shape)) {
    throw new TypeError(
      `Cannot make a tensor as data must have the size of [${shape.join(", ")}]: current length is ${data.length}`,
    );
  }
}

/** The sizes of [batch, height, width, channels]. */
export function imageShape(op: string, x: Tensor): readonly [number, number, number, number] {
  if (x.shape.length !== 4) fail(op, "x", "be [batch, height, width, channels]", x);
  return x.shape as unknown as [number, number, number, number];
}

/** The sizes of a product of x [b, l, g·i] with weight [o, i] or [g, o, i], and its norm and epilogue as parameters. */
export function productSizes(x: Tensor, weight: Tensor, options: LinearOptions) {
  const [outer, inner] = weight.shape.slice(-2) as [number, number], { norm } = options;
  const groups = weight.shape.length === 3 ? weight.shape[0]! : 1;
  if (columnsOf(x) !== groups * inner) fail("linear", "x", `have ${groups * inner} columns`, x);
  if (norm) {
    expectVector("linear", "norm.weight", norm.weight, groups * inner);
    if (norm.kind === "layer") expectVector("linear", "norm.bias", norm.bias, groups * inner);
    else if (norm.bias) fail("linear", "norm.bias", "be absent with a root mean square", norm.bias);
    if (inner > MOST_COLUMNS_ASIDE) fail("linear", "x", `have at most ${MOST_COLUMNS_ASIDE} columns to norm`, x);
  }
  return {
    inner,
    outer,
    groups,
    ...epilogueParams("linear", options, groups * outer),
    norm: ROW_NORMS.indexOf(norm?.kind ?? "none"),
    epsilon: norm?.epsilon ?? 0,
  };
}

/** Checks the operands of a norm as an op of its own. */
export function expectNorm(op: string, x: Tensor, weight: Tensor, { residual, gate }: NormOptions): void {
  if (sizeOf(weight.shape) !== columnsOf(x)) fail(op, "weight", `have ${columnsOf(x)} elements`, weight);
  for (const [operand, tensor] of Object.entries({ residual, gate })) {
    if (tensor) expectShape(op, operand, tensor, x.shape);
  }
}

/** The shape that a convolution gives, and the sizes of x [b, h, w, i] with weight [o, i, kh, kw]. */
export function convSizes(x: Tensor, weight: Tensor, stride: number, padding: number) {
  const [batch, height, width, channels] = imageShape("conv2d", x);
  const [outChannels, inChannels, kernelHeight, kernelWidth] = weight.shape as [number, number, number, number];
  if (channels !== inChannels) fail("conv2d", "x", `have ${inChannels} channels`, x);
  if (height + 2 * padding < kernelHeight || width + 2 * padding < kernelWidth) {
    fail("conv2d", "x", `be at least ${kernelHeight} × ${kernelWidth} with its padding`, x);
  }
  const outHeight = Math.floor((height + 2 * padding - kernelHeight) / stride) + 1;
  const outWidth = Math.floor((width + 2 * padding - kernelWidth) / stride) + 1;
  return {
    result: [batch, outHeight, outWidth, outChannels] as const,
    sizes: { batch, height, width, inChannels, outChannels, kernelHeight, kernelWidth },
  };
}

/** The sizes of [batch, tokens, channels]. */
export function sequenceShape(op: string, x: Tensor): readonly [number, number, number] {
  if (x.shape.length !== 3) fail(op, "x", "be [batch, tokens, channels]", x);
  return x.shape as unknown as [number, number, number];
}

/** The band that is asked for, or all. */
export function bandOf(op: string, band: Band | undefined, total: number): Band {
  const { first, count } = band ?? { first: 0, count: total };
  if (first < 0 || count < 0 || first + count > total) {
    throw new RangeError(
      `Cannot run ${op} as the band must lie in [0, ${total}): current band is [${first}, ${first + count})`,
    );
  }
  return { first, count };
}

/** An epilogue over `channels` as kernel parameters. */
export function epilogueParams(
  op: string,
  { activation = "none", slope = 0, into, bias, scale }: Epilogue,
  channels: number,
) {
  expectVector(op, "bias", bias, channels);
  expectVector(op, "scale", scale, channels);
  return { activation: ACTIVATIONS.indexOf(activation), slope, accumulate: into ? 1 : 0 };
}

/** Scan orders as kernel parameters. */
export function walkParams(op: string, { orders, gridWidth, table }: Walk, directions: number, length: number) {
  if (orders.length !== directions) {
    throw new TypeError(
      `Cannot run ${op} as orders must name ${directions} directions: current number is ${orders.length}`,
    );
  }
  const width = gridWidth ?? Math.max(1, length);
  if (length % width !== 0) {
    throw new RangeError(`Cannot run ${op} as gridWidth must divide the length ${length}: current value is ${width}`);
  }
  if (orders.includes("table") && (!table || sizeOf(table.shape) !== directions * length)) {
    throw new TypeError(`Cannot run ${op} as order "table" must come with a table of [${directions}, ${length}]`);
  }
  return { orders: encodeOrders(orders), gridWidth: width };
}

/** The result and the sizes of a selective scan; see {@linkcode Ops.selectiveScan}. */
export function scanSizes(u: Tensor, projection: Tensor, constants: Tensor, options: ScanOptions) {
  const name = "selectiveScan", { stateSize, groups = 1, z, carry, into } = options;
  const [batch, length] = sequenceShape(name, u);
  const [directions, channels, width] = constants.shape as [number, number, number];
  const rank = width - 2 - stateSize;
  if (rank < 0) fail(name, "constants", `have at least ${stateSize + 2} columns for ${stateSize} states`, constants);
  const shared = options.sharedInput ?? directions === 1;
  if (columnsOf(u) !== (shared ? channels : directions * channels)) {
    fail(name, "u", `have ${shared ? channels : directions * channels} columns`, u);
  }
  const step = (rank || channels) + 2 * groups * stateSize;
  expectShape(name, "projection", projection, [batch, length, options.sharedProjection ? step : directions * step]);
  if (channels % groups !== 0) fail(name, "constants", `have a number of channels that ${groups} divides`, constants);
  if (z) expectShape(name, "z", z, [batch, length, channels]);
  if (carry) expectShape(name, "state", carry.state, [batch, directions, channels, stateSize]);
  const { first, count } = bandOf(name, options.steps, length);
  if (count < length && directions > 1 && !into) {
    throw new TypeError(
      "Cannot run selectiveScan as a band of several directions must have a zeroed `into`: it has none",
    );
  }
  const params = {
    batch,
    length,
    channels,
    stateSize,
    rank,
    groups,
    directions,
    ...walkParams(name, options, directions, length),
    softplus: options.softplus === false ? 0 : 1,
    uStep: shared ? 0 : channels,
    projectionStep: options.sharedProjection ? 0 : step,
    firstStep: first,
    stepCount: count,
  };
  return { result: [batch, length, channels] as const, params };
}

/** A carry as the kernel parameter. */
export function carryBits(carry: Carry | undefined): number {
  return carry ? (carry.read ? CARRY_IN : 0) | (carry.write ? CARRY_OUT : 0) : 0;
}
