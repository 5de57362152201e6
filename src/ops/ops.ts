/**
 * The verbs models speak. An op checks shapes in words, allocates its result and issues one kernel; it never waits. With
 * `into` an op adds to a tensor in place (only the residual stream is written so); with `out` it fills a given view.
 *
 * Glossary: b batch, l tokens, c channels, k directions, n states, r rank of Δ.
 *
 * @module
 */
import type { Device } from "../device.ts";
import {
  type Activation,
  ACTIVATIONS,
  addWork,
  BINARY_OPERATIONS,
  type BinaryOperation,
  type KernelName,
  MOST_COLUMNS_ASIDE,
  NO_WORK,
  type Operands,
  type Params,
  type Work,
  workOf,
} from "../kernels.ts";
import {
  bandOf,
  carryBits,
  convSizes,
  epilogueParams,
  expectLength,
  expectNorm,
  expectShape,
  expectVector,
  fail,
  imageShape,
  productSizes,
  scanSizes,
  sequenceShape,
  walkParams,
} from "./op_checks.ts";
import type {
  Band,
  BiasedWeight,
  BinaryOptions,
  Carry,
  Epilogue,
  LinearOptions,
  NormOptions,
  ScanOptions,
  Walk,
} from "./op_options.ts";
import { columnsOf, reshape, rowsOf, sizeOf, type Tensor, tensorOf } from "../tensor.ts";

export type * from "./op_options.ts";

/** The ops over one device. */
export class Ops {
  /** Where the kernels run. */
  readonly device: Device;
  #work: Work = NO_WORK;

  /** Ops that run on `device`. */
  constructor(device: Device) {
    this.device = device;
  }

  /** What has been issued so far. */
  get work(): Work {
    return this.#work;
  }

  /** Opens a scope: what is allocated until it is disposed is freed then. */
  scope(): Disposable {
    return this.device.scope();
  }

  /** A tensor of undefined contents. */
  empty(shape: readonly number[]): Tensor {
    return tensorOf(this.device.alloc(sizeOf(shape)), shape);
  }

  /** A tensor of zeros. */
  zeros(shape: readonly number[]): Tensor {
    return this.input(new Float32Array(sizeOf(shape)), shape);
  }

  /** A tensor with the given elements. */
  input(data: Float32Array | Uint32Array, shape: readonly number[]): Tensor {
    expectLength(data, shape);
    return tensorOf(this.device.write(data, { life: "run" }), shape);
  }

