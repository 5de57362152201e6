/**
 * The kernel table: every kernel, its operands and its parameters.
 *
 * The order of a row is the ABI. A Rust kernel takes the byte offsets of the operands in this order (0 for an absent
 * one), then the parameters in this order, then the byte offset of the scratch region; a WGSL kernel binds the operands
 * in this order. All tensors are row-major `batch × tokens × channels`; every `…Stride` is the distance between two rows
 * in elements. Adding a kernel means a row here, `reference/x.ts`, `rust-kernels/src/x.rs`, `gpu/x.wgsl`, an op in
 * `ops.ts` and `tests/kernels/x_test.ts`.
 *
 * @module
 */

/** How a kernel touches an operand; a trailing `?` marks one that may be absent. */
export type Access = "in" | "in?" | "out" | "inout" | "inout?";

/** The machine type of a parameter. */
export type ParamType = "u32" | "f32";

/** What a call costs: multiply-adds, exponentials (and logarithms), and scan state elements. */
export interface Work {
  /** Multiply-adds, without those of the scan recurrence. */
  readonly multiplyAdds: number;
  /** Exponentials and logarithms, without those of the scan recurrence. */
  readonly exps: number;
  /** States updated by scans: steps × channels × states. */
  readonly stateElements: number;
}

type Sizes = Readonly<Record<string, number>>;
type Cost = Partial<Work>;

interface KernelRow {
  readonly operands: Readonly<Record<string, Access>>;
  readonly params: Readonly<Record<string, ParamType>>;
  readonly work: (params: Sizes) => Cost;
}

/** Elementwise functions an epilogue or `unary` can apply; the index in this list is the ABI code. */
export const ACTIVATIONS = ["none", "silu", "gelu", "relu", "leakyRelu", "sigmoid"] as const;

/** Name of an activation. `gelu` is the exact erf form; `leakyRelu` takes its slope from the `slope` parameter. */
export type Activation = typeof ACTIVATIONS[number];

/** What `binary` computes; the index in this list is the ABI code. `rotate` multiplies interleaved complex pairs. */
export const BINARY_OPERATIONS = ["add", "multiply", "rotate"] as const;

/** Name of a binary operation. */
export type BinaryOperation = typeof BINARY_OPERATIONS[number];

/** Orders in which a scan walks over an image of `gridWidth` columns; the index in this list is the ABI code. */
export const SCAN_ORDERS = ["row", "rowReversed", "column", "columnReversed", "table"] as const;

/** Name of a scan order; `table` reads the order from the `order` operand. */
export type ScanOrder = typeof SCAN_ORDERS[number];

/** Bits of the `carry` parameter: the state operand is read before the first step, written after the last. */
export const CARRY_IN = 1;
/** See {@linkcode CARRY_IN}. */
export const CARRY_OUT = 2;

/** What `linear` does to the rows of x before it multiplies them; the index in this list is the ABI code. */
export const ROW_NORMS = ["none", "rms", "layer"] as const;

/** Name of a norm. */
export type RowNorm = typeof ROW_NORMS[number];

/** Most columns of a row that a kernel keeps aside: the scratch region of a CPU kernel holds several such rows. */
export const MOST_COLUMNS_ASIDE = 1 << 14;

/** Whether an activation costs an exponential. */
const exps = (activation: number | undefined, elements: number): number =>
  activation === 1 || activation === 2 || activation === 5 ? elements : 0;

