/**
 * The devices under test. A test that names one opens it; an opener that fails fails the test.
 *
 * @module
 */
import type { Device } from "../src/device.ts";
import { findAdapter } from "../src/gpu/adapter.ts";
import { openSentinels } from "./gpu/sentinel_device.ts";
import { openReference } from "../src/reference/device.ts";
import { openWasm } from "../src/wasm/device.ts";
import { openChecked } from "./wasm/checked_device.ts";

/** Cases of a law on a device that takes long to answer. */
export interface Batches {
  /** Cases that are issued before the first is waited for. */
  readonly size: number;
  readonly count: number;
  /** Which half of them, where two runtimes with one driver share them. */
  readonly half?: 0 | 1;
}

/** One way to open a device. */
export interface Opener {
  /** The name the device will have. */
  readonly name: string;
  readonly open: () => Promise<Device>;
  /** For devices that take long to answer. */
  readonly batches?: Batches;
  /** Only what kernels touch is of interest, not what they compute: so many cases a law. */
  readonly touches?: number;
}

/** The f64 reference: what every device is measured against. */
export const ORACLE: Opener = {
  name: "reference f64",
  open: () => Promise.resolve(openReference({ precision: "f64" })),
};

/**
 * `SIDEWINDER_DEVICES`: `cpu` or `gpu` leaves the other kind out, for suites that run apart; `checked` takes the builds whose
 * every load and store is checked.
 */
const wanted = Deno.env.get("SIDEWINDER_DEVICES");

/** The kernels under guard, alone and cut as for three threads; the build of old engines only with `SIDEWINDER_LONG`. */
const CHECKED_DEVICES: readonly Opener[] = (["relaxed-simd", "simd128"] as const)
  .filter((variant) => variant === "relaxed-simd" || Deno.env.get("SIDEWINDER_LONG"))
  .flatMap((variant) =>
    [3, 1].map((threads) => ({
      name: `checked ${variant}, ${threads} threads`,
      open: () => openChecked(variant, { threads }),
      touches: Deno.env.get("SIDEWINDER_LONG") ? 10_000 : 120,
    }))
  );

/** Devices that every machine has. */
export const CPU_DEVICES: readonly Opener[] = wanted === "checked" ? CHECKED_DEVICES : [
  { name: "reference", open: () => Promise.resolve(openReference()) },
  { name: "wasm simd128", open: () => openWasm({ variant: "simd128" }) },
  { name: "wasm relaxed-simd", open: () => openWasm({ variant: "relaxed-simd" }) },
];

const left = wanted === "cpu" || wanted === "checked";
const adapter = left ? "they were left out" : await findAdapter();
if (typeof adapter === "string" && !left) console.warn(`GPU suites are skipped: ${adapter}`);

/** Batches of cases on WebGPU: one, as software adapters are slow, or four with `SIDEWINDER_LONG`. */
const count = Deno.env.get("SIDEWINDER_LONG") ? 4 : 1;

/** WebGPU with operands between sentinels, on machines that have an adapter, be it a software one; `tests/gpu` fails in CI where there is none. */
export const GPU_DEVICES: readonly Opener[] = typeof adapter === "string"
  ? []
  : [{ name: "webgpu", open: openSentinels, batches: { size: 50, count } }];

/** Every device under test. */
export const DEVICES: readonly Opener[] = [...(wanted === "gpu" ? [] : CPU_DEVICES), ...GPU_DEVICES];
