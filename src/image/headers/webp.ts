/**
 * A WebP is a RIFF of chunks: `VP8 ` (lossy) or `VP8L` (lossless) alone, or `VP8X` with the canvas size first and
 * metadata after.
 *
 * @module
 */
import { type ImageHeader, latin1, malformed, MOST_METADATA, type Piece, tooMuch, u16, u24, u32 } from "./bytes.ts";
import { exifOrientation } from "./exif.ts";

const ANIMATION = 0x02, ALPHA = 0x10;

/** True if the bytes are a RIFF of WebP. */
export const isWebp = (bytes: Uint8Array): boolean => latin1(bytes, 0, 4) === "RIFF" && latin1(bytes, 8, 4) === "WEBP";

/** Most chunks; a still image has seven at most that mean anything. */
const MOST_CHUNKS = 4096;

/**
 * Reads the size, alpha and orientation of a WebP, and makes sure that it is complete.
 *
 * @throws {SyntaxError} If the file is cut off, its first chunk makes no sense, or it has more pixels than it says.
 * @throws {RangeError} If it has more chunks or metadata than any picture needs.
 */
export function readWebpHeader(bytes: Uint8Array): ImageHeader {
  const end = 8 + u32(bytes, 4, true);
  if (end > bytes.length || bytes.length < 30) {
    throw malformed("WebP", `must be as long as it says, ${end} bytes`, `is cut off after ${bytes.length}`);
  }
  const { width, height, alpha, animated } = readFirstChunk(bytes);
  let orientation: number | undefined, stored: Frame | undefined, plane = false;
  let count = 0, metadata = 0, frames = 0;
  const pieces: Piece[] = [];
  for (let at = 12; at + 8 <= end;) {
    const length = u32(bytes, at + 4, true), kind = latin1(bytes, at, 4);
    if (at + 8 + length > end) throw malformed("WebP", "chunks must lie inside the file", `has one too long at ${at}`);
    if (++count > MOST_CHUNKS) throw tooMuch("WebP", `at most ${MOST_CHUNKS} chunks`, "more of them");
    if (kind === "VP8 " || kind === "VP8L") stored ??= readFrame(bytes, at);
    else if (kind === "ALPH") plane = true;
    else if (kind === "ANMF") frames++;
    else if ((metadata += length) > MOST_METADATA) {
      throw tooMuch("WebP", `at most ${MOST_METADATA} bytes of metadata`, "more of them");
    }
    pieces.push({ kind, content: bytes.subarray(at + 8, at + 8 + length) });
    if (kind === "EXIF") orientation ??= exifOrientation(bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length + length % 2;
  }
  // The size that is checked against the limits is the canvas: more must not be decoded than it has.
  if (stored && (stored.width > width || stored.height > height)) {
    throw malformed("WebP", `must have pixels of its size, ${width}x${height}`, `has ${stored.width}x${stored.height}`);
  }
  const transparent = alpha && (!stored || stored.lossless || plane);
  if (animated && frames === 0) throw malformed("WebP", "must have the frames of its animation", "has none");
  const channels = transparent ? 4 : 3;
  return { type: "webp", width, height, channels, orientation: orientation ?? 1, pieces, ...(animated && { frames }) };
}

/** A frame as its chunk tells it. */
interface Frame {
  readonly width: number;
  readonly height: number;
  readonly alpha: boolean;
  readonly lossless: boolean;
}

/** Size and alpha of the `VP8 ` or `VP8L` chunk at a position. */
function readFrame(bytes: Uint8Array, at: number): Frame | undefined {
  const kind = latin1(bytes, at, 4), content = at + 8;
  if (kind === "VP8L" && bytes[content] === 0x2f) {
    const bits = u32(bytes, content + 1, true);
    return {
      width: (bits & 0x3fff) + 1,
      height: ((bits >>> 14) & 0x3fff) + 1,
      alpha: ((bits >>> 28) & 1) === 1,
      lossless: true,
    };
  }
  if (kind === "VP8 " && u24(bytes, content + 3) === 0x2a019d) {
    const width = u16(bytes, content + 6, true) & 0x3fff, height = u16(bytes, content + 8, true) & 0x3fff;
    return { width, height, alpha: false, lossless: false };
  }
  return undefined;
}

/** Size and alpha from the chunk at byte 12. */
function readFirstChunk(bytes: Uint8Array): Omit<Frame, "lossless"> & { readonly animated?: boolean } {
  if (latin1(bytes, 12, 4) === "VP8X") {
    const flags = bytes[20]!;
    const alpha = (flags & ALPHA) !== 0, animated = (flags & ANIMATION) !== 0;
    return { width: u24(bytes, 24) + 1, height: u24(bytes, 27) + 1, alpha, animated };
  }
  const frame = readFrame(bytes, 12);
  if (frame) return frame;
  throw malformed(
    "WebP",
    "must start with a VP8, VP8L or VP8X chunk",
    `starts with ${JSON.stringify(latin1(bytes, 12, 4))}`,
  );
}
