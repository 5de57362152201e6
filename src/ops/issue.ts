/**
 * How an op reaches the device: it gets the memory of its result and issues one kernel call, which is counted.
 *
 * @module
 */
import type { Device } from "../device.ts";
import { addWork, type KernelName, NO_WORK, type Operands, type Params, type Work, workOf } from "../kernels.ts";
import { columnsOf, reshape, sizeOf, type Tensor, tensorOf } from "../tensor.ts";
import { expectInside, fail } from "./checks.ts";
import type { Epilogue } from "./options.ts";

/** Issues kernel calls on one device and counts their work. */
export class Issue {
  readonly #device: Pick<Device, "alloc" | "run">;
  /** What has been issued so far. */
  work: Work = NO_WORK;

  constructor(device: Pick<Device, "alloc" | "run">) {
    this.#device = device;
  }

  /** A tensor of undefined contents. */
  empty(shape: readonly number[]): Tensor {
    return tensorOf(this.#device.alloc(sizeOf(shape)), shape);
  }

  /** The tensor that an op writes: what the caller gave under this shape, or a new one. */
  target(op: string, shape: readonly number[], { into, out }: Pick<Epilogue, "into" | "out"> = {}): Tensor {
    const target = into ?? out;
    if (!target) return this.empty(shape);
    if (sizeOf(target.shape) !== sizeOf(shape) || columnsOf(target) !== shape.at(-1)) {
      fail(op, into ? "into" : "out", `have the shape [${shape.join(", ")}]`, target);
    }
    return reshape(target, shape);
  }

  /** Issues one kernel call. No operand may reach out of its buffer, whatever an op has overlooked. */
  run<K extends KernelName>(kernel: K, operands: Operands<K, Tensor>, params: Params<K>): void {
    for (const name in operands) {
      const tensor = (operands as Readonly<Record<string, Tensor | undefined>>)[name];
      if (tensor) expectInside(kernel, name, tensor);
    }
    this.#device.run(kernel, operands, params);
    this.work = addWork(this.work, workOf(kernel, params));
  }
}
