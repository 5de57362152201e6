/**
 * A device without arithmetic. It records what a forward pass would issue and how much run memory it would hold at once:
 * shape tests without hardware, the total for a progress bar, the memory a run reserves, the choice of a tile size.
 *
 * @module
 */
import type { Device, KernelCall } from "../device.ts";
import { taskQueue } from "../device.ts";
import { addWork, type KernelName, NO_WORK, type Operands, type Params, type Work, workOf } from "../kernels.ts";
import { columnsOf, type DeviceBuffer, rowsOf, type Tensor } from "../tensor.ts";

/** What a pass would do. */
export interface Plan extends Work {
  /** Kernel calls in the order of issue. */
  readonly calls: readonly KernelCall[];
  /** Largest run memory at any moment, in bytes, blocks rounded as the devices round them. */
  readonly peak: number;
}

/** A dry device, and the plan of all that was issued on it. */
export interface DryDevice extends Device {
  /** What was issued so far. */
  plan(): Plan;
}

const BLOCK = 64;

/** Opens a dry device. */
export function openDry(): DryDevice {
  const calls: KernelCall[] = [];
  let total: Work = NO_WORK;
  let run = 0, peak = 0, weights = 0;
  const take = (length: number): DeviceBuffer => {
    run += Math.ceil(4 * length / BLOCK) * BLOCK;
    peak = Math.max(peak, run);
    return { length };
  };
  return {
    kind: "dry",
    name: "dry",
    alloc: take,
    write(data, { life }) {
      if (life === "run") return take(data.length);
      weights += 4 * data.length;
      return { length: data.length };
    },
    free(buffer) {
      weights -= 4 * buffer.length;
    },
    run<K extends KernelName>(kernel: K, operands: Operands<K, Tensor>, params: Params<K>) {
      calls.push({ kernel, operands, params } as KernelCall);
      total = addWork(total, workOf(kernel, params));
    },
    scope() {
      const mark = run;
      return { [Symbol.dispose]: () => void (run = mark) };
    },
    reserve() {},
    flush: () => Promise.resolve(),
    read: (tensor) => Promise.resolve(new Float32Array(rowsOf(tensor) * columnsOf(tensor))),
    exclusive: taskQueue(),
    memory: () => ({ weights, run, peak, reserved: weights + run }),
    close() {},
    [Symbol.asyncDispose]: () => Promise.resolve(),
    plan: () => ({ ...total, calls: [...calls], peak }),
  };
}
