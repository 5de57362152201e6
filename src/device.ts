/**
 * Think of a device as a connector to one kind of hardware: it holds memory and runs kernels, knows no model and checks
 * no shapes. Issuing is synchronous everywhere and keeps its order; only `flush` and `read` are awaited.
 *
 * @module
 */
import type { KernelName, Operands, Params } from "./kernels.ts";
import type { DeviceBuffer, Tensor } from "./tensor.ts";

/**
 * What a weight is for. A device packs it once, at {@linkcode KernelRunner.write}, in the layout its kernels want; nobody else
 * sees that layout. Shapes are those of the official checkpoints.
 *
 * | role | shape | packed for |
 * |---|---|---|
 * | `linear` | `[outer, inner]` | `linear` |
 * | `conv2d` | `[outChannels, inChannels, kh, kw]` | `conv2d` |
 * | `depthwise` | `[channels, size, size]` | `depthwise_conv2d` |
 * | `conv1d` | `[directions, channels, width]` | `causal_conv1d` |
 * | `scan` | `[directions, channels, stateSize + 2 + rank]`, rows `A… , D, Δ bias, Δ weight…` | `selective_scan` |
 * | `plain` | any | stays as it is: vectors, tables, inputs |
 */
export type Role = "linear" | "conv2d" | "depthwise" | "conv1d" | "scan" | "plain";

/** How {@linkcode KernelRunner.write} keeps what it is given. */
export interface WriteOptions {
  /** What the data is for; `plain` by default. */
  readonly role?: Role;
  /** Shape of the data; needed by every role but `plain`. For role `scan` also the state size tells A from the rest. */
  readonly shape?: readonly number[];
  /** For role `scan`: states per channel. */
  readonly stateSize?: number;
  /**
   * For role `linear`: kept in 16 bits on the processor too, where every number is one of 16 bits. It halves the memory and
   * costs time. A GPU does so anyway.
   */
  readonly compact?: boolean;
  /** `run`: freed with the innermost open scope. `model`: until {@linkcode KernelRunner.free}. */
  readonly life: "run" | "model";
}

/** What was found on this machine, what was chosen, and why. */
export interface DeviceAccount {
  /** One line per candidate, best first: what it is and whether it can be used. */
  readonly tried: readonly string[];
  /** Why this device was taken. */
  readonly reason: string;
}

/** Memory in use on a device, in bytes. */
export interface DeviceMemory {
  /** Held by weights. */
  readonly weights: number;
  /** Held by open runs. */
  readonly run: number;
  /** Largest `run` so far. */
  readonly peak: number;
  /** Taken from the system. */
  readonly reserved: number;
}

/** One kernel call. */
export interface KernelCall<K extends KernelName = KernelName> {
  /** The kernel. */
  readonly kernel: K;
  /** What it reads and writes. */
  readonly operands: Operands<K, Tensor>;
  /** Its sizes and flags. */
  readonly params: Params<K>;
}

/** How a task waits for a device. */
export interface TaskOptions {
  /** Takes a task that has not begun out of the queue at once; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Larger ones go first; 0 by default. */
  readonly priority?: number | undefined;
}

/** What models are run with: memory and kernels. */
export interface KernelRunner {
  /** How many times the speed of a modest core it surely has, for a device that only queues its work; 1 by default. */
  readonly pace?: number;
  /** Memory for `length` elements, contents undefined, freed with the innermost open scope. */
  alloc(length: number): DeviceBuffer;
  /** Copies data to the device, packed for its role. */
  write(data: Float32Array | Uint32Array, options: WriteOptions): DeviceBuffer;
  /** Frees a buffer of life `model`. */
  free(buffer: DeviceBuffer): void;
  /** Issues one kernel call. */
  run<K extends KernelName>(kernel: K, operands: Operands<K, Tensor>, params: Params<K>): void;
  /** Opens a scope; disposing it frees what was allocated since. Scopes nest and close in reverse order. */
  scope(): Disposable;
  /** Makes sure that `bytes` of run memory can be had at once, growing before a run rather than in it. */
  reserve(bytes: number): void;
  /** Makes what later calls like these need, such as compiled shaders, and computes nothing; absent where nothing is made. */
  prepare?(calls: readonly KernelCall[]): Promise<void>;
  /** Waits until the work issued so far is done. */
  flush(): Promise<void>;
  /** Copies `length` elements of a tensor out, once the work issued so far is done. */
  read(tensor: Tensor): Promise<Float32Array>;
  /** Runs `task` when no other one runs, so that runs never interleave; those that wait go by priority, then by age. */
  exclusive<T>(task: () => Promise<T>, options?: TaskOptions): Promise<T>;
}

/** A connector to one kind of hardware: what it is, what it holds, and, of {@linkcode KernelRunner}, how models are run. */
export interface Device extends KernelRunner {
  /** Kind of hardware. */
  readonly kind: "reference" | "wasm" | "webgpu" | "dry";
  /** Full name, with its variant: `wasm relaxed-simd`. */
  readonly name: string;
  /** Threads that share a call, the caller's counted; for a device on the processor. */
  readonly threads?: number;
  /** Memory in use now. */
  memory(): DeviceMemory;
  /** Why this device was taken; set by the dispatcher. */
  account?: DeviceAccount;
  /** Frees everything; later calls throw. */
  close(): void;
  /** Same as {@linkcode Device.close}. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** A queue of one: a task starts when the one before has ended, whether it failed or not. */
export function taskQueue(): KernelRunner["exclusive"] {
  const waiting: { readonly priority: number; readonly start: () => Promise<void> }[] = [];
  let busy = false;
  const work = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    await undefined; // no task begins before the call that queues it has returned
    for (let next; (next = waiting.shift());) await next.start();
    busy = false;
  };
  return <T>(task: () => Promise<T>, { signal, priority = 0 }: TaskOptions = {}) =>
    new Promise<T>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const leave = (): void => {
        waiting.splice(waiting.indexOf(entry), 1);
        reject(signal!.reason);
      };
      const start = async (): Promise<void> => {
        signal?.removeEventListener("abort", leave);
        try {
          resolve(await task());
        } catch (error) {
          reject(error);
        }
      };
      const entry = { priority, start };
      signal?.addEventListener("abort", leave, { once: true });
      waiting.splice(waiting.findLastIndex((other) => other.priority >= priority) + 1, 0, entry);
      void work();
    });
}
