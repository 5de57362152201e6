/**
 * What WebGPU offers on this machine, in words.
 *
 * @module
 */
import { runtimeGpu } from "./runtime_gpu.ts";

/** What is known of an adapter. */
export interface AdapterDescription {
  /** Readable name: `NVIDIA H100`, `llvmpipe (LLVM 15.0.6, 256 bits)`. */
  readonly name: string;
  /** Whether the processor does the work; then WASM is the better choice. */
  readonly software: boolean;
  /** Optional features it has, sorted. */
  readonly features: readonly string[];
}

const SOFTWARE_REGEXP = /llvmpipe|lavapipe|softpipe|swiftshader|basic render|software|\bcpu\b|warp/i;

/** Describes an adapter; never throws. */
export function describeAdapter(adapter: GPUAdapter): AdapterDescription {
  const facts = adapter.info as Partial<GPUAdapterInfo> & { readonly isFallbackAdapter?: boolean } | undefined;
  const words = [facts?.description, facts?.vendor, facts?.architecture, facts?.device].filter(Boolean).map(String);
  // Dawn and browsers leave the description empty; vendor and architecture are what remains.
  const name = facts?.description || words.join(" ") || "unnamed adapter";
  const fallback = facts?.isFallbackAdapter ?? (adapter as { readonly isFallbackAdapter?: boolean }).isFallbackAdapter;
  return {
    name,
    software: fallback === true || words.some((word) => SOFTWARE_REGEXP.test(word)),
    features: [...adapter.features].sort(),
  };
}

/**
 * The best adapter of `gpu` (the runtime's own WebGPU unless given), or why there is none.
 *
 * @example
 * ```ts
 * import { findAdapter } from "@sidewinder/sidewinder/kernels";
 *
 * const found = await findAdapter();
 * console.log(typeof found === "string" ? found : found.info.vendor);
 * ```
 */
export async function findAdapter(gpu?: GPU): Promise<GPUAdapter | string> {
  const entry = gpu ?? await runtimeGpu();
  if (typeof entry === "string") return entry;
  try {
    return await entry.requestAdapter({ powerPreference: "high-performance" }) ?? "WebGPU found no adapter";
  } catch (error) {
    return `WebGPU failed to look for an adapter: ${(error as Error).message}`;
  }
}
