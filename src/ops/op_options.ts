/**
 * What the ops take beside their tensors.
 *
 * @module
 */
import type { Activation, RowNorm, ScanOrder } from "../kernels.ts";
import type { Tensor } from "../tensor.ts";

/** What follows the sum of a `linear` or `conv2d`. */
export interface Epilogue {
  /** One value per output channel, added before the activation. */
  readonly bias?: Tensor | undefined;
  /** `none` unless said. */
  readonly activation?: Activation;
  /** Slope of `leakyRelu`. */
  readonly slope?: number;
  /** A tensor the result is added to in place. */
  readonly into?: Tensor;
  /** Per-channel factor on `into` before the sum. */
  readonly scale?: Tensor | undefined;
  /** A tensor the result is written to. */
  readonly out?: Tensor;
}

/** A norm that the rows of x pass before they are multiplied. */
export interface RowNormOptions {
  /** Root mean square, or mean and variance. */
  readonly kind: Exclude<RowNorm, "none">;
  /** One factor per column. */
  readonly weight: Tensor;
  /** One summand per column, of a layer norm. */
  readonly bias?: Tensor | undefined;
  /** Added to the variance. */
  readonly epsilon: number;
}

/** Options of {@linkcode Ops.linear}. */
export interface LinearOptions extends Epilogue {
  /** Norm of each row of x, or of each group's columns in it, with the bits of the norm as an op of its own. */
  readonly norm?: RowNormOptions | undefined;
}

/** A weight of {@linkcode Ops.channelAttention} with its bias. */
export interface BiasedWeight {
  /** Role `linear`. */
  readonly weight: Tensor;
  /** One summand per output. */
  readonly bias?: Tensor | undefined;
}

/** Options of {@linkcode Ops.binary}. */
export interface BinaryOptions {
  /** Which row of b a row of a meets: `row` (default) repeats b over a, `image` gives each image one row of b. */
  readonly per?: "row" | "image";
  /** A tensor the result is added to in place. */
  readonly into?: Tensor;
  /** Per-column factor on `into` before the sum. */
  readonly scale?: Tensor | undefined;
  /** A tensor the result is written to. */
  readonly out?: Tensor;
}

/** A half-open range `[first, first + count)` of rows or steps. */
export interface Band {
  /** Where the range begins. */
  readonly first: number;
  /** How many it holds. */
  readonly count: number;
}

/** How the tokens are walked: one order per direction, and what the orders need. */
export interface Walk {
  /** One order per direction. */
  readonly orders: readonly ScanOrder[];
  /** Columns of the image, for column orders; the length unless said. */
  readonly gridWidth?: number;
  /** `Uint32` [directions, length], for order `table`. */
  readonly table?: Tensor;
}

/** State carried over calls. */
export interface Carry {
  /** The state; its shape is that of the op. */
  readonly state: Tensor;
  /** Whether the state is read before the first step (else it starts from 0). */
  readonly read: boolean;
  /** Whether the state is written after the last step. */
  readonly write: boolean;
}

/** Options of {@linkcode Ops.selectiveScan}. */
export interface ScanOptions extends Walk {
  /** States per channel. */
  readonly stateSize: number;
  /** Groups of channels that share B and C (1). */
  readonly groups?: number;
  /** Whether Δ goes through softplus (true). */
  readonly softplus?: boolean;
  /** Whether all directions read the same columns of `u` (else direction k has its own). */
  readonly sharedInput?: boolean;
  /** Whether all directions read the same columns of `projection` (else direction k has its own). */
  readonly sharedProjection?: boolean;
  /** Gate [b, l, c]. */
  readonly z?: Tensor | undefined;
  /** State from or for another call. */
  readonly carry?: Carry;
  /** A tensor the result is added to in place. */
  readonly into?: Tensor;
  /** A tensor the result is written to. */
  readonly out?: Tensor;
  /** Steps to do now; all unless said. Needs `into` when there is more than one direction. */
  readonly steps?: Band;
}

/** Options of a norm. */
export interface NormOptions {
  /** Added to the variance. */
  readonly epsilon: number;
  /** x is added to this in place, and the sum is normalised. */
  readonly residual?: Tensor | undefined;
  /** The result is multiplied by silu(gate). */
  readonly gate?: Tensor | undefined;
  /** A tensor the result is written to. */
  readonly out?: Tensor;
}
