/**
 * The dispatcher: takes the best device this machine has and says why.
 *
 * @module
 */
import type { Device } from "./device.ts";
import { describeAdapter, findAdapter } from "./gpu/adapter.ts";
import { lazyImport } from "./bytes/lazy_import.ts";
import { checkThreads, openWasm, type WasmOptions } from "./wasm/device.ts";
import { supports, type Variant } from "./wasm/load.ts";
import { obstacleToThreads } from "./wasm/cores.ts";

/** Kinds of device that can be asked for. */
export type DeviceKind = "webgpu" | "wasm" | "wasm-simd128" | "reference";

/** What is wanted of the dispatcher. */
export interface OpenOptions {
  /** Tried first, if this machine has it. */
  readonly prefer?: DeviceKind | undefined;
  /** Nothing else will do. */
  readonly require?: DeviceKind | undefined;
  /** A compiled kernel module, where compiling is forbidden: the relaxed-simd build, or with `wasm-simd128` that one. */
  readonly wasm?: WebAssembly.Module | undefined;
  /** Threads of the WASM device, the caller's counted: as many as there are usable cores, at most 16, unless given. */
  readonly threads?: "auto" | number | undefined;
  /** Address of a file with `THREAD_CODE`, for pages whose policy forbids workers from blobs. */
  readonly threadFile?: string | URL | undefined;
  /** Entry to WebGPU; the runtime's own unless given. */
  readonly gpu?: GPU | undefined;
}

/** A way to open a device, or why there is none. */
interface Found {
  /** Opens it; absent when it cannot be had. */
  readonly open?: () => Promise<Device>;
  /** What it is, or why it cannot be had. */
  readonly word: string;
  /** Whether it is only taken when it is asked for by name. */
  readonly reluctant?: boolean;
}

/** A device that may or may not be there. */
interface Candidate {
  readonly kind: DeviceKind;
  readonly label: string;
  readonly find: () => Promise<Found>;
}

/** All candidates, best first. */
function candidates({ wasm, gpu, threads = "auto", threadFile }: OpenOptions): readonly Candidate[] {
  const wasmOptions = (variant: Variant): WasmOptions => ({
    variant,
    threads,
    ...(wasm ? { module: wasm } : {}),
    ...(threadFile === undefined ? {} : { threadFile }),
  });
  const variant = (kind: DeviceKind, label: string, variant: Variant): Candidate => ({
    kind,
    label,
    find: () =>
      Promise.resolve(
        supports(variant)
          ? { word: `available, ${threadsWord(threads, wasm)}`, open: () => openWasm(wasmOptions(variant)) }
          : {
            word: `this engine has no ${
              variant === "simd128" ? "WebAssembly SIMD" : "relaxed SIMD that rounds a multiply-add once"
            }`,
          },
      ),
  });
  return [
    { kind: "webgpu", label: "WebGPU", find: () => findWebgpu(gpu) },
    variant("wasm", "WASM with relaxed SIMD", "relaxed-simd"),
    variant("wasm-simd128", "WASM with SIMD", "simd128"),
    {
      kind: "reference",
      label: "plain TypeScript",
      find: () => Promise.resolve({ word: "available", open: openPlain }),
    },
  ];
}

/** How many threads a WASM device gets, or why it has one only. */
function threadsWord(threads: "auto" | number, wasm: WebAssembly.Module | undefined): string {
  const obstacle = wasm ? "the module was given compiled" : obstacleToThreads();
  if (obstacle) return `one thread as ${obstacle}`;
  return threads === "auto" ? "a thread for every usable core" : `${threads} threads`;
}

/** `gpu/device.ts`, which comes with all shaders and so only where there is an adapter. */
interface GpuModule {
  openWebgpu(options: { readonly adapter: GPUAdapter }): Promise<Device>;
}

/** `reference/device.ts`, which only an engine without WebAssembly SIMD fetches. */
async function openPlain(): Promise<Device> {
  const { openReference } = await lazyImport<{ openReference(): Device }>("./reference/device.ts");
  return openReference();
}

async function findWebgpu(gpu: GPU | undefined): Promise<Found> {
  const adapter = await findAdapter(gpu);
  if (typeof adapter === "string") return { word: adapter };
  const { name, software } = describeAdapter(adapter);
  const open = async (): Promise<Device> => {
    const { openWebgpu } = await lazyImport<GpuModule>("./gpu/device.ts");
    return await openWebgpu({ adapter });
  };
  return software
    ? { word: `${name} computes on the processor, which WASM does faster`, open, reluctant: true }
    : { word: name, open };
}

const matches = ({ kind }: Candidate, wish: DeviceKind | undefined): boolean =>
  kind === wish || (wish === "wasm" && kind === "wasm-simd128");

/**
 * Opens the best device: WebGPU on a graphics processor, WASM with relaxed SIMD, WASM with SIMD, then plain TypeScript.
 * WebGPU on a software adapter is taken only when it is asked for. `device.account` tells what was found and why this one
 * was taken.
 *
 * @throws {Error} When the required device cannot be had; the message tells what was tried.
 * @throws {RangeError} When there is no device of that name, or no such number of threads.
 *
 * @example
 * ```ts
 * import { openDevice } from "@sidewinder/sidewinder";
 *
 * await using device = await openDevice();
 * console.log(device.name, device.account?.reason);
 * ```
 */
export async function openDevice(options: OpenOptions = {}): Promise<Device> {
  const wish = options.require ?? options.prefer;
  const all = candidates(options);
  checkThreads(options.threads);
  if (wish !== undefined && !all.some((candidate) => matches(candidate, wish))) {
    throw new RangeError(
      `Cannot open a device as it must be one of ${all.map(({ kind }) => kind).join(", ")}: current value is ${wish}`,
    );
  }
  const ordered = [...all.filter((c) => matches(c, wish)), ...all.filter((c) => !options.require && !matches(c, wish))];
  const tried: string[] = [], obstacles: string[] = [];
  for (const candidate of ordered) {
    const asked = matches(candidate, wish);
    const { word, open, reluctant } = await candidate.find();
    if (!open || (reluctant && !asked)) {
      obstacles.push(`${candidate.label}: ${word}`);
      tried.push(obstacles.at(-1)!);
      continue;
    }
    try {
      const device = await open();
      tried.push(`${candidate.label}: ${word}, taken`);
      device.account = { tried, reason: reasonFor(asked, options, obstacles) };
      return device;
    } catch (error) {
      obstacles.push(`${candidate.label}: ${(error as Error).message}`);
      tried.push(obstacles.at(-1)!);
    }
  }
  throw new Error(`Cannot open a device as ${wish ?? "one"} must be available: ${tried.join("; ")}`);
}

function reasonFor(asked: boolean, { require }: OpenOptions, obstacles: readonly string[]): string {
  if (asked) return require ? "it was required" : "it was preferred";
  return obstacles.length === 0 ? "it is the fastest device here" : `the fastest device here (${obstacles.join("; ")})`;
}
