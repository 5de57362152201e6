/**
 * What a GIF says of its pictures: comments and XMP, and a profile that few viewers look at.
 *
 * @module
 */
import { joinBytes } from "../headers/bytes.ts";
import type { Attached } from "../attached.ts";
import { textsOfIptc } from "./iptc.ts";
import { type Facts, sized, type Told, withKeyword } from "./write.ts";
import { xmpWithTexts } from "./xmp.ts";

const EXTENSION = 0x21, COMMENT = 0xfe, APPLICATION = 0xff, BLOCK = 255;
/** XMP is no blocks: these bytes after it lead readers of blocks to its end. */
const TRAILER = Uint8Array.from({ length: 258 }, (_, i) => i === 0 ? 1 : i === 257 ? 0 : 256 - i);

/** The content of blocks, which stand after their lengths. */
export function blocksOf(content: Uint8Array): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < content.length && content[at] !== 0; at += content[at]! + 1) {
    parts.push(content.subarray(at + 1, at + 1 + content[at]!));
  }
  return joinBytes(parts);
}

/** The packet of an extension for XMP. */
export const xmpBytes = (content: Uint8Array): Uint8Array => content.subarray(0, -TRAILER.length);

/** An extension of blocks. */
function extension(label: number, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [Uint8Array.of(EXTENSION, label)];
  for (let at = 0; at < content.length; at += BLOCK) {
    const block = content.subarray(at, at + BLOCK);
    parts.push(Uint8Array.of(block.length), block);
  }
  return joinBytes([...parts, Uint8Array.of(0)]);
}

/** The extensions that say what is attached; IPTC becomes XMP. */
export function gifParts(all: Attached, facts: Facts, told: Told): Uint8Array<ArrayBuffer> {
  const { exif, xmp: own, iptc, texts = [], density } = sized(all, facts), encoder = new TextEncoder();
  if (exif) told("its EXIF has no place in a GIF");
  if (density) told("its density has no place in a GIF");
  const xmp = xmpWithTexts(own, iptc ? textsOfIptc(iptc) : []);
  return joinBytes([
    ...texts.map((text) => extension(COMMENT, encoder.encode(withKeyword(text)))),
    ...xmp === undefined
      ? []
      : [Uint8Array.of(EXTENSION, APPLICATION, 11), encoder.encode(`XMP DataXMP${xmp}`), TRAILER],
  ]);
}
