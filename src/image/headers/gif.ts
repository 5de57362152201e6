/**
 * A GIF is a list of blocks: extensions, which say how long the next picture is shown, and pictures. All of them are walked
 * once before anything is unpacked.
 *
 * @module
 */
import { type ImageHeader, latin1, malformed, MOST_METADATA, type Piece, tooMuch, u16 } from "./bytes.ts";

const EXTENSION = 0x21, PICTURE = 0x2c, END = 0x3b, CONTROL = 0xf9, COMMENT = 0xfe, APPLICATION = 0xff;
/** Applications that say something about the picture. */
const KEPT = new Set(["XMP DataXMP", "ICCRGBG1012"]);
const HAS_TABLE = 0x80, TRANSPARENT = 0x01;

/** True if the bytes start as a GIF does. */
export const isGif = (bytes: Uint8Array): boolean => /^GIF8[79]a$/.test(latin1(bytes, 0, 6));

/** Most comments and other things that are said of a picture. */
const MOST_PIECES = 4096;

/** Pixels that a byte stands for at most: codes of 12 bits stand for up to 4096. */
const MOST_UNPACKED = 2731;

const tableBytes = (flags: number): number => flags & HAS_TABLE ? 3 << ((flags & 7) + 1) : 0;

/**
 * Reads the size and the number of pictures of a GIF, and makes sure that it is complete.
 *
 * @throws {SyntaxError} If the file is cut off, has no picture, or a block makes no sense.
 */
export function readGifHeader(bytes: Uint8Array): ImageHeader {
  const cutOff = () => malformed("GIF", "must end with its last block", `is cut off after ${bytes.length} bytes`);
  const width = u16(bytes, 6, true), height = u16(bytes, 8, true), pieces: Piece[] = [];
  let frames = 0, clear = false, metadata = 0, largest = 0;
  /** One past the sub-blocks that start at `at`. */
  const past = (at: number): number => {
    while (at < bytes.length && bytes[at] !== 0) at += bytes[at]! + 1;
    if (at >= bytes.length) throw cutOff();
    return at + 1;
  };
  for (let at = 13 + tableBytes(bytes[10]!);;) {
    if (at >= bytes.length) throw cutOff();
    const kind = bytes[at];
    if (kind === END) break;
    if (kind === EXTENSION) {
      if (bytes[at + 1] === CONTROL && bytes[at + 3]! & TRANSPARENT) clear = true;
      const end = past(at + 2), application = bytes[at + 1] === APPLICATION ? latin1(bytes, at + 3, 11) : "";
      if (bytes[at + 1] === COMMENT) pieces.push({ kind: "COM", content: bytes.subarray(at + 2, end) });
      if (KEPT.has(application)) pieces.push({ kind: application, content: bytes.subarray(at + 14, end) });
      if (pieces.length > MOST_PIECES) throw tooMuch("GIF", `at most ${MOST_PIECES} comments`, "more of them");
      if ((metadata += end - at) > MOST_METADATA) {
        throw tooMuch("GIF", `at most ${MOST_METADATA} bytes of metadata`, "more of them");
      }
      at = end;
    } else if (kind === PICTURE) {
      const [x, y, w, h] = [1, 3, 5, 7].map((i) => u16(bytes, at + i, true)) as [number, number, number, number];
      if (x + w > width || y + h > height) {
        throw malformed("GIF", "pictures must lie inside of its size", `has one of ${w}x${h} at ${x}, ${y}`);
      }
      clear ||= frames === 0 && (w < width || h < height);
      frames++;
      const start = at + 11 + tableBytes(bytes[at + 9]!);
      at = past(start);
      largest = Math.max(largest, w * h / (at - start));
    } else throw malformed("GIF", "blocks must be extensions or pictures", `has a block ${kind} at ${at}`);
  }
  if (frames === 0) throw malformed("GIF", "must have a picture", "has none");
  if (largest > MOST_UNPACKED) throw malformed("GIF", "must have pixels for its pictures", "has far too few");
  return {
    type: "gif",
    width,
    height,
    channels: clear ? 4 : 3,
    orientation: 1,
    pieces,
    ...(frames > 1 && { frames }),
  };
}
