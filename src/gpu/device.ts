/**
 * The WebGPU device: buffers from a pool, kernels as shaders, one submission an inference where the work allows it.
 *
 * @module
 */
import type { Device, DeviceMemory, KernelCall, WriteOptions } from "../device.ts";
import { taskQueue } from "../device.ts";
import type { KernelName, Operands, Params } from "../kernels.ts";
import { columnsOf, type DeviceBuffer, rowsOf, type Tensor } from "../tensor.ts";
import { type AdapterDescription, describeAdapter, findAdapter } from "./adapter.ts";
import { Commands } from "./commands.ts";
import { Faults } from "./faults.ts";
import { packHalves } from "./half_weights.ts";
import { Launcher } from "./launcher.ts";
import { packWeight } from "./pack_weights.ts";
import { Pipelines } from "./pipelines.ts";
import { type Block, type GpuBuffer, Pool } from "./pool.ts";
import { Readback } from "./readback.ts";
import type { TimedPass } from "./timeline.ts";

/** An integrated GPU of today has ten times the arithmetic of a core. */
const HARDWARE_PACE = 8;

/** How the WebGPU device is opened. */
export interface WebgpuOptions {
  /** Entry to WebGPU; `navigator.gpu` unless given (Node: `create([])` of the `webgpu` package). */
  readonly gpu?: GPU;
  /** An adapter already found. */
  readonly adapter?: GPUAdapter;
  /** `adapter` (default) asks for all the memory that the adapter has; `default` stays within WebGPU's defaults. */
  readonly limits?: "default" | "adapter";
  /** Shaders that take the place of the built-in ones, by kernel. */
  readonly shaders?: Readonly<Partial<Record<KernelName, string>>>;
}

/** What was issued on a device so far. */
export interface WebgpuCounts {
  /** Kernel calls, by kernel. */
  readonly calls: Readonly<Partial<Record<KernelName, number>>>;
  /** Dispatches: a call has one or more. */
  readonly dispatches: number;
  /** Submissions to the queue. */
  readonly submits: number;
  /** Pipelines that were made: compiled shaders. */
  readonly pipelines: number;
}

/** A WebGPU device. */
export interface WebgpuDevice extends Device {
  /** Kind of hardware. */
  readonly kind: "webgpu";
  /** The hardware behind it. */
  readonly adapter: AdapterDescription;
  /** What was issued so far. */
  counts(): WebgpuCounts;
  /** Makes the pipelines that these calls need and that do not exist yet, side by side. */
  prepare(calls: readonly KernelCall[]): Promise<void>;
  /**
   * GPU time of what `issue` issues, by timestamps: one entry a pass, which is everything at once, or each dispatch when
   * `perKernel` is set.
   *
   * @throws {Error} The adapter has no timestamps.
   */
  time(issue: () => void, options?: { readonly perKernel?: boolean }): Promise<readonly TimedPass[]>;
  /** Ends the device as if the hardware had failed; pending work rejects. */
  destroy(): void;
}

/** A weight as its shader wants it: those of products as f16 where that loses nothing. */
function pack(data: Float32Array, options: WriteOptions): { packed: Float32Array | Uint32Array; half: boolean } {
  const packed = packWeight(data, options), { role } = options;
  const halves = role === "linear" || role === "conv2d" ? packHalves(packed) : undefined;
  return { packed: halves ?? packed, half: halves !== undefined };
}

/**
 * Opens a WebGPU device.
 *
 * @throws {Error} There is no WebGPU or no adapter; the message says which.
 *
 * @example
 * ```ts
 * import { openWebgpu } from "@sidewinder/sidewinder/webgpu";
 *
 * await using device = await openWebgpu();
 * console.log(device.name, device.adapter.software);
 * ```
 */