  /**
   * x·weightᵀ + bias over the last axis; weight [o, i], or [g, o, i] for g products of their own columns (role `linear`).
   */
  linear(x: Tensor, weight: Tensor, options: LinearOptions = {}): Tensor {
    const sizes = productSizes(x, weight, options), { bias, scale, norm } = options;
    const out = this.#target("linear", [...x.shape.slice(0, -1), sizes.groups * sizes.outer], options);
    this.#run("linear", { x, weight, bias, scale, normWeight: norm?.weight, normBias: norm?.bias, out }, {
      rows: rowsOf(x),
      ...sizes,
      xStride: x.stride,
      outStride: out.stride,
    });
    return out;
  }

  /** Convolution of x [b, h, w, i] with weight [o, i, kh, kw] (role `conv2d`) to [b, h', w', o]. */
  conv2d(
    x: Tensor,
    weight: Tensor,
    options: Epilogue & { readonly stride?: number; readonly padding?: number; readonly rows?: Band } = {},
  ): Tensor {
    const { stride = 1, padding = 0 } = options;
    const { result, sizes } = convSizes(x, weight, stride, padding);
    const out = this.#target("conv2d", result, options);
    const { first, count } = bandOf("conv2d", options.rows, result[1]);
    this.#run("conv2d", { x, weight, bias: options.bias, scale: options.scale, out }, {
      ...sizes,
      stride,
      padding,
      xStride: x.stride,
      outStride: out.stride,
      ...epilogueParams("conv2d", options, sizes.outChannels),
      firstRow: first,
      rowCount: count,
    });
    return out;
  }

  /** One filter per channel of x [b, h, w, c], weight [c, s, s] (role `depthwise`), same size out. */
  depthwiseConv2d(
    x: Tensor,
    weight: Tensor,
    options: Omit<Epilogue, "into" | "scale"> & { readonly dilation?: number; readonly rows?: Band } = {},
  ): Tensor {
    const [batch, height, width, channels] = imageShape("depthwiseConv2d", x);
    const [filters, size] = weight.shape as [number, number];
    if (channels !== filters) fail("depthwiseConv2d", "x", `have ${filters} channels`, x);
    const out = this.#target("depthwiseConv2d", x.shape, options);
    const { first, count } = bandOf("depthwiseConv2d", options.rows, height);
    const { activation, slope } = epilogueParams("depthwiseConv2d", options, channels);
    this.#run("depthwise_conv2d", { x, weight, bias: options.bias, out }, {
      batch,
      height,
      width,
      channels,
      size,
      dilation: options.dilation ?? 1,
      xStride: x.stride,
      outStride: out.stride,
      activation,
      slope,
      firstRow: first,
      rowCount: count,
    });
    return out;
  }

  /**
   * Causal convolution of x along each direction; weight [k, c, w] (role `conv1d`), result [b, l, k·c]. x has c columns
   * that all directions share, or k·c; `carry.state` is [b, k, w − 1, c].
   */
  causalConv1d(
    x: Tensor,
    weight: Tensor,
    options: Walk & { readonly bias?: Tensor | undefined; readonly activation?: Activation; readonly carry?: Carry },
  ): Tensor {
    const [batch, length] = sequenceShape("causalConv1d", x);
    const [directions, channels, width] = weight.shape as [number, number, number];
    const shared = columnsOf(x) === channels;
    if (!shared && columnsOf(x) !== directions * channels) {
      fail("causalConv1d", "x", `have ${channels} or ${directions * channels} columns`, x);
    }
    const { bias, carry, table } = options, state = carry?.state;
    expectVector("causalConv1d", "bias", bias, directions * channels);
    if (state) expectShape("causalConv1d", "state", state, [batch, directions, width - 1, channels]);
    const out = this.empty([batch, length, directions * channels]);
    this.#run("causal_conv1d", { x, weight, bias, order: table, state, out }, {
      batch,
      length,
      channels,
      width,
      directions,
      ...walkParams("causalConv1d", options, directions, length),
      xStride: x.stride,
      xStep: shared ? 0 : channels,
      outStride: out.stride,
      activation: ACTIVATIONS.indexOf(options.activation ?? "none"),
      carry: carryBits(carry),
    });
    return out;
  }

  /**
   * Selective scan of u [b, l, c] or [b, l, k·c] along each direction, summed to [b, l, c]. `projection` [b, l, k·p] has
   * per direction the columns Δ (rank, or c when the rank is 0) | B (groups·n) | C (groups·n); `constants` [k, c, n+2+r]
   * (role `scan`). `carry.state` is [b, k, c, n].
   */
  selectiveScan(u: Tensor, projection: Tensor, constants: Tensor, options: ScanOptions): Tensor {
    const { z, carry, into, table } = options, { result, params } = scanSizes(u, projection, constants, options);
    const out = this.#target("selectiveScan", result, options);
    this.#run("selective_scan", { u, projection, constants, z, order: table, state: carry?.state, out }, {
      ...params,
      uStride: u.stride,
      projectionStride: projection.stride,
      zStride: z?.stride ?? 0,
      outStride: out.stride,
      accumulate: into ? 1 : 0,
      carry: carryBits(carry),
    });
    return out;
  }

  /** Root-mean-square norm of each row. */
  rmsNorm(x: Tensor, weight: Tensor, options: NormOptions): Tensor {
    const { params, out } = this.#norm("rmsNorm", x, weight, options);
    this.#run("rms_norm", { x, residual: options.residual, weight, gate: options.gate, out }, params);
    return out;
  }

  /** Layer norm of each row. */
  layerNorm(x: Tensor, weight: Tensor, options: NormOptions & { readonly bias?: Tensor | undefined }): Tensor {
    expectVector("layerNorm", "bias", options.bias, columnsOf(x));
    const { params, out } = this.#norm("layerNorm", x, weight, options);
    this.#run(
      "layer_norm",
      { x, residual: options.residual, weight, bias: options.bias, gate: options.gate, out },
      params,
    );
    return out;
  }

  /** act(x); `none` copies. */
  unary(x: Tensor, activation: Activation, options: { readonly slope?: number; readonly out?: Tensor } = {}): Tensor {
    const out = this.#target("unary", x.shape, options);
    this.#run("unary", { x, out }, {
      rows: rowsOf(x),
      columns: columnsOf(x),
      xStride: x.stride,
      outStride: out.stride,
      activation: ACTIVATIONS.indexOf(activation),
      slope: options.slope ?? 0,
    });
    return out;
  }

  /** A contiguous copy. */
  copy(x: Tensor): Tensor {
    return this.unary(x, "none");
  }

  /**
   * a ∘ b, where b has the rows of a, or fewer: with `per: "row"` (default) the rows of b repeat over a (one row: a
   * vector; [l, c]: a table for every image); with `per: "image"` row i of b serves all rows of image i of a.
   */
  binary(operation: BinaryOperation, a: Tensor, b: Tensor, options: BinaryOptions = {}): Tensor {
    const rows = rowsOf(a), bRows = Math.max(1, rowsOf(b)), columns = columnsOf(a);
    if (columnsOf(b) !== columns || rows % bRows !== 0) {
      fail("binary", "b", `have ${columns} columns and a number of rows that divides ${rows}`, b);
    }
    if (operation === "rotate" && columns % 2 !== 0) fail("binary", "a", "have an even number of columns to rotate", a);
    const { scale } = options;
    expectVector("binary", "scale", scale, columns);
    const out = this.#target("binary", a.shape, options);
    this.#run("binary", { a, b, scale, out }, {
      rows,
      columns,
      aStride: a.stride,
      bStride: b.stride,
      outStride: out.stride,
      bRows,
      bRepeat: options.per === "image" ? rows / bRows : 1,
      operation: BINARY_OPERATIONS.indexOf(operation),
      accumulate: options.into ? 1 : 0,
    });
    return out;
  }

  /** a + b; see {@linkcode Ops.binary}. */
  add(a: Tensor, b: Tensor): Tensor {
    return this.binary("add", a, b);
  }

  /** Mean over the rows of each image: [b, l, c] → [b, c]. */
  meanRows(x: Tensor): Tensor {
    return this.#reduce("mean_rows", x);
  }

  /**
   * Channel attention of x [b, l, c] → [b, c]: sigmoid(expand·relu(squeeze·mean + bias) + bias), squeeze [h, c] and expand
   * [c, h] (role `linear`).
   */
  channelAttention(x: Tensor, squeeze: BiasedWeight, expand: BiasedWeight): Tensor {
    const name = "channelAttention", [batch, rows, columns] = sequenceShape(name, x), hidden = squeeze.weight.shape[0]!;
    if (rows === 0) fail(name, "x", "have at least one row", x);
    if (Math.max(columns, hidden) > MOST_COLUMNS_ASIDE) {
      fail(name, "x", `have at most ${MOST_COLUMNS_ASIDE} channels`, x);
    }
    expectShape(name, "squeeze", squeeze.weight, [hidden, columns]);
    expectShape(name, "expand", expand.weight, [columns, hidden]);
    expectVector(name, "squeeze.bias", squeeze.bias, hidden);
    expectVector(name, "expand.bias", expand.bias, columns);
    const out = this.empty([batch, columns]);
    const weights = {
      squeeze: squeeze.weight,
      squeezeBias: squeeze.bias,
      expand: expand.weight,
      expandBias: expand.bias,
    };
    const sizes = { batch, rows, columns, hidden, xStride: x.stride, outStride: out.stride };
    this.#run("channel_attention", { x, ...weights, out }, sizes);
    return out;
  }

  /** Maximum over the rows of each image: [b, l, c] → [b, c]. */
  maxRows(x: Tensor): Tensor {
    return this.#reduce("max_rows", x);
  }

  /** Rows of x [b, l, c] by `index` (Uint32 [count]) → [b, count, c]; an index ≥ l takes row index − l of `extra`. */
  gatherRows(x: Tensor, index: Tensor, extra?: Tensor): Tensor {
    const [batch, rows, columns] = sequenceShape("gatherRows", x);
    if (extra && columnsOf(extra) !== columns) fail("gatherRows", "extra", `have ${columns} columns`, extra);
    const count = sizeOf(index.shape);
    const out = this.empty([batch, count, columns]);
    this.#run("gather_rows", { x, extra, index, out }, {
      batch,
      rows,
      count,
      columns,
      xStride: x.stride,
      extraStride: extra?.stride ?? 0,
      outStride: out.stride,
    });
    return out;
  }

  /** [b, h, w, c·s²] → [b, h·s, w·s, c]. */
  pixelShuffle(x: Tensor, scale: number, options: { readonly out?: Tensor } = {}): Tensor {
    const [batch, height, width, deep] = imageShape("pixelShuffle", x);
    if (deep % scale ** 2 !== 0) fail("pixelShuffle", "x", `have a number of channels that ${scale ** 2} divides`, x);
    const channels = deep / scale ** 2;
    const out = this.#target("pixelShuffle", [batch, height * scale, width * scale, channels], options);
    this.#shuffle(x, out, { batch, height, width, channels, scale, inverse: 0 });
    return out;
  }

  /** [b, h·s, w·s, c] → [b, h, w, c·s²]. */
  pixelUnshuffle(x: Tensor, scale: number): Tensor {
    const [batch, tall, wide, channels] = imageShape("pixelUnshuffle", x);
    if (tall % scale !== 0 || wide % scale !== 0) fail("pixelUnshuffle", "x", `have sides that ${scale} divides`, x);
    const height = tall / scale, width = wide / scale;
    const out = this.empty([batch, height, width, channels * scale ** 2]);
    this.#shuffle(x, out, { batch, height, width, channels, scale, inverse: 1 });
    return out;
  }

  #shuffle(x: Tensor, out: Tensor, params: Omit<Params<"pixel_shuffle">, "xStride" | "outStride">): void {
    this.#run("pixel_shuffle", { x, out }, { ...params, xStride: x.stride, outStride: out.stride });
  }

  #reduce(kernel: "mean_rows" | "max_rows", x: Tensor): Tensor {
    const [batch, rows, columns] = sequenceShape(kernel, x);
    if (rows === 0) fail(kernel, "x", "have at least one row", x);
    const out = this.empty([batch, columns]);
    this.#run(kernel, { x, out }, { batch, rows, columns, xStride: x.stride, outStride: out.stride });
    return out;
  }

  #norm(name: string, x: Tensor, weight: Tensor, options: NormOptions) {
    const { epsilon, residual, gate, out: given } = options;
    expectNorm(name, x, weight, options);
    const out = this.#target(name, x.shape, given ? { out: given } : {});
    const params = {
      rows: rowsOf(x),
      columns: columnsOf(x),
      epsilon,
      xStride: x.stride,
      residualStride: residual?.stride ?? 0,
      gateStride: gate?.stride ?? 0,
      outStride: out.stride,
    };
    return { params, out };
  }

  #target(name: string, shape: readonly number[], { into, out }: Pick<Epilogue, "into" | "out">): Tensor {
    const target = into ?? out;
    if (!target) return this.empty(shape);
    if (sizeOf(target.shape) !== sizeOf(shape) || columnsOf(target) !== shape.at(-1)) {
      fail(name, into ? "into" : "out", `have the shape [${shape.join(", ")}]`, target);
    }
    return reshape(target, shape);
  }

  #run<K extends KernelName>(kernel: K, operands: Operands<K, Tensor>, params: Params<K>): void {
    this.device.run(kernel, operands, params);
    this.#work = addWork(this.#work, workOf(kernel, params));
  }
}
