/**
 * What can be shared, in the part of the URL after `#`: the tool, the model, the device, the sample photo. A dropped file
 * cannot be shared and is left out.
 *
 * @module
 */
import { CATALOGUE } from "../catalogue.ts";
import type { DeviceWish } from "../protocol.ts";
import { addSample } from "./photos.ts";
import { current, currentPhoto, type State, type Tool, update, watch } from "./store.ts";
import { TEXT } from "./strings.ts";

const TOOLS: readonly string[] = ["restore", "classify", "inside"] satisfies Tool[];

/** The state as a fragment without `#`. */
export function fragmentOf({ tool, chosen, wish }: State, sample: string | undefined): string {
  const parts = new URLSearchParams();
  if (tool !== "restore") parts.set("tool", tool);
  const first = CATALOGUE.models.find(({ task }) => (task === "classify") === (tool !== "restore"))!.id;
  const model = chosen[tool];
  if (model !== first && CATALOGUE.models.some(({ id }) => id === model)) parts.set("model", model);
  if (wish !== "auto") parts.set("device", wish);
  if (sample) parts.set("photo", sample);
  return parts.toString();
}

/** Takes over what a fragment says; what it cannot say or says wrong stays. */
function apply(fragment: string): void {
  if (fragment === "") return;
  const parts = new URLSearchParams(fragment), { chosen } = current();
  const wanted = parts.get("tool") ?? "restore", tool = TOOLS.includes(wanted) ? wanted as Tool : "restore";
  const model = CATALOGUE.models.find(({ id }) => id === parts.get("model"));
  const fits = model && (tool === "inside" || (model.task === "classify") === (tool === "classify"));
  const device = parts.get("device") ?? "auto";
  update({
    tool,
    ...(fits ? { chosen: { ...chosen, [tool]: model.id } } : {}),
    ...(device in TEXT.devices ? { wish: device as DeviceWish } : {}),
  });
}

/** Opens the sample photo that a fragment names, unless it is there. */
function openSample(fragment: string): void {
  const photo = new URLSearchParams(fragment).get("photo");
  if (photo && !current().photos.some(({ sample }) => sample === photo)) addSample(photo);
}

/**
 * Reads the URL, and keeps it in step.
 *
 * @param session Whether an earlier visit has been gone on with, which the URL then overrules.
 */
export function startUrl(session: Promise<boolean>): void {
  const wanted = location.hash.slice(1);
  apply(wanted);
  session.then((continued) => {
    if (continued) apply(wanted);
    openSample(wanted);
  });
  addEventListener("hashchange", () => {
    const wanted = location.hash.slice(1); // before the watcher below puts what is open in its place
    apply(wanted);
    openSample(wanted);
  });
  let photoSeen = false;
  watch((state) => {
    photoSeen ||= state.photos.length > 0;
    const sample = photoSeen ? currentPhoto()?.sample : new URLSearchParams(location.hash.slice(1)).get("photo");
    const fragment = fragmentOf(state, sample ?? undefined);
    if (fragment !== location.hash.slice(1)) {
      history.replaceState(null, "", fragment ? `#${fragment}` : location.pathname);
    }
  });
}
