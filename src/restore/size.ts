/**
 * How large a result is to be, and how often a net is run for it.
 *
 * @module
 */

/** Columns and rows. */
export interface Size {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

/** How large the result is to be; one of them at most. Shapes are kept but for the rounding to pixels. */
export interface SizeWish {
  /** Times the sides of the image, such as 2.5. */
  readonly scale?: number;
  /** Columns. */
  readonly width?: number;
  /** Rows. */
  readonly height?: number;
  /** As large as fits into this. */
  readonly fit?: Size;
  /** Millions of pixels. */
  readonly megapixels?: number;
}

const WISHES = ["scale", "width", "height", "fit", "megapixels"] as const;
/** Most that sides may grow: three passes of a net for ×4. */
export const MOST_GROWTH = 64;

/** Checks that a wish makes sense, whatever the image is. */
export function checkWish(wish: SizeWish): void {
  const named = WISHES.filter((name) => wish[name] !== undefined);
  if (named.length > 1) {
    throw new RangeError(
      `Cannot restore as one size at most must be asked for: current ones are ${named.join(" and ")}`,
    );
  }
  const { width = 1, height = 1, fit = { width, height } } = wish;
  for (const [name, value] of Object.entries({ width, height, "fit.width": fit.width, "fit.height": fit.height })) {
    if (!(Number.isInteger(value) && value > 0)) {
      throw new RangeError(`Cannot restore as ${name} must be a whole number of pixels: current value is ${value}`);
    }
  }
  for (const name of ["scale", "megapixels"] as const) {
    const value = wish[name];
    if (value !== undefined && !(value > 0 && value < Infinity)) {
      throw new RangeError(`Cannot restore as ${name} must be a number above 0: current value is ${value}`);
    }
  }
}

/** The size that a wish means for an image; undefined where nothing is wished. */
export function targetOf({ width: w, height: h }: Size, wish: SizeWish): Size | undefined {
  const scaled = (x: number, y = x): Size => ({
    width: Math.max(1, Math.round(w * x)),
    height: Math.max(1, Math.round(h * y)),
  });
  const { scale, width, height, fit, megapixels } = wish;
  if (scale !== undefined) return scaled(scale);
  if (width !== undefined) return { ...scaled(width / w), width };
  if (height !== undefined) return { ...scaled(height / h), height };
  if (megapixels !== undefined) return scaled(Math.sqrt(megapixels * 1e6 / (w * h)));
  if (fit === undefined) return undefined;
  return fit.width / w <= fit.height / h
    ? { ...scaled(fit.width / w), width: fit.width }
    : { ...scaled(fit.height / h), height: fit.height };
}

/** How many times the sides of an image a target has, along the axis that grows more. */
export const growthOf = (from: Size, to: Size): number => Math.max(to.width / from.width, to.height / from.height);

/**
 * Scales of the nets that reach a growth with the smallest product, and of these the fewest; none where it shrinks.
 *
 * @throws {RangeError} If it is more than 64.
 */
export function passesFor(growth: number, scales: readonly number[]): number[] {
  if (growth > MOST_GROWTH) {
    throw new RangeError(
      `Cannot restore as sides must grow by ${MOST_GROWTH} at most: current growth is ${growth.toFixed(1)}`,
    );
  }
  if (growth <= 1) return [];
  let best: number[] | undefined;
  const product = (passes: readonly number[]): number => passes.reduce((a, b) => a * b, 1);
  const visit = (passes: readonly number[]): void => {
    const reached = product(passes);
    if (reached >= growth) {
      if (!best || reached < product(best) || (reached === product(best) && passes.length < best.length)) {
        best = [...passes];
      }
      return;
    }
    for (const scale of scales) if (scale >= (passes.at(-1) ?? 2)) visit([...passes, scale]);
  };
  visit([]);
  return best!;
}
