/**
 * Bytes that come piece by piece.
 *
 * @module
 */

/** Room where nobody says how much will come. */
const SMALLEST = 1 << 16;

/** Bytes that grow; the length that is expected, where it is known, saves copies. */
export class Growing {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor(expected = 0) {
    this.#bytes = new Uint8Array(expected > 0 ? expected : SMALLEST);
  }

  /** How many there are. */
  get length(): number {
    return this.#length;
  }

  /** Puts a piece behind what there is. */
  add(piece: Uint8Array): void {
    const needed = this.#length + piece.length;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(2 * this.#bytes.length, needed));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(piece, this.#length);
    this.#length = needed;
  }

  /** All of them, without a copy. */
  all(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }
}
