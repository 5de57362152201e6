/**
 * The engine's workbench: the open device and what stands on it. Everything else takes the device from here, so that one
 * that was lost or switched is never used again.
 *
 * @module
 */
import type { Device, DeviceMemory } from "../../src/device.ts";
import { findAdapter } from "../../src/gpu/adapter.ts";
import { type ScanWatch, watchScans } from "../../src/inside/watch_scans.ts";
import { type DeviceKind, openDevice } from "../../src/open_device.ts";
import { supports } from "../../src/wasm/load.ts";
import type { DeviceOption, DeviceReport, DeviceWish } from "../protocol.ts";
import { Failure } from "./failures.ts";

/** Replaced by the build: the file of the threads, from the page. */
declare const SITE_THREADS: string;

let wish: DeviceWish = "auto";
let opening: Promise<ScanWatch> | undefined;
const leaving: (() => void)[] = [];

/** Calls back when the device is about to be closed; whoever keeps something on it lets go then. */
export function onLeave(callback: () => void): void {
  leaving.push(callback);
}

/** The device, opened when first asked for; its scans can be listened to. */
export function currentWatch(): Promise<ScanWatch> {
  const threadFile = new URL(SITE_THREADS, location.href);
  opening ??= openDevice({ threadFile, ...(wish === "auto" ? {} : { require: wish }) }).then(watchScans, (error) => {
    opening = undefined;
    throw new Failure("device-missing", (error as Error).message, error);
  });
  return opening;
}

/** The device alone. */
export const currentDevice = async (): Promise<Device> => (await currentWatch()).device;

/** Closes the device, also one that is lost. */
export async function leaveDevice(): Promise<void> {
  const watch = await opening?.catch(() => undefined);
  opening = undefined;
  for (const callback of leaving) callback();
  watch?.device.close();
}

/** Opens another device; when it cannot be had, the dispatcher's choice stays. */
export async function switchDevice(to: DeviceWish): Promise<DeviceReport> {
  if (to !== wish || !opening) {
    await leaveDevice();
    wish = to;
  }
  try {
    return await reportDevice(await currentDevice());
  } catch (error) {
    wish = "auto";
    throw error;
  }
}

async function deviceOptions(): Promise<DeviceOption[]> {
  const found: readonly (readonly [DeviceKind, boolean])[] = [
    ["webgpu", typeof await findAdapter() !== "string"],
    ["wasm", supports("relaxed-simd")],
    ["wasm-simd128", supports("simd128")],
    ["reference", true],
  ];
  return found.map(([kind, available]) => ({ kind, available }));
}

async function reportDevice(device: Device): Promise<DeviceReport> {
  const { tried = [], reason = "" } = device.account ?? {};
  return {
    kind: device.kind,
    name: device.name,
    threads: device.threads ?? 1,
    reason,
    tried,
    options: await deviceOptions(),
  };
}

/** Bytes held by the device. */
export async function deviceMemory(): Promise<DeviceMemory | undefined> {
  return (await opening?.catch(() => undefined))?.device.memory();
}
