/**
 * One or more calls of every kernel on numbers from a fixed seed, run through two builds of the same variant: whether
 * another compiler's module computes the same.
 *
 * @module
 */
import { encodeOrders, KERNEL_NAMES, type KernelName, KERNELS } from "../src/kernels.ts";
import { uniform } from "../src/kernels/random.ts";
import { instantiate, SCRATCH_BYTES, type Variant, type WasmInstance } from "../src/wasm/load.ts";

/** Lengths of the operands in floats, in table order; 0 for an absent one; `index` where row numbers are wanted. */
type Lengths = readonly (number | "index")[];
type Call = readonly [kernel: KernelName, operands: Lengths, params: Readonly<Record<string, number>>];

const norm = { rows: 7, columns: 37, epsilon: 1e-5, xStride: 40, residualStride: 38, gateStride: 37, outStride: 41 };
const image = { batch: 2, height: 6, width: 7 };
const band = { firstRow: 1, rowCount: 4 };

/** Sizes beside the tiles, so that whole tiles and edges both run. */
const CALLS: readonly Call[] = [
  ...[0, 1, 2, 3, 4, 5].map((activation): Call => ["linear", [20 * 19, 16 * 19, 13, 13, 19, 19, 20 * 16], {
    ...{
      rows: 17,
      inner: 19,
      outer: 13,
      xStride: 20,
      outStride: 16,
      activation,
      slope: 0.1,
      accumulate: activation % 2,
      groups: 1,
      norm: activation % 3,
      epsilon: 1e-5,
    },
  }]),
  ["linear", [19, 40 * 19, 0, 0, 0, 0, 40], {
    ...{ rows: 1, inner: 19, outer: 33, xStride: 19, outStride: 33, activation: 0, slope: 0, accumulate: 0 },
    ...{ groups: 1, norm: 0, epsilon: 0 },
  }],
  ["linear", [7 * 38, 2 * 16 * 19, 26, 0, 38, 0, 7 * 26], {
    ...{ rows: 7, inner: 19, outer: 13, xStride: 38, outStride: 26, activation: 0, slope: 0, accumulate: 0 },
    ...{ groups: 2, norm: 2, epsilon: 1e-5 },
  }],
  ["conv2d", [84 * 5, 16 * 45, 11, 0, 84 * 11], {
    ...{ ...image, inChannels: 5, outChannels: 11, kernelHeight: 3, kernelWidth: 3, stride: 1, padding: 1, xStride: 5 },
    ...{ outStride: 11, activation: 1, slope: 0, accumulate: 0, ...band },
  }],
  ...[[3, 2], [5, 1]].map((
    [size, dilation],
  ): Call => ["depthwise_conv2d", [84 * 11, 25 * 11, 11, 84 * 11 * (dilation! - 1), 84 * 11], {
    ...{
      ...image,
      channels: 11,
      size: size!,
      dilation: dilation!,
      xStride: 11,
      factorStride: 11,
      outStride: 11,
      activation: 2,
      slope: 0,
    },
    ...band,
  }]),
  ...[4, 3].map((width): Call => ["causal_conv1d", [42 * 22, 2 * 4 * 11, 22, 0, 2 * 2 * 3 * 11, 42 * 22], {
    ...{ batch: 2, length: 21, channels: 11, width, directions: 2, orders: encodeOrders(["row", "columnReversed"]) },
    ...{ gridWidth: 7, xStride: 22, xStep: 11, outStride: 22, activation: 1, carry: 3 },
  }]),
  ...[16, 10].map((stateSize): Call => ["selective_scan", [
    ...[42 * 22, 42 * 2 * (3 + 2 * stateSize), 2 * 12 * (stateSize + 5), 42 * 11, 0, 2 * 2 * 11 * stateSize, 42 * 11],
  ], {
    ...{
      batch: 2,
      length: 21,
      channels: 11,
      stateSize,
      rank: 3,
      groups: 1,
      directions: 2,
      orders: encodeOrders(["rowReversed", "column"]),
    },
    ...{ gridWidth: 7, softplus: 1, uStride: 22, uStep: 11, projectionStride: 2 * (3 + 2 * stateSize) },
    ...{
      projectionStep: 3 + 2 * stateSize,
      zStride: 11,
      outStride: 11,
      accumulate: 0,
      carry: 3,
      firstStep: 0,
      stepCount: 21,
    },
  }]),
  ["rms_norm", [300, 300, 40, 300, 300], norm],
  ["layer_norm", [300, 300, 40, 40, 300, 300], norm],
  ["sample", [300, 300], {
    rows: 7,
    columns: 37,
    xStride: 40,
    outStride: 1,
    temperature: 1,
    topK: 9,
    topP: 0.9,
    seed: 5,
  }],
  ["unary", [300, 300], { rows: 7, columns: 37, xStride: 40, outStride: 38, activation: 5, slope: 0 }],
  ...[0, 1].map((accumulate): Call => ["binary", [300, 300, 40, 300], {
    ...{
      rows: 7,
      columns: 38,
      aStride: 40,
      bStride: 39,
      outStride: 38,
      bRows: 3,
      bRepeat: 2,
      operation: 2,
      accumulate,
    },
  }]),
  ["mean_rows", [300, 80], { batch: 2, rows: 3, columns: 37, xStride: 40, outStride: 38 }],
  ["channel_attention", [300, 8 * 37, 3, 40 * 3, 37, 80], {
    ...{ batch: 2, rows: 3, columns: 37, hidden: 3, xStride: 40, outStride: 38 },
  }],
  ["max_rows", [300, 80], { batch: 2, rows: 3, columns: 37, xStride: 40, outStride: 38 }],
  ["gather_rows", [300, 80, "index", 0, 600], {
    ...{ batch: 2, rows: 3, extraRows: 2, count: 5, columns: 37, xStride: 40, extraStride: 37, outStride: 38 },
    ...{ packed: 0, indices: 5, accumulate: 0 },
  }],
  ...[1, 2].map((packed): Call => ["gather_rows", [8 * 37, 80, "index", "index", 200], {
    ...{ batch: 1, rows: 3, extraRows: 2, count: 5, columns: 37, xStride: 37, extraStride: 37, outStride: 38 },
    ...{ packed, indices: 5, accumulate: packed - 1 },
  }]),
  ["pixel_shuffle", [2000, 2000], { ...image, channels: 3, scale: 2, inverse: 0, xStride: 12, outStride: 3 }],
  ["attention", [2 * 8 * 12 * 24, 2 * 49, 2 * 8 * 12 * 8], {
    ...{ batch: 2, height: 8, width: 12, heads: 2, headWidth: 3, window: 4, shift: 2, xStride: 24, outStride: 8 },
    ...{ firstRow: 0, rowCount: 2 },
  }],
  ...[0, 1].map((random): Call => ["sort", [14 * 16, 14 * 12, 2 * 3 * 8], {
    ...{ batch: 2, rows: 7, columns: 11, xStride: 16, noiseStride: 12, outStride: 8, random, seed: 5 },
  }]),
  ["pixel_shuffle", [2000, 2000], { ...image, channels: 3, scale: 2, inverse: 1, xStride: 3, outStride: 12 }],
];

