/**
 * What several ops take beside their tensors.
 *
 * @module
 */
import type { Activation, ScanOrder } from "../kernels.ts";
import type { Tensor } from "../tensor.ts";

/** What follows the sum of a `linear` or `conv2d`. */
export interface Epilogue {
  /** One value per output channel, added before the activation. */
  readonly bias?: Tensor | undefined;
  /** `none` by default. */
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
  /** Columns of the image, for column orders; the length by default. */
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
