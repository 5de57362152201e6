/**
 * A reader of Python pickles that runs nothing. A pickle is a program for a small stack machine; here the machine knows
 * only how to build lists, dictionaries and plain values. Classes and functions stay names, and calling one gives an
 * opaque object that remembers the name and the arguments; what those names mean is for the caller to say.
 *
 * @module
 */
import { malformed, tooLarge } from "../bytes/errors.ts";
import { type Opening, openingOf } from "./limits.ts";
import { Global, keyText, Opaque, type PickleMeaning, type PickleValue } from "./pickle_value.ts";

/** Longest whole number, in bytes or digits. */
const MAX_NUMBER_LENGTH = 1024;
/** Opcodes between two looks at the time, and what they cost, in bytes handled. */
const STEPS = 4096;
const STEPS_COST = 64 * STEPS;

const decoder = new TextDecoder();
const MARK = Symbol("mark");

/** The machine; `position` is public so that several pickles can be read from one buffer. */
export class PickleReader {
  /** Next byte to read. */
  position = 0;
  #stack: (PickleValue | typeof MARK)[] = [];
  #memo = new Map<number, PickleValue>();
  #values = 0;
  readonly #view: DataView;

  /** Reads from `bytes`; `file` is what messages call them. */
  constructor(
    readonly file: string,
    readonly bytes: Uint8Array,
    readonly meaning: PickleMeaning,
    readonly opening: Opening = openingOf(),
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /**
   * Reads the pickle at {@linkcode PickleReader.position}.
   *
   * @throws {SyntaxError} When it is broken, or would need more than building plain values.
   */
  next(): PickleValue {
    this.#begin();
    while (!this.#steps()) continue;
    return this.pop();
  }

  /** As {@linkcode PickleReader.next}, standing still now and then; an abort ends it. */
  async read(): Promise<PickleValue> {
    this.#begin();
    while (!this.#steps()) await this.opening.turn(STEPS_COST);
    return this.pop();
  }

  #begin(): void {
    this.#stack = [];
    this.#memo = new Map();
  }

  /** Does some steps; whether the last was the end. */
  #steps(): boolean {
    for (let i = 0; i < STEPS; i++) {
      const at = this.position;
      const opcode = this.byte();
      if (opcode === 0x2e) return true;
      const operation = OPERATIONS[opcode];
      if (!operation) throw this.broken("opcodes must be known", `opcode at ${at} is 0x${opcode.toString(16)}`);
      operation(this);
    }
    return false;
  }

  /** An error about the bytes. */
  broken(wish: string, fact: string): SyntaxError {
    return malformed(`the pickle of ${this.file}`, wish, fact);
  }

  /** Takes `count` values off what a pickle may hold. */
  spend(count: number): void {
    this.#values += count;
    const { pickleValues } = this.opening.limits;
    if (this.#values <= pickleValues) return;
    throw tooLarge(`the pickle of ${this.file}`, `it must have at most ${pickleValues} values`, "count is larger");
  }

  /** Steps over `length` bytes and says where they begin. */
  #skip(length: number): number {
    const from = this.position;
    if (!(length >= 0) || from + length > this.bytes.length) {
      const end = this.bytes.length;
      throw new PickleEnd(this.broken("it must end with STOP", `end is at ${end}, the file may be truncated`).message);
    }
    this.position += length;
    return from;
  }

  /** The next `length` bytes. */
  take(length: number): Uint8Array {
    const from = this.#skip(length);
    return this.bytes.subarray(from, this.position);
  }

  /** One byte. */
  byte(): number {
    return this.bytes[this.#skip(1)]!;
  }

  /** A little-endian number of 1, 2, 4 or 8 bytes. */
  unsigned(width: 1 | 2 | 4 | 8): number {
    const at = this.#skip(width);
    if (width === 1) return this.#view.getUint8(at);
    if (width === 2) return this.#view.getUint16(at, true);
    const low = this.#view.getUint32(at, true);
    return width === 4 ? low : low + this.#view.getUint32(at + 4, true) * 2 ** 32;
  }

  /** A big-endian double. */
  double(): number {
    return this.#view.getFloat64(this.#skip(8));
  }

  /** UTF-8 of `length` bytes. */
  text(length: number): string {
    return decoder.decode(this.take(length));
  }

  /** Text up to the end of the line. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.position);
    const text = this.text((end < 0 ? Infinity : end) - this.position);
    this.position++;
    return text;
  }

  /** A whole number from its decimal digits. */
  decimal(): PickleValue {
    const digits = this.line().replace(/L$/, "");
    if (!/^-?\d+$/.test(digits) || digits.length > MAX_NUMBER_LENGTH) {
      throw this.broken("whole numbers must have digits only", `text is ${JSON.stringify(digits.slice(0, 40))}`);
    }
    return narrow(BigInt(digits));
  }

  /** A two's complement number of `length` bytes. */
  long(length: number): PickleValue {
    if (length > MAX_NUMBER_LENGTH) {
      throw this.broken(`whole numbers must have at most ${MAX_NUMBER_LENGTH} bytes`, `length is ${length}`);
    }
    if (length === 0) return 0;
    const digits = Array.from(this.take(length).toReversed(), (byte) => byte.toString(16).padStart(2, "0")).join("");
    return narrow(BigInt.asIntN(8 * length, BigInt(`0x${digits}`)));
  }

  /** Puts a value on the stack. */
  push(value: PickleValue): void {
    this.spend(1);
    this.#stack.push(value);
  }

  /** Puts a mark on the stack. */
  mark(): void {
    this.spend(1);
    this.#stack.push(MARK);
  }

  /** Takes the top of the stack. */
  pop(): PickleValue {
    const value = this.#stack.pop();
    if (value === undefined || value === MARK) throw this.broken("the stack must hold what is taken", "stack is empty");
    return value as PickleValue;
  }

  /** Looks at the top of the stack. */
  top(): PickleValue {
    const value = this.pop();
    this.push(value);
    return value;
  }

  /** Takes everything above the last mark. */
  popToMark(): PickleValue[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw this.broken("the stack must hold a mark", "stack has none");
    return this.#stack.splice(mark).slice(1) as PickleValue[];
  }

  /** Drops the top of the stack, a mark included. */
  drop(): void {
    if (this.#stack.pop() === undefined) throw this.broken("the stack must hold what is taken", "stack is empty");
  }

  /** Remembers the top of the stack. */
  put(slot = this.#memo.size): void {
    this.#memo.set(slot, this.top());
  }

  /** Pushes what was remembered. */
  get(slot: number): void {
    const value = this.#memo.get(slot);
    if (value === undefined) {
      throw this.broken("memo slots must be filled before they are read", `slot ${slot} is empty`);
    }
    this.push(value);
  }

  /** Adds to the list on top of the stack; an opaque one only counts. */
  append(values: PickleValue[]): void {
    const list = this.top();
    if (Array.isArray(list)) { for (const value of values) list.push(value); }
    else if (list instanceof Opaque) list.appended += values.length;
    else throw this.broken("items must be appended to a list", "object is none");
  }

  /** Sets keys of the dictionary on top of the stack. */
  setItems(items: PickleValue[]): void {
    const top = this.top();
    if (items.length % 2 !== 0) throw this.broken("keys and values must come in pairs", `count is ${items.length}`);
    const target = top instanceof Opaque ? top.items ??= new Map() : top;
    if (!(target instanceof Map)) throw this.broken("items must be set on a dictionary", "object is none");
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i]!;
      if (target.has(key)) {
        throw this.broken("no key may be set twice", `key is ${JSON.stringify(keyText(key))}`);
      }
      target.set(key, items[i + 1]!);
    }
  }

  /** Calls a name: what the caller makes of it, or an opaque object. What has a meaning takes no arguments by name. */
  call(target: PickleValue, args: PickleValue, byName: PickleValue = null): void {
    if (!Array.isArray(args)) throw this.broken("arguments must be a tuple", "arguments are something else");
    if (!(target instanceof Global) && !(target instanceof Opaque)) {
      throw this.broken("only names can be called", "object is none");
    }
    const name = target instanceof Global ? target.name : target.type;
    // What is made of a list or a dictionary costs its length, and one can be given to many calls.
    this.spend(args.length);
    for (const arg of args) this.spend(Array.isArray(arg) ? arg.length : arg instanceof Map ? arg.size : 0);
    if (byName !== null && !(byName instanceof Map)) {
      throw this.broken("arguments by name must be a dictionary", "arguments are something else");
    }
    const named = byName instanceof Map && byName.size > 0;
    const result = target instanceof Global ? this.meaning.call(name, args) : undefined;
    if (result !== undefined && named) {
      const fact = `names are ${[...byName.keys()].slice(0, 3).map(keyText).join(", ")}`;
      throw this.broken(`${name.slice(0, 80)} must be called without arguments by name`, fact);
    }
    this.push(result === undefined ? new Opaque(name, named ? [...args, byName] : args) : result);
  }

  /** Sets the state of an opaque object; of what has a meaning the caller is told. */
  build(): void {
    const state = this.pop();
    const target = this.top();
    if (target instanceof Opaque) target.state = state;
    else this.meaning.state?.(target, state);
  }
}

/** The bytes ended before the pickle did. */
export class PickleEnd extends SyntaxError {}

/** A whole number as a double where that is exact. */
function narrow(value: bigint): PickleValue {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

const text = (value: PickleValue): string => typeof value === "string" ? value : "?";

function makeDictionary(m: PickleReader, items: PickleValue[]): void {
  m.push(new Map());
  m.setItems(items);
}

function makeTuple(m: PickleReader, length: number): void {
  const items = Array.from({ length }, () => m.pop());
  m.push(items.reverse());
}

/** `\`-escapes of protocol 0 texts are read for quotes and backslashes only: keys of tensors have no others. */
function quoted(m: PickleReader): string {
  return m.line().replace(/^(['"])(.*)\1$/, "$2").replace(/\\(['"\\])/g, "$1");
}

/** What each opcode does, by its byte; the names are those of Python's pickletools. */
const OPERATIONS: { readonly [opcode: number]: (m: PickleReader) => void } = {
  0x28: (m) => m.mark(), // MARK
  0x30: (m) => m.drop(), // POP
  0x31: (m) => void m.popToMark(), // POP_MARK
  0x32: (m) => m.push(m.top()), // DUP
  // plain values
  0x4e: (m) => m.push(null), // NONE
  0x88: (m) => m.push(true), // NEWTRUE
  0x89: (m) => m.push(false), // NEWFALSE
  0x46: (m) => m.push(Number(m.line())), // FLOAT
  0x47: (m) => m.push(m.double()), // BINFLOAT
  0x49: (m) => { // INT, which also holds the booleans of protocol 0
    const digits = m.bytes.subarray(m.position, m.position + 3);
    if (digits[0] === 0x30 && digits[2] === 0x0a) m.push(m.line() === "01");
    else m.push(m.decimal());
  },
  0x4a: (m) => m.push(m.unsigned(4) | 0), // BININT
  0x4b: (m) => m.push(m.unsigned(1)), // BININT1
  0x4d: (m) => m.push(m.unsigned(2)), // BININT2
  0x4c: (m) => m.push(m.decimal()), // LONG
  0x8a: (m) => m.push(m.long(m.unsigned(1))), // LONG1
  0x8b: (m) => m.push(m.long(m.unsigned(4))), // LONG4
  0x53: (m) => m.push(quoted(m)), // STRING
  0x54: (m) => m.push(m.text(m.unsigned(4))), // BINSTRING
  0x55: (m) => m.push(m.text(m.unsigned(1))), // SHORT_BINSTRING
  0x56: (m) => m.push(m.line()), // UNICODE
  0x58: (m) => m.push(m.text(m.unsigned(4))), // BINUNICODE
  0x8c: (m) => m.push(m.text(m.unsigned(1))), // SHORT_BINUNICODE
  0x8d: (m) => m.push(m.text(m.unsigned(8))), // BINUNICODE8
  0x42: (m) => m.push(m.take(m.unsigned(4)).slice()), // BINBYTES
  0x43: (m) => m.push(m.take(m.unsigned(1)).slice()), // SHORT_BINBYTES
  0x8e: (m) => m.push(m.take(m.unsigned(8)).slice()), // BINBYTES8
  0x96: (m) => m.push(m.take(m.unsigned(8)).slice()), // BYTEARRAY8
  // collections
  0x5d: (m) => m.push([]), // EMPTY_LIST
  0x6c: (m) => m.push(m.popToMark()), // LIST
  0x61: (m) => { // APPEND
    const value = m.pop();
    m.append([value]);
  },
  0x65: (m) => { // APPENDS
    const values = m.popToMark();
    m.append(values);
  },
  0x29: (m) => m.push([]), // EMPTY_TUPLE
  0x74: (m) => m.push(m.popToMark()), // TUPLE
  0x85: (m) => makeTuple(m, 1), // TUPLE1
  0x86: (m) => makeTuple(m, 2), // TUPLE2
  0x87: (m) => makeTuple(m, 3), // TUPLE3
  0x7d: (m) => m.push(new Map()), // EMPTY_DICT
  0x64: (m) => makeDictionary(m, m.popToMark()), // DICT
  0x73: (m) => { // SETITEM
    const value = m.pop();
    const key = m.pop();
    m.setItems([key, value]);
  },
  0x75: (m) => { // SETITEMS
    const items = m.popToMark();
    m.setItems(items);
  },
  0x8f: (m) => m.push([]), // EMPTY_SET
  0x91: (m) => m.push(m.popToMark()), // FROZENSET
  0x90: (m) => { // ADDITEMS
    const values = m.popToMark();
    m.append(values);
  },
  // memo
  0x70: (m) => m.put(Number(m.decimal())), // PUT
  0x71: (m) => m.put(m.unsigned(1)), // BINPUT
  0x72: (m) => m.put(m.unsigned(4)), // LONG_BINPUT
  0x94: (m) => m.put(), // MEMOIZE
  0x67: (m) => m.get(Number(m.decimal())), // GET
  0x68: (m) => m.get(m.unsigned(1)), // BINGET
  0x6a: (m) => m.get(m.unsigned(4)), // LONG_BINGET
  // names, calls and objects: nothing of this runs
  0x63: (m) => m.push(new Global(`${m.line()}.${m.line()}`)), // GLOBAL
  0x93: (m) => { // STACK_GLOBAL
    const name = m.pop();
    m.push(new Global(`${text(m.pop())}.${text(name)}`));
  },
  0x52: (m) => { // REDUCE
    const args = m.pop();
    m.call(m.pop(), args);
  },
  0x81: (m) => { // NEWOBJ
    const args = m.pop();
    m.call(m.pop(), args);
  },
  0x92: (m) => { // NEWOBJ_EX
    const byName = m.pop(), args = m.pop();
    m.call(m.pop(), args, byName);
  },
  0x69: (m) => m.call(new Global(`${m.line()}.${m.line()}`), m.popToMark()), // INST
  0x6f: (m) => { // OBJ
    const [type = null, ...args] = m.popToMark();
    m.call(type, args);
  },
  0x62: (m) => m.build(), // BUILD
  0x51: (m) => m.push(m.meaning.persistent(m.pop())), // BINPERSID
  // framing
  0x80: (m) => { // PROTO
    const version = m.unsigned(1);
    if (version > 5) throw m.broken("its protocol must be at most 5", `protocol is ${version}`);
  },
  0x95: (m) => void m.unsigned(8), // FRAME
};
