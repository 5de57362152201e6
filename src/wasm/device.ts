/**
 * The WASM device: Rust kernels over one linear memory that this file lays out. A buffer is a byte offset; kernels get
 * offsets and numbers and never allocate.
 *
 * @module
 */
import type { Device, DeviceMemory, WriteOptions } from "../device.ts";
import { lazyImport } from "../bytes/lazy_import.ts";
import { taskQueue } from "../device.ts";
import { type KernelName, KERNELS, type Operands, type Params, workOf } from "../kernels.ts";
import { columnsOf, type DeviceBuffer, rowsOf, type Tensor } from "../tensor.ts";
import { obstacleToThreads, usableCores } from "./cores.ts";
import { type Block, Heap } from "./heap.ts";
import { heapViews, instantiate, SCRATCH_BYTES, type Variant } from "./load.ts";
import { packWeight } from "./pack_weights.ts";
import type { Share } from "./shares.ts";
import type { Threads, ThreadSetup } from "./threads.ts";

interface WasmBuffer extends DeviceBuffer {
  readonly block: Block;
}

/** How the WASM device is opened. */
export interface WasmOptions {
  /** Which build to run; the best one this engine supports unless said. */
  readonly variant?: Variant;
  /** A compiled module of that build, for runtimes that forbid compiling (Cloudflare Workers). */
  readonly module?: WebAssembly.Module;
  /** Threads that share the work, the caller's counted; as many as there are usable cores, at most 16, unless given. */
  readonly threads?: "auto" | number;
  /** Address of a file with the threads' code, for pages whose policy forbids workers from blobs. */
  readonly threadFile?: string | URL;
  /** Least cost of a call that is shared out, in multiply-adds; for tests. */
  readonly grain?: number;
}

/** Multiply-adds worth handing to another thread: some 20 µs of work. */
const GRAIN = 400_000;
/** What an exponential and a state element of a scan cost, in multiply-adds. */
const EXP = 20, STATE = 13;

/** Operand and parameter names of each kernel in ABI order. */
const SIGNATURES = Object.fromEntries(
  Object.entries(KERNELS).map((
    [name, row],
  ) => [name, { operands: Object.keys(row.operands), params: Object.keys(row.params) }]),
) as unknown as Record<KernelName, { readonly operands: readonly string[]; readonly params: readonly string[] }>;

