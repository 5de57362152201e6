/**
 * The reference device: plain TypeScript arrays and the kernels of this folder. It is the meaning of every kernel, and
 * the last resort where neither WebGPU nor WebAssembly SIMD exists.
 *
 * @module
 */
import type { Device, DeviceMemory, WriteOptions } from "../device.ts";
import { taskQueue } from "../device.ts";
import { type KernelName, KERNELS, type Operands, type Params } from "../kernels.ts";
import { columnsOf, type DeviceBuffer, rowsOf, type Tensor } from "../tensor.ts";
import { attention } from "./attention.ts";
import { binary } from "./binary.ts";
import { causal_conv1d } from "./causal_conv1d.ts";
import { channel_attention } from "./channel_attention.ts";
import { conv2d } from "./conv2d.ts";
import { depthwise_conv2d } from "./depthwise_conv2d.ts";
import { gather_rows } from "./gather_rows.ts";
import { layer_norm } from "./layer_norm.ts";
import { linear } from "./linear.ts";
import { max_rows } from "./max_rows.ts";
import { mean_rows } from "./mean_rows.ts";
import { pixel_shuffle } from "./pixel_shuffle.ts";
import { rms_norm } from "./rms_norm.ts";
import { sample } from "./sample.ts";
import { selective_scan } from "./selective_scan.ts";
import { sort } from "./sort.ts";
import { unary } from "./unary.ts";
import type { ReferenceKernel, View } from "./view.ts";

const REFERENCE_KERNELS: { readonly [K in KernelName]: ReferenceKernel<K> } = {
  linear,
  conv2d,
  depthwise_conv2d,
  causal_conv1d,
  selective_scan,
  rms_norm,
  layer_norm,
  unary,
  binary,
  mean_rows,
  channel_attention,
  max_rows,
  gather_rows,
  pixel_shuffle,
  attention,
  sort,
  sample,
};

interface ReferenceBuffer extends DeviceBuffer {
  readonly array: Float32Array | Float64Array | Uint32Array;
}

/** How the reference device is opened. */
export interface ReferenceOptions {
  /** `f32` (default) stores results as the other devices do; `f64` keeps them, which separates formula from rounding. */
  readonly precision?: "f32" | "f64";
}

/** Opens the reference device. */
export function openReference({ precision = "f32" }: ReferenceOptions = {}): Device {
  const sizes = { weights: 0, run: 0, peak: 0 };
  const width = precision === "f64" ? 8 : 4;
  const weights = new Map<DeviceBuffer, number>();
  const scopes: number[] = [];
  let closed = false;
  const guard = (action: string): void => {
    if (closed) throw new Error(`Cannot ${action} as the reference device is closed`);
  };

  const device: Device = {
    kind: "reference",
    name: precision === "f64" ? "reference f64" : "reference",
    alloc(length: number): ReferenceBuffer {
      guard("allocate");
      sizes.run += length * width;
      sizes.peak = Math.max(sizes.peak, sizes.run);
      return { length, array: precision === "f64" ? new Float64Array(length) : new Float32Array(length) };
    },
    write(data: Float32Array | Uint32Array, { life }: WriteOptions): ReferenceBuffer {
      guard("write");
      // Run memory may be added to, so the oracle keeps it in f64; weights are only read, and exact in f32.
      const widened = precision === "f64" && life === "run" && data instanceof Float32Array;
      const buffer = { length: data.length, array: widened ? Float64Array.from(data) : data.slice() };
      if (life === "model") {
        weights.set(buffer, data.byteLength);
        sizes.weights += data.byteLength;
      } else sizes.run += data.byteLength;
      return buffer;
    },
    free(buffer: DeviceBuffer): void {
      sizes.weights -= weights.get(buffer) ?? 0;
      weights.delete(buffer);
    },
    run<K extends KernelName>(kernel: K, operands: Operands<K, Tensor>, params: Params<K>): void {
      guard(`run ${kernel}`);
      const views: Record<string, View | undefined> = {};
      for (const name of Object.keys(KERNELS[kernel].operands)) {
        const tensor = (operands as Record<string, Tensor | undefined>)[name];
        views[name] = tensor && { data: (tensor.buffer as ReferenceBuffer).array, at: tensor.offset };
      }
      REFERENCE_KERNELS[kernel](views as unknown as Operands<K, View>, params);
    },
    scope(): Disposable {
      const mark = sizes.run, depth = scopes.push(mark);
      return {
        [Symbol.dispose]() {
          if (scopes.length < depth) return;
          scopes.length = depth - 1;
          sizes.run = mark;
        },
      };
    },
    reserve(): void {},
    flush(): Promise<void> {
      return Promise.resolve();
    },
    read(tensor: Tensor): Promise<Float32Array> {
      guard("read");
      const { array } = tensor.buffer as ReferenceBuffer;
      const rows = rowsOf(tensor), columns = columnsOf(tensor);
      const result = new Float32Array(rows * columns);
      for (let r = 0; r < rows; r++) {
        const first = tensor.offset + r * tensor.stride;
        result.set(array.subarray(first, first + columns), r * columns);
      }
      return Promise.resolve(result);
    },
    exclusive: taskQueue(),
    memory(): DeviceMemory {
      return { ...sizes, reserved: sizes.weights + sizes.run };
    },
    close(): void {
      closed = true;
      weights.clear();
    },
    [Symbol.asyncDispose](): Promise<void> {
      device.close();
      return Promise.resolve();
    },
  };
  return device;
}
