/**
 * Which device runs.
 *
 * @module
 */
import type { DeviceWish } from "../protocol.ts";
import { announce } from "./dom.ts";
import { call } from "./engine.ts";
import { sayFailure } from "./messages.ts";
import { current, update } from "./store.ts";
import { TEXT } from "./strings.ts";

/** Opens a device; if it cannot be had, the choice goes back to the dispatcher. */
export async function switchDevice(wish: DeviceWish): Promise<void> {
  const first = current().device === undefined;
  update({ wish, device: undefined });
  try {
    const device = await call("open", { wish });
    update({ device });
    if (!first) announce(TEXT.device.switched(device.name));
  } catch (error) {
    sayFailure(error);
    if (wish !== "auto") await switchDevice("auto");
  }
}
