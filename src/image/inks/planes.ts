/**
 * Takes a JPEG of four components apart into four grey ones that any decoder reads. Nothing is decoded but the codes of the
 * entropy coding: where a scan holds several components their blocks are sorted out, AC bits are copied as they are, and DC
 * differences, which depend on the order of the blocks, are coded anew (ITU-T T.81, annexes F and G).
 *
 * @module
 */
import type { Steps } from "../../bytes/turns.ts";
import { joinBytes, malformed, u16 } from "../headers/bytes.ts";

const SOI = 0xd8, EOI = 0xd9, SOS = 0xda, DQT = 0xdb, DHT = 0xc4, DRI = 0xdd;

/** One component as a JPEG of its own. */
export interface Plane {
  readonly file: Uint8Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
  /** How many times as many samples a picture has across and down. */
  readonly factors: readonly [across: number, down: number];
}

/** A component of the frame. */
interface Component {
  readonly id: number;
  readonly h: number;
  readonly v: number;
  readonly width: number;
  readonly height: number;
  readonly quantisation: number;
  /** The file that is made. */
  readonly parts: Uint8Array[];
}

/** A Huffman table: for each length the first code, and the symbols in order. */
interface Table {
  readonly counts: Uint8Array;
  readonly symbols: Uint8Array;
}

const broken = (): SyntaxError => malformed("JPEG", "data must be intact", "is damaged");

/** The bits of a scan: its bytes without what is stuffed between them, and where its intervals of restart end. */
interface Bits {
  readonly bytes: Uint8Array;
  readonly ends: readonly number[];
}

/** Bytes of a scan that are passed over at once. */
const PART = 1 << 14;

/** The bits from `start` on. */
function* bitsOf(coded: Uint8Array, start: number): Steps<Bits> {
  const bytes = new Uint8Array(coded.length - start), ends: number[] = [];
  let length = 0;
  for (let at = start; at < coded.length;) {
    for (const end = Math.min(coded.length, at + PART); at < end; at++) {
      const value = coded[at]!, next = coded[at + 1]!;
      if (value !== 0xff) bytes[length++] = value;
      else if (next === 0) bytes[length++] = value, at++;
      else if ((next & 0xf8) === 0xd0) ends.push(8 * length), at++;
    }
    yield PART;
  }
  return { bytes, ends: [...ends, 8 * length] };
}

/** Reads bits. */
class BitReader {
  readonly #bits: Bits;
  #interval = 0;
  /** Number of the next bit. */
  at = 0;

  constructor(bits: Bits) {
    this.#bits = bits;
  }

