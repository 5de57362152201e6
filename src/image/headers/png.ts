/**
 * A PNG is a list of chunks, each a length, a name, its bytes and a checksum. All of them are walked once before
 * anything is inflated.
 *
 * @module
 */
import { type ImageHeader, latin1, malformed, MOST_METADATA, type Piece, tooMuch, u16, u32 } from "./bytes.ts";
import { crc32 } from "../../bytes/crc32.ts";
import { exifOrientation } from "./exif.ts";

/** The eight bytes every PNG starts with. */
export const PNG_SIGNATURE: Uint8Array = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** True if the bytes start as a PNG does. */
export const isPng = (bytes: Uint8Array): boolean => PNG_SIGNATURE.every((byte, i) => bytes[i] === byte);

/** A PNG taken apart: its header, and where the pixels and what they need are. */
export interface PngHeader extends ImageHeader {
  /** Bits a sample (or palette index) takes in the file: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  /** Samples a pixel takes in the file: 1 for a palette. */
  readonly stored: 1 | 2 | 3 | 4;
  /** Rows come in seven interleaved passes (Adam7). */
  readonly interlaced: boolean;
  /** Colours of a palette image, RGB after RGB. */
  readonly palette?: Uint8Array;
  /** Alpha of the palette's first colours, or the one colour that is transparent, one 16 bit number a channel. */
  readonly transparency?: Uint8Array;
  /** The compressed pixels, in order. */
  readonly pixels: readonly Uint8Array[];
}

/** Depths the format allows, and samples stored, by colour type. */
const COLOUR_TYPES: { readonly [type: number]: { depths: readonly number[]; stored: 1 | 2 | 3 | 4 } } = {
  0: { depths: [1, 2, 4, 8, 16], stored: 1 },
  2: { depths: [8, 16], stored: 3 },
  3: { depths: [1, 2, 4, 8], stored: 1 },
  4: { depths: [8, 16], stored: 2 },
  6: { depths: [8, 16], stored: 4 },
};
const PALETTE = 3;

/** Chunks that say more about the picture; what no reader asks for is not kept. */
const KEPT = new Set(
  [
    "cICP",
    "mDCV",
    "cLLI",
    "iCCP",
    "sRGB",
    "gAMA",
    "cHRM",
    "eXIf",
    "pHYs",
    "tEXt",
    "zTXt",
    "iTXt",
    "acTL",
    "fcTL",
    "fdAT",
  ],
);
/** Chunks of pixels. */
const PIXELS = new Set(["IDAT", "fdAT"]);

/** Chunks without which the pixels would be wrong: their checksums are verified. */
const NEEDED = new Set(["IHDR", "PLTE", "tRNS", "IDAT"]);

/** Longest side, as libpng has it by default: a row is what is worked on without a look at the signal. */
const LONGEST = 1_000_000;

/** Most chunks; more than that only of pixels, where they have at least so many bytes on average. */
const MOST_CHUNKS = 1 << 16;
const LEAST_PIXELS = 256;

/**
 * Walks the chunks of a PNG.
 *
 * @throws {RangeError} If it has more chunks or metadata than any picture needs.
 * @throws {SyntaxError} If the file is cut off, a needed chunk is damaged, or the header allows no image.
 */
export function readPngHeader(bytes: Uint8Array): PngHeader {
  const chunks = new Map<string, Uint8Array>();
  const pixels: Uint8Array[] = [], pieces: Piece[] = [];
  let count = 0, metadata = 0;
  for (let at = 8;;) {
    const length = u32(bytes, at), kind = latin1(bytes, at + 4, 4), end = at + 12 + length;
    if (!(end <= bytes.length)) {
      throw malformed("PNG", "must end with an IEND chunk", `is cut off after ${bytes.length} bytes`);
    }
    if (kind === "IEND") break;
    if (at === 8 && (kind !== "IHDR" || length !== 13)) {
      throw malformed("PNG", "must start with an IHDR chunk of 13 bytes", `starts with ${JSON.stringify(kind)}`);
    }
    const content = bytes.subarray(at + 8, end - 4);
    if (NEEDED.has(kind) && crc32(bytes.subarray(at + 4, end - 4)) !== u32(bytes, end - 4)) {
      throw malformed("PNG", "chunks must match their checksums", `has a damaged ${kind} chunk at ${at}`);
    }
    if (++count > MOST_CHUNKS && (!PIXELS.has(kind) || at < count * LEAST_PIXELS)) {
      throw tooMuch("PNG", `at most ${MOST_CHUNKS} chunks, or ${LEAST_PIXELS} bytes in each`, "more of them");
    }
    if (kind === "IDAT") {
      if (pixels.push(content) === 1) pieces.push({ kind, content: content.subarray(0, 0) });
    } else if (kind !== "fdAT" && (metadata += length) > MOST_METADATA) {
      throw tooMuch("PNG", `at most ${MOST_METADATA} bytes of metadata`, "more of them");
    } else if (!chunks.has(kind)) chunks.set(kind, content);
    if (KEPT.has(kind)) pieces.push({ kind, content });
    at = end;
  }
  const header = chunks.get("IHDR");
  if (header === undefined) throw malformed("PNG", "must start with an IHDR chunk", "has none");
  return interpret(header, chunks, pixels, pieces);
}

/** Checks the header against the format's rules and settles what the decoded pixels look like. */
function interpret(
  header: Uint8Array,
  chunks: Map<string, Uint8Array>,
  pixels: readonly Uint8Array[],
  pieces: readonly Piece[],
): PngHeader {
  const width = u32(header, 0), height = u32(header, 4);
  const [depth, type, compression, filter, interlace] = [...header.subarray(8)] as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (Math.max(width, height) > LONGEST) {
    throw tooMuch("PNG", `sides of at most ${LONGEST} pixels`, `${width}x${height}`);
  }
  const colour = COLOUR_TYPES[type];
  if (colour === undefined || !colour.depths.includes(depth) || compression !== 0 || filter !== 0 || interlace > 1) {
    throw malformed(
      "PNG",
      "must have a colour type, depth, compression, filter and interlace that the format knows",
      `has ${type}, ${depth}, ${compression}, ${filter} and ${interlace}`,
    );
  }
  const palette = type === PALETTE ? chunks.get("PLTE") : undefined;
  if (type === PALETTE && (palette === undefined || palette.length === 0 || palette.length % 3 !== 0)) {
    throw malformed("PNG", "palette must hold whole colours", `has ${palette?.length ?? 0} bytes of them`);
  }
  const alphaStored = type === 4 || type === 6;
  const transparency = alphaStored ? undefined : chunks.get("tRNS");
  if (transparency !== undefined && type !== PALETTE && transparency.length < colour.stored * 2) {
    throw malformed("PNG", `transparent colour must have ${colour.stored} samples`, `has ${transparency.length} bytes`);
  }
  const colours = type === PALETTE ? 3 : alphaStored ? colour.stored - 1 : colour.stored;
  return {
    type: "png",
    width,
    height,
    depth,
    stored: colour.stored,
    channels: (colours + (alphaStored || transparency !== undefined ? 1 : 0)) as 1 | 2 | 3 | 4,
    interlaced: interlace === 1,
    orientation: exifOrientation(chunks.get("eXIf") ?? new Uint8Array()),
    pixels,
    pieces,
    ...(chunks.has("acTL") && { frames: u32(chunks.get("acTL")!, 0) }),
    ...(palette && { palette }),
    ...(transparency && { transparency }),
  };
}

/** One sample of a transparent colour. */
export const transparentSample = (transparency: Uint8Array, channel: number): number => u16(transparency, channel * 2);
