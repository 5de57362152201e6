/**
 * What a file is, told by its first bytes, and what its header says, before anything is decoded or allocated.
 *
 * @module
 */
import { type ImageHeader, latin1, u32 } from "./bytes.ts";
import { isGif, readGifHeader } from "./gif.ts";
import { type JpegHeader, readJpegHeader } from "./jpeg.ts";
import { isPng, type PngHeader, readPngHeader } from "./png.ts";
import { isWebp, readWebpHeader } from "./webp.ts";

/** Which of the formats that are read here the first bytes are those of. */
export function imageType(bytes: Uint8Array): ImageHeader["type"] | undefined {
  if (isPng(bytes)) return "png";
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return "jpeg";
  if (isGif(bytes)) return "gif";
  return isWebp(bytes) ? "webp" : undefined;
}

/**
 * Reads the header of a PNG, JPEG, WebP or GIF file.
 *
 * @throws {SyntaxError} If the bytes are something else (named, where they look like it), or damaged, or cut off.
 * @throws {RangeError} If they are a kind of JPEG that is not supported.
 */
export function readHeader(bytes: Uint8Array): PngHeader | JpegHeader | ImageHeader {
  switch (imageType(bytes)) {
    case "png":
      return readPngHeader(bytes);
    case "jpeg":
      return readJpegHeader(bytes);
    case "webp":
      return readWebpHeader(bytes);
    case "gif":
      return readGifHeader(bytes);
    default:
      throw new SyntaxError(
        `Cannot decode image as it must be a PNG, JPEG, WebP or GIF file: current file looks like ${lookalike(bytes)}`,
      );
  }
}

/** Names what bytes look like that are no image we read. */
export function lookalike(bytes: Uint8Array): string {
  if (bytes.length === 0) return "an empty file";
  const start = latin1(bytes, 0, 12);
  for (const [prefix, name] of MAGIC) if (start.startsWith(prefix)) return name;
  if (start.slice(4, 8) === "ftyp") {
    const places = [8, 16, 20, 24, 28, 32, 36].filter((at) => at === 8 || at < u32(bytes, 0));
    const brands = places.map((at) => latin1(bytes, at, 4));
    const known = brands.map((brand) => BRANDS[brand]).find((name) => name !== undefined) ??
      (brands.some((brand) => GENERIC.has(brand)) ? "HEIC" : undefined);
    return known ?? "a video or image of the MP4 family";
  }
  const text = readableText(bytes.subarray(0, 512));
  if (text === undefined) {
    return `something else (it starts with ${
      [...bytes.subarray(0, 4)].map((b) => b.toString(16).padStart(2, "0")).join(" ")
    })`;
  }
  if (/^<svg[\s/>]/i.test(withoutProlog(text))) return "SVG";
  if (/^(<!doctype html|<html|<head)/i.test(text)) return "an HTML page";
  return "text";
}

const MAGIC: readonly (readonly [string, string])[] = [
  ["BM", "BMP"],
  ["II*\0", "TIFF"],
  ["MM\0*", "TIFF"],
  ["II+\0", "BigTIFF"],
  ["MM\0+", "BigTIFF"],
  ["\xff\x0a", "JPEG XL"],
  ["\0\0\0\x0cJXL ", "JPEG XL"],
  ["\0\0\0\x0cjP  ", "JPEG 2000"],
  ["8BPS", "a Photoshop file"],
  ["\0\0\x01\0", "an icon"],
  ["%PDF", "PDF"],
  ["PK\x03\x04", "a zip archive"],
  ["\x1f\x8b", "gzip, such as a compressed SVG"],
  ["v/1\x01", "OpenEXR"],
  ["#?RADIANCE", "a Radiance picture"],
  ["DDS ", "DDS"],
  ["qoif", "QOI"],
];

const BRANDS: { readonly [brand: string]: string } = {
  avif: "AVIF",
  avis: "AVIF",
  heic: "HEIC",
  heix: "HEIC",
  heim: "HEIC",
  heis: "HEIC",
  hevc: "HEIC",
  hevx: "HEIC",
  hevm: "HEIC",
  hevs: "HEIC",
  "crx ": "a raw photograph (CR3)",
};

/** Brands of still pictures and sequences of any coding, which is most often that of HEIC. */
const GENERIC = new Set(["mif1", "msf1"]);

/** A text without what may stand before the first element of an XML file; one thing after the other, as they can look alike. */
function withoutProlog(text: string): string {
  for (;;) {
    const rest = text.replace(/^(?:<\?xml[^>]*>|<!--[^]*?-->|<!doctype svg[^>]*>)\s*/i, "");
    if (rest === text) return text;
    text = rest;
  }
}

/** The bytes as trimmed text, if they are UTF-8 without control characters. */
function readableText(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    // deno-lint-ignore no-control-regex
    return /[\0-\x08\x0e-\x1f]/.test(text) ? undefined : text.trim();
  } catch {
    return undefined;
  }
}
