/**
 * The models behind a handler: loaded when first needed, kept, and given up when a run does not come back.
 *
 * @module
 */
import type { Device } from "../device.ts";
import { loadModel, type Model } from "../load_model.ts";
import { openDevice, type OpenOptions } from "../open_device.ts";
import { neverUnlessRejected } from "./rejection.ts";
import { Problem } from "./problem.ts";
import { type EdgeWeights, weightBytes } from "./weights.ts";

/** What a handler can do. */
export type EdgeTask = "classify" | "restore";

/** Milliseconds that work has to end after it was aborted, before it is given up. */
const GRACE = 1000;

interface Loaded {
  readonly device: Promise<Device>;
  readonly models: Map<EdgeTask, Promise<Model>>;
}

/** Opens the device and loads models once; a failed load is tried again by the next request. */
export class Engine {
  readonly #device: OpenOptions;
  readonly #weights: Readonly<Partial<Record<EdgeTask, EdgeWeights>>>;
  #loaded: Loaded | undefined;

  /** An engine that has not loaded anything. */
  constructor(device: OpenOptions, weights: Readonly<Partial<Record<EdgeTask, EdgeWeights>>>) {
    this.#device = device;
    this.#weights = weights;
  }

  /** Tasks whose models are loaded or being loaded. */
  get tasks(): EdgeTask[] {
    return [...this.#loaded?.models.keys() ?? []];
  }

  /**
   * Gives the model for a task to `work` and waits for it until `signal` is aborted. A load that has begun goes on when
   * the request that began it ends. Work that does not end after an abort is given up with its device, which it may have
   * left in any state: some platforms drop a request, and with it the run that later ones are queued behind.
   *
   * @throws {Problem} When the model cannot be loaded, or the work does not end in time.
   */
  async run<T>(task: EdgeTask, signal: AbortSignal, work: (model: Model) => Promise<T>): Promise<T> {
    const loaded = this.#loaded ??= { device: openDevice(this.#device), models: new Map() };
    const result = this.#model(loaded, task).then(work);
    const { rejected, reject } = neverUnlessRejected();
    const stop = (): void => {
      const timer = setTimeout(() => {
        this.#forget(loaded);
        reject(signal.reason);
      }, GRACE);
      result.catch(() => {}).finally(() => clearTimeout(timer));
    };
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop);
    try {
      return await Promise.race([result, rejected]);
    } catch (cause) {
      if (!signal.aborted || cause instanceof Problem) throw cause;
      throw new Problem("run-timeout", "The image must be small enough to be done in the time for a request", {
        cause,
      });
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  #forget(loaded: Loaded): void {
    if (this.#loaded === loaded) this.#loaded = undefined;
  }

  #model(loaded: Loaded, task: EdgeTask): Promise<Model> {
    let model = loaded.models.get(task);
    if (model === undefined) {
      model = this.#load(loaded, task);
      loaded.models.set(task, model);
      model.catch(() => loaded.models.delete(task));
    }
    return model;
  }

  async #load(loaded: Loaded, task: EdgeTask): Promise<Model> {
    const device = await loaded.device.catch((cause) => {
      this.#forget(loaded);
      throw new Problem("no-model", "This server must have a device to run models on", { cause });
    });
    try {
      return await loadModel(device, await weightBytes(this.#weights[task]!));
    } catch (cause) {
      throw new Problem("no-model", "The model must be within reach of this server", {
        headers: { "retry-after": "5" },
        cause,
      });
    }
  }
}
