/**
 * Memory of a WebGPU device: a pool of buffers in size classes. What a scope gives back is taken again in the same order
 * by the next run, so that repeated runs use the same buffers and their bind groups can be kept.
 *
 * @module
 */
import type { DeviceBuffer } from "../tensor.ts";
import type { Faults } from "./faults.ts";
import { COPY_DST, COPY_SRC, STORAGE } from "./flags.ts";

const STORAGE_USAGE = STORAGE | COPY_DST | COPY_SRC;

/** A buffer of the system. */
export interface Block {
  /** Names the block in keys of bind groups; never used twice. */
  readonly id: number;
  /** Undefined when it would be larger than a binding may be. */
  readonly gpu: GPUBuffer | undefined;
  readonly bytes: number;
  /** Number of the submission that used it last. */
  used: number;
  /** Number of the run that used it last. */
  run: number;
  /** First kernel and operand that it served as. */
  purpose: string;
  /** Whether the system had no memory for it. */
  lost?: boolean;
}

/** A buffer as the user of a device sees it. */
export interface GpuBuffer extends DeviceBuffer {
  readonly block: Block;
  /** Whether it holds f16, two a word: weights of products, where no value is lost by it. */
  readonly half?: boolean;
}

/** Runs after which a buffer that nobody took is given back to the system. */
const IDLE_RUNS = 4;

/** Bytes of the size class that holds `bytes`: steps of at most an eighth, multiples of 16. */
export function classOf(bytes: number): number {
  const step = Math.max(16, 2 ** Math.floor(Math.log2(Math.max(1, bytes))) / 8);
  return Math.max(16, Math.ceil(bytes / step) * step);
}

/** The pool. */
export class Pool {
  readonly #device: GPUDevice;
  readonly #faults: Faults;
  readonly #free = new Map<number, Block[]>();
  readonly #limit: number;
  #nextId = 1;
  #run = 0;
  /** Bytes taken from the system, weights and run memory. */
  reserved = 0;
  /** Called when a block is destroyed. */
  onDestroy: (block: Block) => void = () => {};

  constructor(device: GPUDevice, faults: Faults) {
    this.#device = device;
    this.#faults = faults;
    this.#limit = Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize);
  }

  /** Largest block there can be, in bytes. */
  get limit(): number {
    return this.#limit;
  }

  /** A block of at least `bytes`; contents undefined. Too large a block exists in name only: the run reports it. */
  take(bytes: number): Block {
    const size = classOf(bytes);
    const block = this.#free.get(size)?.pop() ?? this.#create(size);
    block.run = this.#run;
    return block;
  }

  /**
   * A block that no command of submission `serial` uses, for data that the queue writes ahead of that submission.
   */
  takeUnused(bytes: number, serial: number): Block {
    const size = classOf(bytes), list = this.#free.get(size) ?? [];
    const at = list.findLastIndex((block) => block.used !== serial);
    const block = at < 0 ? this.#create(size) : list.splice(at, 1)[0]!;
    block.run = this.#run;
    return block;
  }

  /** Gives a block back for later takers. */
  give(block: Block): void {
    if (!block.gpu || block.lost) return;
    const list = this.#free.get(block.bytes);
    if (list) list.push(block);
    else this.#free.set(block.bytes, [block]);
  }

  /** Gives a block back to the system. */
  destroy(block: Block): void {
    if (!block.gpu || block.lost) return;
    this.reserved -= block.bytes;
    this.onDestroy(block);
    block.gpu.destroy();
  }

  /** Marks the end of a run; returns the blocks that no recent run took, no longer in the pool. */
  endRun(): Block[] {
    this.#run++;
    const idle: Block[] = [];
    for (const [size, blocks] of this.#free) {
      const kept = blocks.filter((block) => this.#run - block.run <= IDLE_RUNS);
      if (kept.length === blocks.length) continue;
      idle.push(...blocks.filter((block) => this.#run - block.run > IDLE_RUNS));
      this.#free.set(size, kept);
    }
    return idle;
  }

  #create(bytes: number): Block {
    const common = { id: this.#nextId++, bytes, used: -1, run: this.#run };
    if (bytes > this.#limit) return { ...common, gpu: undefined, purpose: "" };
    const block: Block = {
      ...common,
      purpose: "",
      gpu: this.#faults.watch(
        "out-of-memory",
        () => this.#device.createBuffer({ label: `block ${common.id}`, size: bytes, usage: STORAGE_USAGE }),
        (message) => {
          this.#lose(block);
          const what = block.purpose && ` ${block.purpose}`;
          return `Cannot allocate${what} on WebGPU as ${megabytes(bytes)} must be free: ${message}`;
        },
      ),
    };
    this.reserved += bytes;
    return block;
  }

  /** Takes a block out of the pool that the system had no memory for. */
  #lose(block: Block): void {
    this.destroy(block);
    block.lost = true;
    const list = this.#free.get(block.bytes);
    if (list?.includes(block)) this.#free.set(block.bytes, list.filter((other) => other !== block));
  }
}

/** Bytes in words. */
export const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
