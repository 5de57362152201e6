/**
 * What every device keeps account of: open scopes and what was allocated in them, weights, bytes, whether it is closed.
 *
 * @module
 */
import type { DeviceBuffer } from "../tensor.ts";

/** How a device takes part in its ledger. */
export interface LedgerOptions<B> {
  /** Name of the device in messages. */
  readonly device: string;
  /** Bytes that a buffer takes. */
  readonly bytesOf: (buffer: B) => number;
  /** Gives the run memory of a buffer back; absent where the garbage collector does. */
  readonly give?: (buffer: B) => void;
  /** Called when the outermost scope has closed. */
  readonly onIdle?: () => void;
}

/** What was allocated in a scope: its bytes, and the buffers that must be given back. */
interface Scope<B> {
  bytes: number;
  readonly buffers: B[];
}

/** The buffers of one device. */
export class Ledger<B extends DeviceBuffer> {
  readonly #options: LedgerOptions<B>;
  readonly #scopes: Scope<B>[] = [];
  readonly #models = new Set<DeviceBuffer>();
  readonly #bytes = { weights: 0, run: 0, peak: 0 };
  #closed = false;

  constructor(options: LedgerOptions<B>) {
    this.#options = options;
  }

  /** Bytes in use. */
  get bytes(): { readonly weights: number; readonly run: number; readonly peak: number } {
    return { ...this.#bytes };
  }

  /** Whether the device is closed. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Refuses to do anything on a closed device. */
  guard(action: string): void {
    if (this.#closed) throw new Error(`Cannot ${action} as the ${this.#options.device} device is closed`);
  }

  /** Run memory: given back with the innermost open scope. */
  run(take: () => B): B {
    const scope = this.#scopes.at(-1), { device, bytesOf, give } = this.#options;
    if (!scope) {
      throw new Error(`Cannot allocate run memory on the ${device} device as a scope must be open: there is none`);
    }
    const buffer = take(), bytes = bytesOf(buffer);
    if (give) scope.buffers.push(buffer);
    scope.bytes += bytes;
    this.#bytes.run += bytes;
    this.#bytes.peak = Math.max(this.#bytes.peak, this.#bytes.run);
    return buffer;
  }

  /** A weight: kept until it is freed. */
  keep(buffer: B): B {
    this.#models.add(buffer);
    this.#bytes.weights += this.#options.bytesOf(buffer);
    return buffer;
  }

  /** The weight that is freed; undefined when it is none, or none any more. */
  drop(buffer: DeviceBuffer): B | undefined {
    if (!this.#models.delete(buffer)) return undefined;
    this.#bytes.weights -= this.#options.bytesOf(buffer as B);
    return buffer as B;
  }

  /** Opens a scope; closing it closes those inside it. */
  scope(): Disposable {
    const depth = this.#scopes.push({ bytes: 0, buffers: [] });
    return { [Symbol.dispose]: () => this.#leave(depth) };
  }

  /** Forgets everything; from here on {@linkcode Ledger.guard} refuses. */
  close(): void {
    this.#closed = true;
    this.#models.clear();
    this.#scopes.length = 0;
  }

  #leave(depth: number): void {
    if (this.#closed) return;
    while (this.#scopes.length >= depth) {
      const { bytes, buffers } = this.#scopes.pop()!;
      for (const buffer of buffers.reverse()) this.#options.give?.(buffer);
      this.#bytes.run -= bytes;
    }
    if (this.#scopes.length === 0) this.#options.onIdle?.();
  }
}
