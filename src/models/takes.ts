/**
 * What models are given and what they give.
 *
 * @module
 */
import type { Ops } from "../ops/ops.ts";
import type { Tensor } from "../tensor.ts";

/** States of one layer: of the convolution [b, 1, w − 1, e], of the scan [b, 1, e, n]. */
export interface LayerState {
  /** The last inputs of the convolution. */
  readonly conv: Tensor;
  /** The state of the scan. */
  readonly scan: Tensor;
}

/** How a pass over tokens goes. */
export interface TokenPass {
  /** States to go on from and to leave behind, one a layer. */
  readonly states?: readonly LayerState[];
  /** Whether the states hold something. */
  readonly resumes?: boolean;
  /** Logits of every token instead of the last one. */
  readonly everyToken?: boolean;
}

/** Token ids of several sequences of one length, one after the other. */
export interface Tokens {
  readonly ids: Uint32Array;
  readonly batch: number;
  readonly pass?: TokenPass | undefined;
}

/** Images [b, height, width, channels]. */
export interface TakesImage {
  readonly kind: "image";
  readonly channels: number;
  /** The one size it takes; undefined: any. */
  readonly size: readonly [height: number, width: number] | undefined;
  /** Sides must be multiples of this. */
  readonly multiple: number;
}

/** A sharp image [b, height, width, channels], and as a choice `ms` a coarse one of many bands. */
export interface TakesPair {
  readonly kind: "pair";
  readonly channels: number;
  readonly bands: number;
  /** Sides of the sharp one to those of the coarse one. */
  readonly scale: number;
  readonly multiple: number;
}

/** Series [b, columns, rows], without mean and deviation. */
export interface TakesSeries {
  readonly kind: "series";
  readonly columns: number;
  readonly rows: number;
}

/** Token ids. */
export interface TakesTokens {
  readonly kind: "tokens";
  readonly vocabulary: number;
}

/** What a model is given. */
export type Takes = TakesImage | TakesPair | TakesSeries | TakesTokens;

/** What a model gives. */
export type Gives =
  /** Scores [b, classes]; none: features. */
  | { readonly kind: "classes"; readonly classes: number }
  /** An image, its sides so many times those of the input. */
  | { readonly kind: "image"; readonly scale: number }
  | { readonly kind: "series"; readonly rows: number }
  | { readonly kind: "logits"; readonly vocabulary: number };

/** What a model is given, and the smallest of it. */
export interface Taken<Input> {
  readonly takes: Takes;
  readonly example: (ops: Ops) => { readonly input: Input; readonly choices?: Readonly<Record<string, unknown>> };
}

/** A side that every family of images takes. */
const ANY_SIDE = 64;
/** Side of the coarse one of two images. */
const COARSE_SIDE = 4;

/** An image, of any size by default. */
export function takesImage(
  { channels, size, multiple = 1 }: Pick<TakesImage, "channels"> & Partial<Pick<TakesImage, "size" | "multiple">>,
): Taken<Tensor> {
  const side = Math.ceil(ANY_SIDE / multiple) * multiple, [height, width] = size ?? [side, side];
  return {
    takes: { kind: "image", channels, size, multiple },
    example: (ops) => ({ input: ops.empty([1, height, width, channels]) }),
  };
}

/** A sharp and a coarse image. */
export function takesPair(pair: Omit<TakesPair, "kind">): Taken<Tensor> {
  const side = COARSE_SIDE * pair.scale;
  return {
    takes: { kind: "pair", ...pair },
    example: (ops) => ({
      input: ops.empty([1, side, side, pair.channels]),
      choices: { ms: ops.empty([1, COARSE_SIDE, COARSE_SIDE, pair.bands]) },
    }),
  };
}

/** A series of so many columns and rows. */
export function takesSeries(columns: number, rows: number): Taken<Tensor> {
  return { takes: { kind: "series", columns, rows }, example: (ops) => ({ input: ops.empty([1, columns, rows]) }) };
}

/** Token ids. */
export function takesTokens(vocabulary: number): Taken<Tokens> {
  return { takes: { kind: "tokens", vocabulary }, example: () => ({ input: { ids: new Uint32Array(1), batch: 1 } }) };
}
