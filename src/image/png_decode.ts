/**
 * PNG pixels out of a file: inflated by the runtime a slice at a time, unfiltered and unpacked a row at a time, so that
 * neither the inflated file nor, if the caller takes rows, the image is ever held whole.
 *
 * @module
 */
import { withMemory } from "./codec_call.ts";
import { malformed } from "./headers/bytes.ts";
import { type PngHeader, transparentSample } from "./headers/png.ts";
import type { Pixels } from "./pixels.ts";
import { turnsOf } from "../bytes/turns.ts";

/** Where a pass of rows lands in the image. */
export interface PngPass {
  /** First column and row. */
  readonly x: number;
  /** First row. */
  readonly y: number;
  /** Columns from one pixel to the next. */
  readonly stepX: number;
  /** Rows from one row to the next. */
  readonly stepY: number;
  /** Pixels a row of the pass has. */
  readonly width: number;
  /** Rows of the pass. */
  readonly height: number;
}

/** Compressed bytes given to the inflater at once: deflate expands up to 1032 times, so a slice gives 17 MB at most. */
const SLICE = 1 << 14;

/** Bytes that deflate makes of one at most: 258 of two bits. */
const MOST_INFLATED = 1032;

/** First column and row, and the steps, of Adam7's passes. */
const ADAM7 = [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [
  0,
  1,
  1,
  2,
]] as const;

/** Bytes of a row of so many pixels, without its filter. */
const rowBytes = ({ stored, depth }: PngHeader, width: number): number => Math.ceil(width * stored * depth / 8);

/** Refuses a size that so few bytes cannot fill, before there is memory for it. */
function checkFilled(header: PngHeader): void {
  const held = header.pixels.reduce((sum, { length }) => sum + length, 0);
  const needed = passesOf(header).reduce((sum, { width, height }) => sum + height * (1 + rowBytes(header, width)), 0);
  if (needed > MOST_INFLATED * held) throw malformed("PNG", "must have pixels for its whole size", "has too few");
}

/** Decodes a PNG whole. */
export async function decodePng(header: PngHeader, signal?: AbortSignal): Promise<Pixels> {
  checkFilled(header);
  const { width, height, channels } = header;
  const length = width * height * channels;
  const data = withMemory(
    "decode",
    width,
    height,
    () => header.depth === 16 ? new Uint16Array(length) : new Uint8Array(length),
  );
  await decodePngRows(header, (samples, row, pass) => {
    let o = ((pass.y + row * pass.stepY) * width + pass.x) * channels;
    if (pass.stepX === 1) data.set(samples, o);
    else {
      for (let i = 0; i < samples.length; o += pass.stepX * channels) {
        for (let c = 0; c < channels; c++) data[o + c] = samples[i++]!;
      }
    }
  }, signal);
  return { data, width, height, channels };
}

/**
 * Decodes a PNG row by row, in file order: top to bottom, or pass after pass if interlaced.
 *
 * @param header What {@linkcode readPngHeader} found.
 * @param onRow Takes the samples of row `row` of a pass, `[width, channels]`; they are valid during the call only.
 * @throws {SyntaxError} If the compressed pixels are damaged or too few.
 */
export async function decodePngRows(
  header: PngHeader,
  onRow: (samples: Uint8Array | Uint16Array, row: number, pass: PngPass) => void,
  signal?: AbortSignal,
): Promise<void> {
  const unpack = unpacker(header);
  const bytesPerPixel = Math.max(1, header.stored * header.depth / 8);
  const inflater = inflated(header.pixels), turn = turnsOf(signal);
  try {
    let chunk = new Uint8Array(), used = 0;
    for (const pass of passesOf(header)) {
      const length = rowBytes(header, pass.width);
      let line = new Uint8Array(length + 1), above = new Uint8Array(length + 1);
      for (let row = 0; row < pass.height; row++) {
        for (let filled = 0; filled < line.length;) {
          if (used === chunk.length) {
            signal?.throwIfAborted();
            [chunk, used] = [await inflater.next(), 0];
          }
          const part = chunk.subarray(used, used + line.length - filled);
          line.set(part, filled);
          used += part.length;
          filled += part.length;
        }
        unfilter(line, above, bytesPerPixel);
        onRow(unpack(line.subarray(1), pass.width), row, pass);
        const pause = turn(line.length);
        if (pause) await pause;
        [line, above] = [above, line];
      }
    }
  } finally {
    inflater.close();
  }
}

/** The passes that have pixels. */
function passesOf({ width, height, interlaced }: PngHeader): PngPass[] {
  if (!interlaced) return [{ x: 0, y: 0, stepX: 1, stepY: 1, width, height }];
  return ADAM7
    .map(([x, y, stepX, stepY]) => (
      { x, y, stepX, stepY, width: Math.ceil((width - x) / stepX), height: Math.ceil((height - y) / stepY) }
    ))
    .filter((pass) => pass.width > 0 && pass.height > 0);
}

/** The compressed bytes in slices, however small the chunks are that they come in. */
function* slicesOf(parts: readonly Uint8Array[]): Generator<Uint8Array<ArrayBuffer>> {
  let slice = new Uint8Array(SLICE), filled = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length;) {
      const piece = part.subarray(at, at + SLICE - filled);
      slice.set(piece, filled);
      filled += piece.length;
      at += piece.length;
      if (filled < SLICE) continue;
      yield slice;
      slice = new Uint8Array(SLICE);
      filled = 0;
    }
  }
  if (filled > 0) yield slice.subarray(0, filled);
}

