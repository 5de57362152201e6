/**
 * Numbers over a grid as colours: transparent where low, glowing where high.
 *
 * @module
 */

/** Red, green, blue of a `#rrggbb` colour. */
function channelsOf(hex: string): [number, number, number] {
  const value = parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** Opacity of the highest value. */
const STRONGEST = 0.78;

/**
 * One pixel per place.
 *
 * @param low Value that becomes transparent; everything below too.
 * @param high Value that becomes strongest.
 */
export function heatPixels(
  values: Float32Array,
  columns: number,
  low: number,
  high: number,
  colour: string,
): ImageData {
  const image = new ImageData(columns, values.length / columns), [red, green, blue] = channelsOf(colour);
  for (let i = 0; i < values.length; i++) {
    const share = high > low ? Math.min(1, Math.max(0, (values[i]! - low) / (high - low))) : 0;
    image.data.set([red, green, blue, Math.round(255 * STRONGEST * share)], 4 * i);
  }
  return image;
}
