/**
 * The engine of the page: a module worker that owns the device, the models and the pixels.
 *
 * @module
 */
import type { CallName, EngineCalls, Reply, Request } from "../protocol.ts";
import { classifyPhoto, occludePhoto } from "./classify_photo.ts";
import { kindOf } from "./failures.ts";
import { lookInside } from "./look_inside.ts";
import { keepModels, type Watch } from "./model_files.ts";
import { addModel, modelOf } from "./models.ts";
import { addPhoto, pixelBytes, removePhoto } from "./photos.ts";
import { encodeRestored, forgetRestored, restoredBytes, restorePhoto } from "./restore_photo.ts";
import { scope } from "./scope.ts";
import { deviceMemory, leaveDevice, switchDevice } from "./workbench.ts";

type Call<C extends CallName> = (args: EngineCalls[C]["args"], watch: Watch) => Promise<EngineCalls[C]["result"]>;

const calls: { readonly [C in CallName]: Call<C> } = {
  open: ({ wish }) => switchDevice(wish),
  memory: async () => {
    const { weights = 0, peak = 0, reserved = 0 } = await deviceMemory() ?? {};
    return { weights, peak, reserved, pixels: pixelBytes() + restoredBytes() };
  },
  addPhoto: ({ photo, blob }) => addPhoto(photo, blob),
  removePhoto: ({ photo }) => {
    removePhoto(photo);
    forgetRestored(photo);
    return Promise.resolve(undefined);
  },
  addModel: ({ blob, name }) => addModel(blob, name),
  loadModel: async ({ model }, watch) => (await modelOf(model, watch)).report,
  keepModels: (_, watch) => keepModels(watch).then(() => undefined),
  classify: ({ photo, model }, watch) => classifyPhoto(photo, model, watch),
  occlude: ({ photo, model, classes }, watch) => occludePhoto(photo, model, classes, watch),
  inside: ({ photo, model }, watch) => lookInside(photo, model, watch),
  restore: ({ photo, model }, watch) => restorePhoto(photo, model, watch),
  encode: ({ photo, format, quality }) => encodeRestored(photo, format, quality),
};

const running = new Map<number, AbortController>();

/** Bitmaps of a result are handed over, not copied. */
function bitmapsOf(result: unknown): Transferable[] {
  const values = typeof result === "object" && result !== null ? Object.values(result) : [];
  return values.filter((value) => value instanceof ImageBitmap);
}

async function serve(request: Extract<Request, { readonly call: CallName }>): Promise<void> {
  const { id, call, args } = request;
  const controller = new AbortController();
  running.set(id, controller);
  const reply = (reply: Reply, transfer: Transferable[] = []) => scope.postMessage(reply, transfer);
  const watch: Watch = {
    signal: controller.signal,
    emit: (event, transfer) => reply({ id, event }, transfer),
  };
  try {
    const result = await (calls[call] as Call<CallName>)(args, watch);
    reply({ id, result }, bitmapsOf(result));
  } catch (error) {
    const kind = controller.signal.aborted ? "aborted" : kindOf(error);
    if (kind === "device-lost") await leaveDevice();
    reply({ id, failure: { kind, detail: error instanceof Error ? error.message : String(error) } });
  } finally {
    running.delete(id);
  }
}

scope.addEventListener("message", ({ data: request }) => {
  if ("abort" in request) running.get(request.id)?.abort();
  else serve(request);
});