/** Slices, of which those from number `first` on come byte by byte. */
function* carefully(slices: Iterable<Uint8Array<ArrayBuffer>>, first: number): Generator<Uint8Array<ArrayBuffer>> {
  let number = 0;
  for (const slice of slices) {
    if (number++ < first) yield slice;
    else for (let i = 0; i < slice.length; i++) yield slice.slice(i, i + 1);
  }
}

/** A reader of inflated bytes that pulls slices as it needs them. */
function openInflater(slices: Iterator<BufferSource>): ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> {
  return new ReadableStream<BufferSource>({
    pull(controller) {
      const { value, done } = slices.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  }, { highWaterMark: 0 }).pipeThrough(new DecompressionStream("deflate")).getReader();
}

/**
 * Inflates slices on demand, and no more than is asked for. Bytes after the end of the zlib stream are ignored, as libpng
 * does; Deno's inflater throws away the slice that holds the end then, so that slice is given again byte by byte.
 */
function inflated(parts: readonly Uint8Array[]) {
  let taken = 0, delivered = 0, careful = Infinity;
  const counted = (function* () {
    for (const slice of slicesOf(parts)) {
      taken++;
      yield slice;
    }
  })();
  let reader = openInflater(counted);
  return {
    /** The next inflated bytes. */
    async next(): Promise<Uint8Array<ArrayBuffer>> {
      for (let skip = 0;;) {
        const { value, done } = await reader.read().catch((cause) => {
          if (careful !== Infinity || taken === 0) {
            throw malformed("PNG", "pixels must be valid deflate data", `has damaged ones (${cause.message})`);
          }
          careful = taken - 1;
          skip = delivered;
          reader = openInflater(carefully(slicesOf(parts), careful));
          return { value: new Uint8Array(), done: false };
        });
        if (done) throw malformed("PNG", "must have pixels for its whole size", "has too few");
        const rest = value!.subarray(skip);
        skip -= value!.length - rest.length;
        delivered += rest.length;
        if (rest.length > 0) return rest;
      }
    },
    /** Stops; what is left of the stream is of no interest, and neither are its errors. */
    close(): void {
      reader.cancel().catch(() => {});
    },
  };
}

/** Undoes a row's filter in place; `line[0]` and `above[0]` are the filter types. */
function unfilter(line: Uint8Array, above: Uint8Array, step: number): void {
  const type = line[0]!;
  if (type > 4) throw malformed("PNG", "row filters must be 0 to 4", `has filter ${type}`);
  const left = (i: number) => i > step ? line[i - step]! : 0;
  if (type === 1) { for (let i = step + 1; i < line.length; i++) line[i]! += line[i - step]!; }
  else if (type === 2) { for (let i = 1; i < line.length; i++) line[i]! += above[i]!; }
  else if (type === 3) { for (let i = 1; i < line.length; i++) line[i]! += (left(i) + above[i]!) >> 1; }
  else if (type === 4) {
    for (let i = 1; i < line.length; i++) {
      line[i]! += paeth(left(i), above[i]!, i > step ? above[i - step]! : 0);
    }
  }
}

/** Of left, above and corner the one nearest to left + above − corner. */
export function paeth(left: number, above: number, corner: number): number {
  const toLeft = Math.abs(above - corner),
    toAbove = Math.abs(left - corner),
    toCorner = Math.abs(left + above - 2 * corner);
  return toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
}

/** Turns a row as stored into samples: bits to bytes, palette to colours, a transparent colour to alpha. */
function unpacker(header: PngHeader): (line: Uint8Array, width: number) => Uint8Array | Uint16Array {
  const { depth, stored, channels, palette, transparency, width: longest } = header;
  const raw = depth === 16 ? new Uint16Array(longest * stored) : new Uint8Array(longest * stored);
  const out = depth === 16 ? new Uint16Array(longest * channels) : new Uint8Array(longest * channels);
  const scale = depth < 8 && palette === undefined ? 255 / ((1 << depth) - 1) : 1;
  const opaque = depth === 16 ? 65535 : 255;
  const clear = Array.from(
    { length: stored },
    (_, c) => transparency ? transparentSample(transparency, c) & ((1 << depth) - 1) : -1,
  );
  return (line, width) => {
    const samples = raw.subarray(0, width * stored);
    if (depth === 8) samples.set(line);
    else if (depth === 16) {
      for (let i = 0; i < samples.length; i++) samples[i] = (line[2 * i]! << 8) | line[2 * i + 1]!;
    } else {
      const mask = (1 << depth) - 1;
      for (let i = 0, bit = 0; i < samples.length; i++, bit += depth) {
        samples[i] = (line[bit >> 3]! >> (8 - depth - (bit & 7))) & mask;
      }
    }
    if (palette !== undefined) {
      for (let p = 0, o = 0; p < width; p++, o += channels) {
        const index = samples[p]!;
        for (let c = 0; c < 3; c++) out[o + c] = palette[index * 3 + c] ?? 0;
        if (channels === 4) out[o + 3] = transparency?.[index] ?? 255;
      }
    } else if (transparency !== undefined) {
      for (let i = 0, o = 0; i < samples.length; i += stored, o += channels) {
        let same = true;
        for (let c = 0; c < stored; c++) {
          same &&= samples[i + c] === clear[c];
          out[o + c] = samples[i + c]! * scale;
        }
        out[o + stored] = same ? 0 : opaque;
      }
    } else if (scale !== 1) { for (let i = 0; i < samples.length; i++) out[i] = samples[i]! * scale; }
    else return samples;
    return out.subarray(0, width * channels);
  };
}