/** The table. */
export const KERNELS = {
  /**
   * out[r, g, o] = act(Σ_i x'[r, g, i]·weight[g, o, i] + bias[g, o]), x' being x or the norm of each x[r, g]; accumulate:
   * out = out·scale[g, o] + that.
   */
  linear: {
    operands: {
      x: "in",
      weight: "in",
      bias: "in?",
      scale: "in?",
      normWeight: "in?",
      normBias: "in?",
      out: "inout",
    },
    params: {
      rows: "u32",
      inner: "u32",
      outer: "u32",
      groups: "u32",
      xStride: "u32",
      outStride: "u32",
      activation: "u32",
      slope: "f32",
      accumulate: "u32",
      norm: "u32",
      epsilon: "f32",
    },
    work: (p: Sizes): Cost => ({
      multiplyAdds: p.rows! * p.groups! * p.inner! * (p.outer! + (p.norm ? 3 : 0)),
      exps: exps(p.activation, p.rows! * p.groups! * p.outer!),
    }),
  },
  /** Channels-last convolution, weight [outChannels, inChannels, kh, kw], zero padding, epilogue as `linear`. */
  conv2d: {
    operands: { x: "in", weight: "in", bias: "in?", scale: "in?", out: "inout" },
    params: {
      batch: "u32",
      height: "u32",
      width: "u32",
      inChannels: "u32",
      outChannels: "u32",
      kernelHeight: "u32",
      kernelWidth: "u32",
      stride: "u32",
      padding: "u32",
      xStride: "u32",
      outStride: "u32",
      activation: "u32",
      slope: "f32",
      accumulate: "u32",
      firstRow: "u32",
      rowCount: "u32",
    },
    work: (p: Sizes): Cost => {
      const columns = Math.floor((p.width! + 2 * p.padding! - p.kernelWidth!) / p.stride!) + 1;
      const outputs = p.batch! * p.rowCount! * columns * p.outChannels!;
      return {
        multiplyAdds: outputs * p.inChannels! * p.kernelHeight! * p.kernelWidth!,
        exps: exps(p.activation, outputs),
      };
    },
  },
  /** One size × size filter per channel, weight [channels, size, size], "same" zero padding, stride 1. */
  depthwise_conv2d: {
    operands: { x: "in", weight: "in", bias: "in?", out: "out" },
    params: {
      batch: "u32",
      height: "u32",
      width: "u32",
      channels: "u32",
      size: "u32",
      dilation: "u32",
      xStride: "u32",
      outStride: "u32",
      activation: "u32",
      slope: "f32",
      firstRow: "u32",
      rowCount: "u32",
    },
    work: (p: Sizes): Cost => {
      const outputs = p.batch! * p.rowCount! * p.width! * p.channels!;
      return { multiplyAdds: outputs * p.size! * p.size!, exps: exps(p.activation, outputs) };
    },
  },
  /** Depthwise causal convolution along each direction's order; direction k writes columns [k·channels, (k+1)·channels). */
  causal_conv1d: {
    operands: { x: "in", weight: "in", bias: "in?", order: "in?", state: "inout?", out: "out" },
    params: {
      batch: "u32",
      length: "u32",
      channels: "u32",
      width: "u32",
      directions: "u32",
      orders: "u32",
      gridWidth: "u32",
      xStride: "u32",
      xStep: "u32",
      outStride: "u32",
      activation: "u32",
      carry: "u32",
    },
    work: (p: Sizes): Cost => {
      const outputs = p.batch! * p.length! * p.channels! * p.directions!;
      return { multiplyAdds: outputs * p.width!, exps: exps(p.activation, outputs) };
    },
  },
  /** The S6 scan of every direction, summed into one output; see `reference/selective_scan.ts` for the formula. */
  selective_scan: {
    operands: { u: "in", projection: "in", constants: "in", z: "in?", order: "in?", state: "inout?", out: "inout" },
    params: {
      batch: "u32",
      length: "u32",
      channels: "u32",
      stateSize: "u32",
      rank: "u32",
      groups: "u32",
      directions: "u32",
      orders: "u32",
      gridWidth: "u32",
      softplus: "u32",
      uStride: "u32",
      uStep: "u32",
      projectionStride: "u32",
      projectionStep: "u32",
      zStride: "u32",
      outStride: "u32",
      accumulate: "u32",
      carry: "u32",
      firstStep: "u32",
      stepCount: "u32",
    },
    work: (p: Sizes): Cost => {
      const steps = p.batch! * p.stepCount! * p.channels! * p.directions!;
      return {
        multiplyAdds: steps * p.rank!,
        exps: steps * (2 * p.softplus!),
        stateElements: steps * p.stateSize!,
      };
    },
  },
  /** out = v·weight/√(mean v² + ε) with v = x, or residual += x and v = residual; then · silu(gate). */
  rms_norm: {
    operands: { x: "in", residual: "inout?", weight: "in", gate: "in?", out: "out" },
    params: {
      rows: "u32",
      columns: "u32",
      epsilon: "f32",
      xStride: "u32",
      residualStride: "u32",
      gateStride: "u32",
      outStride: "u32",
    },
    work: (p: Sizes): Cost => ({ multiplyAdds: 2 * p.rows! * p.columns! }),
  },
  /** As `rms_norm`, with the mean subtracted, the biased variance and a bias. */
  layer_norm: {
    operands: { x: "in", residual: "inout?", weight: "in", bias: "in?", gate: "in?", out: "out" },
    params: {
      rows: "u32",
      columns: "u32",
      epsilon: "f32",
      xStride: "u32",
      residualStride: "u32",
      gateStride: "u32",
      outStride: "u32",
    },
    work: (p: Sizes): Cost => ({ multiplyAdds: 3 * p.rows! * p.columns! }),
  },
  /** out = act(x). */
  unary: {
    operands: { x: "in", out: "out" },
    params: { rows: "u32", columns: "u32", xStride: "u32", outStride: "u32", activation: "u32", slope: "f32" },
    work: (p: Sizes): Cost => ({ exps: exps(p.activation, p.rows! * p.columns!) }),
  },
  /** out[r] = a[r] ∘ b[⌊r / bRepeat⌋ mod bRows]; accumulate: out = out·scale + that. */
  binary: {
    operands: { a: "in", b: "in", scale: "in?", out: "inout" },
    params: {
      rows: "u32",
      columns: "u32",
      aStride: "u32",
      bStride: "u32",
      outStride: "u32",
      bRows: "u32",
      bRepeat: "u32",
      operation: "u32",
      accumulate: "u32",
    },
    work: (p: Sizes): Cost => ({ multiplyAdds: p.rows! * p.columns! }),
  },
  /** out[b, c] = mean over rows of x[b, ·, c]. */
  mean_rows: {
    operands: { x: "in", out: "out" },
    params: { batch: "u32", rows: "u32", columns: "u32", xStride: "u32", outStride: "u32" },
    work: (p: Sizes): Cost => ({ multiplyAdds: p.batch! * p.rows! * p.columns! }),
  },
  /** out[b] = sigmoid(expand·relu(squeeze·m + squeezeBias) + expandBias), m being the mean over the rows of x[b]. */
  channel_attention: {
    operands: {
      x: "in",
      squeeze: "in",
      squeezeBias: "in?",
      expand: "in",
      expandBias: "in?",
      out: "out",
    },
    params: { batch: "u32", rows: "u32", columns: "u32", hidden: "u32", xStride: "u32", outStride: "u32" },
    work: (p: Sizes): Cost => ({
      multiplyAdds: p.batch! * p.columns! * (p.rows! + 2 * p.hidden!),
      exps: p.batch! * p.columns!,
    }),
  },
  /** out[b, c] = maximum over rows of x[b, ·, c]. */
  max_rows: {
    operands: { x: "in", out: "out" },
    params: { batch: "u32", rows: "u32", columns: "u32", xStride: "u32", outStride: "u32" },
    work: (p: Sizes): Cost => ({ multiplyAdds: p.batch! * p.rows! * p.columns! }),
  },
  /** out[b, i] = index[i] < rows ? x[b, index[i]] : extra[index[i] − rows]; extra is shared by the batch. */
  gather_rows: {
    operands: { x: "in", extra: "in?", index: "in", out: "out" },
    params: {
      batch: "u32",
      rows: "u32",
      count: "u32",
      columns: "u32",
      xStride: "u32",
      extraStride: "u32",
      outStride: "u32",
    },
    work: (p: Sizes): Cost => ({ multiplyAdds: p.batch! * p.count! * p.columns! }),
  },
  /** out[b, y·s+i, x·s+j, c] = x[b, y, x, c·s²+i·s+j]; inverse 1 is pixel unshuffle, and (height, width, channels) are always those of the small-image side and the large-image side's channels. */
  pixel_shuffle: {
    operands: { x: "in", out: "out" },
    params: {
      batch: "u32",
      height: "u32",
      width: "u32",
      channels: "u32",
      scale: "u32",
      inverse: "u32",
      xStride: "u32",
      outStride: "u32",
    },
    work: (p: Sizes): Cost => ({ multiplyAdds: p.batch! * p.height! * p.width! * p.channels! * p.scale! * p.scale! }),
  },
} as const satisfies Record<string, KernelRow>;

