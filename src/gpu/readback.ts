/**
 * Reads results back. Reads asked for in one go share one submission and one wait: on some runtimes every wait takes 11 ms,
 * whatever it waits for.
 *
 * @module
 */
import type { Commands } from "./commands.ts";
import type { Faults } from "./faults.ts";
import { COPY_DST, MAP_MODE_READ, MAP_READ } from "./flags.ts";
import { classOf, megabytes } from "./pool.ts";

const READ_USAGE = MAP_READ | COPY_DST;
const SMALLEST = 2 ** 16;
const KEPT = 4;

/** A staging buffer, and the bytes of it that are spoken for. */
interface Part {
  readonly buffer: GPUBuffer;
  used: number;
}

/** Reads that were asked for before the code that asks gave way; `done` has the contents of the parts. */
interface Batch {
  readonly parts: Part[];
  readonly done: Promise<readonly ArrayBuffer[]>;
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
    const { parts, done } = this.#batch ??= this.#begin();
    let part = parts.at(-1);
    if (!part || part.buffer.size - part.used < bytes) parts.push(part = { buffer: this.#take(bytes), used: 0 });
    const index = parts.length - 1, at = part.used;
    part.used += bytes;
    this.#commands.copy(from, byte, part.buffer, at, bytes);
    return (await done)[index]!.slice(at, at + bytes);
  }

  /** Gives the buffers back that wait for the next read. */
  close(): void {
    for (const buffer of this.#spare) buffer.destroy();
    this.#spare = [];
  }

  #begin(): Batch {
    // A batch ends once the code that asks for reads gives way.
    const batch: Batch = { parts: [], done: Promise.resolve().then(() => this.#settle(batch.parts)) };
    return batch;
  }

  #take(bytes: number): GPUBuffer {
    const size = Math.max(SMALLEST, classOf(bytes));
    const index = this.#spare.findIndex((buffer) => buffer.size >= size);
    if (index >= 0) return this.#spare.splice(index, 1)[0]!;
    return this.#faults.watch(
      "out-of-memory",
      () => this.#device.createBuffer({ label: "results", size, usage: READ_USAGE }),
      (message) => `Cannot read results of WebGPU as ${megabytes(size)} must be free: ${message}`,
    );
  }

  async #settle(parts: readonly Part[]): Promise<readonly ArrayBuffer[]> {
    this.#batch = undefined;
    this.#commands.submit();
    try {
      const mapped = parts.map(({ buffer, used }) => buffer.mapAsync(MAP_MODE_READ, 0, used));
      await Promise.race([Promise.all(mapped), this.#faults.whenLost]);
    } catch (error) {
      for (const { buffer } of parts) buffer.destroy();
      throw await this.#faults.explain(error as Error);
    }
    const copies = parts.map(({ buffer, used }) => {
      const copy = buffer.getMappedRange(0, used).slice(0);
      buffer.unmap();
      if (this.#spare.length < KEPT) this.#spare.push(buffer);
      else buffer.destroy();
      return copy;
    });
    await this.#faults.settle();
    return copies;
  }
}
