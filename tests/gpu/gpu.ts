/**
 * What the GPU suites share: they run on any adapter, be it a software one; without one they fail in CI, and say on a
 * developer's machine that they were skipped.
 *
 * @module
 */
import { findAdapter } from "../../src/gpu/adapter.ts";
import { openWebgpu, type WebgpuDevice, type WebgpuOptions } from "../../src/gpu/device.ts";

const found = await findAdapter();
const obstacle = typeof found === "string" ? found : undefined;

/** A test that gets a WebGPU device, which is closed afterwards, and what it runs its steps by. */
export function gpuTest(
  name: string,
  body: (device: WebgpuDevice, t: Pick<Deno.TestContext, "step">) => Promise<void>,
  options: WebgpuOptions = {},
): void {
  Deno.test({
    name,
    ignore: obstacle !== undefined && !Deno.env.get("CI"),
    fn: async (t) => {
      if (obstacle) throw new Error(`Cannot test on WebGPU in CI as there must be an adapter: ${obstacle}`);
      await using device = await openWebgpu(options);
      await body(device, t);
    },
  });
}
