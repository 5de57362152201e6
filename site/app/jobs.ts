/**
 * One piece of work at a time, each for one photo: progress with the time left, cancel that acts at once, failures with a way
 * out.
 *
 * @module
 */
import type { EngineEvent } from "../protocol.ts";
import { announce } from "./dom.ts";
import { type CallOptions, EngineFailure } from "./engine.ts";
import { switchDevice } from "./device_choice.ts";
import { say, sayFailure, type Way } from "./messages.ts";
import { current, type Tool, update } from "./store.ts";
import { TEXT } from "./strings.ts";
import { openTimeLeft } from "./time_left.ts";

/** What is done, for which photo. */
export interface Work {
  readonly tool: Tool;
  readonly photo: number;
  /** In words. */
  readonly what: string;
  /** Milliseconds that the run will take, where they can be told. */
  readonly expected?: number | undefined;
}

/** How a piece of work is watched and stopped. */
export type WorkOptions = CallOptions & { readonly signal: AbortSignal };

let controller: AbortController | undefined;
/** Follows the run that is going on. */
let timeLeft: ReturnType<typeof openTimeLeft> | undefined;
/** Milliseconds that the work was held up, and since when it is. */
let lost = 0, heldSince: number | undefined;
/** When progress was last shown, and how long that holds, in milliseconds: more often nobody can read. */
let shown = 0;
const SHOWN_EVERY = 100;
/** Shares that are announced. */
const QUARTER = 0.25;
/** Milliseconds of work, without those that it was held up. */
const worked = (): number => (heldSince ?? performance.now()) - lost;

/** Holds the clock of the work up, or lets it go on. */
export function holdClock(held: boolean): void {
  if (held === (heldSince !== undefined)) return;
  if (heldSince !== undefined) lost += performance.now() - heldSince;
  heldSince = held ? performance.now() : undefined;
}

function follow(event: EngineEvent): void {
  if (event.type === "notice") return void say("notice", TEXT.storageFull);
  const job = current().job;
  if (event.type !== "progress" || !job) return;
  const { phase, fraction } = event, now = performance.now();
  if (heldSince !== undefined) heldSince = now; // the part that it is at goes on
  if (phase === job.phase && now - shown < SHOWN_EVERY && fraction !== 1) return;
  shown = now;
  if (phase !== "run") timeLeft = undefined;
  else timeLeft ??= openTimeLeft(job.expected);
  const quarters = (share: number | undefined) => Math.floor((share ?? 0) / QUARTER);
  if (phase === "run" && job.phase === "run" && quarters(fraction) > quarters(job.fraction)) {
    announce(TEXT.percent(quarters(fraction) * QUARTER));
  }
  update({
    job: { ...job, phase, fraction, timeLeft: fraction === undefined ? undefined : timeLeft?.(fraction, worked()) },
  });
}

/** Stops what is going on. */
export function cancel(): void {
  if (!controller) return;
  controller.abort();
  announce(TEXT.cancelled);
}

/** Stops what is going on if it belongs to a photo. */
export function cancelFor(photo: number): void {
  if (current().job?.photo === photo) cancel();
}

/** Whether work is going on. */
export const busy = (): boolean => controller !== undefined;

/** Begins a piece of work, or the next photo of a batch. */
function begin({ tool, photo, what, expected }: Work): void {
  timeLeft = undefined;
  const none = { phase: undefined, fraction: undefined, timeLeft: undefined };
  update({ job: { tool, photo, what, started: performance.now(), expected, ...none } });
}

/**
 * Does one piece of a longer work; cancelling it leaves the longer one going.
 *
 * @throws What `body` throws.
 */
export async function runStep<T>(work: Work, body: (options: WorkOptions) => Promise<T>): Promise<T> {
  const own = controller = new AbortController();
  begin(work);
  try {
    return await body({ signal: own.signal, onEvent: follow });
  } finally {
    own.abort();
    controller = undefined;
    update({ job: undefined });
  }
}

/**
 * Does a piece of work unless another one is going on.
 *
 * @returns Whether it came to its end.
 */
export async function runJob(work: Work, body: (options: WorkOptions) => Promise<void>): Promise<boolean> {
  if (busy()) return false;
  const started = performance.now();
  try {
    await runStep(work, body);
    announce(TEXT.done(work.what, performance.now() - started));
    return true;
  } catch (error) {
    const again: Way = { text: TEXT.tryAgain, go: () => void runJob(work, body) };
    sayFailure(error, error instanceof EngineFailure ? waysOut(error, again) : []);
    return false;
  }
}

function waysOut({ kind }: EngineFailure, again: Way): Way[] {
  if (kind === "offline" || kind === "part-missing" || kind === "other") return [again];
  if (kind !== "device-lost" && kind !== "out-of-memory") return [];
  const processor: Way = { text: TEXT.useProcessor, go: () => void switchDevice("wasm").then(again.go) };
  return current().device?.kind === "webgpu" ? [again, processor] : [again];
}
