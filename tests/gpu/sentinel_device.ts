/**
 * A WebGPU device whose operands lie between words that nobody may change, in bindings that reach over them: the bounds
 * that WebGPU keeps do not hide a shader that writes beside its operand, nor one to whom it matters what lies there.
 *
 * @module
 */
import type { Device, WriteOptions } from "../../src/device.ts";
import { openWebgpu } from "../../src/gpu/device.ts";
import type { KernelName, Operands, Params } from "../../src/kernels.ts";
import { type DeviceBuffer, type Tensor, tensorOf } from "../../src/tensor.ts";

/** Words before and after; a multiple of four, so that the ways of whole vectors stay open. */
const MARGIN = 256;
const SENTINEL = -7654321;

interface Between extends DeviceBuffer {
  /** The buffer with its margins. */
  readonly whole: DeviceBuffer;
  /** Row numbers, which are no floats to be read back. */
  readonly words: boolean;
}

/** Opens the device. Reading a buffer throws when a word beside it was changed. */
export async function openSentinels(): Promise<Device> {
  const device = await openWebgpu();
  const surround = (data: Float32Array | Uint32Array, options: WriteOptions): Between => {
    const Words = data.constructor as Float32ArrayConstructor;
    const all = new Words(data.length + 2 * MARGIN).fill(data instanceof Uint32Array ? 0xffff_ffff : SENTINEL);
    all.set(data, MARGIN);
    return { length: data.length, whole: device.write(all, options), words: data instanceof Uint32Array };
  };
  const inside = (tensor: Tensor): Tensor => {
    const { whole } = tensor.buffer as Between;
    return whole ? { ...tensor, buffer: whole, offset: tensor.offset + MARGIN } : tensor;
  };
  return {
    ...device,
    alloc: (length) => surround(new Float32Array(length).fill(NaN), { life: "run" }),
    write: (data, options) =>
      (options.role ?? "plain") === "plain" ? surround(data, options) : device.write(data, options),
    free: (buffer) => device.free((buffer as Between).whole ?? buffer),
    run<K extends KernelName>(kernel: K, operands: Operands<K, Tensor>, params: Params<K>): void {
      const moved = Object.fromEntries(
        Object.entries<Tensor | undefined>(operands).map(([name, tensor]) => [name, tensor && inside(tensor)]),
      );
      device.run(kernel, moved as unknown as Operands<K, Tensor>, params);
    },
    async read(tensor: Tensor): Promise<Float32Array> {
      const { whole, words, length } = tensor.buffer as Between;
      if (!whole || words) return await device.read(inside(tensor));
      const [values, all] = await Promise.all([
        device.read(inside(tensor)),
        device.read(tensorOf(whole, [length + 2 * MARGIN])),
      ]);
      const at = all.findIndex((word, i) => (i < MARGIN || i >= MARGIN + length) && word !== SENTINEL);
      if (at >= 0) throw new Error(`Word ${at - MARGIN} of a buffer of ${length} was changed to ${all[at]}`);
      return values;
    },
  };
}
