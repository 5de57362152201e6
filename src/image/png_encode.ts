/**
 * PNG row by row: whoever makes an image a band at a time can write it without ever holding it whole.
 *
 * @module
 */
import { joinBytes } from "./headers/bytes.ts";
import { crc32 } from "../bytes/crc32.ts";
import { PNG_SIGNATURE } from "./headers/png.ts";
import { type Channels, checkSize } from "./pixels.ts";
import { paeth } from "./png_decode.ts";
import { turnsOf } from "../bytes/turns.ts";

/** Encodes the rows of one PNG. What the calls return, in their order, is the file. */
export interface PngEncoder {
  /** Signature and header. */
  readonly header: Uint8Array<ArrayBuffer>;
  /**
   * Takes the next rows, `[rows, width, channels]`, and returns the part of the file that is ready, often nothing.
   *
   * @throws {TypeError} If the samples are no whole rows, or not of the encoder's depth.
   * @throws {RangeError} If there are more rows than the image has.
   */
  writeRows(
    samples: Uint8Array | Uint8ClampedArray | Uint16Array,
    signal?: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Returns the rest of the file.
   *
   * @throws {RangeError} If rows are missing.
   */
  finish(): Promise<Uint8Array<ArrayBuffer>>;
}

/** How many times as long as reading a byte takes writing one: five filters are tried. */
const COSTLY = 8;

/** PNG's colour type of 1, 2, 3 and 4 channels. */
const COLOUR_TYPES = [0, 4, 2, 6];

/**
 * Starts a PNG of the given size; 8 bits a sample unless `depth` is 16.
 *
 * @example
 * ```ts
 * const encoder = pngEncoder(640, 480, 3);
 * const parts = [encoder.header];
 * for (let y = 0; y < 480; y += 16) parts.push(await encoder.writeRows(new Uint8Array(16 * 640 * 3)));
 * parts.push(await encoder.finish());
 * const file = new Blob(parts, { type: "image/png" });
 * ```
 *
 * @throws {RangeError} If the size is not made of positive integers.
 */
export function pngEncoder(width: number, height: number, channels: Channels, depth: 8 | 16 = 8): PngEncoder {
  checkSize(width, height, Infinity);
  const deflater = openDeflater(width * channels, channels, depth, paeth);
  return framed([width, height, channels, depth], {
    async write(samples, signal) {
      const turn = turnsOf(signal);
      return await deflater.write(samples, (bytes) => turn(COSTLY * bytes));
    },
    finish: () => deflater.finish(),
  });
}

/** What makes compressed bytes of rows. */
export interface Rows {
  /** Takes whole rows; the compressed bytes that are ready. */
  write(samples: Samples, signal?: AbortSignal): Promise<Uint8Array[]>;
  /** The rest. */
  finish(): Promise<Uint8Array[]>;
}

/** Samples of rows. */
export type Samples = Uint8Array | Uint8ClampedArray | Uint16Array;

/** The encoder of a picture of columns, rows, channels and depth whose rows are compressed by `rows`. */
export function framed(
  [width, height, channels, depth]: readonly [number, number, Channels, 8 | 16],
  { write, finish }: Rows,
): PngEncoder {
  let written = 0;
  return {
    header: header(width, height, channels, depth),
    async writeRows(samples, signal) {
      const rows = samples.length / (width * channels);
      if ((samples instanceof Uint16Array) !== (depth === 16) || !Number.isInteger(rows)) {
        throw new TypeError(
          `Cannot encode PNG rows as they must hold whole rows of ${width * channels} samples of ${depth} bits: ` +
            `current value has ${samples.length} of ${samples.BYTES_PER_ELEMENT * 8}`,
        );
      }
      if (written + rows > height) {
        throw new RangeError(
          `Cannot encode PNG rows as there must be at most ${height}: current count is ${written + rows}`,
        );
      }
      written += rows;
      return pixelChunks(await write(samples, signal));
    },
    async finish() {
      if (written !== height) {
        throw new RangeError(`Cannot finish PNG as it must have ${height} rows: current count is ${written}`);
      }
      return joinBytes([pixelChunks(await finish()), chunk("IEND", new Uint8Array())]);
    },
  };
}

/** Signature and IHDR chunk. */
function header(width: number, height: number, channels: Channels, depth: number): Uint8Array<ArrayBuffer> {
  const content = new Uint8Array(13);
  new DataView(content.buffer).setUint32(0, width);
  new DataView(content.buffer).setUint32(4, height);
  content.set([depth, COLOUR_TYPES[channels - 1]!, 0, 0, 0], 8);
  return joinBytes([PNG_SIGNATURE, chunk("IHDR", content)]);
}

/** Compressed bytes as one IDAT chunk; nothing if there are none. */
function pixelChunks(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const content = joinBytes(parts);
  return content.length === 0 ? content : chunk("IDAT", content);
}

/** A chunk: length, name, content, checksum. */
function chunk(name: string, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(content.length + 12);
  const view = new DataView(out.buffer);
  view.setUint32(0, content.length);
  for (let i = 0; i < 4; i++) out[4 + i] = name.charCodeAt(i);
  out.set(content, 8);
  view.setUint32(content.length + 8, crc32(out.subarray(4, content.length + 8)));
  return out;
}

/**
 * Filters rows of so many samples, each by the filter whose differences are smallest in sum, as libpng chooses, and deflates
 * them. Its text is run in workers, too, so it uses nothing from outside itself.
 */
export function openDeflater(
  length: number,
  channels: number,
  depth: 8 | 16,
  nearestOf: (left: number, above: number, corner: number) => number,
) {
  const step = channels * depth / 8, stride = length * depth / 8;
  const candidates = Array.from({ length: 5 }, () => new Uint8Array(stride)), above = new Uint8Array(stride);
  const filterRow = (line: Uint8Array | Uint8ClampedArray, out: Uint8Array): void => {
    const [none, sub, up, average, nearest] = candidates as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    for (let i = 0; i < stride; i++) {
      const value = line[i]!, left = i >= step ? line[i - step]! : 0, corner = i >= step ? above[i - step]! : 0;
      none[i] = value;
      sub[i] = value - left;
      up[i] = value - above[i]!;
      average[i] = value - ((left + above[i]!) >> 1);
      nearest[i] = value - nearestOf(left, above[i]!, corner);
    }
    let best = 0, least = Infinity;
    candidates.forEach((candidate, type) => {
      let sum = 0;
      for (let i = 0; i < stride; i++) sum += candidate[i]! < 128 ? candidate[i]! : 256 - candidate[i]!;
      if (sum < least) [best, least] = [type, sum];
    });
    out[0] = best;
    out.set(candidates[best]!, 1);
    above.set(line);
  };
  /** 16 bit samples as PNG stores them. */
  const bigEndian = (samples: ArrayLike<number>): Uint8Array => {
    const out = new Uint8Array(samples.length * 2);
    for (let i = 0; i < samples.length; i++) {
      out[2 * i] = samples[i]! >> 8;
      out[2 * i + 1] = samples[i]!;
    }
    return out;
  };
  const deflater = new CompressionStream("deflate"), writer = deflater.writable.getWriter();
  const ready: Uint8Array[] = [];
  const drained = (async () => {
    const reader = deflater.readable.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) ready.push(part.value);
  })();
  drained.catch(() => {}); // whoever writes next, or finishes, gets the error
  // Bytes that are filtered and compressed at once.
  const most = Math.max(1, Math.floor((1 << 17) / stride));
  return {
    /** Takes whole rows; between parts of them `turn` hears how many bytes went. */
    async write(samples: Samples, turn: (bytes: number) => Promise<void> | undefined): Promise<Uint8Array[]> {
      for (let row = 0, rows = samples.length / length; row < rows; row += most) {
        const count = Math.min(most, rows - row), band = samples.subarray(row * length, (row + count) * length);
        const bytes = band instanceof Uint16Array ? bigEndian(band) : band;
        const filtered = new Uint8Array(count * (stride + 1));
        for (let r = 0; r < count; r++) {
          filterRow(bytes.subarray(r * stride, (r + 1) * stride), filtered.subarray(r * (stride + 1)));
        }
        await writer.write(filtered);
        await turn(filtered.length);
      }
      return ready.splice(0);
    },
    /** The rest. */
    async finish(): Promise<Uint8Array[]> {
      await Promise.all([writer.close(), drained]);
      return ready.splice(0);
    },
  };
}
