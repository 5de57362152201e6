/**
 * The WASM device: Rust kernels over one linear memory that this file lays out. A buffer is a byte offset; kernels get
 * offsets and numbers and never allocate.
 *
 * @module
 */
import type { Device, DeviceMemory, WriteOptions } from "../device.ts";
import { lazyImport } from "../bytes/lazy_import.ts";
import { taskQueue } from "../device.ts";
import { Ledger } from "../device/ledger.ts";
import { readRows } from "../device/read_rows.ts";
import { SIGNATURES } from "../device/signature.ts";
import { type KernelName, millisecondsOf, type Operands, type Params } from "../kernels.ts";
import type { DeviceBuffer, Tensor } from "../tensor.ts";
import { obstacleToThreads, usableCores } from "./cores.ts";
import { type Block, Heap } from "./heap.ts";
import { heapViews, instantiate, SCRATCH_BYTES, type Variant } from "./load.ts";
import { halvesOf, packWeight } from "./pack_weights.ts";
import type { Threads, ThreadSetup } from "./threads.ts";

interface WasmBuffer extends DeviceBuffer {
  readonly block: Block;
  /** Whether it holds numbers of 16 bits: a weight of `linear`, where no number is lost by it. */
  readonly half?: boolean;
}

/** How the WASM device is opened. */
export interface WasmOptions {
  /** Which build to run; the best one this engine supports by default. */
  readonly variant?: Variant;
  /** A compiled module of that build, for runtimes that forbid compiling (Cloudflare Workers). */
  readonly module?: WebAssembly.Module;
  /** Threads that share the work, the caller's counted; as many as there are usable cores, at most 16, unless given. */
  readonly threads?: "auto" | number;
  /** Address of a file with the threads' code, for pages whose policy forbids workers from blobs. */
  readonly threadFile?: string | URL;
  /** Least time of a call that is shared out, in milliseconds of one core; for tests. */
  readonly grain?: number;
}

/**
 * Whether one thread, too, is faster on a memory that could be shared: an engine that compares each address with the size of the
 * memory, as Deno's does, then has less to do for it.
 */
const sharedIsFaster = (): boolean => "Deno" in globalThis && obstacleToThreads() === undefined;

/** Milliseconds of work that are worth handing to another thread. */
const GRAIN = 0.02;

