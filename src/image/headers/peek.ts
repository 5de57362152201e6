/**
 * The size of a picture from the first bytes of its file.
 *
 * @module
 */
import { latin1, u16, u24, u32 } from "./bytes.ts";
import { exifOrientation } from "./exif.ts";
import { imageType } from "./header.ts";

/** Columns and rows of the picture once upright; undefined where the bytes do not say. Nothing is checked. */
export function peekSize(bytes: Uint8Array): { width: number; height: number } | undefined {
  const size = sizeOf(bytes);
  return size && size.width > 0 && size.height > 0 ? size : undefined;
}

function sizeOf(bytes: Uint8Array): { width: number; height: number } | undefined {
  switch (imageType(bytes)) {
    case "png":
      return { width: u32(bytes, 16), height: u32(bytes, 20) };
    case "gif":
      return { width: u16(bytes, 6, true), height: u16(bytes, 8, true) };
    case "webp":
      return sizeOfWebp(bytes);
    case "jpeg":
      return sizeOfJpeg(bytes);
    default:
      return undefined;
  }
}

function sizeOfWebp(bytes: Uint8Array): { width: number; height: number } | undefined {
  const kind = latin1(bytes, 12, 4);
  if (kind === "VP8X") return { width: u24(bytes, 24) + 1, height: u24(bytes, 27) + 1 };
  if (kind === "VP8 ") return { width: u16(bytes, 26, true) & 0x3fff, height: u16(bytes, 28, true) & 0x3fff };
  const bits = u32(bytes, 21, true);
  return kind === "VP8L" ? { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 } : undefined;
}

function sizeOfJpeg(bytes: Uint8Array): { width: number; height: number } | undefined {
  let orientation: number | undefined;
  for (let at = 2; at + 9 < bytes.length;) {
    const marker = bytes[at + 1]!;
    if (bytes[at] !== 0xff || marker === 0 || marker === 0xff) at++;
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) at += 2;
    else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      const height = u16(bytes, at + 5), width = u16(bytes, at + 7);
      return (orientation ?? 1) >= 5 ? { width: height, height: width } : { width, height };
    } else {
      const end = at + 2 + u16(bytes, at + 2), content = bytes.subarray(at + 4, end);
      if (marker === 0xe1 && latin1(content, 0, 6) === "Exif\0\0") orientation ??= exifOrientation(content);
      at = end;
    }
  }
  return undefined;
}
