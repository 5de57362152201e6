/**
 * What the pieces of a file attach to its picture. Damaged metadata is no reason to refuse a picture: it is left out.
 *
 * @module
 */
import { type Attached, type AttachedText, type ColourCoding, type Density, unlessEmpty } from "../attached.ts";
import { type ImageHeader, joinBytes, latin1, type Piece, u16, u32 } from "../headers/bytes.ts";
import { exifDensity, uprightExif } from "./exif.ts";
import { blocksOf, xmpBytes } from "./gif.ts";
import { saidOrientation } from "../headers/exif.ts";
import { iptcOfResources } from "./iptc.ts";
import { areColours } from "./make_profile.ts";
import { isProfile } from "./profile.ts";
import { extensionName, uprightXmp, xmpAlone, xmpOrientation } from "./xmp.ts";
import { inflate } from "./zlib.ts";

/** While a file is read: everything, as bytes. */
type Found = { -readonly [K in keyof Attached]: Attached[K] | undefined };

const INCH_IN_METRES = 0.0254, INCH_IN_CENTIMETRES = 2.54;

function utf8(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    let end = text.length;
    while (text[end - 1] === "\0") end--;
    return text.slice(0, end);
  } catch {
    return undefined;
  }
}

/** What is attached to the picture of a file; undefined where nothing is. */
export async function readAttached(header: ImageHeader): Promise<Attached | undefined> {
  const found = await READERS[header.type](header.pieces);
  if (!isProfile(found.profile)) delete found.profile;
  if (found.exif) {
    const exif = uprightExif(found.exif);
    if (exif) found.exif = exif;
    else delete found.exif;
  }
  if (found.xmp !== undefined) {
    const xmp = uprightXmp(found.xmp);
    found.xmp = found.xmpExtension === undefined ? xmpAlone(xmp) : xmp;
  }
  if (found.xmpExtension !== undefined) found.xmpExtension = uprightXmp(found.xmpExtension);
  const density = found.density ?? (found.exif && { ...exifDensity(found.exif), unit: "inch" } as Density);
  if (density?.x !== undefined) found.density = density;
  return unlessEmpty(found as Attached);
}

/** How a picture is to be turned: what its EXIF says, or where that says nothing its XMP, as Pillow has it. */
export async function attachedOrientation(header: ImageHeader): Promise<number> {
  const { exif, xmp } = await READERS[header.type](header.pieces);
  return (exif && saidOrientation(exif)) ?? (xmp === undefined ? 1 : xmpOrientation(xmp) ?? 1);
}

const READERS = { png: ofPng, jpeg: ofJpeg, webp: ofWebp, gif: ofGif } as const;

const XMP_KEYWORD = "XML:com.adobe.xmp";
/** Inflated bytes of a file after which no more are inflated. */
const MOST_INFLATED = 1 << 24;

type Inflate = typeof inflate;

const RAW_PROFILE = /^Raw profile type (\w+)$/;

async function ofPng(pieces: readonly Piece[]): Promise<Found> {
  const found: Found = {}, texts: AttachedText[] = [];
  const coding: { -readonly [K in keyof ColourCoding]: ColourCoding[K] | undefined } = {};
  let inflated = 0;
  const inflateSome: Inflate = async (bytes) => {
    const some = inflated < MOST_INFLATED ? await inflate(bytes) : undefined;
    inflated += some?.length ?? bytes.length;
    return some;
  };
  for (const { kind, content } of pieces) {
    if (kind === "iCCP") found.profile ??= await inflateSome(content.subarray(content.indexOf(0) + 2));
    else if (kind === "cICP" && content.length === 4) coding.cicp ??= [...content] as unknown as ColourCoding["cicp"];
    else if (kind === "sRGB" && content.length === 1) coding.srgb ??= content[0];
    else if (kind === "gAMA" && content.length === 4 && u32(content, 0) > 0) coding.gamma ??= u32(content, 0) / 1e5;
    else if (kind === "cHRM" && content.length === 32) {
      const chromaticities = Array.from({ length: 8 }, (_, i) => u32(content, 4 * i) / 1e5);
      if (areColours(chromaticities)) coding.chromaticities ??= chromaticities;
    } else if (kind === "mDCV" && content.length === 24) coding.mastering ??= content.slice();
    else if (kind === "cLLI" && content.length === 8) coding.light ??= content.slice();
    else if (kind === "eXIf") found.exif ??= content.slice();
    else if (kind === "pHYs" && content.length === 9) found.density ??= densityOfPng(content);
    else if (kind === "tEXt" || kind === "zTXt" || kind === "iTXt") {
      const read = await textOf(kind, content, inflateSome);
      if (!read) continue;
      const raw = RAW_PROFILE.exec(read.keyword)?.[1]?.toLowerCase();
      if (read.keyword === XMP_KEYWORD) found.xmp ??= read.text;
      else if (raw === undefined) texts.push(read);
      else keepRaw(found, raw, fromHex(read.text));
    }
  }
  if (Object.keys(coding).length > 0) found.coding = coding as ColourCoding;
  if (texts.length > 0) found.texts = texts;
  return found;
}

