/**
 * WebGPU by itself, with what {@linkcode openWebgpu} has beyond the usual device: timestamps, counts, the adapter. Apart
 * from the main module, which fetches the shaders only where there is an adapter.
 *
 * @example
 * ```ts ignore
 * import { openWebgpu } from "@sidewinder/sidewinder/webgpu";
 *
 * await using device = await openWebgpu();
 * console.log(device.adapter.name, device.adapter.features);
 * ```
 *
 * @module
 */
export { type AdapterDescription, describeAdapter, findAdapter } from "./adapter.ts";
export { openWebgpu, type WebgpuCounts, type WebgpuDevice, type WebgpuOptions } from "./device.ts";
export type { TimedPass } from "./timeline.ts";
