/**
 * One piece of work at a time: progress with the time left, cancel that acts at once, failures with a way out.
 *
 * @module
 */
import type { EngineEvent } from "../protocol.ts";
import { announce } from "./dom.ts";
import { type CallOptions, EngineFailure } from "./engine.ts";
import { switchDevice } from "./device_choice.ts";
import { say, sayFailure, type Way } from "./messages.ts";
import { current, type Job, type Tool, update } from "./store.ts";
import { TEXT } from "./strings.ts";

let controller: AbortController | undefined;
/** Share of the run when its clock started, and that time. */
let runStart: { readonly at: number; readonly fraction: number } | undefined;
/** When progress was last shown, and how long that holds, in milliseconds: more often nobody can read. */
let shown = 0;
const SHOWN_EVERY = 100;
/** Shares that are announced. */
const QUARTER = 0.25;

function follow(event: EngineEvent): void {
  if (event.type === "notice") return say("notice", TEXT.storageFull);
  const job = current().job;
  if (event.type !== "progress" || !job) return;
  const { phase, fraction } = event, now = performance.now();
  if (phase === job.phase && now - shown < SHOWN_EVERY && fraction !== 1) return;
  shown = now;
  if (phase !== "run") runStart = undefined;
  else runStart ??= { at: now, fraction: fraction ?? 0 };
  const done = runStart && fraction !== undefined ? fraction - runStart.fraction : 0;
  const timeLeft = runStart && done > 0.01 && now - runStart.at > 400
    ? (now - runStart.at) / done * (1 - fraction!)
    : undefined;
  const quarters = (share: number | undefined) => Math.floor((share ?? 0) / QUARTER);
  if (phase === "run" && job.phase === "run" && quarters(fraction) > quarters(job.fraction)) {
    announce(TEXT.percent(quarters(fraction) * QUARTER));
  }
  update({ job: { ...job, phase, fraction, timeLeft } });
}

/** Stops what is going on. */
export function cancel(): void {
  if (!controller) return;
  controller.abort();
  announce(TEXT.cancelled);
}

/**
 * Does a piece of work unless another one is going on.
 *
 * @returns Whether it came to its end.
 */
export async function runJob(
  tool: Tool,
  what: string,
  work: (options: CallOptions & { readonly signal: AbortSignal }) => Promise<void>,
): Promise<boolean> {
  if (controller) return false;
  const own = controller = new AbortController(), started = performance.now();
  runStart = undefined;
  const job: Job = { tool, started, phase: undefined, fraction: undefined, timeLeft: undefined };
  update({ job });
  try {
    await work({ signal: own.signal, onEvent: follow });
    announce(TEXT.done(what, performance.now() - started));
    return true;
  } catch (error) {
    own.abort();
    const again: Way = { text: TEXT.tryAgain, go: () => void runJob(tool, what, work) };
    sayFailure(error, error instanceof EngineFailure ? waysOut(error, again) : []);
    return false;
  } finally {
    controller = undefined;
    update({ job: undefined });
  }
}

function waysOut({ kind }: EngineFailure, again: Way): Way[] {
  if (kind === "offline" || kind === "other") return [again];
  if (kind !== "device-lost" && kind !== "out-of-memory") return [];
  const processor: Way = { text: TEXT.useProcessor, go: () => void switchDevice("wasm").then(again.go) };
  return current().device?.kind === "webgpu" ? [again, processor] : [again];
}
