/**
 * GPU timestamps around passes.
 *
 * @module
 */
import { COPY_DST, COPY_SRC, MAP_MODE_READ, MAP_READ, QUERY_RESOLVE } from "./flags.ts";

/** One timed pass. */
export interface TimedPass {
  /** The kernel, or the first of the pass. */
  readonly kernel: string;
  /** Nanoseconds on the GPU's clock. */
  readonly start: number;
  /** See {@linkcode TimedPass.start}. */
  readonly end: number;
}

const PASSES = 2048;
const RESOLVE_USAGE = QUERY_RESOLVE | COPY_SRC;
const READ_USAGE = MAP_READ | COPY_DST;

/** The timestamps of one measurement. */
export class Timeline {
  readonly #queries: GPUQuerySet;
  readonly #resolved: GPUBuffer;
  readonly #readable: GPUBuffer;
  readonly #kernels: string[] = [];
  /** Whether each dispatch gets a pass of its own. */
  readonly perKernel: boolean;

  constructor(device: GPUDevice, perKernel: boolean) {
    this.perKernel = perKernel;
    this.#queries = device.createQuerySet({ type: "timestamp", count: 2 * PASSES });
    this.#resolved = device.createBuffer({ size: 16 * PASSES, usage: RESOLVE_USAGE });
    this.#readable = device.createBuffer({ size: 16 * PASSES, usage: READ_USAGE });
  }

  /** Where the next pass writes its times. */
  next(kernel: string): GPUComputePassTimestampWrites {
    const index = this.#kernels.push(kernel) - 1;
    if (index >= PASSES) {
      throw new RangeError(`Cannot time as there must be at most ${PASSES} passes: current number is ${index + 1}`);
    }
    return { querySet: this.#queries, beginningOfPassWriteIndex: 2 * index, endOfPassWriteIndex: 2 * index + 1 };
  }

  /** Makes the times readable once the commands of `encoder` are done. */
  resolve(encoder: GPUCommandEncoder): void {
    const count = 2 * this.#kernels.length;
    if (count === 0) return;
    encoder.resolveQuerySet(this.#queries, 0, count, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, this.#readable, 0, 8 * count);
  }

  /** The times; the measurement is over then. */
  async read(): Promise<readonly TimedPass[]> {
    await this.#readable.mapAsync(MAP_MODE_READ);
    const times = new BigUint64Array(this.#readable.getMappedRange());
    const origin = times[0]!;
    const passes = this.#kernels.map((kernel, i) => ({
      kernel,
      start: Number(times[2 * i]! - origin),
      end: Number(times[2 * i + 1]! - origin),
    }));
    this.#readable.unmap();
    this.#readable.destroy();
    this.#resolved.destroy();
    this.#queries.destroy();
    return passes;
  }
}
