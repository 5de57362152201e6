/**
 * The WebGPU device: buffers from a pool, kernels as shaders, one submission an inference where the work allows it.
 *
 * @module
 */
import type { Device, DeviceMemory, KernelCall, WriteOptions } from "../device.ts";
import { taskQueue } from "../device.ts";
import { Ledger } from "../device/ledger.ts";
import { packHalves } from "../device/half_weights.ts";
import { readRows } from "../device/read_rows.ts";
import type { KernelName, Operands, Params } from "../kernels.ts";
import { columnsOf, type DeviceBuffer, rowsOf, type Tensor } from "../tensor.ts";
import { type AdapterDescription, describeAdapter, findAdapter } from "./adapter.ts";
import { Commands } from "./commands.ts";
import { Faults } from "./faults.ts";
import { Launcher } from "./launcher.ts";
import { packWeight } from "./pack_weights.ts";
import { Pipelines } from "./pipelines.ts";
import { openShaders } from "./shaders.ts";
import { type GpuBuffer, Pool } from "./pool.ts";
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
  const pipelines = new Pipelines(gpu, faults, { ...await openShaders(), ...options.shaders });
  const commands = new Commands(gpu, faults, pipelines.params);
  const launcher = new Launcher(gpu, faults, pool, commands, pipelines);
  const readback = new Readback(gpu, commands, faults);
  const ledger = new Ledger<GpuBuffer>({
    device: "WebGPU",
    bytesOf: ({ block }) => block.bytes,
    give: ({ block }) => pool.give(block),
    onIdle: () => {
      const idle = pool.endRun();
      if (idle.some(({ used }) => used === commands.serial)) commands.submit();
      for (const block of idle) pool.destroy(block);
    },
  });

  const guard = (action: string): void => {
    ledger.guard(action);
    if (faults.lost) throw faults.lost;
  };

  const readBack = async (tensor: Tensor): Promise<Float32Array> => {
    guard("read");
    const { block } = tensor.buffer as GpuBuffer, rows = rowsOf(tensor), columns = columnsOf(tensor);
    if (rows * columns === 0 || !block.gpu) {
      await device.flush();
      return new Float32Array(rows * columns);
    }
    const elements = (rows - 1) * tensor.stride + columns;
    block.used = commands.serial;
    const span = new Float32Array(await readback.read(block.gpu, 4 * tensor.offset, 4 * elements));
    return elements === rows * columns ? span : readRows(span, 0, tensor);
  };
  const device: WebgpuDevice = {
    kind: "webgpu",
    name: `webgpu ${description.name}`,
    pace: description.software ? 1 : HARDWARE_PACE,
    adapter: description,
    alloc(length: number): GpuBuffer {
      guard("allocate");
      return ledger.run(() => ({ length, block: pool.take(4 * length) }));
    },
    write(data: Float32Array | Uint32Array, options: WriteOptions): GpuBuffer {
      guard("write");
      const { packed, half } = data instanceof Float32Array ? pack(data, options) : { packed: data, half: false };
      // A write to the queue overtakes the open commands, so none of them may use this memory.
      const length = half ? 2 * packed.length : packed.length;
      const take = () => ({ length, block: pool.takeUnused(packed.byteLength, commands.serial), half });
      const buffer = options.life === "run" ? ledger.run(take) : ledger.keep(take());
      const { block } = buffer;
      if (block.gpu && packed.length > 0) {
        gpu.queue.writeBuffer(block.gpu, 0, packed.buffer as ArrayBuffer, packed.byteOffset, packed.byteLength);
      }
      return buffer;
    },
    free(buffer: DeviceBuffer): void {
      const block = ledger.drop(buffer)?.block;
      if (!block) return;
      if (block.used === commands.serial) commands.submit();
      pool.destroy(block);
    },
    run<K extends KernelName>(kernel: K, operands: Operands<K, Tensor>, params: Params<K>): void {
      guard(`run ${kernel}`);
      launcher.run(kernel, operands, params);
    },
    scope: () => ledger.scope(),
    // The pool grows by single buffers; nothing is gained by taking them before they are needed.
    reserve(): void {},
    async flush(): Promise<void> {
      guard("flush");
      commands.submit();
      await Promise.race([gpu.queue.onSubmittedWorkDone(), faults.whenLost]);
      await faults.settle();
    },
    read(tensor: Tensor): Promise<Float32Array> {
      const reading = readBack(tensor);
      // Who reads in the middle of a run waits for it after the run, which may have failed by then.
      reading.catch(() => {});
      return reading;
    },
    exclusive: taskQueue(),
    memory(): DeviceMemory {
      return { ...ledger.bytes, reserved: pool.reserved };
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
      if (ledger.closed) return;
      ledger.close();
      readback.close();
      commands.close();
      gpu.destroy();
    },
    [Symbol.asyncDispose](): Promise<void> {
      device.close();
      return Promise.resolve();
    },
  };
  return device;
}
