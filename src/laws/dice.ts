/**
 * Random choices from a seed, the same in every language that has 32-bit integers.
 *
 * @module
 */
import { uniform } from "../kernels/random.ts";

/** A stream of random numbers that a seed determines. */
export class Dice {
  /** A number in [0, 1). */
  readonly next: () => number;

  /** A stream from a 32-bit seed. */
  constructor(seed: number) {
    this.next = uniform(seed);
  }

  /** A number in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** An integer in [0, count). */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  /** One of some values. */
  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }

  /** Numbers in [low, high), in single precision. */
  numbers(count: number, low: number, high: number): Float32Array {
    return Float32Array.from({ length: count }, () => this.between(low, high));
  }

  /** 0 … count − 1 in random order, by Fisher and Yates. */
  permutation(count: number): number[] {
    const order = Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  }
}