/** Kernels that no call is made of. */
export function kernelsWithoutCall(): readonly KernelName[] {
  return KERNEL_NAMES.filter((kernel) => !CALLS.some(([called]) => called === kernel));
}

/** Makes a call; the operands lie behind each other and all of them are the result. */
function perform({ kernels, memory, heapBase }: WasmInstance, [kernel, operands, params]: Call): Float32Array {
  const first = Math.ceil((heapBase + SCRATCH_BYTES) / 64) * 64;
  const random = uniform(1);
  let next = first;
  const offsets = operands.map((length) => {
    const at = next, count = length === "index" ? 8 : length;
    next += 4 * count;
    if (length === "index") new Uint32Array(memory.buffer, at, count).set([3, 0, 2, 4, 1]);
    else new Float32Array(memory.buffer, at, count).set(Array.from({ length: count }, () => -random()));
    return count === 0 ? 0 : at;
  });
  const numbers = Object.keys(KERNELS[kernel].params).map((name) => params[name]!);
  kernels[kernel](...offsets, ...numbers, first - SCRATCH_BYTES, SCRATCH_BYTES);
  return new Float32Array(memory.buffer, first, (next - first) / 4).slice();
}

/** How far two builds may differ: another compiler may order sums otherwise. */
const TOLERANCE = 1e-5;

/** A line for every kernel whose results differ between two builds of `variant`. */
export async function differences(
  variant: Variant,
  a: Uint8Array<ArrayBuffer>,
  b: Uint8Array<ArrayBuffer>,
): Promise<string[]> {
  const [left, right] = await Promise.all(
    [a, b].map(async (bytes) => await instantiate({ variant, module: await WebAssembly.compile(bytes) })),
  );
  const problems: string[] = [];
  for (const call of CALLS) {
    const mine = perform(left!, call), other = perform(right!, call);
    const at = mine.findIndex((value, i) => !(Math.abs(value - other[i]!) <= TOLERANCE * Math.max(1, Math.abs(value))));
    if (at >= 0) problems.push(`${variant} ${call[0]}: ${other[at]} where the committed module gives ${mine[at]}`);
  }
  return problems;
}
