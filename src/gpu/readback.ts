/**
 * Reads results back. Reads asked for in one go share one buffer, one submission and one wait: on some runtimes every
 * wait takes 11 ms, whatever it waits for.
 *
 * @module
 */
import type { Commands } from "./commands.ts";
import type { Faults } from "./faults.ts";
import { classOf, megabytes } from "./pool.ts";

const READ_USAGE = 0x01 | 0x08;
const SMALLEST = 2 ** 16;
const KEPT = 4;

interface Batch {
  readonly buffer: GPUBuffer;
  used: number;
  readonly done: Promise<ArrayBuffer>;
}

/** The reads of one device. */
export class Readback {
  readonly #device: GPUDevice;
  readonly #commands: Commands;
  readonly #faults: Faults;
  #spare: GPUBuffer[] = [];
  #batch: Batch | undefined;

  constructor(device: GPUDevice, commands: Commands, faults: Faults) {
    this.#device = device;
    this.#commands = commands;
    this.#faults = faults;
  }

  /** Copies bytes out of a buffer as it is after the commands issued so far. */
  async read(from: GPUBuffer, byte: number, bytes: number): Promise<ArrayBuffer> {
    if (this.#batch && this.#batch.buffer.size - this.#batch.used < bytes) this.#batch = undefined;
    const batch = this.#batch ??= this.#open(bytes);
    const at = batch.used;
    batch.used += bytes;
    this.#commands.copy(from, byte, batch.buffer, at, bytes);
    return (await batch.done).slice(at, at + bytes);
  }

  /** Gives the buffers back that wait for the next read. */
  close(): void {
    for (const buffer of this.#spare) buffer.destroy();
    this.#spare = [];
  }

  #open(bytes: number): Batch {
    const size = Math.max(SMALLEST, classOf(bytes));
    const index = this.#spare.findIndex((buffer) => buffer.size >= size);
    const buffer = index >= 0 ? this.#spare.splice(index, 1)[0]! : this.#faults.watch(
      "out-of-memory",
      () => this.#device.createBuffer({ label: "results", size, usage: READ_USAGE }),
      (message) => `Cannot read results of WebGPU as ${megabytes(size)} must be free: ${message}`,
    );
    // The batch closes once the code that asks for reads gives way.
    const batch: Batch = { buffer, used: 0, done: Promise.resolve().then(() => this.#settle(batch)) };
    return batch;
  }

  async #settle(batch: Batch): Promise<ArrayBuffer> {
    const { buffer, used } = batch;
    if (this.#batch === batch) this.#batch = undefined;
    this.#commands.submit();
    try {
      await Promise.race([buffer.mapAsync(1, 0, used), this.#faults.whenLost]);
    } catch (error) {
      throw await this.#faults.explain(error as Error);
    }
    const copy = buffer.getMappedRange(0, used).slice(0);
    buffer.unmap();
    if (this.#spare.length < KEPT) this.#spare.push(buffer);
    else buffer.destroy();
    await this.#faults.settle();
    return copy;
  }
}
