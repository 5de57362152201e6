/**
 * A WASM device whose kernels can touch nothing but the operands and the scratch of their call: the shipped bytes with a
 * check in front of every load and store (`tools/checked_wasm.ts`), blocks that do not touch, and words between them that
 * nobody may change.
 *
 * @module
 */
import type { Device, DeviceMemory, WriteOptions } from "../../src/device.ts";
import { taskQueue } from "../../src/device.ts";
import { Ledger } from "../../src/device/ledger.ts";
import { readRows } from "../../src/device/read_rows.ts";
import { SIGNATURES } from "../../src/device/signature.ts";
import { CARRY_IN, CARRY_OUT, type KernelName, KERNELS, type Operands, type Params } from "../../src/kernels.ts";
import { columnsOf, type DeviceBuffer, rowsOf, type Tensor } from "../../src/tensor.ts";
import { type Block, Heap } from "../../src/wasm/heap.ts";
import { instantiate, SCRATCH_BYTES, type Variant } from "../../src/wasm/load.ts";
import { halvesOf, packWeight } from "../../src/wasm/pack_weights.ts";
import { type Arguments, type Share, sharesOf } from "../../src/wasm/shares.ts";
import { checkedWasm, FAULT, PAGES, READABLE, SHADOW, WRITABLE } from "../../tools/checked_wasm.ts";

interface CheckedBuffer extends DeviceBuffer {
  readonly block: Block;
  /** First word. */
  readonly first: number;
  /** Whether a weight was packed: then its layout is the kernel's, and all of it may be read. */
  readonly packed: boolean;
  /** Words of a packed weight: half its length where it is kept in 16 bits. */
  readonly words: number;
}

/** How the device is opened. */
export interface CheckedOptions {
  /** Bytes of scratch that kernels get; those of the device by default. */
  readonly scratchBytes?: number;
  /** Cuts calls as for so many threads, and runs the shares one after the other. */
  readonly threads?: number;
  /** In which order shares run, whose indices it gets; ascending by default. */
  readonly shuffle?: (shares: number[]) => number[];
  /** Told the name of each function of the module that was called and came back. */
  readonly onCall?: (name: string) => void;
}

/** Words before and after each block. */
const CANARY_WORDS = 16;
const CANARY = 0x7fc0_beef;

/**
 * Kernels that load what they then mask away, so that old words are read though none of them matters: the inner loop of the
 * scan, whose y is kept or not by a mask. Scratch and outputs are NaN beforehand, which a
 * sum would show.
 */
const MASKED: ReadonlySet<KernelName> = new Set(["selective_scan"]);

/** What a kernel may do with the words of an operand. */
function rightsOf(kernel: KernelName, name: string, params: Readonly<Record<string, number>>): number {
  const access = (KERNELS[kernel].operands as Readonly<Record<string, string>>)[name]!;
  if (access.startsWith("in") && !access.startsWith("inout")) return READABLE;
  if (name === "state") {
    return (params.carry! & CARRY_IN ? READABLE : 0) | (params.carry! & CARRY_OUT ? WRITABLE : 0);
  }
  // What is not accumulated is only written: a kernel that reads it first reads what an older call left.
  const read = name === "residual" || !!params.accumulate || MASKED.has(kernel);
  return WRITABLE | (read ? READABLE : 0);
}

const modules = new Map<Variant, Promise<WebAssembly.Module>>();

/** The checked module of a build; made once. */
function moduleOf(variant: Variant): Promise<WebAssembly.Module> {
  const make = async (): Promise<WebAssembly.Module> => {
    const file = new URL(`../../src/wasm/kernels_${variant === "simd128" ? variant : "relaxed"}.wasm`, import.meta.url);
    const bytes = await Deno.readFile(file);
    const { heapBase } = await instantiate({ variant, module: new WebAssembly.Module(bytes) });
    return new WebAssembly.Module(checkedWasm(bytes, heapBase));
  };
  if (!modules.has(variant)) modules.set(variant, make());
  return modules.get(variant)!;
}