export async function openWebgpu(options: WebgpuOptions = {}): Promise<WebgpuDevice> {
  const adapter = options.adapter ?? await findAdapter(options.gpu);
  if (typeof adapter === "string") {
    throw new Error(`Cannot open a WebGPU device as there must be an adapter: ${adapter}`);
  }
  const description = describeAdapter(adapter);
  const { maxStorageBufferBindingSize, maxBufferSize, maxComputeWorkgroupStorageSize } = adapter.limits;
  const gpu = await adapter.requestDevice({
    label: "sidewinder",
    requiredFeatures: adapter.features.has("timestamp-query") ? ["timestamp-query"] : [],
    requiredLimits: options.limits === "default"
      ? {}
      : { maxStorageBufferBindingSize, maxBufferSize, maxComputeWorkgroupStorageSize },
  });
  const faults = new Faults(gpu);
  const pool = new Pool(gpu, faults);
  const pipelines = new Pipelines(gpu, faults, options.shaders);
  const commands = new Commands(gpu, faults, pipelines.params);
  const launcher = new Launcher(gpu, faults, pool, commands, pipelines);
  const readback = new Readback(gpu, commands, faults);
  const bytes = { weights: 0, run: 0, peak: 0 };
  const models = new Set<DeviceBuffer>();
  const scopes: GpuBuffer[][] = [];
  let closed = false;

  const guard = (action: string): void => {
    if (closed) throw new Error(`Cannot ${action} as the WebGPU device is closed`);
    if (faults.lost) throw faults.lost;
  };
  const takeRun = (length: number, take: (bytes: number) => Block, half = false): GpuBuffer => {
    const scope = scopes.at(-1);
    if (!scope) {
      throw new Error("Cannot allocate run memory on the WebGPU device as a scope must be open: there is none");
    }
    const buffer = { length, block: take(4 * length), half };
    scope.push(buffer);
    bytes.run += buffer.block.bytes;
    bytes.peak = Math.max(bytes.peak, bytes.run);
    return buffer;
  };

  const device: WebgpuDevice = {
    kind: "webgpu",
    name: `webgpu ${description.name}`,
    pace: description.software ? 1 : HARDWARE_PACE,
    adapter: description,
    alloc(length: number): GpuBuffer {
      guard("allocate");
      return takeRun(length, (bytes) => pool.take(bytes));
    },
    write(data: Float32Array | Uint32Array, options: WriteOptions): GpuBuffer {
      guard("write");
      const { packed, half } = data instanceof Float32Array ? pack(data, options) : { packed: data, half: false };
      let buffer: GpuBuffer;
      // A write to the queue overtakes the open commands, so none of them may use this memory.
      const take = (bytes: number) => pool.takeUnused(bytes, commands.serial);
      if (options.life === "run") buffer = takeRun(packed.length, take, half);
      else {
        buffer = { length: packed.length, block: take(packed.byteLength), half };
        models.add(buffer);
        bytes.weights += buffer.block.bytes;
      }
      const { block } = buffer;
      if (block.gpu && packed.length > 0) {
        gpu.queue.writeBuffer(block.gpu, 0, packed.buffer as ArrayBuffer, packed.byteOffset, packed.byteLength);
      }
      return buffer;
    },
    free(buffer: DeviceBuffer): void {
      if (!models.delete(buffer)) return;
      const { block } = buffer as GpuBuffer;
      bytes.weights -= block.bytes;
      if (block.used === commands.serial) commands.submit();
      pool.destroy(block);
    },
    run<K extends KernelName>(kernel: K, operands: Operands<K, Tensor>, params: Params<K>): void {
      guard(`run ${kernel}`);
      launcher.run(kernel, operands, params);
    },
    scope(): Disposable {
      const depth = scopes.push([]);
      return {
        [Symbol.dispose]() {
          if (closed) return;
          while (scopes.length >= depth) {
            for (const { block } of scopes.pop()!.reverse()) {
              bytes.run -= block.bytes;
              pool.give(block);
            }
          }
          if (scopes.length > 0) return;
          const idle = pool.endRun();
          if (idle.some(({ used }) => used === commands.serial)) commands.submit();
          for (const block of idle) pool.destroy(block);
        },
      };
    },
    // The pool grows by single buffers; nothing is gained by taking them before they are needed.
    reserve(): void {},
    async flush(): Promise<void> {
      guard("flush");
      commands.submit();
      await Promise.race([gpu.queue.onSubmittedWorkDone(), faults.whenLost]);
      await faults.settle();
    },
    async read(tensor: Tensor): Promise<Float32Array> {
      guard("read");
      const rows = rowsOf(tensor), columns = columnsOf(tensor), { block } = tensor.buffer as GpuBuffer;
      const result = new Float32Array(rows * columns);
      if (result.length === 0 || !block.gpu) {
        await device.flush();
        return result;
      }
      const elements = (rows - 1) * tensor.stride + columns;
      block.used = commands.serial;
      const span = new Float32Array(await readback.read(block.gpu, 4 * tensor.offset, 4 * elements));
      if (elements === result.length) return span;
      for (let r = 0; r < rows; r++) {
        result.set(span.subarray(r * tensor.stride, r * tensor.stride + columns), r * columns);
      }
      return result;
    },
    exclusive: taskQueue(),
    memory(): DeviceMemory {
      return { ...bytes, reserved: pool.reserved };
    },
    counts(): WebgpuCounts {
      const { dispatches, submits } = commands;
      return { calls: { ...launcher.calls }, dispatches, submits, pipelines: pipelines.size };
    },
    async prepare(calls: readonly KernelCall[]): Promise<void> {
      guard("prepare");
      await pipelines.prepare(calls.flatMap((call) => launcher.pipelinesOf(call)));
    },
    async time(issue, { perKernel = false } = {}): Promise<readonly TimedPass[]> {
      guard("time");
      if (!gpu.features.has("timestamp-query")) {
        throw new Error("Cannot time on WebGPU as the adapter must have timestamp-query: it has not");
      }
      const passes = await commands.time(issue, perKernel);
      await faults.settle();
      return passes;
    },
    destroy(): void {
      gpu.destroy();
    },
    close(): void {
      if (closed) return;
      closed = true;
      readback.close();
      commands.close();
      models.clear();
      scopes.length = 0;
      gpu.destroy();
    },
    [Symbol.asyncDispose](): Promise<void> {
      device.close();
      return Promise.resolve();
    },
  };
  return device;
}
