/**
 * How an image is restored, and what comes out.
 *
 * @module
 */
import type { Attached, Strip } from "../image/attached.ts";
import type { Channels, Pixels } from "../image/pixels.ts";
import type { Choices } from "../models/family.ts";
import type { LongStep } from "../progress.ts";
import type { TileMode } from "./plan_tiles.ts";
import type { SizeWish } from "./size.ts";

/** What is to be done: `upscale` needs a model with a scale above 1, the others one with scale 1. */
export type RestoreTask = "upscale" | "denoise" | "dejpeg";

/** How an image is restored. A size is reached by the net, several times if need be, and reduced to by Lanczos. */
export interface RestoreOptions extends SizeWish, LongStep {
  /** Checked against the model. */
  readonly task?: RestoreTask;
  /** `blend` by default. */
  readonly tile?: TileMode;
  /**
   * Megabytes (10⁶ bytes) the whole process may take: image, tiles and runtime. 440 by default; `exact` and `official`
   * are limited only where it is said.
   */
  readonly memory?: number;
  /** Megabytes of these that the runtime takes; 200 by default, 0 where `memory` is counted beside it, as servers do. */
  readonly runtime?: number;
  /** Largest image accepted, in pixels; 100 megapixels by default. */
  readonly maxPixels?: number;
  /** What a run is given beside the image, by name: MambaIRv2 takes `routing` (`gumbel`, `argmax`) and `seed`. */
  readonly choices?: Choices;
  /** Bits of the result's samples; those of the image by default. */
  readonly depth?: 8 | 16;
  /** How alpha is made larger where it has edges: by the `net`, by default, or by `bicubic`, which costs nothing. */
  readonly alpha?: "net" | "bicubic";
  /** What is left out of what the image has attached: metadata, or only where it was taken; nothing by default. */
  readonly strip?: Strip;
}

/** Milliseconds each phase took. */
export interface RestoreTimings {
  /** Bytes to pixels. */
  readonly decode: number;
  /** Pixels to pixels. */
  readonly run: number;
}

/** A restored image: pixels with the channels and the depth of the input, and what the input has attached. */
export interface Restored extends Pixels {
  /** Device that ran. */
  readonly device: string;
  /** Tiles that were run. */
  readonly tiles: number;
  /** Milliseconds per phase. */
  readonly timings: RestoreTimings;
}

/** A finished part of the result; all parts together are the image, without overlap. */
export interface RestoredTile {
  /** First column of the part, in pixels of the result. */
  readonly x: number;
  /** First row of the part. */
  readonly y: number;
  /** The pixels of the part. */
  readonly pixels: Pixels;
  /** Number of this part, from 0. */
  readonly index: number;
  /** Tiles altogether. */
  readonly tiles: number;
  /** Size of the whole result. */
  readonly image: {
    readonly width: number;
    readonly height: number;
    readonly channels: Channels;
    readonly depth: 8 | 16;
    readonly attached?: Attached;
  };
}

/** A result that comes row by row. */
export interface RestoredRows {
  /** Columns of the result. */
  readonly width: number;
  /** Rows of the result. */
  readonly height: number;
  /** Samples per pixel. */
  readonly channels: Channels;
  /** Bits a sample. */
  readonly depth: 8 | 16;
  /** What the image has attached. */
  readonly attached?: Attached;
  /** Device that runs. */
  readonly device: string;
  /** Tiles altogether. */
  readonly tiles: number;
  /** Bands of finished rows from the top, each as wide as the result. It can be walked once. */
  readonly rows: AsyncIterable<Pixels>;
  /**
   * Milliseconds that the rows will take, by the speed of earlier runs on the device; undefined before the first. With
   * `speed` that one is taken instead: 1 is a modest core.
   */
  predict(speed?: number): number | undefined;
}
