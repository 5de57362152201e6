/**
 * Blocks of one WebAssembly memory. Offsets are unsigned bytes (up to 4 GiB); a block is never moved, so an offset stays
 * valid while views die whenever the memory grows.
 *
 * @module
 */

/** A block of linear memory, in bytes. */
export interface Block {
  readonly at: number;
  readonly size: number;
}

const ALIGNMENT = 64;
const PAGE = 65536;
const LIMIT = 65536 * PAGE;

/** Bytes readable past every block, so that a vector load at its end stays inside the memory. */
const MARGIN = 64;

/** A first-fit allocator over a growing memory, with neighbouring free blocks merged. */
export class Heap {
  readonly #memory: WebAssembly.Memory;
  /** Free blocks by ascending offset. */
  #free: { at: number; size: number }[] = [];
  #end: number;
  /** Bytes in use. */
  used = 0;

  constructor(memory: WebAssembly.Memory, base: number) {
    this.#memory = memory;
    this.#end = Math.ceil(base / ALIGNMENT) * ALIGNMENT;
  }

  /** Bytes the memory has. */
  get reserved(): number {
    return this.#memory.buffer.byteLength;
  }

  /** Takes `bytes`, growing the memory when no free block is large enough. */
  take(bytes: number): Block {
    // An empty block would be a free block of no size when it comes back, and keep its neighbours from merging.
    const size = Math.max(1, Math.ceil(bytes / ALIGNMENT)) * ALIGNMENT;
    const index = this.#free.findIndex((block) => block.size >= size);
    this.used += size;
    if (index >= 0) {
      const block = this.#free[index]!;
      const taken = { at: block.at, size };
      block.at += size;
      block.size -= size;
      if (block.size === 0) this.#free.splice(index, 1);
      return taken;
    }
    // The last free block, when it touches the end, is extended rather than passed over.
    const last = this.#free.at(-1);
    const at = last && last.at + last.size === this.#end ? last.at : this.#end;
    try {
      this.#grow(at + size);
    } catch (error) {
      this.used -= size;
      throw error;
    }
    if (at !== this.#end) this.#free.pop();
    this.#end = at + size;
    return { at, size };
  }

  /** Gives a block back. */
  give(block: Block): void {
    this.used -= block.size;
    let index = this.#free.findIndex((free) => free.at > block.at);
    if (index < 0) index = this.#free.length;
    this.#free.splice(index, 0, { ...block });
    for (const i of [index, index - 1]) {
      const left = this.#free[i], right = this.#free[i + 1];
      if (left && right && left.at + left.size === right.at) {
        left.size += right.size;
        this.#free.splice(i + 1, 1);
      }
    }
  }

  /** Grows the memory until one free block of `bytes` can be had. */
  reserve(bytes: number): void {
    this.give(this.take(bytes));
  }

  #grow(end: number): void {
    const missing = end + MARGIN - this.#memory.buffer.byteLength;
    if (missing <= 0) return;
    try {
      if (end + MARGIN > LIMIT) throw new RangeError();
      this.#memory.grow(Math.ceil(missing / PAGE));
    } catch {
      throw new RangeError(
        `Cannot allocate on the WASM device as the memory must grow to ${megabytes(end)}: current size is ${
          megabytes(this.#memory.buffer.byteLength)
        } and the engine refused more; use a smaller image or tile`,
      );
    }
  }
}

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
