/**
 * The verbs models speak. An op checks shapes in words, allocates its result and issues one kernel; it never waits. With
 * `into` an op adds to a tensor in place (only the residual stream is written so); with `out` it fills a given view.
 *
 * Glossary: b batch, l tokens, c channels, k directions, n states, r rank of Δ.
 *
 * @module
 */
import type { Device } from "../device.ts";
import type { Activation, BinaryOperation, Work } from "../kernels.ts";
import { sizeOf, type Tensor, tensorOf } from "../tensor.ts";
import { attention, type AttentionOptions } from "./attention.ts";
import { binary, type BinaryOptions } from "./binary.ts";
import { causalConv1d, type CausalConv1dOptions } from "./causal_conv1d.ts";
import { type BiasedWeight, channelAttention } from "./channel_attention.ts";
import { expectLength } from "./checks.ts";
import { conv2d, type Conv2dOptions } from "./conv2d.ts";
import { depthwiseConv2d, type DepthwiseConv2dOptions } from "./depthwise_conv2d.ts";
import { type GatherOptions, gatherRows } from "./gather_rows.ts";
import { Issue } from "./issue.ts";
import { layerNorm, type LayerNormOptions } from "./layer_norm.ts";
import { linear, type LinearOptions } from "./linear.ts";
import { maxRows } from "./max_rows.ts";
import { meanRows } from "./mean_rows.ts";
import type { NormOptions } from "./norm.ts";
import { pixelShuffle, pixelUnshuffle } from "./pixel_shuffle.ts";
import type { Band } from "./options.ts";
import { rmsNorm } from "./rms_norm.ts";
import { type ScanOptions, selectiveScan } from "./selective_scan.ts";
import { sort, type SortedRows, type SortOptions } from "./sort.ts";
import { sample, type SampleOptions } from "./sample.ts";
import { bands } from "./split.ts";
import { unary, type UnaryOptions } from "./unary.ts";

export type { AttentionOptions } from "./attention.ts";
export type { BinaryOptions } from "./binary.ts";
export type { CausalConv1dOptions } from "./causal_conv1d.ts";
export type { BiasedWeight } from "./channel_attention.ts";
export type { Conv2dOptions } from "./conv2d.ts";
export type { DepthwiseConv2dOptions } from "./depthwise_conv2d.ts";
export type { LayerNormOptions } from "./layer_norm.ts";
export type { LinearOptions, RowNormOptions } from "./linear.ts";
export type { NormOptions } from "./norm.ts";
export type * from "./options.ts";
export type { ScanOptions } from "./selective_scan.ts";
export type { SortedRows, SortOptions } from "./sort.ts";
export type { SampleOptions } from "./sample.ts";
export type { UnaryOptions } from "./unary.ts";

/** The ops over one device. */
export class Ops {
  /** Where the kernels run. */
  readonly device: Device;
  readonly #issue: Issue;

  /** Ops that run on `device`. */
  constructor(device: Device) {
    this.device = device;
    this.#issue = new Issue(device);
  }

  /** What has been issued so far. */
  get work(): Work {
    return this.#issue.work;
  }

  /**
   * Splits `total` rows that together cost `work` into bands, so short on this device that whoever drives the pass can
   * stop between them.
   */
  bands(total: number, work: Partial<Work>): Generator<Band, void> {
    return bands(total, work, this.device.pace);
  }

  /** Opens a scope: what is allocated until it is disposed is freed then. */
  scope(): Disposable {
    return this.device.scope();
  }