/** Opens the device. A call that touches what is not its own throws, and says what. */
export async function openChecked(variant: Variant, options: CheckedOptions = {}): Promise<Device> {
  const { scratchBytes = SCRATCH_BYTES, threads = 1, shuffle = (shares) => shares, onCall = () => {} } = options;
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: 65536 });
  const { kernels, heapBase } = await instantiate({ variant, module: await moduleOf(variant), memory });
  const heap = new Heap(memory, heapBase);
  const words = new Uint32Array(memory.buffer, 0, SHADOW / 4), floats = new Float32Array(memory.buffer, 0, SHADOW / 4);
  const shadow = new Uint8Array(memory.buffer, SHADOW, SHADOW / 4), fault = new Uint32Array(memory.buffer, FAULT, 3);
  const calls = kernels as unknown as Readonly<Record<string, (...args: number[]) => void>>;

  const take = (length: number, packed = false, held = length): CheckedBuffer => {
    const block = heap.take(4 * (held + 2 * CANARY_WORDS)), first = block.at / 4 + CANARY_WORDS;
    if (block.at + block.size > SHADOW) throw new RangeError("Cannot allocate on the checked device: its heap is full");
    words.fill(CANARY, block.at / 4, (block.at + block.size) / 4);
    return { length, block, first, packed, words: held };
  };
  const scratch = take(scratchBytes / 4);
  floats.fill(NaN, scratch.first, scratch.first + scratch.length);
  const live = new Set<CheckedBuffer>([scratch]);
  const inspect = ({ block, first, words: held }: CheckedBuffer): void => {
    for (let word = block.at / 4; word < (block.at + block.size) / 4; word++) {
      if (word === first) word += held;
      if (word < (block.at + block.size) / 4 && words[word] !== CANARY) {
        throw new Error(`word ${word - first} of a buffer of ${held} was changed`);
      }
    }
  };
  const give = (buffer: CheckedBuffer): void => {
    inspect(buffer);
    live.delete(buffer);
    heap.give(buffer.block);
  };
  const keep = (buffer: CheckedBuffer): CheckedBuffer => {
    live.add(buffer);
    return buffer;
  };
  const ledger = new Ledger<CheckedBuffer>({ device: "checked", bytesOf: ({ block }) => block.size, give });

  /** Ranges of the shadow that the call may touch. */
  const marked: (readonly [from: number, to: number])[] = [];
  const mark = (first: number, rows: number, columns: number, stride: number, rights: number): void => {
    for (let r = 0; r < rows; r++) {
      const from = first + r * stride;
      for (let word = from; word < from + columns; word++) shadow[word]! |= rights;
    }
    if (rows > 0) marked.push([first, first + (rows - 1) * stride + columns]);
  };
  const markCall = (kernel: KernelName, operands: Readonly<Record<string, Tensor | undefined>>, params: Arguments) => {
    for (const [from, to] of marked.splice(0)) shadow.fill(0, from, to);
    mark(scratch.first, 1, scratch.length, 0, WRITABLE);
    for (const { name } of SIGNATURES[kernel].operands) {
      const tensor = operands[name];
      if (!tensor) continue;
      const buffer = tensor.buffer as CheckedBuffer, rights = rightsOf(kernel, name, params);
      if (buffer.packed) mark(buffer.first, 1, buffer.words, 0, rights);
      else mark(buffer.first + tensor.offset, rowsOf(tensor), columnsOf(tensor), tensor.stride, rights);
      const end = tensor.offset + Math.max(0, rowsOf(tensor) - 1) * tensor.stride + columnsOf(tensor);
      if (!buffer.packed && rowsOf(tensor) > 0 && end > buffer.length) {
        throw new Error(`${name} has ${buffer.length} elements and reaches to ${end}`);
      }
    }
  };
  /** What was refused, in words. */
  const refused = (operands: Readonly<Record<string, Tensor | undefined>>): string => {
    const [address = 0, bytes, stored] = fault;
    const what = `${stored ? "stores" : "loads"} ${bytes} bytes at ${address}`, word = Math.floor(address / 4);
    const places: string[] = [`float ${word - scratch.first} of scratch`];
    for (const [name, tensor] of Object.entries(operands)) {
      const first = tensor && (tensor.buffer as CheckedBuffer).first;
      if (first) places.push(`float ${word - first} of ${name} (${tensor.buffer.length})`);
    }
    return `${what}: ${places.join(", ")}`;
  };

  const device: Device = {
    kind: "wasm",
    name: `wasm ${variant}`,
    alloc(length: number): CheckedBuffer {
      ledger.guard("allocate");
      return ledger.run(() => keep(take(length)));
    },
    write(data: Float32Array | Uint32Array, options: WriteOptions): CheckedBuffer {
      ledger.guard("write");
      const packed = data instanceof Float32Array ? packWeight(data, options) : data;
      const values = packed instanceof Float32Array ? halvesOf(packed, options) ?? packed : packed;
      const make = () => keep(take(packed.length, (options.role ?? "plain") !== "plain", values.length));
      const buffer = options.life === "run" ? ledger.run(make) : ledger.keep(make());
      (values instanceof Float32Array ? floats : words).set(values, buffer.first);
      return buffer;
    },
    free(buffer: DeviceBuffer): void {
      const weight = ledger.drop(buffer);
      if (weight) give(weight);
    },
    run<K extends KernelName>(kernel: K, given: Operands<K, Tensor>, params: Params<K>): void {
      ledger.guard(`run ${kernel}`);
      const operands = given as Readonly<Record<string, Tensor | undefined>>, { operands: names } = SIGNATURES[kernel];
      const args: Record<string, number> = { ...params };
      let half = false;
      for (const { name } of names) {
        const tensor = operands[name], buffer = tensor?.buffer as CheckedBuffer | undefined;
        args[name] = buffer ? 4 * (buffer.first + tensor!.offset) : 0;
        half ||= !!buffer && buffer.words < buffer.length;
      }
      if (half && args.packed) args.packed = 2;
      const shares: readonly Share[] = threads > 1
        ? sharesOf(kernel, { ...args, half: Number(half) }, threads)
        : [{ changes: {} }];
      markCall(kernel, operands, args);
      const done = new Set<number>(), waiting = shuffle([...shares.keys()]);
      while (waiting.length > 0) {
        // Any order in which what a share comes after is done.
        const ready = (index: number) => shares[index]!.after === undefined || done.has(index - shares[index]!.after!);
        const [index] = waiting.splice(waiting.findIndex(ready), 1) as [number];
        done.add(index);
        const { changes, part } = shares[index]!;
        const list = [...names, ...SIGNATURES[kernel].params].map(({ name }) => changes[name] ?? args[name]!);
        // Each thread has scratch of its own, in which nothing of another share can be read.
        const rights = MASKED.has(kernel) ? WRITABLE | READABLE : WRITABLE;
        shadow.fill(rights, scratch.first, scratch.first + scratch.length);
        fault.fill(0);
        const called = half && kernel === "linear" ? "linear_half" : kernel;
        try {
          calls[called]!(...list, 4 * scratch.first, scratchBytes, ...(part ?? []));
        } catch (cause) {
          const why = fault[0] || fault[1] ? refused(operands) : "traps by itself";
          throw new Error(`${called} ${JSON.stringify({ ...params, part })} ${why}`, { cause });
        }
        onCall(called);
      }
      for (const buffer of [scratch, ...Object.values(operands)]) {
        if (buffer) inspect("buffer" in buffer ? buffer.buffer as CheckedBuffer : buffer);
      }
    },
    scope: () => ledger.scope(),
    reserve(): void {},
    flush: () => Promise.resolve(),
    read(tensor: Tensor): Promise<Float32Array> {
      ledger.guard("read");
      return Promise.resolve(readRows(floats, (tensor.buffer as CheckedBuffer).first + tensor.offset, tensor));
    },
    exclusive: taskQueue(),
    memory: (): DeviceMemory => ({ ...ledger.bytes, reserved: heap.reserved }),
    close(): void {
      ledger.close();
      for (const buffer of live) inspect(buffer);
      live.clear();
    },
    [Symbol.asyncDispose](): Promise<void> {
      device.close();
      return Promise.resolve();
    },
  };
  return device;
}
