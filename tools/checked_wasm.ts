/**
 * A build of the kernels in which every load and store is checked, made from the very bytes that ship: in front of each
 * instruction that touches memory stands a call of a function that looks the words up in a shadow, a byte a word, and traps
 * unless they may be read or written. Assembly is checked like Rust, and nothing is compiled anew.
 *
 * | memory | |
 * |---|---|
 * | [0, `GUARD`) | the address of an absent operand and the end of the stack: nothing may be touched |
 * | stack, then constants | the stack may be written, both may be read |
 * | from there to `SHADOW` | what the shadow says; a word that may only be written may be read once it was |
 * | from `SHADOW` on | the shadow, and at `FAULT` what was refused last |
 *
 * @module
 */

/** First byte of the shadow; the heap ends before it. */
export const SHADOW = 1 << 30;
/** Words that say what was refused: the address, the bytes, 1 for a store. */
export const FAULT = SHADOW + SHADOW / 4;
/** Pages of 64 KiB that the memory needs. */
export const PAGES = FAULT / 65536 + 1;
/** Bits of a shadow byte. */
export const READABLE = 1, WRITABLE = 2;

/** Bytes at the start of the memory that nothing may touch. */
const GUARD = 1024;
/** End of the stack; `-zstack-size` of `build_wasm.ts`. */
const STACK = 65536;

const unsigned = (value: number): number[] => {
  const bytes: number[] = [];
  for (;;) {
    const low = value & 127;
    value >>>= 7;
    if (value === 0) return [...bytes, low];
    bytes.push(low | 128);
  }
};
const signed = (value: number): number[] => {
  const bytes: number[] = [];
  for (;;) {
    const low = value & 127;
    value >>= 7;
    if (value === (low & 64 ? -1 : 0)) return [...bytes, low];
    bytes.push(low | 128);
  }
};

const I32 = 0x7f, I64 = 0x7e, F32 = 0x7d, F64 = 0x7c, V128 = 0x7b;
const get = (index: number): number[] => [0x20, ...unsigned(index)];
const set = (index: number): number[] => [0x21, ...unsigned(index)];
const number = (value: number): number[] => [0x41, ...signed(value)];
const call = (index: number): number[] => [0x10, ...unsigned(index)];
const LESS = 0x49, AT_MOST = 0x4d, AT_LEAST = 0x4f, AND = 0x71, OR = 0x72, ADD = 0x6a, SUBTRACT = 0x6b;
const SHIFT_RIGHT = 0x76, DIFFER = 0x47;

/** Parameters of a check: the address and the offset of the instruction, or the bytes of a range. */
const ADDRESS = 0, OFFSET = 1, LENGTH = 1;

/** Widths in bytes, each with the load and the store of as many shadow bytes. */
const WIDTHS: Readonly<Record<number, readonly [load: number, store: number]>> = {
  1: [0x2d, 0x3a],
  2: [0x2d, 0x3a],
  4: [0x2d, 0x3a],
  8: [0x2f, 0x3b],
  16: [0x28, 0x36],
};

/** The body of the check of a load or a store of `width` bytes: (address, offset) → (). */
function check(width: number, store: boolean, constants: number): number[] {
  const [load, write] = WIDTHS[width]!, words = Math.ceil(width / 4);
  const bits = (bit: number): number => [1, 1 << 8, 1 << 16, 1 << 24].slice(0, words).reduce((a, b) => a | b * bit, 0);
  const shadow = [...get(ADDRESS), ...number(2), SHIFT_RIGHT, load, 0, ...unsigned(SHADOW)];
  const refuse = [
    ...[...number(FAULT), ...get(ADDRESS), 0x36, 0, 0],
    ...[...number(FAULT), ...number(width), 0x36, 0, 4],
    ...[...number(FAULT), ...number(store ? 1 : 0), 0x36, 0, 8, 0x00],
  ];
  const trapIf = (...condition: number[]): number[] => [...condition, 0x04, 0x40, ...refuse, 0x0b];
  const body = [
    ...[...get(ADDRESS), ...get(OFFSET), ADD, ...set(ADDRESS)],
    ...trapIf(...get(ADDRESS), ...get(OFFSET), LESS), // the sum went past 4 GiB
    ...trapIf(...get(ADDRESS), ...number(GUARD), LESS),
    ...trapIf(...get(ADDRESS), ...number(SHADOW - 16), AT_LEAST),
    ...[...get(ADDRESS), ...number(constants), LESS, 0x04, 0x40],
    ...trapIf(...get(ADDRESS), ...number((store ? STACK : constants) - width + 1), AT_LEAST),
    ...[0x0f, 0x0b],
    ...trapIf(...get(ADDRESS), ...number(Math.min(width, 4) - 1), AND),
    ...trapIf(
      ...shadow,
      ...number(bits(store ? WRITABLE : READABLE)),
      AND,
      ...number(bits(store ? WRITABLE : READABLE)),
      DIFFER,
    ),
  ];
  if (store) {
    body.push(
      ...get(ADDRESS),
      ...number(2),
      SHIFT_RIGHT,
      ...shadow,
      ...number(bits(READABLE)),
      OR,
      write,
      0,
      ...unsigned(SHADOW),
    );
  }
  return [0, ...body, 0x0b];
}

