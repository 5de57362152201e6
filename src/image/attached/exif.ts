/**
 * EXIF is changed in place, as maker notes point into it by absolute offsets: numbers are overwritten, what is dropped
 * becomes zeros, and only the end is cut off.
 *
 * @module
 */
import { latin1, u16, u32 } from "../headers/bytes.ts";

const WIDTH = 0x0100, HEIGHT = 0x0101, ORIENTATION = 0x0112, X_RESOLUTION = 0x011a, Y_RESOLUTION = 0x011b;
const RESOLUTION_UNIT = 0x0128, THUMBNAIL = 0x0201, THUMBNAIL_LENGTH = 0x0202;
const EXIF = 0x8769, GPS = 0x8825, INTEROPERABILITY = 0xa005, PIXEL_WIDTH = 0xa002, PIXEL_HEIGHT = 0xa003;
const SHORT = 3, LONG = 4, RATIONAL = 5, INCH = 2, CENTIMETRE = 3;
/** Bytes of a value, by type. */
const SIZES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8];
/** Most entries of a directory that are looked at. */
const MOST_ENTRIES = 1000;

/** An entry of a directory. */
interface Entry {
  readonly tag: number;
  readonly type: number;
  /** Where the entry is. */
  readonly at: number;
  /** Where its value is, and how many bytes it has. */
  readonly value: number;
  readonly bytes: number;
}

/** A TIFF structure that may be changed. */
interface Tiff {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView;
  readonly little: boolean;
}

/** A copy of the structure, without the prefix that JPEG has; undefined when it is none. */
function open(exif: Uint8Array): Tiff | undefined {
  const bytes = exif.slice(latin1(exif, 0, 6) === "Exif\0\0" ? 6 : 0), order = latin1(bytes, 0, 2);
  if ((order !== "II" && order !== "MM") || bytes.length < 14) return undefined;
  const little = order === "II";
  return u16(bytes, 2, little) === 42 ? { bytes, view: new DataView(bytes.buffer), little } : undefined;
}

const firstDirectory = ({ bytes, little }: Tiff): number => u32(bytes, 4, little);

/** The entries of a directory that lie inside the structure with their values. */
function entriesOf({ bytes, little }: Tiff, directory: number): Entry[] {
  const count = Math.min(u16(bytes, directory, little) || 0, MOST_ENTRIES), entries: Entry[] = [];
  for (let i = 0; i < count; i++) {
    const at = directory + 2 + 12 * i;
    if (at + 12 > bytes.length) break;
    const type = u16(bytes, at + 2, little), length = (SIZES[type] ?? 0) * u32(bytes, at + 4, little);
    const value = length > 4 ? u32(bytes, at + 8, little) : at + 8;
    if (value + length > bytes.length) continue;
    entries.push({ tag: u16(bytes, at, little), type, at, value, bytes: length });
  }
  return entries;
}

const find = (tiff: Tiff, directory: number, tag: number): Entry | undefined =>
  directory === 0 ? undefined : entriesOf(tiff, directory).find((entry) => entry.tag === tag);

/** The directory that an entry of another one points to; 0 where there is none. */
function directoryOf(tiff: Tiff, directory: number, tag: number): number {
  const entry = find(tiff, directory, tag);
  return entry ? u32(tiff.bytes, entry.at + 8, tiff.little) : 0;
}

/** Overwrites a number, which becomes a LONG where it is too large for a SHORT. */
function setNumber({ view, little }: Tiff, entry: Entry | undefined, value: number): void {
  if (!entry || (entry.type !== SHORT && entry.type !== LONG) || entry.bytes > 4) return;
  if (entry.type === SHORT && value <= 65535) view.setUint16(entry.at + 8, value, little);
  else {
    view.setUint16(entry.at + 2, LONG, little);
    view.setUint32(entry.at + 8, value, little);
  }
}

/** Zeros in place of a directory and of all its values. */
function erase(tiff: Tiff, directory: number): void {
  const entries = entriesOf(tiff, directory).sort((a, b) => a.value - b.value);
  let done = 0; // values may lie over each other
  for (const { value, bytes } of entries) {
    tiff.bytes.fill(0, Math.max(done, value), value + bytes);
    done = Math.max(done, value + bytes);
  }
  tiff.bytes.fill(0, directory, directory + 6 + 12 * u16(tiff.bytes, directory, tiff.little));
}

