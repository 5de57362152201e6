/**
 * Drives a forward pass. A forward pass is a generator that yields after each block; here a yield becomes progress, the
 * check for an abort, a turn for the event loop and, on devices that queue work, a wait for the queue.
 *
 * @module
 */
import { nextTask } from "../bytes/turns.ts";
import type { Device } from "../device.ts";
import { openDry, type Plan } from "./dry_device.ts";
import { estimateMilliseconds } from "../kernels.ts";
import { Ops } from "../ops/ops.ts";
import { type LongStep, progressOf } from "../progress.ts";
import type { Tensor } from "../tensor.ts";

/**
 * A forward pass over any device: issues work, yields between blocks, returns the tensor to read. It is called twice, for
 * the plan and for the run, once where the plan is known; the tap is there in the run only.
 */
export type Forward = (ops: Ops, tap?: Tap) => Generator<void, Tensor>;

/** Sees intermediate tensors by name, in the order of the pass; reading one must be issued before it returns. */
export type Tap = (name: string, tensor: Tensor) => void;

/** How a run is watched and stopped. */
export interface RunOptions extends LongStep {
  /** Sees intermediate tensors. */
  readonly tap?: Tap | undefined;
  /** Among the runs that wait for a device larger ones go first; 0 by default, and the tiles of a restoration have −1. */
  readonly priority?: number | undefined;
}

/** What a run shares with others: those of one model and key issue the same calls on tensors of the same shapes. */
export interface Likeness {
  /** What is run. */
  readonly model: object;
  /** All that the calls hang on: the task, sizes, options. */
  readonly key: string;
}

/** Plans of models by key. */
const plans = new WeakMap<object, Map<string, Plan>>();
/** Plans that are kept of a model, those of a few shapes of tiles: with one more all are forgotten. */
const KEPT = 8;

/** The plan of a run, or of an earlier one that is like it. */
function planLike(forward: Forward, { model, key }: Likeness): Plan {
  let own = plans.get(model);
  if (!own || own.size > KEPT) plans.set(model, own = new Map());
  const plan = own.get(key) ?? planModel(forward);
  own.set(key, plan);
  return plan;
}

/** Work between two flushes, in milliseconds. */
const SLICE = 50;

/** When a run last gave the event loop a turn: short runs one after the other add up. */
let turned = 0;

async function takeTurn(): Promise<void> {
  await nextTask();
  turned = performance.now();
}

/** The pace that a queue turned out to have, for its next run. */
const paces = new WeakMap<Device, number>();

/** Estimated milliseconds of work that a device has done in a millisecond, by its runs so far. */
const speeds = new WeakMap<Device, number>();
/** How much a slower run says about the speed: most are slow because something else ran, or for the first time. */
const SLOWNESS = 0.2;
const speedAfter = (before: number, now: number): number => now > before ? now : before + SLOWNESS * (now - before);
/** Estimated milliseconds from which a run says something about speed. */
const TELLING = 5;

/**
 * Milliseconds that a forward pass will take, by the speed of earlier runs on the device; undefined before the first. With
 * `speed` that one is taken instead: 1 is a modest core.
 */
export function predictMilliseconds(
  device: Device,
  forward: Forward,
  speed: number | undefined = speeds.get(device),
): number | undefined {
  return speed === undefined ? undefined : estimateMilliseconds(planModel(forward)) / speed;
}

/** What a forward pass would issue and hold, found without computing anything. */
export function planModel(forward: Forward): Plan {
  const dry = openDry();
  const steps = forward(new Ops(dry));
  while (!steps.next().done) continue;
  return dry.plan();
}

/**
 * Runs a forward pass on a device, after all runs that were started before, and reads its result. Of the runs that `like` says
 * are alike only the first one is planned.
 */
export function runModel(
  device: Device,
  forward: Forward,
  options: RunOptions & { readonly like?: Likeness | undefined } = {},
): Promise<Float32Array> {
  options.signal?.throwIfAborted();
  const plan = options.like ? planLike(forward, options.like) : planModel(forward), total = estimateMilliseconds(plan);
  return device.exclusive(async () => {
    await device.prepare?.(plan.calls);
    options.signal?.throwIfAborted();
    device.reserve(plan.peak);
    using _ = device.scope();
    const ops = new Ops(device);
    const steps = forward(ops, options.tap), began = performance.now();
    try {
      let sliceStart = performance.now(), sliceWork = 0, pace = paces.get(device) ?? device.pace ?? device.threads ?? 1;
      for (;;) {
        const step = steps.next();
        if (step.done) {
          const result = await device.read(step.value);
          const took = performance.now() - began, work = estimateMilliseconds(ops.work);
          if (work > TELLING && took > 0) speeds.set(device, speedAfter(speeds.get(device) ?? 0, work / took));
          if (performance.now() - turned >= SLICE) await takeTurn();
          options.signal?.throwIfAborted();
          options.onProgress?.(progressOf("run", total, total));
          return result;
        }
        const done = estimateMilliseconds(ops.work);
        if (performance.now() - sliceStart < SLICE && done - sliceWork < SLICE * pace) continue;
        await device.flush();
        // A queue that was faster than its pace is given more at once: every wait costs it up to 11 ms.
        if (device.pace) {
          pace = Math.max(device.pace, (done - sliceWork) / (performance.now() - sliceStart));
          paces.set(device, pace);
        }
        await takeTurn();
        options.signal?.throwIfAborted();
        options.onProgress?.(progressOf("run", Math.min(done, total), total));
        sliceStart = performance.now();
        sliceWork = done;
      }
    } finally {
      steps.return(undefined as never);
    }
  }, options);
}