/** The body of the check of a range, word by word by that of a byte: (address, length) → (). */
function checkRange(ofByte: number): number[] {
  return [
    ...[0, 0x03, 0x40],
    ...[...get(LENGTH), 0x45, 0x04, 0x40, 0x0f, 0x0b],
    ...[...get(ADDRESS), ...number(0), ...call(ofByte)],
    ...[...get(LENGTH), ...number(4), AT_MOST, 0x04, 0x40, 0x0f, 0x0b],
    ...[...get(ADDRESS), ...number(4), ADD, ...set(ADDRESS)],
    ...[...get(LENGTH), ...number(4), SUBTRACT, ...set(LENGTH)],
    ...[0x0c, 0, 0x0b, 0x0b],
  ];
}

/** Reads a module. */
class Reader {
  at: number;
  constructor(readonly bytes: Uint8Array, at = 0) {
    this.at = at;
  }
  byte(): number {
    return this.bytes[this.at++]!;
  }
  /** Also skips a signed number, of which nobody wants the value. */
  number(): number {
    for (let value = 0, shift = 0;; shift += 7) {
      const byte = this.byte();
      if (shift < 35) value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  }
  take(count: number): Uint8Array {
    return this.bytes.subarray(this.at, this.at += count);
  }
}

/** An instruction that touches memory. */
interface Access {
  readonly width: number;
  readonly store: boolean;
  /** Type of what lies above the address on the stack; none for a plain load. */
  readonly above?: number;
}

const load = (width: number): Access => ({ width, store: false });
const store = (width: number, above: number): Access => ({ width, store: true, above });
/** From opcode 0x28 on. */
const PLAIN: readonly Access[] = [
  ...[4, 8, 4, 8, 1, 1, 2, 2, 1, 1, 2, 2, 4, 4].map(load),
  ...[store(4, I32), store(8, I64), store(4, F32), store(8, F64), store(1, I32), store(2, I32)],
  ...[store(1, I64), store(2, I64), store(4, I64)],
];
/** By the number behind the prefix 0xfd. */
const VECTOR: Readonly<Record<number, Access>> = {
  ...[16, 8, 8, 8, 8, 8, 8, 1, 2, 4, 8].map(load),
  11: store(16, V128),
  ...Object.fromEntries([1, 2, 4, 8].map((width, i) => [84 + i, { width, store: false, above: V128 }])),
  ...Object.fromEntries([1, 2, 4, 8].map((width, i) => [88 + i, store(width, V128)])),
  92: load(4),
  93: load(8),
};

/** Skips the operands of an instruction that touches no memory. */
function skip(reader: Reader, code: number): void {
  if (code === 0x0e || code === 0x1c) {
    for (let count = reader.number() + (code === 0x0e ? 1 : 0); count > 0; count--) reader.number();
  } else if (code === 0x11) {
    reader.number();
    reader.number();
  } else if (code === 0x43) reader.take(4);
  else if (code === 0x44) reader.take(8);
  else if (
    code >= 0x02 && code <= 0x04 || code === 0x0c || code === 0x0d || code === 0x10 || code >= 0x20 && code <= 0x26 ||
    code >= 0x3f && code <= 0x42 || code === 0xd0 || code === 0xd2
  ) reader.number();
}

/** The body of a function with its checks; `params` are its parameters, `checks` the index of the check of an access. */
function instrument(body: Uint8Array, params: number, checks: (access: Access | "load" | "store") => number): number[] {
  const reader = new Reader(body), groups = reader.number(), locals: number[] = [];
  let count = params;
  for (let i = 0; i < groups; i++) {
    const same = reader.number(), type = reader.byte();
    count += same;
    locals.push(...unsigned(same), type);
  }
  const kept = [I32, I64, F32, F64, V128]; // values above an address, then the address, then the length of a range
  const result = [
    ...unsigned(groups + kept.length + 2),
    ...locals,
    ...[...kept, I32, I32].flatMap((type) => [1, type]),
  ];
  const address = count + kept.length, length = address + 1;
  const valueOf = (type: number): number => count + kept.indexOf(type);
  const push = (bytes: Iterable<number>): void => {
    for (const byte of bytes) result.push(byte);
  };
  while (reader.at < body.length) {
    const from = reader.at, code = reader.byte();
    let access: Access | undefined = PLAIN[code - 0x28], lane = false;
    if (code === 0xfd) {
      const vector = reader.number();
      access = VECTOR[vector];
      lane = vector >= 84 && vector <= 91;
      if (vector === 12 || vector === 13) reader.take(16);
      else if (vector >= 21 && vector <= 34) reader.byte();
    } else if (code === 0xfc) {
      const bulk = reader.number(), value = valueOf(I32);
      if (bulk === 10 || bulk === 11) {
        reader.take(bulk === 10 ? 2 : 1);
        push([...set(length), ...set(value), ...set(address)]);
        push([...get(address), ...get(length), ...call(checks("store"))]);
        if (bulk === 10) push([...get(value), ...get(length), ...call(checks("load"))]);
        push([...get(address), ...get(value), ...get(length)]);
      } else if (bulk > 7) throw new Error(`Cannot check the kernels as bulk instruction ${bulk} has no check`);
    } else if (code === 0xfe) throw new Error("Cannot check the kernels as atomic instructions have no check");
    else if (!access) skip(reader, code);
    if (access) {
      reader.number();
      const offset = reader.number();
      if (lane) reader.byte();
      const before = access.above === undefined ? set(address) : [...set(valueOf(access.above)), ...set(address)];
      const after = access.above === undefined ? get(address) : [...get(address), ...get(valueOf(access.above))];
      push([...before, ...get(address), ...number(offset), ...call(checks(access)), ...after]);
    }
    push(body.subarray(from, reader.at));
  }
  return result;
}

/** Sections of a module by their number, each as often as it is there. */
function sectionsOf(bytes: Uint8Array): { id: number; body: Uint8Array }[] {
  const reader = new Reader(bytes, 8), sections = [];
  while (reader.at < bytes.length) {
    const id = reader.byte(), size = reader.number();
    sections.push({ id, body: reader.take(size) });
  }
  return sections;
}

/** The elements of a section that are functions bodies. */
function bodiesOf(section: Uint8Array): Uint8Array[] {
  const reader = new Reader(section);
  return Array.from({ length: reader.number() }, () => reader.take(reader.number()));
}

/** Parameters of each type. */
function parametersOf(section: Uint8Array): number[] {
  const reader = new Reader(section);
  return Array.from({ length: reader.number() }, () => {
    reader.byte();
    const count = reader.number();
    reader.take(count);
    reader.take(reader.number());
    return count;
  });
}

/**
 * The module with a check in front of each load and store.
 *
 * @param bytes A build of the kernels.
 * @param heapBase What its `heap_base` returns: constants end there.
 */
export function checkedWasm(bytes: Uint8Array, heapBase: number): Uint8Array<ArrayBuffer> {
  const sections = sectionsOf(bytes), bodyOf = (id: number) => sections.find((section) => section.id === id)!.body;
  const parameters = parametersOf(bodyOf(1)), functions = new Reader(bodyOf(3));
  const types = Array.from({ length: functions.number() }, () => functions.number());
  const widths = Object.keys(WIDTHS).map(Number);
  // Checks follow the functions: of each width for loads and stores, then of ranges.
  const index = (access: Access | "load" | "store"): number => {
    if (typeof access === "string") return types.length + 2 * widths.length + (access === "store" ? 1 : 0);
    return types.length + 2 * widths.indexOf(access.width) + (access.store ? 1 : 0);
  };
  const bodies = bodiesOf(bodyOf(10)).map((body, i) => instrument(body, parameters[types[i]!]!, index));
  for (const width of widths) bodies.push(check(width, false, heapBase), check(width, true, heapBase));
  for (const byte of [load(1), store(1, I32)]) bodies.push(checkRange(index(byte)));
  const added = 2 * widths.length + 2, result: number[] = [...bytes.subarray(0, 8)];
  const emit = (id: number, body: readonly number[]): void => {
    result.push(id, ...unsigned(body.length));
    for (const byte of body) result.push(byte);
  };
  for (const { id, body } of sections) {
    if (id === 1) {
      const reader = new Reader(body);
      emit(1, [...unsigned(reader.number() + 1), ...body.subarray(reader.at), 0x60, 2, I32, I32, 0]);
    } else if (id === 3) {
      emit(3, [...[types.length + added, ...types, ...Array(added).fill(parameters.length)].flatMap(unsigned)]);
    } else if (id === 10) {
      emit(10, [...unsigned(bodies.length), ...bodies.flatMap((body) => [...unsigned(body.length), ...body])]);
    } else if (id !== 0) emit(id, [...body]);
  }
  return Uint8Array.from(result);
}