  bits(count: number): number {
    const value = bitsAt(this.#bits.bytes, this.at, count);
    this.at += count;
    if (this.at > this.#bits.ends[this.#interval]!) throw broken();
    return value;
  }

  symbol({ counts, symbols }: Table): number {
    let code = 0, first = 0, index = 0;
    for (let length = 0; length < 16; length++) {
      code |= this.bits(1);
      const count = counts[length]!;
      if (code - first < count) return symbols[index + code - first]!;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw broken();
  }

  /** To the bits after the next restart marker. */
  restart(): void {
    this.at = this.#bits.ends[this.#interval++]!;
    if (this.#interval === this.#bits.ends.length) throw broken();
  }
}

/** Sixteen bits at most as a number. */
function bitsAt(bytes: Uint8Array, at: number, count: number): number {
  const first = Math.floor(at / 8), seen = bytes[first]! << 16 | bytes[first + 1]! << 8 | bytes[first + 2]!;
  return (seen >> (24 - at % 8 - count)) & ((1 << count) - 1);
}

/** Bits to entropy-coded bytes. */
class BitWriter {
  #bytes = new Uint8Array(1 << 12);
  #length = 0;
  #value = 0;
  #filled = 0;

  /** Sixteen bits at most. */
  bits(value: number, count: number): void {
    this.#value = (this.#value << count) | (value & ((1 << count) - 1));
    for (this.#filled += count; this.#filled >= 8;) this.#byte((this.#value >> (this.#filled -= 8)) & 255);
    this.#value &= 255;
  }

  #byte(value: number): void {
    if (this.#length + 2 > this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#bytes.length);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#length++] = value;
    if (value === 0xff) this.#bytes[this.#length++] = 0;
  }

  finish(): Uint8Array<ArrayBuffer> {
    if (this.#filled > 0) this.bits(0x7f, 8 - this.#filled);
    return this.#bytes.slice(0, this.#length);
  }
}

/** The DC table of every plane: a code of four bits for each of twelve categories. */
const DC_TABLE = Uint8Array.of(
  0xff,
  DHT,
  0,
  31,
  0,
  0,
  0,
  0,
  12,
  ...new Uint8Array(12),
  0,
  1,
  2,
  3,
  4,
  5,
  6,
  7,
  8,
  9,
  10,
  11,
);

function writeDc(writer: BitWriter, difference: number): void {
  const category = difference === 0 ? 0 : 32 - Math.clz32(Math.abs(difference));
  if (category > 11) throw broken();
  writer.bits(category, 4);
  writer.bits(difference < 0 ? difference - 1 + (1 << category) : difference, category);
}

/** A number of `category` bits after its category. */
function readNumber(reader: BitReader, category: number): number {
  const value = reader.bits(category);
  return category > 0 && value < 1 << (category - 1) ? value - (1 << category) + 1 : value;
}

/** Passes over the AC coefficients of a block. */
function skipAc(reader: BitReader, table: Table): void {
  for (let k = 1; k < 64; k++) {
    const symbol = reader.symbol(table), size = symbol & 15;
    reader.bits(size);
    if (size === 0 && symbol >> 4 !== 15) return;
    k += symbol >> 4;
  }
}

/** What a scan says. */
interface Scan {
  readonly members: readonly { readonly component: Component; readonly dc: number; readonly ac: number }[];
  readonly spectral: Uint8Array;
  readonly start: number;
}

/** A block takes as long as so many bytes of other passes. */
const BLOCK = 256;

/** Sorts the blocks of a scan of several components. */
function* separate(
  bytes: Uint8Array,
  scan: Scan,
  tables: ReadonlyMap<number, Table>,
  interval: number,
  size: readonly [number, number, number, number],
  progressive: boolean,
): Steps<void> {
  const [width, height, mostH, mostV] = size;
  const across = Math.ceil(width / (8 * mostH)), down = Math.ceil(height / (8 * mostV));
  const refines = scan.spectral[2]! >> 4 > 0, bits = yield* bitsOf(bytes, scan.start), reader = new BitReader(bits);
  // Of each block the DC value, and where its AC coefficients are.
  const grids = scan.members.map(({ component: { h, v } }) => {
    const blocks = across * h * down * v, coefficients = progressive ? 0 : blocks;
    return { dc: new Int32Array(blocks), from: new Float64Array(coefficients), bits: new Uint16Array(coefficients) };
  });
  const before = scan.members.map(() => 0);
  for (let mcu = 0; mcu < across * down; mcu++) {
    if (interval > 0 && mcu > 0 && mcu % interval === 0) {
      reader.restart();
      before.fill(0);
    }
    for (const [member, { component: { h, v }, dc, ac }] of scan.members.entries()) {
      const grid = grids[member]!, dcTable = tables.get(dc), acTable = tables.get(16 + ac);
      for (let block = 0; block < h * v; block++) {
        const x = mcu % across * h + block % h, y = Math.floor(mcu / across) * v + Math.floor(block / h);
        const at = y * across * h + x;
        if (refines) {
          grid.dc[at] = reader.bits(1);
          continue;
        }
        if (!dcTable || (!progressive && !acTable)) throw broken();
        grid.dc[at] = before[member]! += readNumber(reader, reader.symbol(dcTable));
        if (progressive) continue;
        grid.from[at] = reader.at;
        skipAc(reader, acTable!);
        grid.bits[at] = reader.at - grid.from[at]!;
      }
      yield BLOCK * h * v;
    }
  }
  for (const [member, { component, ac }] of scan.members.entries()) {
    const grid = grids[member]!, writer = new BitWriter(), stride = across * component.h;
    let last = 0;
    for (let y = 0; y < Math.ceil(component.height / 8); y++) {
      for (let x = 0; x < Math.ceil(component.width / 8); x++) {
        const block = y * stride + x, value = grid.dc[block]!;
        if (refines) writer.bits(value, 1);
        else {
          writeDc(writer, value - last);
          last = value;
        }
        for (let at = grid.from[block]!, end = at + grid.bits[block]!; at < end; at += 16) {
          const count = Math.min(16, end - at);
          writer.bits(bitsAt(bits.bytes, at, count), count);
        }
        yield BLOCK;
      }
    }
    const acTable = progressive ? undefined : tables.get(16 + ac)!;
    component.parts.push(
      DC_TABLE,
      ...acTable ? [tableSegment(16, acTable)] : [],
      Uint8Array.of(0xff, DRI, 0, 4, 0, 0),
      Uint8Array.of(0xff, SOS, 0, 8, 1, component.id, 0, ...scan.spectral),
      writer.finish(),
    );
  }
}

function tableSegment(id: number, { counts, symbols }: Table): Uint8Array<ArrayBuffer> {
  const length = 19 + symbols.length;
  return joinBytes([Uint8Array.of(0xff, DHT, length >> 8, length & 255, id), counts, symbols]);
}

/**
 * The components of a JPEG as grey JPEGs.
 *
 * @throws {SyntaxError} If its data is damaged.
 */
export function* separatePlanes(bytes: Uint8Array): Steps<Plane[]> {
  const tables = new Map<number, Table>(), quantisation: Uint8Array[] = [];
  let components: Component[] = [], size: [number, number, number, number] = [0, 0, 1, 1];
  let interval = 0, progressive = false;
  for (let at = 2; at + 4 <= bytes.length;) {
    const marker = bytes[at + 1]!;
    if (bytes[at] !== 0xff || marker === 0 || marker === 0xff) {
      at++;
      continue;
    }
    if (marker === EOI) break;
    if (marker === 0x01 || (marker >= 0xd0 && marker <= SOI)) {
      at += 2;
      continue;
    }
    const end = at + 2 + u16(bytes, at + 2), content = bytes.subarray(at + 4, end), whole = bytes.subarray(at, end);
    if (marker === DQT) {
      quantisation.push(whole);
      for (const { parts } of components) parts.push(whole);
    } else if (marker === DRI) interval = u16(content, 0);
    else if (marker === DHT) {
      for (let i = 0; i + 17 <= content.length;) {
        const counts = content.slice(i + 1, i + 17), total = counts.reduce((sum, count) => sum + count, 0);
        tables.set(content[i]!, { counts, symbols: content.slice(i + 17, i + 17 + total) });
        i += 17 + total;
      }
    } else if (marker >= 0xc0 && marker <= 0xc2) {
      progressive = marker === 0xc2;
      [components, size] = openComponents(content, marker, quantisation);
    } else if (marker === SOS) {
      const count = content[0]!,
        members = Array.from({ length: count }, (_, i) => {
          const component = components.find(({ id }) => id === content[1 + 2 * i]), selected = content[2 + 2 * i]!;
          if (!component) throw broken();
          return { component, dc: selected >> 4, ac: selected & 15 };
        });
      const scan = { members, spectral: content.subarray(1 + 2 * count, 4 + 2 * count), start: end };
      const next = afterScan(bytes, end);
      if (count === 1) {
        const { component: { parts, id }, dc, ac } = members[0]!;
        for (const [table, value] of tables) {
          if (table === dc || table === 16 + ac) parts.push(tableSegment(table, value));
        }
        parts.push(
          Uint8Array.of(0xff, DRI, 0, 4, interval >> 8, interval & 255),
          Uint8Array.of(0xff, SOS, 0, 8, 1, id, content[2]!, ...scan.spectral),
          bytes.subarray(end, next),
        );
      } else yield* separate(bytes.subarray(0, next), scan, tables, interval, size, progressive);
      at = next;
      continue;
    }
    at = end;
  }
  const [, , mostH, mostV] = size;
  return components.map(({ parts, width, height, h, v }) => (
    { file: joinBytes([...parts, Uint8Array.of(0xff, EOI)]), width, height, factors: [mostH / h, mostV / v] }
  ));
}

/** The components of a frame, and its size in samples and in blocks of the smallest unit. */
function openComponents(
  frame: Uint8Array,
  marker: number,
  quantisation: readonly Uint8Array[],
): [Component[], [number, number, number, number]] {
  const height = u16(frame, 1), width = u16(frame, 3), count = frame[5]!;
  const raw = Array.from(
    { length: count },
    (_, i) => [...frame.subarray(6 + 3 * i, 9 + 3 * i)] as [number, number, number],
  );
  const mostH = Math.max(...raw.map(([, sampling]) => sampling >> 4));
  const mostV = Math.max(...raw.map(([, sampling]) => sampling & 15));
  const components = raw.map(([id, sampling, table]): Component => {
    const h = sampling >> 4, v = sampling & 15;
    if (!(h >= 1 && h <= 4 && v >= 1 && v <= 4)) throw broken();
    const [w, t] = [Math.ceil(width * h / mostH), Math.ceil(height * v / mostV)];
    const own = Uint8Array.of(0xff, marker, 0, 11, 8, t >> 8, t & 255, w >> 8, w & 255, 1, id, 0x11, table);
    return {
      id,
      h,
      v,
      width: w,
      height: t,
      quantisation: table,
      parts: [Uint8Array.of(0xff, SOI), ...quantisation, own],
    };
  });
  return [components, [width, height, mostH, mostV]];
}

/** First marker that is no restart after the entropy-coded bytes at `at`. */
function afterScan(bytes: Uint8Array, at: number): number {
  while (true) {
    at = bytes.indexOf(0xff, at);
    if (at < 0 || at + 1 >= bytes.length) return bytes.length;
    const next = bytes[at + 1]!;
    if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
    at += next === 0xff ? 1 : 2;
  }
}
