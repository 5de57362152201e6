/**
 * A WebP is a RIFF of chunks: `VP8 ` (lossy) or `VP8L` (lossless) alone, or `VP8X` with the canvas size first and
 * metadata after.
 *
 * @module
 */
import { type ImageHeader, latin1, malformed, u16, u32 } from "./bytes.ts";
import { exifOrientation } from "./exif.ts";

const ANIMATION = 0x02, ALPHA = 0x10;

/** True if the bytes are a RIFF of WebP. */
export const isWebp = (bytes: Uint8Array): boolean => latin1(bytes, 0, 4) === "RIFF" && latin1(bytes, 8, 4) === "WEBP";

/**
 * Reads the size, alpha and orientation of a WebP, and makes sure that it is complete.
 *
 * @throws {SyntaxError} If the file is cut off or its first chunk makes no sense.
 * @throws {RangeError} If it is an animation.
 */
export function readWebpHeader(bytes: Uint8Array): ImageHeader {
  const end = 8 + u32(bytes, 4, true);
  if (end > bytes.length || bytes.length < 30) {
    throw malformed("WebP", `must be as long as it says, ${end} bytes`, `is cut off after ${bytes.length}`);
  }
  const { width, height, alpha } = readFirstChunk(bytes);
  let orientation: number | undefined;
  for (let at = 12; at + 8 <= end;) {
    const length = u32(bytes, at + 4, true);
    if (at + 8 + length > end) throw malformed("WebP", "chunks must lie inside the file", `has one too long at ${at}`);
    if (latin1(bytes, at, 4) === "EXIF") orientation ??= exifOrientation(bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length + length % 2;
  }
  return { type: "webp", width, height, channels: alpha ? 4 : 3, orientation: orientation ?? 1 };
}

/** Size and alpha from the chunk at byte 12. */
function readFirstChunk(bytes: Uint8Array): { width: number; height: number; alpha: boolean } {
  const u24 = (at: number) => u16(bytes, at, true) + bytes[at + 2]! * 65536;
  const kind = latin1(bytes, 12, 4);
  if (kind === "VP8X") {
    const flags = bytes[20]!;
    if (flags & ANIMATION) {
      throw new RangeError("Cannot decode image as WebP must be a still image: current file is an animation");
    }
    return { width: u24(24) + 1, height: u24(27) + 1, alpha: (flags & ALPHA) !== 0 };
  }
  if (kind === "VP8L" && bytes[20] === 0x2f) {
    const bits = u32(bytes, 21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1, alpha: ((bits >>> 28) & 1) === 1 };
  }
  if (kind === "VP8 " && u24(23) === 0x2a019d) {
    return { width: u16(bytes, 26, true) & 0x3fff, height: u16(bytes, 28, true) & 0x3fff, alpha: false };
  }
  throw malformed("WebP", "must start with a VP8, VP8L or VP8X chunk", `starts with ${JSON.stringify(kind)}`);
}
