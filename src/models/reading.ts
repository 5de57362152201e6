/**
 * What a checkpoint's keys and shapes say, as families ask for it.
 *
 * @module
 */

/** Longest key that is looked at for numbered entries, and most numbers in it. */
const LONGEST_KEY = 200;
const MOST_NUMBERS = 4;

/** Keys and shapes of a checkpoint under the official names. */
export class Reading {
  readonly #shapes: ReadonlyMap<string, readonly number[]>;
  readonly #numbers = new Map<string, Set<number>>();
  /** Options that only the numbers of the file decide. */
  readonly seen: Readonly<Record<string, unknown>>;

  /** Looks at all keys once. */
  constructor(shapes: ReadonlyMap<string, readonly number[]>, seen: Readonly<Record<string, unknown>> = {}) {
    this.#shapes = shapes;
    this.seen = seen;
    for (const key of shapes.keys()) {
      if (key.length > LONGEST_KEY) continue;
      let found = 0;
      for (const { index, 1: digits } of key.matchAll(/\.(\d{1,6})(?=\.)/g)) {
        if (++found > MOST_NUMBERS) break;
        const prefix = key.slice(0, index);
        const numbers = this.#numbers.get(prefix) ?? new Set();
        this.#numbers.set(prefix, numbers.add(Number(digits)));
      }
    }
  }

  /** The shape of a tensor; undefined where there is none. */
  shape(key: string): readonly number[] | undefined {
    return this.#shapes.get(key);
  }

  /** The shape of a tensor if it has so many sizes. */
  sizes(key: string, rank: 2): readonly [number, number] | undefined;
  sizes(key: string, rank: 4): readonly [number, number, number, number] | undefined;
  sizes(key: string, rank: number): readonly number[] | undefined {
    const shape = this.#shapes.get(key);
    return shape?.length === rank ? shape : undefined;
  }

  /** Whether there is a tensor. */
  has(key: string): boolean {
    return this.#shapes.has(key);
  }

  /** How many entries `PREFIX.0`, `PREFIX.1`, … there are up to the first that is missing: a number in a key is no count. */
  count(prefix: string): number {
    const numbers = this.#numbers.get(prefix);
    let count = 0;
    while (numbers?.has(count)) count++;
    return count;
  }

  /** How many entries there are at all. */
  present(prefix: string): number {
    return this.#numbers.get(prefix)?.size ?? 0;
  }
}

/** The roundest ratio that gives `inner` of `width` channels when the product is cut to a whole number. */
export function ratioOf(inner: number, width: number): number {
  for (let unit = 1; unit < 1e6; unit *= 10) {
    const ratio = Math.ceil(inner / width * unit) / unit;
    if (Math.floor(ratio * width) === inner) return ratio;
  }
  return inner / width;
}
