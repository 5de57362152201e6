/**
 * Zip archives, directory first: what is in the file is known from its last bytes, and only what is asked for is read.
 * ZIP64 is understood; entries are stored or deflated.
 *
 * @module
 */
import type { ByteSource } from "../bytes/byte_source.ts";
import { malformed, tooLarge } from "../bytes/errors.ts";
import type { Opening } from "./limits.ts";

/** One file of an archive. */
export interface ZipEntry {
  /** Path inside the archive. */
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  /** Bytes it takes in the archive. */
  readonly packed: number;
  /** Bytes it has. */
  readonly size: number;
  /** CRC-32 of its bytes, as stated. */
  readonly crc: number;
  /** Where its local header is. */
  readonly header: number;
}

const END_BYTES = 22;
const LONGEST_COMMENT = 65_535;
const LOCATOR_BYTES = 20;
const END64_BYTES = 56;
const ROW_BYTES = 46;
const LOCAL_BYTES = 30;
const IN_EXTRA = 0xffffffff;
/** Cost of a row of the directory, in bytes handled. */
const ROW_COST = 256;
/** Deflate cannot shrink more than this. */
const MAX_RATIO = 1040;
/** Deflated entries are inflated whole, in memory; PyTorch writes none. */
const MAX_INFLATED = 2 ** 30;

const decoder = new TextDecoder();
const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A 64-bit number; one beyond 2^53 stays larger than any file. */
const readLong = (view: DataView, at: number): number =>
  view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;

/** Where the directory is, from the end records. */
async function findDirectory(source: ByteSource): Promise<{ at: number; size: number; count: number }> {
  const { name, size } = source;
  const tail = Math.min(size, END_BYTES + LONGEST_COMMENT + LOCATOR_BYTES);
  const view = viewOf(await source.read(size - tail, tail));
  // The comment of the end record reaches the end of the file, unless something was put behind the archive.
  let end = -1;
  for (let at = tail - END_BYTES; at >= 0; at--) {
    if (view.getUint32(at, true) !== 0x06054b50) continue;
    const length = at + END_BYTES + view.getUint16(at + 20, true);
    if (length === tail || (end < 0 && length < tail)) end = at;
    if (length === tail) break;
  }
  if (end < 0) {
    throw malformed(name, "an archive must end with its directory", "end has none, the file may be truncated");
  }
  const locator = end - LOCATOR_BYTES;
  if (locator >= 0 && view.getUint32(locator, true) === 0x07064b50) {
    const at = readLong(view, locator + 8);
    if (at + END64_BYTES > size) {
      throw malformed(name, "its ZIP64 end record must lie inside it", `record is at ${at} of ${size}`);
    }
    const record = viewOf(await source.read(at, END64_BYTES));
    if (record.getUint32(0, true) !== 0x06064b50) {
      throw malformed(name, "its ZIP64 locator must point to an end record", `bytes at ${at} are something else`);
    }
    return { count: readLong(record, 32), size: readLong(record, 40), at: readLong(record, 48) };
  }
  return {
    count: view.getUint16(end + 10, true),
    size: view.getUint32(end + 12, true),
    at: view.getUint32(end + 16, true),
  };
}

/** Fills in what a row left to its ZIP64 extra field, in the order that the format gives. */
function widenRow(values: number[], extra: DataView): number[] {
  for (let at = 0; at + 4 <= extra.byteLength; at += 4 + extra.getUint16(at + 2, true)) {
    if (extra.getUint16(at, true) !== 1) continue;
    const end = Math.min(extra.byteLength, at + 4 + extra.getUint16(at + 2, true));
    let from = at + 4;
    return values.map((value) => {
      if (value !== IN_EXTRA || from + 8 > end) return value;
      from += 8;
      return readLong(extra, from - 8);
    });
  }
  return values;
}

/**
 * Reads the directory of an archive.
 *
 * @throws {SyntaxError} When it is not there, lists a name twice, or an entry is not inside the file.
 * @throws {RangeError} When it is larger than any model needs.
 */
