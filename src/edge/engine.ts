/**
 * The models behind a handler: loaded when first needed, kept, and given up when they or their device fail.
 *
 * @module
 */
import type { Device } from "../device.ts";
import { deferred } from "../bytes/deferred.ts";
import { loadModel, type Model } from "../load_model.ts";
import { openDevice, type OpenOptions } from "../open_device.ts";
import { before, type Deadline } from "./deadline.ts";
import { Problem } from "./problem.ts";
import { type EdgeWeights, weightBytes } from "./weights.ts";

/** What a handler can do. */
export type EdgeTask = "classify" | "restore";

/** Milliseconds that a run has to end after its request is over, before its device is given up. */
const GRACE = 3000;

/** A model that is loaded, or being loaded. */
interface Load {
  readonly model: Promise<Model>;
  readonly since: number;
  settled: boolean;
}

interface Loaded {
  readonly device: Promise<Device>;
  readonly models: Map<EdgeTask, Load>;
}

/** Whether a run failed because its device did, rather than for what it was given. */
const isFault = (error: unknown): boolean =>
  !(error instanceof Problem || error instanceof TypeError || error instanceof RangeError ||
    error instanceof SyntaxError);

/** Opens the device and loads models once; what failed is tried again by the next request. */
export class Engine {
  readonly #device: OpenOptions;
  readonly #weights: Readonly<Partial<Record<EdgeTask, EdgeWeights>>>;
  /** Milliseconds after which a load counts as dropped: some platforms drop a request, and with it what it waits for. */
  readonly #patience: number;
  #loaded: Loaded | undefined;

  /** An engine that has not loaded anything. */
  constructor(device: OpenOptions, weights: Readonly<Partial<Record<EdgeTask, EdgeWeights>>>, patience: number) {
    this.#device = device;
    this.#weights = weights;
    this.#patience = patience;
  }

  /** Tasks whose models are loaded or being loaded. */
  get tasks(): EdgeTask[] {
    return [...this.#loaded?.models.keys() ?? []];
  }

  /**
   * Gives the model for a task to `work`, which must end when the request is over. A load goes on when the request that
   * began it ends. A run that does not end is given up with its device, and so is a device that fails: the run is tried
   * once more on a new one.
   *
   * @throws {Problem} When the model cannot be loaded, or the work does not end in time.
   */
  async run<T>(task: EdgeTask, deadline: Deadline, work: (model: Model) => Promise<T>): Promise<T> {
    const { signal } = deadline;
    for (let tries = 1;; tries++) {
      const loaded = this.#loaded ??= { device: openDevice(this.#device), models: new Map() };
      const load = this.#model(loaded, task);
      try {
        const model = await before(signal, load.model);
        return await this.#within(loaded, signal, work(model));
      } catch (cause) {
        if (signal.aborted && !load.settled && deadline.late) this.#drop(loaded, task, load);
        if (cause instanceof Problem) throw cause;
        if (signal.aborted) {
          throw new Problem("run-timeout", "The image must be small enough to be done in the time for a request", {
            cause,
          });
        }
        if (!isFault(cause)) throw cause;
        this.#forget(loaded);
        if (tries === 2) throw cause;
      }
    }
  }

  /** Waits for a run; one that goes on for long after the request is over loses its device. */
  async #within<T>(loaded: Loaded, signal: AbortSignal, run: Promise<T>): Promise<T> {
    const { promise: given, reject } = deferred<never>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = (): void => {
      timer = setTimeout(() => {
        this.#forget(loaded);
        reject(signal.reason);
      }, GRACE);
    };
    given.catch(() => {});
    run.catch(() => {});
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop);
    try {
      return await Promise.race([run, given]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
    }
  }

  /** Gives a device up with its models. */
  #forget(loaded: Loaded): void {
    if (this.#loaded === loaded) this.#loaded = undefined;
    loaded.device.then((device) => device.close()).catch(() => {});
  }

  #drop(loaded: Loaded, task: EdgeTask, load: Load): void {
    if (loaded.models.get(task) === load) loaded.models.delete(task);
  }

  #model(loaded: Loaded, task: EdgeTask): Load {
    const earlier = loaded.models.get(task);
    if (earlier && (earlier.settled || Date.now() - earlier.since < this.#patience)) return earlier;
    const load: Load = { model: this.#load(loaded, task), since: Date.now(), settled: false };
    loaded.models.set(task, load);
    load.model.then(() => load.settled = true, () => this.#drop(loaded, task, load));
    return load;
  }

  async #load(loaded: Loaded, task: EdgeTask): Promise<Model> {
    const device = await loaded.device.catch((cause) => {
      if (this.#loaded === loaded) this.#loaded = undefined;
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
