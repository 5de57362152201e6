/**
 * The device, why it was taken, what else there is; milliseconds per phase; memory.
 *
 * @module
 */
import type { DeviceWish } from "../protocol.ts";
import { duration } from "./amounts.ts";
import { byId, make } from "./dom.ts";
import { call } from "./engine.ts";
import { switchDevice } from "./device_choice.ts";
import { type State, watch } from "./store.ts";
import { TEXT } from "./strings.ts";

const choices = byId("device-choices");
const box = byId<HTMLDetailsElement>("device-box");

function showChoices({ device, wish }: State): void {
  const options = [{ kind: "auto" as DeviceWish, available: true }, ...device?.options ?? []];
  choices.replaceChildren(...options.map(({ kind, available }) => {
    const radio = make("input", { type: "radio", name: "device", value: kind, disabled: !available });
    radio.checked = kind === wish;
    radio.addEventListener("change", () => switchDevice(kind).then(refocus));
    const text = make("span", {}, TEXT.devices[kind]!, ...(available ? [] : [make("small", {}, TEXT.device.missing)]));
    return make("label", { class: "chip wide" }, radio, text);
  }));
}

/** The radio that had the focus was drawn anew. */
function refocus(): void {
  if (document.activeElement === document.body) choices.querySelector<HTMLElement>("input:checked")?.focus();
}

function showTimings({ timings }: State): void {
  const rows = Object.entries(timings);
  const total = rows.reduce((sum, [, milliseconds]) => sum + milliseconds, 0);
  byId("timings").replaceChildren(
    ...[
      ...rows.map(([phase, milliseconds]) => [TEXT.timings[phase]!, milliseconds] as const),
      [
        TEXT.device.total,
        total,
      ] as const,
    ].flatMap(([name, milliseconds]) => [make("dt", {}, name), make("dd", {}, duration(milliseconds))]),
  );
}

async function showMemory(): Promise<void> {
  if (!box.open) return;
  const { weights, peak, reserved, pixels } = await call("memory", {});
  byId("memory").textContent = TEXT.device.memory(weights, peak, reserved, pixels);
}

/** Starts the box. */
export function startDevice(): void {
  box.addEventListener("toggle", showMemory);
  watch((state, before) => {
    const { device, job } = state;
    if (state === before || device !== before.device) {
      showChoices(state);
      byId("device-why").textContent = device ? TEXT.device.chosen(device.name, device.reason) : TEXT.device.opening;
      byId("device-tried").replaceChildren(...(device?.tried ?? []).map((line) => make("li", {}, line)));
    }
    byId<HTMLFieldSetElement>("device-set").disabled = job !== undefined || device === undefined;
    if (state.timings !== before.timings || state === before) showTimings(state);
    if (job !== before.job && !job || state.photos.length !== before.photos.length) showMemory();
  });
}
