/**
 * Numbers over a grid as a spotlight: the picture stays clear where they are high and goes dark where they are low. That
 * can be told apart on a photo of any colour.
 *
 * @module
 */

/** Opacity of the dark where a number is lowest. */
export const DARKEST = 0.66;

/**
 * One black pixel per place, more opaque the lower its number; by the root, so that middling places show too.
 *
 * @param low Value that becomes darkest; everything below too.
 * @param high Value that stays clear.
 */
export function spotlight(values: Float32Array, columns: number, low: number, high: number): ImageData {
  const image = new ImageData(columns, values.length / columns);
  for (const [i, value] of values.entries()) {
    const share = high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0;
    image.data[4 * i + 3] = Math.round(255 * DARKEST * (1 - Math.sqrt(share)));
  }
  return image;
}