/** One past the last byte that the directories use. */
function usedEnd(tiff: Tiff): number {
  const first = firstDirectory(tiff), exif = directoryOf(tiff, first, EXIF);
  let end = 8;
  for (const at of [first, exif, directoryOf(tiff, first, GPS), directoryOf(tiff, exif, INTEROPERABILITY)]) {
    if (at === 0) continue;
    const entries = entriesOf(tiff, at);
    end = Math.max(end, at + 6 + 12 * entries.length, ...entries.map(({ value, bytes }) => value + bytes));
  }
  return Math.min(end, tiff.bytes.length);
}

/** EXIF of a picture that has been turned upright: orientation 1, no thumbnail. */
export function uprightExif(exif: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  const tiff = open(exif);
  if (!tiff) return undefined;
  const { bytes, view, little } = tiff, first = firstDirectory(tiff);
  const orientation = find(tiff, first, ORIENTATION);
  if (orientation?.type === LONG) view.setUint32(orientation.at + 8, 1, little);
  else if (orientation) setNumber(tiff, orientation, 1);
  const link = first + 2 + 12 * u16(bytes, first, little), second = u32(bytes, link, little);
  if (!(second > 0 && second + 2 <= bytes.length)) return bytes;
  const at = directoryOf(tiff, second, THUMBNAIL), length = directoryOf(tiff, second, THUMBNAIL_LENGTH);
  if (at > 0 && length > 0) bytes.fill(0, at, at + length);
  erase(tiff, second);
  view.setUint32(link, 0, little);
  return bytes.slice(0, usedEnd(tiff));
}

/** EXIF of a picture of that size. */
export function sizedExif(exif: Uint8Array, width: number, height: number): Uint8Array<ArrayBuffer> {
  const tiff = open(exif)!, first = firstDirectory(tiff), directory = directoryOf(tiff, first, EXIF);
  setNumber(tiff, find(tiff, first, WIDTH), width);
  setNumber(tiff, find(tiff, first, HEIGHT), height);
  setNumber(tiff, find(tiff, directory, PIXEL_WIDTH), width);
  setNumber(tiff, find(tiff, directory, PIXEL_HEIGHT), height);
  return tiff.bytes;
}

/** EXIF that does not say where the picture was taken. */
export function exifWithoutGps(exif: Uint8Array): Uint8Array<ArrayBuffer> {
  const tiff = open(exif)!, { bytes, view, little } = tiff, first = firstDirectory(tiff);
  const entry = find(tiff, first, GPS);
  if (!entry) return bytes;
  erase(tiff, u32(bytes, entry.at + 8, little));
  const count = u16(bytes, first, little), end = first + 2 + 12 * count + 4;
  bytes.copyWithin(entry.at, entry.at + 12, end);
  bytes.fill(0, end - 12, end);
  view.setUint16(first, count - 1, little);
  return bytes;
}

/** Samples per inch that EXIF says. */
export function exifDensity(exif: Uint8Array): { x: number; y: number } | undefined {
  const tiff = open(exif);
  if (!tiff) return undefined;
  const { bytes, little } = tiff, first = firstDirectory(tiff), unit = find(tiff, first, RESOLUTION_UNIT);
  const scale = unit && u16(bytes, unit.at + 8, little) === CENTIMETRE ? 2.54 : 1;
  const [x, y] = [X_RESOLUTION, Y_RESOLUTION].map((tag) => {
    const entry = find(tiff, first, tag);
    return entry?.type === RATIONAL
      ? scale * u32(bytes, entry.value, little) / u32(bytes, entry.value + 4, little)
      : NaN;
  });
  return x! > 0 && y! > 0 && Number.isFinite(x! + y!) ? { x: x!, y: y! } : undefined;
}

/** EXIF that says samples per inch and nothing else. */
export function densityExif(x: number, y: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(66), view = new DataView(bytes.buffer);
  bytes.set([0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 3]);
  const values = 10 + 3 * 12 + 4;
  [[X_RESOLUTION, RATIONAL, values], [Y_RESOLUTION, RATIONAL, values + 8], [RESOLUTION_UNIT, SHORT, INCH << 16]]
    .forEach(([tag, type, value], i) => {
      view.setUint16(10 + 12 * i, tag!);
      view.setUint16(12 + 12 * i, type!);
      view.setUint32(14 + 12 * i, 1);
      view.setUint32(18 + 12 * i, value!);
    });
  [x, y].forEach((value, i) => {
    view.setUint32(values + 8 * i, Math.round(1000 * value));
    view.setUint32(values + 8 * i + 4, 1000);
  });
  return bytes;
}