  /** A tensor of undefined contents. */
  empty(shape: readonly number[]): Tensor {
    return this.#issue.empty(shape);
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
    return linear(this.#issue, x, weight, options);
  }

  /** Convolution of x [b, h, w, i] with weight [o, i, kh, kw] (role `conv2d`) to [b, h', w', o]. */
  conv2d(x: Tensor, weight: Tensor, options: Conv2dOptions = {}): Tensor {
    return conv2d(this.#issue, x, weight, options);
  }

  /** One filter per channel of x [b, h, w, c], weight [c, s, s] (role `depthwise`), same size out. */
  depthwiseConv2d(x: Tensor, weight: Tensor, options: DepthwiseConv2dOptions = {}): Tensor {
    return depthwiseConv2d(this.#issue, x, weight, options);
  }

  /**
   * Causal convolution of x along each direction; weight [k, c, w] (role `conv1d`), result [b, l, k·c]. x has c columns
   * that all directions share, or k·c; `carry.state` is [b, k, w − 1, c].
   */
  causalConv1d(x: Tensor, weight: Tensor, options: CausalConv1dOptions): Tensor {
    return causalConv1d(this.#issue, x, weight, options);
  }

  /**
   * Selective scan of u [b, l, c] or [b, l, k·c] along each direction, summed to [b, l, c]. `projection` [b, l, k·p] has
   * per direction the columns Δ (rank, or c when the rank is 0) | B (groups·n) | C (groups·n); `constants` [k, c, n+2+r]
   * (role `scan`). `carry.state` is [b, k, c, n].
   */
  selectiveScan(u: Tensor, projection: Tensor, constants: Tensor, options: ScanOptions): Tensor {
    return selectiveScan(this.#issue, u, projection, constants, options);
  }

  /** Root-mean-square norm of each row. */
  rmsNorm(x: Tensor, weight: Tensor, options: NormOptions): Tensor {
    return rmsNorm(this.#issue, x, weight, options);
  }

  /** Layer norm of each row. */
  layerNorm(x: Tensor, weight: Tensor, options: LayerNormOptions): Tensor {
    return layerNorm(this.#issue, x, weight, options);
  }

  /** One index a row of logits x [r, v], drawn on the device, as numbers [r, 1]; −1 for a row without any number. */
  sample(x: Tensor, options: SampleOptions = {}): Tensor {
    return sample(this.#issue, x, options);
  }

  /** act(x); `none` copies. */
  unary(x: Tensor, activation: Activation, options: UnaryOptions = {}): Tensor {
    return unary(this.#issue, x, activation, options);
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
    return binary(this.#issue, operation, a, b, options);
  }

  /** a + b; see {@linkcode Ops.binary}. */
  add(a: Tensor, b: Tensor): Tensor {
    return this.binary("add", a, b);
  }

  /** Mean over the rows of each image: [b, l, c] → [b, c]. */
  meanRows(x: Tensor): Tensor {
    return meanRows(this.#issue, x);
  }

  /**
   * Channel attention of x [b, l, c] → [b, c]: sigmoid(expand·relu(squeeze·mean + bias) + bias), squeeze [h, c] and expand
   * [c, h] (role `linear`).
   */
  channelAttention(x: Tensor, squeeze: BiasedWeight, expand: BiasedWeight): Tensor {
    return channelAttention(this.#issue, x, squeeze, expand);
  }

  /** Maximum over the rows of each image: [b, l, c] → [b, c]. */
  maxRows(x: Tensor): Tensor {
    return maxRows(this.#issue, x);
  }

  /** Rows of x [b, l, c] by `index` (Uint32 [count]) → [b, count, c]; an index ≥ l takes row index − l of `extra`. */
  gatherRows(x: Tensor, index: Tensor, options: GatherOptions = {}): Tensor {
    return gatherRows(this.#issue, x, index, options);
  }

  /** [b, h, w, c·s²] → [b, h·s, w·s, c]. */
  pixelShuffle(x: Tensor, scale: number, options: { readonly out?: Tensor } = {}): Tensor {
    return pixelShuffle(this.#issue, x, scale, options);
  }

  /** [b, h·s, w·s, c] → [b, h, w, c·s²]. */
  pixelUnshuffle(x: Tensor, scale: number): Tensor {
    return pixelUnshuffle(this.#issue, x, scale);
  }

  /**
   * Attention of x [b, h, w, q | k | v] among the pixels of each window → [b, h, w, c]. `bias` is
   * [heads, 2·window − 1, 2·window − 1], by row and column of the key less those of the query. A shift is in the addresses:
   * nothing is rolled. Mirrors `WindowAttention` of csguoh/MambaIR between its two projections.
   *
   * @throws {TypeError} When a shape does not fit.
   * @throws {RangeError} When the shift is not below the window, or a window or head is too large for the kernels.
   */
  attention(x: Tensor, bias: Tensor, options: AttentionOptions): Tensor {
    return attention(this.#issue, x, bias, options);
  }

  /**
   * Sorts the rows of each image of x [b, l, c] by class, the column of their largest value; the rows of a class stay in
   * order. Nothing is read back. Mirrors the routing of `ASSM` of csguoh/MambaIR, with a stable sort.
   *
   * @throws {TypeError} When a shape does not fit.
   */
  sort(x: Tensor, options: SortOptions = {}): SortedRows[] {
    return sort(this.#issue, x, options);
  }
}
