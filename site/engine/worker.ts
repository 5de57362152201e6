/**
 * The engine of the page: a module worker that owns the device, the models and the pixels.
 *
 * @module
 */
import type { CallName, EngineCalls, Reply, Request } from "../protocol.ts";
import { Failure, kindOf } from "./failures.ts";
import type { Watch } from "./model_files.ts";
import { scope } from "./scope.ts";
import { leaveDevice, switchDevice } from "./workbench.ts";

/** Answers a call; all but the first need the rest of the engine. */
async function answer(request: Exclude<Request, { readonly abort: true }>, watch: Watch): Promise<unknown> {
  if (request.call === "open") return await switchDevice(request.args.wish);
  const { calls } = await import("./calls.ts").catch((error) => {
    throw new Failure("part-missing", error.message, error);
  });
  const call = calls[request.call] as (args: EngineCalls[CallName]["args"], watch: Watch) => Promise<unknown>;
  return await call(request.args, watch);
}

const running = new Map<number, AbortController>();

/** Bitmaps of a result are handed over, not copied. */
function bitmapsOf(result: unknown): Transferable[] {
  const values = typeof result === "object" && result !== null ? Object.values(result) : [];
  return values.filter((value) => value instanceof ImageBitmap);
}

async function serve(request: Extract<Request, { readonly call: CallName }>): Promise<void> {
  const { id } = request;
  const controller = new AbortController();
  running.set(id, controller);
  const reply = (reply: Reply, transfer: Transferable[] = []) => scope.postMessage(reply, transfer);
  const watch: Watch = {
    signal: controller.signal,
    emit: (event, transfer) => reply({ id, event }, transfer),
  };
  try {
    const result = await answer(request, watch);
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
