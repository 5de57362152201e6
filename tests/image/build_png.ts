/** Builds PNGs of every kind the format has, independently of the library, for tests to decode. */
import { crc32 } from "../../src/bytes/crc32.ts";

/** What to build. `samples` are as stored: `[height, width, stored]`, palette indices included. */
export interface PngSpec {
  readonly width: number;
  readonly height: number;
  readonly depth: 1 | 2 | 4 | 8 | 16;
  readonly colourType: 0 | 2 | 3 | 4 | 6;
  readonly interlaced: boolean;
  readonly samples: readonly number[];
  /** Filter of row `i` is `filters[i % filters.length]`. */
  readonly filters: readonly number[];
  readonly palette?: readonly number[];
  readonly transparency?: readonly number[];
  /** Bytes an IDAT chunk holds. */
  readonly split?: number;
}

/** Samples a pixel stores, by colour type. */
export const STORED: { readonly [type: number]: number } = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** The Adam7 pass that a pixel belongs to. */
function passOf(x: number, y: number): number {
  if (y % 2) return 6;
  if (x % 2) return 5;
  if (y % 4) return 4;
  if (x % 4) return 3;
  if (y % 8) return 2;
  return x % 8 ? 1 : 0;
}

/** The PNG file of a specification. */
export async function buildPng(spec: PngSpec): Promise<Uint8Array<ArrayBuffer>> {
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, spec.width);
  new DataView(header.buffer).setUint32(4, spec.height);
  header.set([spec.depth, spec.colourType, 0, 0, Number(spec.interlaced)], 8);
  const raw = (spec.interlaced ? [0, 1, 2, 3, 4, 5, 6] : [undefined]).flatMap((pass) => passBytes(spec, pass));
  const packed = new Uint8Array(
    await new Response(new Blob([Uint8Array.from(raw)]).stream().pipeThrough(new CompressionStream("deflate")))
      .arrayBuffer(),
  );
  const { split = packed.length } = spec;
  const parts = [Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10), chunk("IHDR", header)];
  if (spec.palette) parts.push(chunk("PLTE", Uint8Array.from(spec.palette)));
  if (spec.transparency) parts.push(chunk("tRNS", Uint8Array.from(spec.transparency)));
  for (let at = 0; at < packed.length; at += split) parts.push(chunk("IDAT", packed.subarray(at, at + split)));
  parts.push(chunk("IEND", new Uint8Array()));
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** Filtered, packed rows of a pass (of the whole image if it has none). */
function passBytes({ width, height, depth, colourType, samples, filters }: PngSpec, pass?: number): number[] {
  const stored = STORED[colourType]!;
  const rows: number[][] = [];
  for (let y = 0; y < height; y++) {
    const bits: number[] = [];
    for (let x = 0; x < width; x++) {
      if (pass !== undefined && passOf(x, y) !== pass) continue;
      for (let c = 0; c < stored; c++) {
        const sample = samples[(y * width + x) * stored + c]!;
        for (let bit = depth - 1; bit >= 0; bit--) bits.push((sample >> bit) & 1);
      }
    }
    while (bits.length % 8) bits.push(0);
    const bytes = [];
    for (let i = 0; i < bits.length; i += 8) bytes.push(parseInt(bits.slice(i, i + 8).join(""), 2));
    if (bytes.length > 0) rows.push(bytes);
  }
  const step = Math.max(1, stored * depth / 8);
  return rows.flatMap((row, y) => {
    const filter = filters[y % filters.length]!;
    const filtered = row.map((value, i) => {
      const left = row[i - step] ?? 0, above = rows[y - 1]?.[i] ?? 0, corner = rows[y - 1]?.[i - step] ?? 0;
      return (value - predict(filter, left, above, corner)) & 255;
    });
    return [filter, ...filtered];
  });
}

/** What a filter subtracts. */
function predict(filter: number, left: number, above: number, corner: number): number {
  if (filter === 3) return Math.floor((left + above) / 2);
  if (filter < 3) return [0, left, above][filter]!;
  const guess = left + above - corner;
  const nearest = Math.min(...[left, above, corner].map((v) => Math.abs(v - guess)));
  return [left, above, corner].find((v) => Math.abs(v - guess) === nearest)!;
}

/** A chunk with its checksum. */
export function chunk(name: string, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(content.length + 12);
  const view = new DataView(out.buffer);
  view.setUint32(0, content.length);
  out.set(new TextEncoder().encode(name), 4);
  out.set(content, 8);
  view.setUint32(content.length + 8, crc32(out.subarray(4, -4)));
  return out;
}
