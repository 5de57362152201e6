/**
 * XMP packets, changed as text: a property is an attribute or an element, and both are found by their usual prefix.
 *
 * @module
 */
import type { AttachedText } from "../attached.ts";

/**
 * A packet cut at its tags: texts and tags in turn. Patterns are looked for in one tag at a time, as those that reach from tag to
 * tag would walk the rest of a hostile packet from each of its tags.
 */
function cut(xmp: string): string[] {
  const parts: string[] = [];
  for (let at = 0;;) {
    const open = xmp.indexOf("<", at), close = open < 0 ? -1 : xmp.indexOf(">", open);
    if (close < 0) return [...parts, xmp.slice(at)];
    parts.push(xmp.slice(at, open), xmp.slice(open, close + 1));
    at = close + 1;
  }
}

/** Sets a property where it is there. */
function set(xmp: string, name: string, value: number): string {
  const parts = cut(xmp), attribute = new RegExp(`(\\b${name}\\s*=\\s*)(["'])[^"']*\\2`, "g");
  const element = new RegExp(`^<${name}[\\s>]`);
  for (let i = 1; i < parts.length; i += 2) {
    parts[i] = parts[i]!.replace(attribute, `$1$2${value}$2`);
    if (element.test(parts[i]!) && parts[i + 2] === `</${name}>`) parts[i + 1] = `${value}`;
  }
  return parts.join("");
}

/** Drops properties whose name matches. */
function drop(xmp: string, name: string): string {
  const parts = cut(xmp), attribute = new RegExp(`\\s${name}\\s*=\\s*(?:"[^"]*"|'[^']*')`, "g");
  const element = new RegExp(`^<(${name})[\\s/>]`), lastOf = new Map(parts.map((part, i) => [part, i]));
  for (let i = 1; i < parts.length; i += 2) {
    parts[i] = parts[i]!.replace(attribute, "");
    const found = element.exec(parts[i]!)?.[1];
    const closing = `</${found}>`, alone = parts[i]!.endsWith("/>");
    if (found === undefined || !alone && !(lastOf.get(closing)! > i)) continue;
    const end = alone ? i : parts.indexOf(closing, i);
    parts[i - 1] = parts[i - 1]!.trimEnd();
    parts.fill("", i, end + 1);
    i = end;
  }
  return parts.join("");
}

/** XMP of a picture that has been turned upright: orientation 1, no thumbnails. */
export const uprightXmp = (xmp: string): string => drop(set(xmp, "tiff:Orientation", 1), "(?:xmp|xap):Thumbnails");

/** Orientation that XMP says, found as Pillow finds it. */
export function xmpOrientation(xmp: string): number | undefined {
  const [, digit] = /tiff:Orientation(?:="|>)([1-8])/.exec(xmp) ?? [];
  return digit === undefined ? undefined : Number(digit);
}

const EXTENSION = "xmpNote:HasExtendedXMP";

/** Name of the packet in further segments of a JPEG, 32 digits. */
export const extensionName = (xmp: string): string | undefined =>
  new RegExp(`${EXTENSION}(?:\\s*=\\s*["']|>)\\s*([0-9A-F]{32})`, "i").exec(xmp)?.[1];

/** A packet without the name of another one. */
export const xmpAlone = (xmp: string): string => drop(xmp, EXTENSION);

/** A packet and the one that it names, as one. */
export function joinedXmp(xmp: string, extension: string): string {
  const from = extension.indexOf(">", extension.indexOf("<rdf:RDF")) + 1, to = extension.lastIndexOf("</rdf:RDF>");
  const inner = extension.includes("<rdf:RDF") && to >= from ? extension.slice(from, to) : "";
  const at = xmp.lastIndexOf("</rdf:RDF>");
  return xmpAlone(at < 0 ? xmp : xmp.slice(0, at) + inner + xmp.slice(at));
}

/** XMP of a picture of that size. */
export function sizedXmp(xmp: string, width: number, height: number): string {
  const widths = ["tiff:ImageWidth", "exif:PixelXDimension"], heights = ["tiff:ImageLength", "exif:PixelYDimension"];
  const wide = widths.reduce((text, name) => set(text, name, width), xmp);
  return heights.reduce((text, name) => set(text, name, height), wide);
}

/** XMP that does not say where the picture was taken. */
export const xmpWithoutGps = (xmp: string): string => drop(xmp, "exif:GPS\\w+");

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`).replace(/\p{Cc}/gu, " ");

const plain = (text: string): string => escaped(text);
const alternative = (text: string): string =>
  `<rdf:Alt><rdf:li xml:lang="x-default">${escaped(text)}</rdf:li></rdf:Alt>`;
const listed = (kind: "Bag" | "Seq") => (text: string): string =>
  `<rdf:${kind}>${text.split("\n").map((item) => `<rdf:li>${escaped(item)}</rdf:li>`).join("")}</rdf:${kind}>`;

/** The XMP properties of texts, by keyword of PNG or name of IPTC. */
const PROPERTIES: { readonly [keyword: string]: readonly [property: string, write: (text: string) => string] } = {
  Title: ["dc:title", alternative],
  Author: ["dc:creator", listed("Seq")],
  Description: ["dc:description", alternative],
  Copyright: ["dc:rights", alternative],
  Source: ["dc:source", plain],
  Keywords: ["dc:subject", listed("Bag")],
  Comment: ["exif:UserComment", alternative],
  Disclaimer: ["xmpRights:UsageTerms", alternative],
  Software: ["xmp:CreatorTool", plain],
  Headline: ["photoshop:Headline", plain],
  Credit: ["photoshop:Credit", plain],
  City: ["photoshop:City", plain],
  State: ["photoshop:State", plain],
  Country: ["photoshop:Country", plain],
  Instructions: ["photoshop:Instructions", plain],
};

const NAMESPACES: { readonly [prefix: string]: string } = {
  dc: "http://purl.org/dc/elements/1.1/",
  exif: "http://ns.adobe.com/exif/1.0/",
  xmp: "http://ns.adobe.com/xap/1.0/",
  xmpRights: "http://ns.adobe.com/xap/1.0/rights/",
  photoshop: "http://ns.adobe.com/photoshop/1.0/",
  text: "urn:png:text:",
};

const EMPTY = `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>` +
  `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
  `</rdf:RDF></x:xmpmeta><?xpacket end="w"?>`;

/** A packet that also says texts, for a format that has no other place for them; what it says itself stays. */
export function xmpWithTexts(xmp: string | undefined, texts: readonly AttachedText[]): string | undefined {
  const packet = xmp ?? EMPTY, at = packet.lastIndexOf("</rdf:RDF>");
  if (at < 0) return xmp;
  const added = texts.map(({ keyword, text }) => {
    const [name, write] = PROPERTIES[keyword] ??
      [`text:${keyword.replace(/[^\p{L}\p{N}_-]/gu, "_").replace(/^(?!\p{L})/u, "_")}`, plain];
    return xmp?.includes(name) ? "" : `<${name}>${write(text)}</${name}>`;
  }).join("");
  if (added === "") return xmp;
  const spaces = Object.entries(NAMESPACES).filter(([prefix]) => added.includes(`<${prefix}:`))
    .map(([prefix, space]) => ` xmlns:${prefix}="${space}"`).join("");
  return `${packet.slice(0, at)}<rdf:Description rdf:about=""${spaces}>${added}</rdf:Description>${packet.slice(at)}`;
}
