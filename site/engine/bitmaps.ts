/**
 * Pixels as bitmaps that look as the browser shows their file. Where they say something of their colours (a profile, cICP, gAMA) they
 * become a PNG that says it too, and the browser does with it what it does with every picture.
 *
 * @module
 */
import { type Attached, colourOf } from "../../src/image/attached.ts";
import { pngChunk, pngChunks } from "../../src/image/attached/write.ts";
import { to8Bit, toChannels } from "../../src/image/colour.ts";
import { joinBytes } from "../../src/image/headers/bytes.ts";
import { PNG_SIGNATURE } from "../../src/image/headers/png.ts";
import type { Pixels } from "../../src/image/pixels.ts";

/** PNG's colour type of 1, 2, 3 and 4 channels. */
const COLOUR_TYPES = [0, 4, 2, 6];
/** Longest block of deflate that is stored as it is. */
const BLOCK = 65535;

/** The checksum of zlib, RFC 1950. */
function adler32(bytes: Uint8Array): number {
  let a = 1, b = 0;
  for (let i = 0; i < bytes.length;) {
    for (const end = Math.min(bytes.length, i + 5552); i < end; i++) b += a += bytes[i]!;
    a %= 65521;
    b %= 65521;
  }
  return ((b << 16) | a) >>> 0;
}

/** A zlib stream that compresses nothing: it is read at once and thrown away. */
function stored(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const blocks = Math.ceil(bytes.length / BLOCK), out = new Uint8Array(bytes.length + 5 * blocks + 6);
  const view = new DataView(out.buffer);
  view.setUint16(0, 0x7801);
  for (let i = 0, at = 2; i < blocks; i++) {
    const part = bytes.subarray(i * BLOCK, (i + 1) * BLOCK);
    out[at] = i === blocks - 1 ? 1 : 0;
    view.setUint16(at + 1, part.length, true);
    view.setUint16(at + 3, ~part.length, true);
    out.set(part, at + 5);
    at += 5 + part.length;
  }
  view.setUint32(out.length - 4, adler32(bytes));
  return out;
}

/** Pixels as a PNG with their colours, not compressed. */
async function pngOf(pixels: Pixels, attached: Attached): Promise<Blob> {
  const { data, width, height, channels } = to8Bit(pixels), stride = width * channels;
  const header = new Uint8Array(13), view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, COLOUR_TYPES[channels - 1]!], 8);
  const rows = new Uint8Array(height * (stride + 1));
  for (let y = 0; y < height; y++) rows.set(data.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
  const colours = await pngChunks(colourOf(attached), { width, height, channels });
  const content = [pngChunk("IHDR", header), colours, pngChunk("IDAT", stored(rows)), pngChunk("IEND")];
  return new Blob([joinBytes([PNG_SIGNATURE, ...content])], { type: "image/png" });
}

/** Pixels as a canvas wants them; their colours are taken for sRGB. */
function imageDataOf(pixels: Pixels): ImageData {
  const { data } = toChannels(to8Bit(pixels), 4);
  const own = new Uint8ClampedArray(data.buffer as ArrayBuffer, data.byteOffset, data.length);
  return new ImageData(own, pixels.width, pixels.height);
}

/** Pixels as a bitmap whose longer side is at most `side`. */
export async function bitmapOf(pixels: Pixels, side = Infinity): Promise<ImageBitmap> {
  const { width, height, attached } = pixels, scale = Math.min(1, side / Math.max(width, height));
  const source = attached?.profile || attached?.coding ? await pngOf(pixels, attached) : imageDataOf(pixels);
  if (scale === 1) return await createImageBitmap(source);
  return await createImageBitmap(source, {
    resizeWidth: Math.max(1, Math.round(width * scale)),
    resizeHeight: Math.max(1, Math.round(height * scale)),
    resizeQuality: "medium",
  });
}