/** Opens the WASM device; throws when the engine has no SIMD. */
export async function openWasm(options: WasmOptions = {}): Promise<Device> {
  const { grain = GRAIN } = options, wanted = await threadsWanted(options);
  const instance = await instantiate({ ...options, shared: wanted > 1 });
  const { kernels, memory, heapBase, variant, module, shared } = instance;
  const heap = new Heap(memory, heapBase);
  const scratch = heap.take(SCRATCH_BYTES);
  const threads = shared
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
  const bytes = { weights: 0, run: 0, peak: 0 };
  const models = new Set<DeviceBuffer>();
  const scopes: WasmBuffer[][] = [];
  let closed = false;
  let views = heapViews(memory);

  /** Views of the whole memory, made anew once the memory has grown. */
  const heapOf = () => {
    if (views.HEAPF32.buffer !== memory.buffer) views = heapViews(memory);
    return views;
  };
  const guard = (action: string): void => {
    if (closed) throw new Error(`Cannot ${action} as the WASM device is closed`);
  };
  const takeRun = (length: number): WasmBuffer => {
    const scope = scopes.at(-1);
    if (!scope) throw new Error("Cannot allocate run memory on the WASM device as a scope must be open: there is none");
    const buffer = { length, block: heap.take(4 * length) };
    scope.push(buffer);
    bytes.run += buffer.block.size;
    bytes.peak = Math.max(bytes.peak, bytes.run);
    return buffer;
  };

  const device: Device = {
    kind: "wasm",
    name: `wasm ${variant}`,
    threads: threads ? wanted : 1,
    alloc(length: number): WasmBuffer {
      guard("allocate");
      return takeRun(length);
    },
    write(data: Float32Array | Uint32Array, options: WriteOptions): WasmBuffer {
      guard("write");
      const packed = data instanceof Float32Array ? packWeight(data, options) : data;
      let buffer: WasmBuffer;
      if (options.life === "run") buffer = takeRun(packed.length);
      else {
        buffer = { length: packed.length, block: heap.take(packed.byteLength) };
        models.add(buffer);
        bytes.weights += buffer.block.size;
      }
      const { HEAPF32, HEAPU32 } = heapOf();
      (packed instanceof Float32Array ? HEAPF32 : HEAPU32).set(packed, buffer.block.at / 4);
      return buffer;
    },
    free(buffer: DeviceBuffer): void {
      if (!models.delete(buffer)) return;
      bytes.weights -= (buffer as WasmBuffer).block.size;
      heap.give((buffer as WasmBuffer).block);
    },
    run<K extends KernelName>(kernel: K, operands: Operands<K, Tensor>, params: Params<K>): void {
      guard(`run ${kernel}`);
      const signature = SIGNATURES[kernel];
      const args: Record<string, number> = { ...params };
      for (const name of signature.operands) {
        const tensor = (operands as Record<string, Tensor | undefined>)[name];
        args[name] = tensor ? (tensor.buffer as WasmBuffer).block.at + 4 * tensor.offset : 0;
      }
      const flatten = (share: Share): number[] => [
        ...signature.operands.map((name) => share.args[name]!),
        ...signature.params.map((name) => share.args[name]!),
        scratch.at,
        ...(share.part ?? []),
      ];
      if (threads && costOf(kernel, params) >= grain && threads.run(kernel, args, flatten, scratch.at)) return;
      kernels[kernel](...flatten({ args }));
    },
    scope(): Disposable {
      const depth = scopes.push([]);
      return {
        [Symbol.dispose]() {
          while (scopes.length >= depth) {
            for (const { block } of scopes.pop()!.reverse()) {
              bytes.run -= block.size;
              heap.give(block);
            }
          }
        },
      };
    },
    reserve(bytesWanted: number): void {
      guard("reserve memory");
      heap.reserve(bytesWanted);
    },
    async prepare(calls): Promise<void> {
      guard("prepare");
      if (threads && (grain === 0 || calls.some(({ kernel, params }) => costOf(kernel, params) >= grain))) {
        await threads.start();
      }
    },
    flush(): Promise<void> {
      return Promise.resolve();
    },
    read(tensor: Tensor): Promise<Float32Array> {
      guard("read");
      const rows = rowsOf(tensor), columns = columnsOf(tensor);
      const result = new Float32Array(rows * columns);
      const first = (tensor.buffer as WasmBuffer).block.at / 4 + tensor.offset, { HEAPF32 } = heapOf();
      for (let r = 0; r < rows; r++) {
        const at = first + r * tensor.stride;
        result.set(HEAPF32.subarray(at, at + columns), r * columns);
      }
      return Promise.resolve(result);
    },
    exclusive: taskQueue(),
    memory(): DeviceMemory {
      return { ...bytes, reserved: heap.reserved };
    },
    close(): void {
      closed = true;
      threads?.stop();
      models.clear();
      scopes.length = 0;
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

/** Threads that the device shall have. */
async function threadsWanted({ threads = "auto", module }: WasmOptions): Promise<number> {
  if (threads !== "auto" && (!Number.isInteger(threads) || threads < 1)) {
    throw new RangeError(
      `Cannot open the WASM device as threads must be "auto" or a whole number of at least 1: current value is ${threads}`,
    );
  }
  if (module || obstacleToThreads()) return 1;
  return Math.min(MOST_THREADS, threads === "auto" ? await usableCores() : threads);
}

/** Cost of a call, in multiply-adds. */
function costOf<K extends KernelName>(kernel: K, params: Params<K>): number {
  const { multiplyAdds, exps, stateElements } = workOf(kernel, params);
  return multiplyAdds + EXP * exps + STATE * stateElements;
}