/** Name of a kernel. */
export type KernelName = keyof typeof KERNELS;

/** Names of the operands of kernel `K`. */
export type OperandName<K extends KernelName> = keyof typeof KERNELS[K]["operands"] & string;

/** Values of the parameters of kernel `K`. */
export type Params<K extends KernelName> = { readonly [P in keyof typeof KERNELS[K]["params"]]: number };

/** Names of the operands of kernel `K` that may be absent. */
export type OptionalOperand<K extends KernelName> = {
  [O in keyof typeof KERNELS[K]["operands"]]: typeof KERNELS[K]["operands"][O] extends "in?" | "inout?" ? O : never;
}[keyof typeof KERNELS[K]["operands"]];

/** The operands of kernel `K`, each a `T`; optional ones may be absent. */
export type Operands<K extends KernelName, T> =
  & { readonly [O in Exclude<keyof typeof KERNELS[K]["operands"], OptionalOperand<K>>]: T }
  & { readonly [O in OptionalOperand<K>]?: T | undefined };

/** Names of all kernels, in table order. */
export const KERNEL_NAMES = Object.keys(KERNELS) as readonly KernelName[];

/** The work of one call, every field present. */
export function workOf<K extends KernelName>(kernel: K, params: Params<K>): Work {
  const row: KernelRow = KERNELS[kernel];
  return { ...NO_WORK, ...row.work(params as Record<string, number>) };
}

/** No work at all. */
export const NO_WORK: Work = { multiplyAdds: 0, exps: 0, stateElements: 0 };

/** The work of two things together. */
export function addWork(a: Work, b: Work): Work {
  return {
    multiplyAdds: a.multiplyAdds + b.multiplyAdds,
    exps: a.exps + b.exps,
    stateElements: a.stateElements + b.stateElements,
  };
}

/** Packs the orders of up to eight directions into the `orders` parameter, four bits each, first direction lowest. */
export function encodeOrders(orders: readonly ScanOrder[]): number {
  return orders.reduce((code, order, k) => code | SCAN_ORDERS.indexOf(order) << 4 * k, 0) >>> 0;
}
