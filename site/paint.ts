/**
 * What the page tells its painter, a worker that draws the large picture, so that no drawing ever holds up the page.
 *
 * @module
 */
import type { Region } from "./protocol.ts";

/** Where the picture lies on the canvas, in canvas pixels. */
export interface Placement {
  readonly photo: number | undefined;
  readonly canvasWidth: number;
  readonly canvasHeight: number;
  readonly left: number;
  readonly top: number;
  /** Canvas pixels per photo pixel. */
  readonly scale: number;
  /** Boundary between before and after, from 0 to 1. */
  readonly split: number;
}

/** Numbers over a part of the photo, drawn as a spotlight; the rest of the photo is dark. */
export interface Light {
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
  readonly region: Region;
  /** Value that stays clear; 0 and below is dark. */
  readonly high: number;
}

/** Page to painter. */
export type Paint =
  | { readonly type: "canvas"; readonly canvas: OffscreenCanvas }
  | { readonly type: "place"; readonly placement: Placement }
  | {
    readonly type: "photo";
    readonly photo: number;
    readonly width: number;
    readonly height: number;
    readonly preview: ImageBitmap;
  }
  | { readonly type: "forget"; readonly photo: number }
  /** A result begins: its parts lie over the photo, and over an earlier result. */
  | { readonly type: "begin"; readonly photo: number; readonly width: number; readonly height: number }
  | {
    readonly type: "tile";
    readonly photo: number;
    readonly x: number;
    readonly y: number;
    readonly bitmap: ImageBitmap;
  }
  /** It is whole, or given up and the earlier one shows again. */
  | { readonly type: "end"; readonly photo: number; readonly whole: boolean }
  | { readonly type: "light"; readonly light: Light | undefined };
