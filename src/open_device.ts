/**
 * The dispatcher: takes the best device this machine has and says why.
 *
 * @module
 */
import type { Device } from "./device.ts";
import { openReference } from "./reference/device.ts";
import { openWasm, type WasmOptions } from "./wasm/device.ts";
import { supports } from "./wasm/load.ts";

/** Kinds of device that can be asked for. */
export type DeviceKind = "webgpu" | "wasm" | "wasm-simd128" | "reference";

/** What is wanted of the dispatcher. */
export interface OpenOptions {
  /** Tried first, if this machine has it. */
  readonly prefer?: DeviceKind;
  /** Nothing else will do. */
  readonly require?: DeviceKind;
  /** A compiled kernel module (the relaxed-simd build unless `wasmVariant` says otherwise), where compiling is forbidden. */
  readonly wasm?: WebAssembly.Module;
}

interface Candidate {
  readonly kind: DeviceKind;
  readonly label: string;
  /** Undefined: can be opened; else why not. */
  readonly obstacle: string | undefined;
  readonly open: () => Promise<Device>;
}

/** All candidates, best first. */
function candidates(options: OpenOptions): Candidate[] {
  const wasm = (extra: WasmOptions): Promise<Device> =>
    openWasm({ ...extra, ...(options.wasm ? { module: options.wasm } : {}) });
  return [
    {
      kind: "wasm",
      label: "WASM with relaxed SIMD",
      obstacle: supports("relaxed-simd") ? undefined : "this engine has no relaxed SIMD",
      open: () => wasm({ variant: "relaxed-simd" }),
    },
    {
      kind: "wasm-simd128",
      label: "WASM with SIMD",
      obstacle: supports("simd128") ? undefined : "this engine has no WebAssembly SIMD",
      open: () => wasm({ variant: "simd128" }),
    },
    {
      kind: "reference",
      label: "plain TypeScript reference",
      obstacle: undefined,
      open: () => Promise.resolve(openReference()),
    },
  ];
}

const matches = (candidate: Candidate, wish: DeviceKind | undefined): boolean =>
  candidate.kind === wish || (wish === "wasm" && candidate.kind === "wasm-simd128");

/**
 * Opens the best device: WASM with relaxed SIMD, WASM with SIMD, then the reference. `device.account` tells what was
 * found and why this one was taken.
 *
 * @throws {Error} When the required device cannot be had; the message tells what was tried.
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
  const ordered = [...all.filter((c) => matches(c, wish)), ...all.filter((c) => !options.require && !matches(c, wish))];
  const tried: string[] = [];
  for (const candidate of ordered) {
    if (candidate.obstacle) {
      tried.push(`${candidate.label}: ${candidate.obstacle}`);
      continue;
    }
    try {
      const device = await candidate.open();
      tried.push(`${candidate.label}: chosen`);
      const asked = matches(candidate, wish) ? options.require ? "it was required" : "it was preferred" : undefined;
      device.account = {
        tried,
        reason: asked ?? (tried.length === 1 ? "it is the fastest device here" : tried.slice(0, -1).join("; ")),
      };
      return device;
    } catch (error) {
      tried.push(`${candidate.label}: ${(error as Error).message}`);
    }
  }
  throw new Error(
    `Cannot open a device as ${wish ?? "a device"} must be available: ${tried.join("; ") || "this machine has none"}`,
  );
}
