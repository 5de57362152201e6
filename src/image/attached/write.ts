/**
 * What is attached to a picture, put into an encoded file that has nothing attached.
 *
 * @module
 */
import { crc32 } from "../../bytes/crc32.ts";
import { type Attached, type AttachedText, colourOf, type Strip } from "../attached.ts";
import { joinBytes, latin1, u16, u24 } from "../headers/bytes.ts";
import { densityExif, exifDensity, exifWithoutGps, sizedExif } from "./exif.ts";
import { iptcWithoutPlaces, resourcesOfIptc, textsOfIptc } from "./iptc.ts";
import { fitsChannels, profileFor } from "./profile.ts";
import { extensionName, joinedXmp, sizedXmp, xmpWithoutGps, xmpWithTexts } from "./xmp.ts";
import { deflate } from "./zlib.ts";

/** The picture that a file holds. */
export interface Facts {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** Hears of what a format cannot hold, one reason each. */
export type Told = (reason: string) => void;

/** What is left after stripping. */
export function stripped(attached: Attached, strip: Strip): Attached {
  if (strip === false) return attached;
  if (strip === true) return colourOf(attached);
  const { exif, xmp, xmpExtension, iptc } = attached;
  return {
    ...attached,
    ...(exif && { exif: exifWithoutGps(exif) }),
    ...(xmp !== undefined && { xmp: xmpWithoutGps(xmp) }),
    ...(xmpExtension !== undefined && { xmpExtension: xmpWithoutGps(xmpExtension) }),
    ...(iptc && { iptc: iptcWithoutPlaces(iptc) }),
  };
}

/** With the sizes that EXIF and XMP say; `whole`: XMP in one packet. */
export function sized(attached: Attached, { width, height }: Facts, whole = true): Attached {
  const { exif, xmpExtension } = attached, own = attached.xmp;
  const xmp = own === undefined || xmpExtension === undefined || !whole ? own : joinedXmp(own, xmpExtension);
  return {
    ...attached,
    ...(exif && { exif: sizedExif(exif, width, height) }),
    ...(xmp !== undefined && { xmp: sizedXmp(xmp, width, height) }),
  };
}

const text = (latin: string): Uint8Array<ArrayBuffer> => Uint8Array.from(latin, (letter) => letter.charCodeAt(0));
const utf8 = (content: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(content) as Uint8Array<ArrayBuffer>;

function numbers(values: readonly number[], little = false): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(4 * values.length), view = new DataView(out.buffer);
  values.forEach((value, i) => view.setUint32(4 * i, value, little));
  return out;
}

/** A chunk of a PNG. */
export function pngChunk(name: string, ...content: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const body = joinBytes([text(name), ...content]);
  return joinBytes([numbers([body.length - 4]), body, numbers([crc32(body)])]);
}

/** The chunks that follow the header of a PNG. */
export async function pngChunks(all: Attached, facts: Facts): Promise<Uint8Array<ArrayBuffer>> {
  const { profile, coding, exif, xmp, iptc, texts = [], density } = sized(all, facts);
  const chunks: Uint8Array[] = [];
  if (coding?.cicp) chunks.push(pngChunk("cICP", Uint8Array.from(coding.cicp)));
  if (coding?.mastering) chunks.push(pngChunk("mDCV", coding.mastering));
  if (coding?.light) chunks.push(pngChunk("cLLI", coding.light));
  if (profile && fitsChannels(profile, facts.channels)) {
    chunks.push(pngChunk("iCCP", text("ICC profile\0\0"), await deflate(profile)));
  } else if (coding?.srgb !== undefined) chunks.push(pngChunk("sRGB", Uint8Array.of(coding.srgb)));
  if (coding?.gamma !== undefined) chunks.push(pngChunk("gAMA", numbers([Math.round(1e5 * coding.gamma)])));
  if (coding?.chromaticities) {
    chunks.push(pngChunk("cHRM", numbers(coding.chromaticities.map((value) => Math.round(1e5 * value)))));
  }
  if (density) {
    const scale = density.unit === "inch" ? 1 / 0.0254 : 1;
    const perMetre = [density.x, density.y].map((value) => Math.round(scale * value));
    chunks.push(pngChunk("pHYs", numbers(perMetre), Uint8Array.of(density.unit === "inch" ? 1 : 0)));
  }
  for (const { keyword, text: content } of texts) chunks.push(textChunk(keyword, content));
  if (xmp !== undefined) chunks.push(textChunk("XML:com.adobe.xmp", xmp, true));
  if (iptc) {
    const hex = resourcesOfIptc(iptc), lines = [...hex].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const raw = `\niptc\n${String(hex.length).padStart(8)}\n${lines.replace(/.{72}/g, "$&\n")}\n`;
    chunks.push(pngChunk("zTXt", text("Raw profile type iptc\0\0"), await deflate(text(raw))));
  }
  if (exif) chunks.push(pngChunk("eXIf", exif));
  return joinBytes(chunks);
}

function textChunk(keyword: string, content: string, international = false): Uint8Array {
  // deno-lint-ignore no-control-regex
  return international || /[^\x09\x0a\x20-\x7e\xa0-\xff]/.test(content)
    ? pngChunk("iTXt", text(keyword), new Uint8Array(5), utf8(content))
    : pngChunk("tEXt", text(`${keyword}\0${content}`));
}

/** A text where only comments are. */
export const withKeyword = ({ keyword, text }: AttachedText): string =>
  keyword === "Comment" ? text : `${keyword}: ${text}`;

/** Most bytes of a JPEG segment beside its length. */
const SEGMENT = 65533;
const APP0 = 0xe0, APP1 = 0xe1, APP2 = 0xe2, APP13 = 0xed, COM = 0xfe;

function segment(marker: number, ...content: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const body = joinBytes(content), length = body.length + 2;
  return joinBytes([Uint8Array.of(0xff, marker, length >> 8, length & 255), body]);
}

/** An encoded JPEG with what is attached. */
export function intoJpeg(file: Uint8Array<ArrayBuffer>, all: Attached, facts: Facts, told: Told) {
  const { exif, xmp, xmpExtension, iptc, texts = [], density, ...colour } = sized(all, facts, false);
  const profile = profileFor(colour, facts.channels, told), parts: Uint8Array[] = [];
  const add = (name: string, marker: number, ...content: Uint8Array[]): void => {
    if (content.reduce((sum, { length }) => sum + length, 0) <= SEGMENT) parts.push(segment(marker, ...content));
    else told(`its ${name} is longer than a JPEG can hold`);
  };
  if (exif) add("EXIF", APP1, text("Exif\0\0"), exif);
  if (xmp !== undefined) add("XMP", APP1, text("http://ns.adobe.com/xap/1.0/\0"), utf8(xmp));
  const name = xmp === undefined ? undefined : extensionName(xmp);
  if (xmpExtension !== undefined && name !== undefined) {
    const bytes = utf8(xmpExtension), mark = text(`http://ns.adobe.com/xmp/extension/\0${name}`);
    const step = SEGMENT - mark.length - 8;
    for (let at = 0; at < bytes.length; at += step) {
      parts.push(segment(APP1, mark, numbers([bytes.length, at]), bytes.subarray(at, at + step)));
    }
  }
  if (profile) {
    const step = SEGMENT - 14, count = Math.ceil(profile.length / step);
    if (count > 255) told("its profile is longer than a JPEG can hold");
    for (let i = 0; count <= 255 && i < count; i++) {
      const part = profile.subarray(i * step, (i + 1) * step);
      parts.push(segment(APP2, text("ICC_PROFILE\0"), Uint8Array.of(i + 1, count), part));
    }
  }
  if (iptc) add("IPTC", APP13, text("Photoshop 3.0\0"), resourcesOfIptc(iptc));
  for (const said of texts) add(`text ${said.keyword}`, COM, utf8(withKeyword(said)));
  const start = file[3] === APP0 ? 4 + u16(file, 4) : 2, head = file.slice(0, start);
  if (density && head.length >= 18) {
    const [x, y] = [density.x, density.y].map((value) => Math.min(65535, Math.max(1, Math.round(value))));
    head.set([density.unit === "inch" ? 1 : 0, x! >> 8, x! & 255, y! >> 8, y! & 255], 13);
  }
  return joinBytes([head, ...parts, file.subarray(start)]);
}

const PROFILE_FLAG = 0x20, ALPHA_FLAG = 0x10, EXIF_FLAG = 0x08, XMP_FLAG = 0x04;

/** A chunk of a WebP. */
export function riffChunk(name: string, ...content: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const body = joinBytes(content);
  return joinBytes([text(name), numbers([body.length], true), body, new Uint8Array(body.length % 2)]);
}

/** The chunks before and after the pictures of a WebP, and their flags in its header. */
export function webpParts(all: Attached, facts: Facts, told: Told) {
  const { exif: own, xmp: packet, iptc, texts = [], density, ...colour } = sized(all, facts);
  const profile = profileFor(colour, Math.max(3, facts.channels), told);
  const said = density && own && exifDensity(own);
  const exif = own ?? (density?.unit === "inch" ? densityExif(density.x, density.y) : undefined);
  if (density && own && !said) told("its density has no place in a WebP with EXIF of its own");
  const xmp = xmpWithTexts(packet, [...texts, ...iptc ? textsOfIptc(iptc) : []]);
  return {
    flags: (profile ? PROFILE_FLAG : 0) | (exif ? EXIF_FLAG : 0) | (xmp !== undefined ? XMP_FLAG : 0),
    before: profile ? riffChunk("ICCP", profile) : new Uint8Array(),
    after: joinBytes([
      ...exif ? [riffChunk("EXIF", exif)] : [],
      ...xmp !== undefined ? [riffChunk("XMP ", utf8(xmp))] : [],
    ]),
  };
}

/** A WebP of a header, with flags, and chunks. */
export function riff(facts: Facts, flags: number, chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(10), w = facts.width - 1, h = facts.height - 1;
  head[0] = flags;
  head.set([w & 255, w >> 8 & 255, w >> 16, h & 255, h >> 8 & 255, h >> 16], 4);
  const body = joinBytes([text("WEBP"), riffChunk("VP8X", head), ...chunks]);
  return joinBytes([text("RIFF"), numbers([body.length], true), body]);
}

/** An encoded WebP with what is attached. */
export function intoWebp(file: Uint8Array<ArrayBuffer>, all: Attached, facts: Facts, told: Told) {
  const { flags, before, after } = webpParts(all, facts, told);
  if (flags === 0) return file;
  const extended = latin1(file, 12, 4) === "VP8X";
  const size = extended ? { ...facts, width: u24(file, 24) + 1, height: u24(file, 27) + 1 } : facts;
  const own = extended ? file[20]! : facts.channels === 2 || facts.channels === 4 ? ALPHA_FLAG : 0;
  return riff(size, own | flags, [before, file.subarray(extended ? 30 : 12), after]);
}
