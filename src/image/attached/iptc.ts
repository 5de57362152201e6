/**
 * IPTC-IIM records, and the Photoshop resources that hold them in a JPEG.
 *
 * @module
 */
import type { AttachedText } from "../attached.ts";
import { joinBytes, latin1, u16, u32 } from "../headers/bytes.ts";

const RESOURCE = 0x0404;

/** The records among Photoshop's resources; undefined where there are none. */
export function iptcOfResources(bytes: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  for (let at = 0; at + 12 <= bytes.length && latin1(bytes, at, 4) === "8BIM";) {
    const name = bytes[at + 6]! + 1, start = at + 6 + name + name % 2, length = u32(bytes, start);
    if (start + 4 + length > bytes.length) break;
    if (u16(bytes, at + 4) === RESOURCE) return bytes.slice(start + 4, start + 4 + length);
    at = start + 4 + length + length % 2;
  }
  return undefined;
}

/** Records as one of Photoshop's resources. */
export function resourcesOfIptc(iptc: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(12), view = new DataView(head.buffer);
  head.set([0x38, 0x42, 0x49, 0x4d]);
  view.setUint16(4, RESOURCE);
  view.setUint32(8, iptc.length);
  return joinBytes([head, iptc, new Uint8Array(iptc.length % 2)]);
}

/** Records of the application part that have a counterpart in XMP. */
const NAMES: { readonly [dataset: number]: string } = {
  5: "Title",
  25: "Keywords",
  40: "Instructions",
  80: "Author",
  90: "City",
  95: "State",
  101: "Country",
  105: "Headline",
  110: "Credit",
  115: "Source",
  116: "Copyright",
  120: "Description",
};
/** Records that say where the picture was taken. */
const PLACES = new Set([26, 27, 90, 92, 95, 100, 101]);

/** A record with where it lies. */
interface IptcRecord {
  readonly part: number;
  readonly dataset: number;
  readonly from: number;
  readonly content: Uint8Array;
  readonly to: number;
}

function* recordsOf(iptc: Uint8Array): Generator<IptcRecord, void> {
  for (let at = 0; at + 5 <= iptc.length && iptc[at] === 0x1c;) {
    const length = u16(iptc, at + 3), to = at + 5 + length;
    if (length > 0x7fff || to > iptc.length) return;
    yield { part: iptc[at + 1]!, dataset: iptc[at + 2]!, from: at, content: iptc.subarray(at + 5, to), to };
    at = to;
  }
}

/** What the records say, as texts; several under one name as lines. */
export function textsOfIptc(iptc: Uint8Array): AttachedText[] {
  const texts = new Map<string, string[]>();
  const utf8 = [...recordsOf(iptc)].some(({ part, dataset, content }) =>
    part === 1 && dataset === 90 && latin1(content, 0, 3) === "\x1b%G"
  );
  for (const { part, dataset, content } of recordsOf(iptc)) {
    const name = part === 2 ? NAMES[dataset] : undefined;
    if (name === undefined) continue;
    const text = new TextDecoder(utf8 ? "utf-8" : "latin1").decode(content);
    const lines = texts.get(name);
    if (lines) lines.push(text);
    else texts.set(name, [text]);
  }
  return [...texts].map(([keyword, lines]) => ({ keyword, text: lines.join("\n") }));
}

/** The records but those of places. */
export function iptcWithoutPlaces(iptc: Uint8Array): Uint8Array<ArrayBuffer> {
  const kept = [...recordsOf(iptc)].filter(({ part, dataset }) => part !== 2 || !PLACES.has(dataset));
  return joinBytes(kept.map(({ from, to }) => iptc.subarray(from, to)));
}
