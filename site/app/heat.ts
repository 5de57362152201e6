/**
 * Numbers over a grid as a small picture: transparent where low, glowing where high.
 *
 * @module
 */
import { colour, make } from "./dom.ts";

/** Red, green, blue of a `#rrggbb` colour. */
function channelsOf(hex: string): [number, number, number] {
  const value = parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** Opacity of the highest value. */
const STRONGEST = 0.78;

/**
 * A picture with one pixel per place.
 *
 * @param low Value that becomes transparent; everything below too.
 * @param high Value that becomes strongest.
 */
export function heatPicture(
  values: ArrayLike<number>,
  rows: number,
  columns: number,
  low: number,
  high: number,
): HTMLCanvasElement {
  const canvas = make("canvas", { width: columns, height: rows });
  const context = canvas.getContext("2d")!;
  const image = context.createImageData(columns, rows), [red, green, blue] = channelsOf(colour("heat"));
  for (let i = 0; i < values.length; i++) {
    const share = high > low ? Math.min(1, Math.max(0, (values[i]! - low) / (high - low))) : 0;
    image.data.set([red, green, blue, Math.round(255 * STRONGEST * share)], 4 * i);
  }
  context.putImageData(image, 0, 0);
  return canvas;
}