function densityOfPng(content: Uint8Array): Density {
  const x = u32(content, 0), y = u32(content, 4);
  return content[8] === 1 ? { x: x * INCH_IN_METRES, y: y * INCH_IN_METRES, unit: "inch" } : { x, y, unit: "none" };
}

/** Keyword and text of a text chunk. */
async function textOf(kind: string, content: Uint8Array, inflate: Inflate): Promise<AttachedText | undefined> {
  const end = content.indexOf(0), keyword = latin1(content, 0, end);
  if (end < 1 || end > 79) return undefined;
  const rest = content.subarray(end + 1);
  const plain = async (packed: boolean, bytes: Uint8Array) => packed ? await inflate(bytes) : bytes;
  if (kind !== "iTXt") {
    const bytes = await plain(kind === "zTXt", kind === "zTXt" ? rest.subarray(1) : rest);
    return bytes && { keyword, text: new TextDecoder("latin1").decode(bytes) };
  }
  const language = rest.indexOf(0, 2), translated = rest.indexOf(0, language + 1);
  if (language < 0 || translated < 0) return undefined;
  const bytes = await plain(rest[0] === 1, rest.subarray(translated + 1)), text = bytes && utf8(bytes);
  return text === undefined ? undefined : { keyword, text };
}

/** The bytes of ImageMagick's hexadecimal form: a name, a length, and digits. */
function fromHex(text: string): Uint8Array<ArrayBuffer> {
  const digits = text.trim().split("\n").slice(2).join("").replace(/[^0-9a-f]/gi, ""), bytes = digits.length >> 1;
  return Uint8Array.from({ length: bytes }, (_, i) => parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}

/** Keeps what ImageMagick puts into text chunks. */
function keepRaw(found: Found, kind: string, bytes: Uint8Array<ArrayBuffer>): void {
  if (kind === "icc" || kind === "icm") found.profile ??= bytes;
  else if (kind === "iptc" || kind === "8bim") {
    const records = bytes[0] === 0x1c ? bytes : iptcOfResources(bytes);
    if (records) found.iptc ??= records;
  } else if (kind === "xmp") found.xmp ??= utf8(bytes)!;
  else if (kind === "exif" || kind === "app1") keepApp1(found, bytes);
}

const XMP_MARK = "http://ns.adobe.com/xap/1.0/\0", MORE_XMP_MARK = "http://ns.adobe.com/xmp/extension/\0";
const ICC_MARK = "ICC_PROFILE\0", RESOURCES_MARK = "Photoshop 3.0\0";

/** Keeps the first EXIF and the first XMP of APP1 segments. */
function keepApp1(found: Found, content: Uint8Array): void {
  if (latin1(content, 0, 6) === "Exif\0\0") found.exif ??= content.slice();
  else if (latin1(content, 0, XMP_MARK.length) === XMP_MARK) {
    const xmp = utf8(content.subarray(XMP_MARK.length));
    if (xmp !== undefined) found.xmp ??= xmp;
  }
}

function ofJpeg(pieces: readonly Piece[]): Promise<Found> {
  const found: Found = {}, texts: AttachedText[] = [], profile = new Map<number, Uint8Array>();
  const resources: Uint8Array[] = [], more: Uint8Array[] = [];
  let count = 0;
  for (const { kind, content } of pieces) {
    if (kind === "APP1" && latin1(content, 0, MORE_XMP_MARK.length) === MORE_XMP_MARK) {
      more.push(content.subarray(MORE_XMP_MARK.length));
    } else if (kind === "APP1") keepApp1(found, content);
    else if (kind === "APP2" && latin1(content, 0, 12) === ICC_MARK) {
      count = content[13]!;
      profile.set(content[12]!, content.subarray(14));
    } else if (kind === "APP13" && latin1(content, 0, 14) === RESOURCES_MARK) resources.push(content.subarray(14));
    else if (kind === "APP0" && latin1(content, 0, 5) === "JFIF\0") {
      const density = densityOfJpeg(content);
      if (density) found.density ??= density;
    } else if (kind === "COM") texts.push(commentOf(content));
  }
  const ordered = Array.from({ length: count }, (_, i) => profile.get(i + 1));
  if (count > 0 && ordered.every((part) => part !== undefined)) found.profile = joinBytes(ordered);
  else if (count > 0) { // some writers number wrongly; the profile says how long it is
    const joined = joinBytes([...profile].sort(([a], [b]) => a - b).map(([, part]) => part));
    if (u32(joined, 0) === joined.length) found.profile = joined;
  }
  const extension = extensionOf(found.xmp, more);
  if (extension !== undefined) found.xmpExtension = extension;
  const iptc = iptcOfResources(joinBytes(resources));
  if (iptc) found.iptc = iptc;
  if (texts.length > 0) found.texts = texts;
  return Promise.resolve(found);
}

/** The packet that XMP names, of segments of 32 digits, a length and a place each; undefined unless it is whole. */
function extensionOf(xmp: string | undefined, parts: readonly Uint8Array[]): string | undefined {
  const name = xmp === undefined ? undefined : extensionName(xmp);
  const own = parts.filter((part) => latin1(part, 0, 32) === name).sort((a, b) => u32(a, 36) - u32(b, 36));
  if (own.length === 0) return undefined;
  const joined = joinBytes(own.map((part) => part.subarray(40)));
  return joined.length === u32(own[0]!, 32) ? utf8(joined) : undefined;
}

function densityOfJpeg(content: Uint8Array): Density | undefined {
  const unit = content[7], x = u16(content, 8), y = u16(content, 10);
  if (!(x > 0 && y > 0)) return undefined;
  if (unit === 1) return { x, y, unit: "inch" };
  if (unit === 2) return { x: x * INCH_IN_CENTIMETRES, y: y * INCH_IN_CENTIMETRES, unit: "inch" };
  return x === y ? undefined : { x, y, unit: "none" };
}

/** A comment; `Keyword: text` is how a text under another keyword is written. */
function commentOf(content: Uint8Array): AttachedText {
  const text = utf8(content) ?? new TextDecoder("latin1").decode(content);
  const [, keyword, rest] = /^([A-Z][\w ]{1,78}): ([^]*)$/.exec(text) ?? [];
  return keyword === undefined ? { keyword: "Comment", text } : { keyword, text: rest! };
}

function ofWebp(pieces: readonly Piece[]): Promise<Found> {
  const found: Found = {};
  for (const { kind, content } of pieces) {
    if (kind === "ICCP") found.profile ??= content.slice();
    else if (kind === "EXIF") found.exif ??= content.slice();
    else if (kind === "XMP ") {
      const xmp = utf8(content);
      if (xmp !== undefined) found.xmp ??= xmp;
    }
  }
  return Promise.resolve(found);
}

function ofGif(pieces: readonly Piece[]): Promise<Found> {
  const found: Found = {}, texts: AttachedText[] = [];
  for (const { kind, content } of pieces) {
    if (kind === "COM") texts.push(commentOf(blocksOf(content)));
    else if (kind === "ICCRGBG1012") found.profile ??= blocksOf(content);
    else if (kind === "XMP DataXMP") {
      const xmp = utf8(xmpBytes(content));
      if (xmp !== undefined) found.xmp ??= xmp;
    }
  }
  if (texts.length > 0) found.texts = texts;
  return Promise.resolve(found);
}
