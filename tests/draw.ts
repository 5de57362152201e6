/**
 * Values of test cases from a seed: numbers, and the operands of a kernel with their layout.
 *
 * @module
 */
import type { Role } from "../src/device.ts";
import { uniform } from "../src/kernels/random.ts";
import { sizeOf } from "../src/tensor.ts";

/** What values a case is made of. */
export type Mood = "ordinary" | "saturating" | "huge" | "tiny" | "nan";

/** The mood, memory layout and seed of a case. */
export interface Climate {
  readonly mood: Mood;
  /** Whether tensors are views: odd offsets, rows further apart than they are long. */
  readonly viewed: boolean;
  readonly seed: number;
}

/** An operand on the host: its elements row by row, and where they will lie in their buffer. */
export interface Operand {
  readonly access: "in" | "inout" | "out";
  readonly shape: readonly number[];
  readonly values: Float32Array | Uint32Array;
  /** Elements before the first row. */
  readonly lead: number;
  /** Elements between two rows. */
  readonly gap: number;
  readonly role: Role;
  readonly stateSize?: number;
}

const SPICE: Readonly<Record<Mood, readonly number[]>> = {
  ordinary: [],
  saturating: [0, -0, 19.999, 20, 20.001, 100, -100, 88, -88, 5, -5],
  huge: [1e15, -1e15, 3e12, -7e9],
  tiny: [1e-40, -1e-45, 1e-30, -1e-38, 0, -0],
  nan: [NaN],
};

/** Makes the operands of one case. */
export class Draw {
  readonly #climate: Climate;
  /** A number in [0, 1). */
  readonly next: () => number;

  constructor(climate: Climate) {
    this.#climate = climate;
    this.next = uniform(climate.seed);
  }

  /** An integer in [0, count). */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  /** Numbers in [lo, hi). */
  numbers(count: number, lo = -2, hi = 2): Float32Array {
    return Float32Array.from({ length: count }, () => lo + (hi - lo) * this.next());
  }

  /** Numbers in [lo, hi), every eighth or so replaced by one of the mood. */
  spiced(count: number, lo = -2, hi = 2): Float32Array {
    const spice = SPICE[this.#climate.mood];
    return this.numbers(count, lo, hi).map((value) =>
      spice.length > 0 && this.next() < 1 / 8 ? spice[this.below(spice.length)]! : value
    );
  }

  /** An input with values of the mood. */
  input(shape: readonly number[], values = this.spiced(sizeOf(shape))): Operand {
    return this.#place("in", shape, values);
  }

  /** An input of ordinary values in [lo, hi), whatever the mood. */
  calm(shape: readonly number[], lo = -2, hi = 2): Operand {
    return this.#place("in", shape, this.numbers(sizeOf(shape), lo, hi));
  }

  /** A tensor that is read and written. */
  inout(shape: readonly number[], values = this.numbers(sizeOf(shape))): Operand {
    return this.#place("inout", shape, values);
  }

  /** A tensor that is written: every element starts as NaN. */
  out(shape: readonly number[]): Operand {
    return this.#place("out", shape, new Float32Array(sizeOf(shape)).fill(NaN));
  }

  /** One ordinary value per column. */
  vector(length: number, lo = -1, hi = 1): Operand {
    return { ...this.calm([length], lo, hi), gap: 0 };
  }

  /** A carried state, which is dense. */
  state(shape: readonly number[]): Operand {
    return { ...this.inout(shape), gap: 0 };
  }

  /** A weight that the device packs. */
  weight(
    role: Role,
    shape: readonly number[],
    values = this.numbers(sizeOf(shape), -1, 1),
    stateSize?: number,
  ): Operand {
    return { access: "in", shape, values, lead: 0, gap: 0, role, ...(stateSize === undefined ? {} : { stateSize }) };
  }

  /** A table of indices. */
  indices(shape: readonly number[], values: ArrayLike<number>): Operand {
    return { access: "in", shape, values: Uint32Array.from(values), lead: 0, gap: 0, role: "plain" };
  }

  #place(access: Operand["access"], shape: readonly number[], values: Float32Array): Operand {
    const { viewed } = this.#climate;
    return {
      access,
      shape,
      values,
      lead: viewed ? 1 + this.below(6) : 0,
      gap: viewed ? 1 + this.below(9) : 0,
      role: "plain",
    };
  }
}
