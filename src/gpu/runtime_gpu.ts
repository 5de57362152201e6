/**
 * The entry to WebGPU of each runtime: `navigator.gpu` in browsers and Deno, the optional npm package `webgpu` in Node.
 *
 * @module
 */
import { runtimeImport } from "../bytes/lazy_import.ts";

/** The npm package `webgpu` (Dawn). */
interface DawnModule {
  readonly create: (options: readonly string[]) => GPU;
  readonly globals: Readonly<Record<string, unknown>>;
}

/** The package is found by the runtime's own rules, and only when it is installed. */
const PACKAGE = "webgpu";

let dawn: GPU | undefined;

/** The entry to WebGPU, or why there is none. */
export async function runtimeGpu(): Promise<GPU | string> {
  const { navigator, process } = globalThis as unknown as {
    readonly navigator?: { readonly gpu?: GPU };
    readonly process?: { readonly versions?: { readonly node?: string } };
  };
  if (navigator?.gpu) return navigator.gpu;
  if (!process?.versions?.node) return "this runtime has no WebGPU";
  try {
    const { create, globals } = await runtimeImport<DawnModule>(PACKAGE);
    if (!dawn) Object.assign(globalThis, globals);
    return dawn ??= create([]);
  } catch {
    return "this runtime has no WebGPU, and the npm package webgpu is not installed";
  }
}
