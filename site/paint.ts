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

/** Numbers over a part of the photo, drawn as heat. */
export interface Heat {
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
  readonly region: Region;
  /** Value that is drawn strongest; 0 and below is not drawn. */
  readonly high: number;
  /** As `#rrggbb`. */
  readonly colour: string;
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
  | { readonly type: "heat"; readonly heat: Heat | undefined };
