/**
 * What the page tells its painter, a worker that draws the large picture, so that no drawing ever holds up the page.
 *
 * @module
 */
import type { Region } from "./protocol.ts";

/** How two pictures are shown at once. */
export type ViewMode = "split" | "side" | "difference";

/** Where the picture lies on the canvas, in canvas pixels, and what of it is shown. */
export interface Placement {
  readonly photo: number | undefined;
  /** Result shown on the left; undefined: the photo. */
  readonly before: number | undefined;
  /** Result shown on the right; undefined: the photo. */
  readonly after: number | undefined;
  readonly mode: ViewMode;
  readonly canvasWidth: number;
  readonly canvasHeight: number;
  readonly left: number;
  readonly top: number;
  /** Canvas pixels per photo pixel. */
  readonly scale: number;
  /** Boundary between before and after, from 0 to 1. */
  readonly split: number;
  /** Middle and radius of the loupe. */
  readonly loupe: { readonly x: number; readonly y: number; readonly radius: number } | undefined;
}

/** Numbers over a part of the photo, drawn as a spotlight; the rest of the photo is dark. */
export interface Light {
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
  readonly region: Region;
  /** Value that is dark, and everything below. */
  readonly low: number;
  /** Value that stays clear, and everything above. */
  readonly high: number;
  /** Whether the places are drawn as a grid, and which one is marked. */
  readonly grid: { readonly place: number | undefined } | undefined;
}

/** Page to painter. */
export type Paint =
  | {
    readonly type: "canvas";
    readonly canvas: OffscreenCanvas;
    /** The colours that the screen can show. */
    readonly colours: PredefinedColorSpace;
  }
  | { readonly type: "place"; readonly placement: Placement }
  | {
    readonly type: "photo";
    readonly photo: number;
    readonly width: number;
    readonly height: number;
    readonly preview: ImageBitmap;
    readonly alpha: boolean;
  }
  | { readonly type: "forget"; readonly photo: number }
  /** A result begins: its parts come, each over what the photo has there. */
  | { readonly type: "begin"; readonly result: number; readonly width: number; readonly height: number }
  | {
    readonly type: "tile";
    readonly result: number;
    readonly x: number;
    readonly y: number;
    readonly bitmap: ImageBitmap;
  }
  /** It is given up, or no longer wanted. */
  | { readonly type: "drop"; readonly result: number }
  | { readonly type: "light"; readonly light: Light | undefined };
