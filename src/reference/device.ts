/**
 * The reference device: plain TypeScript arrays and the kernels of this folder. It is the meaning of every kernel, and
 * the last resort where neither WebGPU nor WebAssembly SIMD exists.
 *
 * @module
 */
import type { Device, DeviceMemory, WriteOptions } from "../device.ts";
import { taskQueue } from "../device.ts";
import { Ledger } from "../device/ledger.ts";
import { readRows } from "../device/read_rows.ts";
import { SIGNATURES } from "../device/signature.ts";
import type { KernelName, Operands, Params } from "../kernels.ts";
import type { DeviceBuffer, Tensor } from "../tensor.ts";
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
  const ledger = new Ledger<ReferenceBuffer>({ device: "reference", bytesOf: ({ array }) => array.byteLength });
  // A scope that stays open: here run memory needs none, the garbage collector takes it.
  ledger.scope();

  const device: Device = {
    kind: "reference",
    name: precision === "f64" ? "reference f64" : "reference",
    alloc(length: number): ReferenceBuffer {
      ledger.guard("allocate");
      return ledger.run(() => ({
        length,
        array: precision === "f64" ? new Float64Array(length) : new Float32Array(length),
      }));
    },
    write(data: Float32Array | Uint32Array, { life }: WriteOptions): ReferenceBuffer {
      ledger.guard("write");
      // Run memory may be added to, so the oracle keeps it in f64; weights are only read, and exact in f32.
      const widened = precision === "f64" && life === "run" && data instanceof Float32Array;
      const buffer = { length: data.length, array: widened ? Float64Array.from(data) : data.slice() };
      return life === "run" ? ledger.run(() => buffer) : ledger.keep(buffer);
    },
    free(buffer: DeviceBuffer): void {
      ledger.drop(buffer);
    },
    run<K extends KernelName>(kernel: K, operands: Operands<K, Tensor>, params: Params<K>): void {
      ledger.guard(`run ${kernel}`);
      const views: Record<string, View | undefined> = {};
      for (const { name } of SIGNATURES[kernel].operands) {
        const tensor = (operands as Record<string, Tensor | undefined>)[name];
        views[name] = tensor && { data: (tensor.buffer as ReferenceBuffer).array, at: tensor.offset };
      }
      REFERENCE_KERNELS[kernel](views as unknown as Operands<K, View>, params);
    },
    scope: () => ledger.scope(),
    reserve(): void {},
    flush(): Promise<void> {
      return Promise.resolve();
    },
    read(tensor: Tensor): Promise<Float32Array> {
      ledger.guard("read");
      const { array } = tensor.buffer as ReferenceBuffer;
      return Promise.resolve(readRows(array, tensor.offset, tensor));
    },
    exclusive: taskQueue(),
    memory(): DeviceMemory {
      const { bytes } = ledger;
      return { ...bytes, reserved: bytes.weights + bytes.run };
    },
    close(): void {
      ledger.close();
    },
    [Symbol.asyncDispose](): Promise<void> {
      device.close();
      return Promise.resolve();
    },
  };
  return device;
}
