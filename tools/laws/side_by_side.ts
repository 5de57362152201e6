/**
 * A WebGPU device for many cases at once: what is issued waits until results are asked for, then all pipelines it needs
 * are made side by side, as a software adapter takes up to seconds for one, and all results share one wait.
 *
 * @module
 */
import type { Device, KernelCall } from "../../src/device.ts";
import type { WebgpuDevice } from "../../src/gpu/device.ts";
import type { KernelName, Operands, Params } from "../../src/kernels.ts";
import type { Tensor } from "../../src/tensor.ts";

/** The same device, where runs may overlap: memory is kept until the last of them has ended. */
export function sideBySide(device: WebgpuDevice): Device {
  let held: KernelCall[] = [];
  let issued: Promise<void> | undefined;
  let runs = 0, memory: Disposable | undefined;
  const issue = async (): Promise<void> => {
    // The others that are asked for in this go, and while pipelines are made, join in.
    for (let ready = -1; ready < held.length;) {
      await Promise.resolve();
      ready = held.length;
      await device.prepare(held);
    }
    const calls = held;
    held = [];
    issued = undefined;
    for (const { kernel, operands, params } of calls) device.run(kernel, operands, params);
  };
  return {
    ...device,
    run<K extends KernelName>(kernel: K, operands: Operands<K, Tensor>, params: Params<K>): void {
      held.push({ kernel, operands, params } as KernelCall);
    },
    scope(): Disposable {
      if (runs++ === 0) memory = device.scope();
      return {
        [Symbol.dispose]() {
          if (--runs === 0) memory?.[Symbol.dispose]();
        },
      };
    },
    async flush(): Promise<void> {
      await (issued ??= issue());
      await device.flush();
    },
    async read(tensor: Tensor): Promise<Float32Array> {
      await (issued ??= issue());
      return await device.read(tensor);
    },
    exclusive: (task) => task(),
  };
}