export async function readZipDirectory(
  source: ByteSource,
  { limits, turn }: Opening,
): Promise<Map<string, ZipEntry>> {
  const file = source.name;
  const { at: start, size, count } = await findDirectory(source);
  if (start + size > source.size) {
    throw malformed(
      file,
      "its directory must lie inside it",
      `directory ends at ${start + size} of ${source.size}, the file may be truncated`,
    );
  }
  if (size > limits.directoryBytes) {
    throw tooLarge(file, `its directory must have at most ${limits.directoryBytes} bytes`, `size is ${size}`);
  }
  const bytes = await source.read(start, size);
  const view = viewOf(bytes);
  const entries = new Map<string, ZipEntry>();
  for (let at = 0, i = 0; i < count; i++) {
    if (at + ROW_BYTES > size || view.getUint32(at, true) !== 0x02014b50) {
      throw malformed(file, `its directory must have ${count} rows`, `row ${i} is broken, the file may be truncated`);
    }
    const nameEnd = at + ROW_BYTES + view.getUint16(at + 28, true);
    const extraEnd = nameEnd + view.getUint16(at + 30, true);
    if (extraEnd > size) throw malformed(file, "the rows of its directory must lie inside it", `row ${i} does not`);
    const name = decoder.decode(bytes.subarray(at + ROW_BYTES, nameEnd));
    const [entrySize, packed, header] = widenRow(
      [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)],
      viewOf(bytes.subarray(nameEnd, extraEnd)),
    ) as [number, number, number];
    const entry = {
      name,
      method: view.getUint16(at + 10, true),
      packed,
      size: entrySize,
      crc: view.getUint32(at + 16, true),
      header,
    };
    checkEntry(file, entry, start);
    if (view.getUint16(at + 8, true) & 1) {
      throw malformed(file, "its entries must not be encrypted", `entry "${name}" is`);
    }
    if (entries.has(name)) throw malformed(file, "no entry may come twice", `directory has "${name}" twice`);
    entries.set(name, entry);
    await turn(ROW_COST);
    at = extraEnd + view.getUint16(at + 32, true);
  }
  return entries;
}

function checkEntry(file: string, { name, method, packed, size, header }: ZipEntry, directory: number): void {
  if (header + LOCAL_BYTES + packed > directory) {
    throw malformed(
      file,
      "its entries must lie before its directory",
      `entry "${name}" does not, the file may be truncated`,
    );
  }
  if (method !== 0 && method !== 8) {
    throw malformed(file, "its entries must be stored or deflated", `method of "${name}" is ${method}`);
  }
  if (method === 0 && packed !== size) {
    throw malformed(
      file,
      "stored entries must be as long as they say",
      `entry "${name}" has ${packed} of ${size} bytes`,
    );
  }
  if (size > packed * MAX_RATIO) {
    throw malformed(
      file,
      "its entries must not claim more than deflate can give",
      `entry "${name}" claims ${size} of ${packed} bytes`,
    );
  }
}

/** Where the bytes of an entry begin. */
async function contentAt(source: ByteSource, entry: ZipEntry): Promise<number> {
  const view = viewOf(await source.read(entry.header, LOCAL_BYTES));
  const at = entry.header + LOCAL_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
  if (view.getUint32(0, true) !== 0x04034b50 || at + entry.packed > source.size) {
    throw malformed(
      source.name,
      "its directory must point to entries",
      `entry "${entry.name}" is not at ${entry.header}`,
    );
  }
  return at;
}

/** Inflates to exactly `size` bytes; stops as soon as there are more. */
async function inflate(source: ByteSource, entry: ZipEntry, packed: Uint8Array): Promise<Uint8Array> {
  const out = new Uint8Array(entry.size);
  const broken = (fact: string) =>
    malformed(source.name, `entry "${entry.name}" must inflate to ${entry.size} bytes`, fact);
  const body = new Blob([packed as Uint8Array<ArrayBuffer>]).stream().pipeThrough(
    new DecompressionStream("deflate-raw"),
  );
  const reader = body.getReader();
  let at = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (at + value.length > out.length) throw broken("stream goes on");
      out.set(value, at);
      at += value.length;
    }
  } catch (error) {
    await reader.cancel().catch(() => {});
    throw error instanceof SyntaxError ? error : broken("stream is broken");
  }
  if (at < out.length) throw broken(`stream ends after ${at}`);
  return out;
}

/** Bytes `[offset, offset + length)` of an entry; of a stored one nothing else is read. */
export async function readZipEntry(
  source: ByteSource,
  entry: ZipEntry,
  offset = 0,
  length = entry.size - offset,
): Promise<Uint8Array> {
  if (entry.method !== 0 && entry.size > MAX_INFLATED) {
    throw tooLarge(
      source.name,
      `deflated entries must have at most ${MAX_INFLATED} bytes`,
      `size of "${entry.name}" is ${entry.size}`,
    );
  }
  const at = await contentAt(source, entry);
  if (entry.method === 0) return await source.read(at + offset, length);
  const whole = await inflate(source, entry, await source.read(at, entry.packed));
  return length === whole.length ? whole : whole.slice(offset, offset + length);
}
