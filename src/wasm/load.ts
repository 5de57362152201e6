/**
 * Finds the build of the kernels that this engine runs, and instantiates it over a memory. The kernels travel as base64
 * in a module that is imported only when it is wanted: no fetch, no permission, any bundler.
 *
 * @module
 */
import type { KernelName } from "../kernels.ts";
import { lazyImport } from "../bytes/lazy_import.ts";
import { compilePacked, type PackedWasm } from "../bytes/packed_wasm.ts";
import { fusesMultiplyAdd } from "./fused.ts";
import { markShared } from "./shared_module.ts";

/** A build of the kernels. */
export type Variant = "relaxed-simd" | "simd128";

/** Bytes of the scratch region that every kernel gets. */
export const SCRATCH_BYTES = 1 << 20;

/** Most pages (64 KiB) the memory can have; the modules declare the same. */
const MAXIMUM_PAGES = 65536;
const INITIAL_PAGES = 32;

/** The kernels: operands in table order (bytes from the start of the memory, 0 if absent), parameters, scratch, its bytes. */
export type WasmKernels = Readonly<Record<KernelName | "linear_half", (...args: number[]) => void>>;

/** An instance of the kernels. */
export interface WasmInstance {
  /** The exported functions. */
  readonly kernels: WasmKernels;
  /** The memory they work on. */
  readonly memory: WebAssembly.Memory;
  /** First byte that the module does not use itself (its stack lies below). */
  readonly heapBase: number;
  /** The build. */
  readonly variant: Variant;
  /** The compiled module. */
  readonly module: WebAssembly.Module;
  /** Whether threads can share the memory. */
  readonly shared: boolean;
}

/** What to instantiate. */
export interface LoadOptions {
  /** Which build; the best one this engine runs by default. */
  readonly variant?: Variant;
  /** A compiled module of that build; a base64 twin is imported and compiled unless given. */
  readonly module?: WebAssembly.Module;
  /** Memory to work on; a fresh one unless given. */
  readonly memory?: WebAssembly.Memory;
  /** Whether threads shall share the memory; not with a module or a memory that is given. */
  readonly shared?: boolean;
}

/** A module of one function, `(module (func CODE))`, given the bytes of its instructions. */
const probe = (...code: number[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // "\0asm", version 1
    ...[1, 4, 1, 0x60, 0, 0], // types: one of 4 bytes, (func)
    ...[3, 2, 1, 0], // functions: one of type 0
    ...[10, code.length + 4, 1, code.length + 2, 0, ...code, 0x0b], // code: one body, no locals, CODE, end
  ]);
/** `(i8x16.splat (i32.const 0))`: a vector of zeros. */
const SPLAT = [0x41, 0, 0xfd, 0x0f];
const DROP = 0x1a;
const PROBES: Readonly<Record<Variant, Uint8Array<ArrayBuffer>>> = {
  "relaxed-simd": probe(...SPLAT, ...SPLAT, ...SPLAT, 0xfd, 0x85, 0x02, DROP), // f32x4.relaxed_madd of three, drop
  "simd128": probe(...SPLAT, DROP), // the vector, drop
};

/** Whether this engine can run a build; the relaxed one only where its multiply-add rounds once. */
export const supports = (variant: Variant): boolean =>
  WebAssembly.validate(PROBES[variant]) && (variant === "simd128" || fusesMultiplyAdd());

/** The builds this engine can run, fastest first. */
export const supportedVariants = (): Variant[] => (Object.keys(PROBES) as Variant[]).filter(supports);

/** The modules that carry the builds. */
const PACKED: Readonly<Record<Variant, () => Promise<PackedWasm>>> = {
  "relaxed-simd": () => lazyImport("./wasm/kernels_relaxed.gen.ts"),
  "simd128": () => lazyImport("./wasm/kernels_simd128.gen.ts"),
};

/** Views of a kernel memory under the names that Emscripten modules give them, so that tools of that ecosystem know them. */
export interface HeapViews {
  readonly HEAPF32: Float32Array;
  readonly HEAPU32: Uint32Array;
  readonly HEAPU8: Uint8Array;
}

/** The views, made anew whenever the memory has grown. */
export function heapViews(memory: WebAssembly.Memory): HeapViews {
  const { buffer } = memory;
  return { HEAPF32: new Float32Array(buffer), HEAPU32: new Uint32Array(buffer), HEAPU8: new Uint8Array(buffer) };
}

/**
 * Instantiates the kernels.
 *
 * @throws {Error} This engine runs none of the builds, or not the one that was asked for.
 */
export async function instantiate(options: LoadOptions = {}): Promise<WasmInstance> {
  const variant = options.variant ?? supportedVariants()[0];
  if (variant === undefined || !supports(variant)) {
    throw new Error(
      `Cannot instantiate the WASM kernels as this engine must support ${variant ?? "simd128"}: current support is [${
        supportedVariants().join(", ")
      }]`,
    );
  }
  const packed = options.module ? undefined : await PACKED[variant]();
  const shared = !!options.shared && !options.memory && typeof packed?.default === "string";
  const memory = options.memory ?? new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: MAXIMUM_PAGES, shared });
  const module = options.module ?? await compilePacked(packed!, shared ? markShared : undefined);
  const imports: WebAssembly.Imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) imports[from] = { [name]: memory };
  const { exports } = await WebAssembly.instantiate(module, imports);
  return {
    kernels: exports as unknown as WasmKernels,
    memory,
    heapBase: (exports.heap_base as () => number)(),
    variant,
    module,
    shared,
  };
}
