/**
 * The places at which images are worked on, and the few who wait for one.
 *
 * @module
 */
import { deferred } from "../bytes/deferred.ts";
import { before } from "./deadline.ts";
import { Problem } from "./problem.ts";

/** What there is room for. */
export interface Room {
  /** Images that are worked on at once. */
  readonly concurrency: number;
  /** Requests that wait for a place. */
  readonly waiting: number;
  /** Milliseconds that one waits. */
  readonly patience: number;
  /** Milliseconds after which a place counts as free: some platforms drop a request without a word. */
  readonly forgotten: number;
}

/** A place that is taken. */
interface Place {
  readonly since: number;
}

/** Gives places out, in the order of asking. */
export class Places {
  readonly #room: Room;
  #taken: Place[] = [];
  #waiting: (() => void)[] = [];

  constructor(room: Room) {
    this.#room = room;
  }

  /** How many are taken. */
  get busy(): number {
    const now = Date.now();
    this.#taken = this.#taken.filter(({ since }) => now - since < this.#room.forgotten);
    return this.#taken.length;
  }

  /**
   * Takes a place, at once or after a short wait; the function that is given frees it.
   *
   * @throws {Problem} When there is none, nor will be soon.
   */
  async take(signal: AbortSignal): Promise<() => void> {
    const { concurrency, waiting, patience } = this.#room;
    if (this.busy < concurrency) return this.#place();
    const busy = () =>
      new Problem("busy", `At most ${concurrency} images are worked on at once, and ${waiting} wait`, {
        headers: { "retry-after": "1" },
      });
    if (this.#waiting.length >= waiting) throw busy();
    const { promise, resolve, reject } = deferred<() => void>();
    const called = (): void => resolve(this.#place());
    this.#waiting.push(called);
    const timer = setTimeout(() => reject(busy()), patience);
    try {
      return await before(signal, promise);
    } catch (error) {
      // One who is called and leaves in the same moment passes the place on.
      if (!this.#waiting.includes(called)) promise.then((free) => free(), () => {});
      throw error;
    } finally {
      clearTimeout(timer);
      this.#waiting = this.#waiting.filter((other) => other !== called);
    }
  }

  #place(): () => void {
    const place: Place = { since: Date.now() };
    this.#taken.push(place);
    return () => {
      if (!this.#taken.includes(place)) return;
      this.#taken = this.#taken.filter((other) => other !== place);
      this.#waiting.shift()?.();
    };
  }
}
