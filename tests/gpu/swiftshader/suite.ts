/**
 * Runs the GPU suite in runtimes without Deno: the law of every kernel, which `tests/gpu/swiftshader/bundle.ts` imports before this
 * when it bundles, the laws of the scan, the device's own behaviour, fixtures of the official code.
 *
 * @module
 */
import { collected, host, type StepContext, type TestEvent } from "./shim.ts";
import { openWebgpu, type WebgpuDevice } from "../../../src/gpu/device.ts";
import { CPU_DEVICES, GPU_DEVICES } from "../../devices.ts";
import { sideBySide } from "../../../tools/laws/side_by_side.ts";
import "../device_test.ts";
import "../laws_test.ts";
import "../memory_test.ts";
import { registerGoldens } from "../goldens.ts";

// Kernels and fixtures share one device: a new one would make its pipelines again.
let shared: Promise<WebgpuDevice> | undefined;
const open = async (): Promise<WebgpuDevice> => {
  const device = await (shared ??= openWebgpu());
  return { ...device, close() {}, [Symbol.asyncDispose]: () => Promise.resolve() };
};
// Two runtimes with one driver: half of the cases each, not the same, unless the run is long.
const batches = host.long ? GPU_DEVICES[0]!.batches : { size: 25, count: 1, half: host.half };
for (const opener of GPU_DEVICES) Object.assign(opener, { batches, open: async () => sideBySide(await open()) });

registerGoldens(new URL("tests/golden/", host.root), host.fixtures, open);

/** Whether a test is of a device that is not the GPU. */
const isElsewhere = (name: string): boolean => CPU_DEVICES.some((device) => name.endsWith(` on ${device.name}`));

/** Runs every collected test, one after the other; all events are told in order. */
export async function runSuite(tell: (event: TestEvent) => void | Promise<void>): Promise<void> {
  const perform = async (name: string, fn: (context: StepContext) => void | Promise<void>): Promise<boolean> => {
    await tell({ begin: name });
    let error: string | undefined;
    let passed = true;
    try {
      await fn({ step: async (name, fn) => await perform(name, fn) || (passed = false) });
    } catch (thrown) {
      error = String((thrown as Error)?.stack ?? thrown);
    }
    await tell({ end: name, ...(error === undefined ? {} : { error }) });
    return passed && error === undefined;
  };
  for (const { name, fn, ignore } of collected) {
    if (isElsewhere(name)) continue;
    if (ignore) {
      await tell({ begin: name, ignore });
      await tell({ end: name });
    } else await perform(name, fn);
  }
  await tell({ done: true });
}
