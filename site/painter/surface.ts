/**
 * A picture that grows tile by tile and may be larger than any canvas: a grid of canvases, and an overview for when it is
 * shown small.
 *
 * @module
 */

/** Side of a canvas of the grid. */
const SIDE = 512;
/** Longest side of the overview. */
const OVERVIEW = 1536;

/** A part that has come, in the picture's pixels. */
export interface Part {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A picture in parts, which do not overlap. */
export class Surface {
  readonly width: number;
  readonly height: number;
  /** The parts that have come. */
  readonly parts: Part[] = [];
  readonly #cells = new Map<string, OffscreenCanvasRenderingContext2D>();
  readonly #overview: OffscreenCanvasRenderingContext2D;
  readonly #overviewScale: number;
  readonly #colours: PredefinedColorSpace;

  constructor(width: number, height: number, colours: PredefinedColorSpace) {
    this.width = width;
    this.height = height;
    this.#colours = colours;
    this.#overviewScale = Math.min(1, OVERVIEW / Math.max(width, height));
    this.#overview = this.#canvas(Math.ceil(width * this.#overviewScale), Math.ceil(height * this.#overviewScale));
  }

  /** Whether all of it has come. */
  get whole(): boolean {
    return this.parts.reduce((sum, { width, height }) => sum + width * height, 0) >= this.width * this.height;
  }

  /** Puts a part in its place. */
  put(bitmap: ImageBitmap, x: number, y: number): void {
    this.parts.push({ x, y, width: bitmap.width, height: bitmap.height });
    for (let row = Math.floor(y / SIDE); row * SIDE < y + bitmap.height; row++) {
      for (let column = Math.floor(x / SIDE); column * SIDE < x + bitmap.width; column++) {
        this.#cell(column, row).drawImage(bitmap, x - column * SIDE, y - row * SIDE);
      }
    }
    const s = this.#overviewScale;
    this.#overview.drawImage(bitmap, x * s, y * s, bitmap.width * s, bitmap.height * s);
  }

  #cell(column: number, row: number): OffscreenCanvasRenderingContext2D {
    const key = `${column},${row}`, found = this.#cells.get(key);
    if (found) return found;
    const made = this.#canvas(Math.min(SIDE, this.width - column * SIDE), Math.min(SIDE, this.height - row * SIDE));
    this.#cells.set(key, made);
    return made;
  }

  #canvas(width: number, height: number): OffscreenCanvasRenderingContext2D {
    return new OffscreenCanvas(width, height).getContext("2d", { colorSpace: this.#colours })!;
  }

  /**
   * Draws what is there.
   *
   * @param scale Target pixels per pixel of the picture.
   * @param left Where its left edge is on the target.
   * @param top Where its top edge is.
   */
  draw(target: OffscreenCanvasRenderingContext2D, scale: number, left: number, top: number): void {
    const { width, height } = target.canvas;
    if (scale < this.#overviewScale) {
      target.drawImage(this.#overview.canvas, left, top, this.width * scale, this.height * scale);
      return;
    }
    for (const [key, cell] of this.#cells) {
      const [column, row] = key.split(",").map(Number) as [number, number];
      // Whole target pixels, so that no seam shows between neighbours.
      const x0 = Math.round(left + column * SIDE * scale), y0 = Math.round(top + row * SIDE * scale);
      const x1 = Math.round(left + (column * SIDE + cell.canvas.width) * scale);
      const y1 = Math.round(top + (row * SIDE + cell.canvas.height) * scale);
      if (x1 < 0 || y1 < 0 || x0 > width || y0 > height) continue;
      target.drawImage(cell.canvas, x0, y0, x1 - x0, y1 - y0);
    }
  }
}
