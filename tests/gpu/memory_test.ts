import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Device } from "../../src/device.ts";
import { findAdapter } from "../../src/gpu/adapter.ts";
import type { WebgpuOptions } from "../../src/gpu/device.ts";
import { Ops } from "../../src/ops/ops.ts";
import { type Tensor, tensorOf } from "../../src/tensor.ts";
import { gpuTest } from "./gpu.ts";

/**
 * An adapter whose devices have no memory for what `isTooMuch` says: what WebGPU gives then is a buffer that is not valid,
 * here one without a usage, and a report of the kind that was asked for.
 */
function scarce(adapter: GPUAdapter, isTooMuch: (wanted: GPUBufferDescriptor) => boolean): GPUAdapter {
  return changed(adapter, (device) => {
    const scopes: { readonly filter: GPUErrorFilter; failed: boolean }[] = [];
    return {
      createBuffer(wanted: GPUBufferDescriptor): GPUBuffer {
        if (!isTooMuch(wanted)) return device.createBuffer(wanted);
        const scope = scopes.findLast(({ filter }) => filter === "out-of-memory");
        if (scope) scope.failed = true;
        device.pushErrorScope("validation");
        const buffer = device.createBuffer({ ...wanted, usage: 0 });
        device.popErrorScope().catch(() => {});
        return buffer;
      },
      pushErrorScope(filter: GPUErrorFilter): void {
        scopes.push({ filter, failed: false });
        device.pushErrorScope(filter);
      },
      async popErrorScope(): Promise<GPUError | null> {
        const { failed } = scopes.pop()!;
        const error = await device.popErrorScope();
        return failed ? { message: "Not enough memory left" } : error;
      },
    };
  });
}

/** An adapter whose devices have some members of their own. */
function changed(adapter: GPUAdapter, change: (device: GPUDevice) => Partial<GPUDevice>): GPUAdapter {
  const { features, limits, info } = adapter;
  const requestDevice = async (descriptor?: GPUDeviceDescriptor): Promise<GPUDevice> => {
    const device = await adapter.requestDevice(descriptor), own = change(device);
    return new Proxy(device, {
      get(_, name) {
        const value = own[name as keyof GPUDevice] ?? device[name as keyof GPUDevice];
        return typeof value === "function" ? value.bind(device) : value;
      },
    });
  };
  return { features, limits, info, requestDevice } as unknown as GPUAdapter;
}

/** How a device is opened that has too little memory; the adapter is a new one each time, as it makes one device only. */
const without = (isTooMuch: (wanted: GPUBufferDescriptor) => boolean): WebgpuOptions => ({
  gpu: {
    requestAdapter: async () => {
      const found = await findAdapter();
      return typeof found === "string" ? null : scarce(found, isTooMuch);
    },
  } as unknown as GPU,
});

const MIB = 2 ** 20;
const isLarge = ({ size, label = "" }: GPUBufferDescriptor): boolean => size > 4 * MIB && label.startsWith("block");

/** What a device still does after an error. */
async function assertWorks(device: Device): Promise<void> {
  using _ = device.scope();
  const ops = new Ops(device);
  assertEquals(await device.read(ops.unary(ops.input(Float32Array.of(-1, 2), [2]), "relu")), Float32Array.of(0, 2));
}

gpuTest("memory that is not there gives one error that names kernel and operand, at the next await", async (device) => {
  for (const wait of [(y: Tensor) => device.read(y), () => device.flush()]) {
    {
      using _ = device.scope();
      const ops = new Ops(device);
      const scale = ops.input(Float32Array.of(1, 2, 3, 4), [4]);
      const tall = ops.binary("multiply", ops.empty([MIB / 2, 4]), scale);
      const error = await assertRejects(() => wait(ops.unary(tall, "silu")), RangeError);
      assertStringIncludes(
        error.message,
        "Cannot allocate a of binary on WebGPU as 8.0 MiB must be free: Not enough memory left",
      );
    }
    await assertWorks(device);
  }
  assert(device.memory().reserved < 4 * MIB);
}, without(isLarge));

gpuTest("weights that memory is not there for give one error that names kernel and operand", async (device) => {
  const shape = [MIB / 2, 4];
  const values = new Float32Array(2 * MIB).fill(0.1);
  const weight = tensorOf(device.write(values, { life: "model", role: "linear", shape }), shape);
  {
    using _ = device.scope();
    const ops = new Ops(device);
    const error = await assertRejects(() => device.read(ops.linear(ops.input(new Float32Array(4), [1, 4]), weight)));
    assertStringIncludes(
      String(error),
      "RangeError: Cannot allocate weight of linear on WebGPU as 8.0 MiB must be free",
    );
  }
  device.free(weight.buffer);
  assertEquals(device.memory().weights, 0);
  await assertWorks(device);
}, without(isLarge));

gpuTest("results that memory is not there for give one error that says so", async (device) => {
  {
    using _ = device.scope();
    const x = new Ops(device).empty([2 * MIB]);
    await assertRejects(() => device.read(x), RangeError, "Cannot read results of WebGPU as 8.0 MiB must be free");
  }
  await assertWorks(device);
}, without(({ size, label }) => size > 4 * MIB && label === "results"));

gpuTest("an operand larger than any buffer gives one error that names kernel and operand", async (device) => {
  const { maxBufferSize, maxStorageBufferBindingSize } = (await findAdapter() as GPUAdapter).limits;
  const rows = Math.floor(Math.min(maxBufferSize, maxStorageBufferBindingSize) / 4) + 4;
  {
    using _ = device.scope();
    const ops = new Ops(device);
    const y = ops.binary("add", ops.empty([rows, 1]), ops.input(Float32Array.of(1), [1]));
    const error = await assertRejects(() => device.read(y), RangeError);
    assertStringIncludes(error.message, "Cannot run binary as a must fit a WebGPU binding of ");
    assertStringIncludes(error.message, "use a smaller image or tile");
  }
  await assertWorks(device);
});
