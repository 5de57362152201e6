/**
 * The devices under test. A test that names one opens it; an opener that fails fails the test.
 *
 * @module
 */
import type { Device } from "../src/device.ts";
import { openReference } from "../src/reference/device.ts";
import { openWasm } from "../src/wasm/device.ts";

/** One way to open a device. */
export interface Opener {
  /** The name the device will have. */
  readonly name: string;
  readonly open: () => Promise<Device>;
}

/** The f64 reference: what every device is measured against. */
export const ORACLE: Opener = {
  name: "reference f64",
  open: () => Promise.resolve(openReference({ precision: "f64" })),
};

/** Devices that every machine has. */
export const CPU_DEVICES: readonly Opener[] = [
  { name: "reference", open: () => Promise.resolve(openReference()) },
  { name: "wasm simd128", open: () => openWasm({ variant: "simd128" }) },
  { name: "wasm relaxed-simd", open: () => openWasm({ variant: "relaxed-simd" }) },
];