/** Opens the WASM device; throws when the engine has no SIMD. */
export async function openWasm(options: WasmOptions = {}): Promise<Device> {
  const { grain = GRAIN } = options, wanted = await threadsWanted(options);
  const instance = await instantiate({ ...options, shared: wanted > 1 || sharedIsFaster() });
  const { kernels, memory, heapBase, variant, module, shared } = instance;
  const heap = new Heap(memory, heapBase);
  const scratch = heap.take(SCRATCH_BYTES);
  const threads = shared && wanted > 1
    ? await openThreads({
      module,
      memory,
      exports: kernels,
      count: wanted,
      scratchBytes: SCRATCH_BYTES,
      take: (bytes) => heap.take(bytes).at,
      file: options.threadFile,
    })
    : undefined;
  const ledger = new Ledger<WasmBuffer>({
    device: "WASM",
    bytesOf: ({ block }) => block.size,
    give: ({ block }) => heap.give(block),
  });
  let views = heapViews(memory);

  /** Views of the whole memory, made anew once the memory has grown. */
  const heapOf = () => {
    if (views.HEAPF32.buffer !== memory.buffer) views = heapViews(memory);
    return views;
  };
  const take = (length: number): WasmBuffer => ({ length, block: heap.take(4 * length) });

  const device: Device = {
    kind: "wasm",
    name: `wasm ${variant}`,
    threads: threads ? wanted : 1,
    alloc(length: number): WasmBuffer {
      ledger.guard("allocate");
      return ledger.run(() => take(length));
    },
    write(data: Float32Array | Uint32Array, options: WriteOptions): WasmBuffer {
      ledger.guard("write");
      const packed = data instanceof Float32Array ? packWeight(data, options) : data;
      const halves = packed instanceof Float32Array ? halvesOf(packed, options) : undefined;
      const words = halves ?? packed;
      const make = (): WasmBuffer => ({ ...take(words.length), length: packed.length, half: halves !== undefined });
      const buffer = options.life === "run" ? ledger.run(make) : ledger.keep(make());
      const { HEAPF32, HEAPU32 } = heapOf();
      (words instanceof Float32Array ? HEAPF32 : HEAPU32).set(words, buffer.block.at / 4);
      return buffer;
    },
    free(buffer: DeviceBuffer): void {
      const weight = ledger.drop(buffer);
      if (weight) heap.give(weight.block);
    },
    run<K extends KernelName>(kernel: K, operands: Operands<K, Tensor>, params: Params<K>): void {
      ledger.guard(`run ${kernel}`);
      const signature = SIGNATURES[kernel], numbers = params as Readonly<Record<string, number>>, values: number[] = [];
      let half = false;
      for (const { name } of signature.operands) {
        const tensor = (operands as Record<string, Tensor | undefined>)[name], buffer = tensor?.buffer as WasmBuffer;
        values.push(tensor ? buffer.block.at + 4 * tensor.offset : 0);
        half ||= !!buffer?.half;
      }
      if (half && !numbers.packed && kernel !== "linear") {
        throw new TypeError(`Cannot run ${kernel} as its weights must be of 32 bits: one was written as compact`);
      }
      const name = half && kernel === "linear" ? "linear_half" : kernel;
      for (const { name } of signature.params) values.push(numbers[name]! * (half && name === "packed" ? 2 : 1));
      values.push(scratch.at, SCRATCH_BYTES);
      if (threads) {
        const milliseconds = millisecondsOf(kernel, params);
        if (milliseconds >= grain && threads.run(kernel, values, name, milliseconds)) return;
      }
      try {
        kernels[name](...values);
      } catch (cause) {
        throw trapped(kernel, cause);
      }
    },
    scope: () => ledger.scope(),
    reserve(bytes: number): void {
      ledger.guard("reserve memory");
      heap.reserve(bytes);
    },
    async prepare(calls): Promise<void> {
      ledger.guard("prepare");
      if (threads && (grain === 0 || calls.some(({ kernel, params }) => millisecondsOf(kernel, params) >= grain))) {
        await threads.start();
      }
    },
    flush(): Promise<void> {
      return Promise.resolve();
    },
    read(tensor: Tensor): Promise<Float32Array> {
      ledger.guard("read");
      const { block, half } = tensor.buffer as WasmBuffer;
      if (half) throw new TypeError("Cannot read a weight as it must be of 32 bits: it was written as compact");
      return Promise.resolve(readRows(heapOf().HEAPF32, block.at / 4 + tensor.offset, tensor));
    },
    exclusive: taskQueue(),
    memory(): DeviceMemory {
      return { ...ledger.bytes, reserved: heap.reserved };
    },
    close(): void {
      threads?.close();
      ledger.close();
      views = { HEAPF32: new Float32Array(0), HEAPU32: new Uint32Array(0), HEAPU8: new Uint8Array(0) };
    },
    [Symbol.asyncDispose](): Promise<void> {
      device.close();
      return Promise.resolve();
    },
  };
  return device;
}

/** Most threads of a device, the caller's counted. */
const MOST_THREADS = 16;

/** `wasm/threads.ts`, which only a device of several threads fetches. */
async function openThreads(setup: ThreadSetup): Promise<Threads> {
  const module = await lazyImport<{ Threads: new (setup: ThreadSetup) => Threads }>("./wasm/threads.ts");
  return new module.Threads(setup);
}

/** Refuses what is no number of threads. */
export function checkThreads(threads: WasmOptions["threads"] = "auto"): void {
  if (threads === "auto" || Number.isInteger(threads) && threads >= 1) return;
  throw new RangeError(
    `Cannot open the WASM device as threads must be "auto" or a whole number of at least 1: current value is ${threads}`,
  );
}

/** Threads that the device shall have. */
async function threadsWanted({ threads = "auto", module }: WasmOptions): Promise<number> {
  checkThreads(threads);
  if (module || obstacleToThreads()) return 1;
  return Math.min(MOST_THREADS, threads === "auto" ? await usableCores() : threads);
}

/** What is thrown when a kernel traps. */
function trapped(kernel: KernelName, cause: unknown): WebAssembly.RuntimeError {
  const wish = "its indices must lead into its operands and its scratch suffice";
  return Object.assign(new WebAssembly.RuntimeError(`Cannot run ${kernel} as ${wish}: it trapped`), { cause });
}
