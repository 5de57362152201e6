/**
 * Parts of a picture into bands of rows, and bands reduced by Lanczos as they come.
 *
 * @module
 */
import { inTurns, turnsOf } from "../bytes/turns.ts";
import { byRows, hasAlpha } from "../image/colour.ts";
import type { Pixels } from "../image/pixels.ts";
import { premultiplied, straight } from "../image/premultiply.ts";
import { LANCZOS, rowResampler } from "../image/resample.ts";
import type { Part } from "./job.ts";
import type { Size } from "./size.ts";

/** Room for samples of that depth. */
export const samplesOf = (length: number, depth: 8 | 16): Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> =>
  depth === 16 ? new Uint16Array(length) : new Uint8Array(length);

/** Copies the rows of a part into a picture of another width. */
export function place(to: Pixels["data"], width: number, part: Pixels, x: number, y: number): void {
  const stride = part.width * part.channels;
  for (let row = 0; row < part.height; row++) {
    to.set(part.data.subarray(row * stride, (row + 1) * stride), ((y + row) * width + x) * part.channels);
  }
}

/** Rows of tiles, joined to bands as wide as the picture. */
export async function* bandsOf(parts: AsyncIterable<Part>, width: number, depth: 8 | 16): AsyncGenerator<Pixels, void> {
  let band: Pixels["data"] = new Uint8Array();
  for await (const { area: { x }, pixels } of parts) {
    if (x === 0) band = samplesOf(pixels.height * width * pixels.channels, depth);
    place(band, width, pixels, x, 0);
    if (x + pixels.width === width) yield { ...pixels, data: band, width };
  }
}

/** Bands of a picture of one size as bands of another, as Pillow reduces it. */
export async function* reduced(
  bands: AsyncIterable<Pixels>,
  from: Size,
  to: Size,
  signal?: AbortSignal,
): AsyncGenerator<Pixels, void> {
  const turn = turnsOf(signal);
  let push: ReturnType<typeof rowResampler> | undefined;
  for await (const band of bands) {
    const { channels } = band, wide = band.data instanceof Uint16Array, alpha = hasAlpha(band);
    push ??= rowResampler({ from, to, channels, wide, filter: LANCZOS });
    const { data } = alpha ? await inTurns(byRows(band, premultiplied), signal) : band;
    const stride = from.width * channels, rows: Pixels["data"][] = [];
    for (let y = 0; y < band.height; y++) {
      rows.push(...push(data.subarray(y * stride, (y + 1) * stride)));
      await turn(stride);
    }
    if (rows.length === 0) continue;
    const out = samplesOf(rows.length * to.width * channels, wide ? 16 : 8);
    rows.forEach((row, i) => out.set(row, i * to.width * channels));
    const small = { data: out, width: to.width, height: rows.length, channels };
    yield alpha ? await inTurns(byRows(small, straight), signal) : small;
  }
}
