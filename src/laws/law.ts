/**
 * What a law is, what it is tried on, and how it fails.
 *
 * @module
 */
import type { Discretisation } from "./forms/discretise.ts";
import { type Numbers, type ScanInputs, type ScanOutputs, shapeOf } from "./forms/scan_inputs.ts";
import { type Expected, expectScan } from "./bound.ts";
import type { Dice } from "./dice.ts";
import { isHalf, type Storage, stored } from "./storage.ts";
import { tied } from "./views.ts";

/** An implementation of the selective scan, in the layout of {@linkcode ScanInputs}. It must leave its inputs as they are. */
export type Scan = (inputs: ScanInputs) => ScanOutputs | Promise<ScanOutputs>;

/** Parts of the scan that an implementation may lack. */
export const FEATURES = [
  "softplus",
  "bias",
  "skip",
  "gate",
  "groups",
  "initialState",
  "lastState",
  "orders",
  "batch",
  "untied",
] as const;

/** A part of the scan that an implementation may lack. */
export type Feature = typeof FEATURES[number];

/** Parts of a scan that few implementations have: tried only where one offers them. */
export const EXTRAS = ["packed", "constant", "strides", "gradients"] as const;

/** A part of the scan that an implementation may offer. */
export type Extra = typeof EXTRAS[number];

/** An implementation under trial. */
export interface Subject {
  /** What reports call it. */
  readonly name: string;
  /** What is tried. */
  readonly scan: Scan;
  /**
   * What it does not have; laws that need it do not apply, and no case uses it. One that lacks `untied` is Mamba-2's: the
   * channels of a group share one A and one Δ.
   */
  readonly lacks?: readonly Feature[];
  /** What it has beyond the scan of one sequence; laws that ask for it apply to it alone. */
  readonly offers?: readonly Extra[];
  /** `mamba` (exp for A, Euler for B) unless it is one with the true hold. */
  readonly discretisation?: Extract<Discretisation, "mamba" | "zoh">;
  /** Unit roundoff of its arithmetic: 2⁻²⁴ (single precision) by default. */
  readonly roundoff?: number;
  /** Type of the elements of u, dt, B, C, z and y: f32 by default. */
  readonly storage?: Storage;
  /** Steps of a chunk over which its exponents are differences of running sums (Mamba-2's segsum); none by default. */
  readonly segsum?: number;
}

/** A law of the selective scan. */
export interface Law {
  /** What reports and {@linkcode lawOf} call it. */
  readonly name: string;
  /** In words. */
  readonly statement: string;
  /** In mathematics. */
  readonly formula: string;
  /** How far the two sides may be apart; `bound` is that of {@linkcode expectScan}. */
  readonly tolerance: string;
  /** What the implementation must have for the law to apply. */
  readonly needs?: readonly Feature[];
  /** What the implementation must offer for the law to apply. */
  readonly asks?: readonly Extra[];
  /** Whether it holds for Mamba's discretisation only. */
  readonly mambaOnly?: boolean;
  /** Whether it makes inputs that half precision cannot hold: it does not apply to such storage. */
  readonly exact?: boolean;
  /** Whether a chunk as a product of matrices breaks it, as 0·NaN is NaN: it does not apply to segsum forms. */
  readonly pointwise?: boolean;
  /** Tokens of its longest random case, where it takes time of a higher order. */
  readonly longest?: number;
  /** Tries it on one case; throws {@linkcode LawViolation}. */
  readonly check: (trial: Trial) => Promise<void>;
}

/** Where and by how much a law is broken. */
export interface Difference {
  /** Which result differs. */
  readonly what: string;
  /** First differing index. */
  readonly index: readonly number[];
  /** What the implementation gave there. */
  readonly got: number;
  /** What the law demands. */
  readonly wanted: number;
  /** How far they may be apart. */
  readonly allowed: number;
}

/** A law that an implementation breaks. */
export class LawViolation extends Error {
  /** Tells it from other errors. */
  override readonly name = "LawViolation";
  /** Name of the law. */
  readonly law: string;
  /** Where and by how much. */
  readonly difference: Difference;

  /** A violation of `law` by the implementation called `subject`. */
  constructor(law: string, subject: string, difference: Difference) {
    const { what, index, got, wanted, allowed } = difference;
    super(
      `${subject} breaks the law of ${law}: ${what} differs first at [${
        index.join(", ")
      }], is ${got}, should be ${wanted} within ${allowed}`,
    );
    this.law = law;
    this.difference = difference;
  }
}

/** What an implementation gave for some inputs, beside what it should have given. */
export interface Run {
  /** What was scanned. */
  readonly inputs: ScanInputs;
  /** y [b, e, l] */
  readonly y: Numbers;
  /** Absent where the implementation has none. */
  readonly lastState: Numbers | undefined;
  /** Absent unless an upstream gradient was given. */
  readonly gradients: ScanOutputs["gradients"];
  /** Values in double precision, and allowances. */
  readonly expected: Expected;
}

/** One law on one case: runs the implementation and compares. */
export class Trial {
  /** The case. */
  readonly inputs: ScanInputs;
  /** For choices of the law's own: a split, a permutation, a factor. */
  readonly dice: Dice;
  /** The implementation. */
  readonly subject: Subject;
  readonly #law: string;

  /** A trial of the law of that name. */
  constructor(law: string, subject: Subject, inputs: ScanInputs, dice: Dice) {
    this.#law = law;
    this.subject = subject;
    this.inputs = this.#prepare(inputs);
    this.dice = dice;
  }

  /** The inputs as the implementation can take them: tied, and in its storage. */
  #prepare(inputs: ScanInputs): ScanInputs {
    const { storage = "f32" } = this.subject, prepared = this.has("untied") ? inputs : tied(inputs);
    if (!isHalf(storage)) return prepared;
    const { u, dt, B, C, z } = prepared, round = (values: Numbers) => stored(values, storage);
    return { ...prepared, u: round(u), dt: round(dt), B: round(B), C: round(C), ...(z ? { z: round(z) } : {}) };
  }

  /** Whether the implementation has a feature. */
  has(feature: Feature): boolean {
    return !this.subject.lacks?.includes(feature);
  }

  /** Runs the implementation and copies what it gives, as it may use its memory again; the sizes must be right. */
  async run(wished: ScanInputs): Promise<Run> {
    // What should come out is worked out first: the implementation might write to its inputs.
    const inputs = this.#prepare(wished), expected = this.expect(inputs);
    const given = await this.subject.scan(inputs), y = given.y?.slice(), lastState = given.lastState?.slice();
    this.#checkSize("y", y, inputs);
    if (this.has("lastState")) this.#checkSize("lastState", lastState, inputs);
    const { gradients } = given;
    return { inputs, y, lastState: this.has("lastState") ? lastState : undefined, gradients, expected };
  }

  /** What the inputs should give. */
  expect(inputs: ScanInputs): Expected {
    return expectScan(inputs, {
      discretisation: this.subject.discretisation ?? "mamba",
      ...(this.subject.roundoff === undefined ? {} : { roundoff: this.subject.roundoff }),
      ...(this.subject.storage === undefined ? {} : { storage: this.subject.storage }),
      ...(this.subject.segsum === undefined ? {} : { segsum: this.subject.segsum }),
    });
  }

  /** Whether the functions of the scan can be shown to a few roundoffs: not through half precision or cancelling sums. */
  get sharp(): boolean {
    return !isHalf(this.subject.storage ?? "f32") && !this.subject.segsum;
  }

  /** Compares numbers of a shape, except where they may be anything; NaN is equal to NaN. */
  compare(
    what: string,
    shape: readonly number[],
    got: ArrayLike<number>,
    wanted: ArrayLike<number>,
    allowed: (index: number) => number,
    except: (index: number) => boolean = () => false,
  ): void {
    for (let i = 0; i < wanted.length; i++) {
      const mine = got[i]!, theirs = wanted[i]!;
      if (except(i)) continue;
      if (Object.is(mine, theirs) || Math.abs(mine - theirs) <= allowed(i)) continue;
      this.fail(what, shape, i, mine, theirs, allowed(i));
    }
  }

  /** Compares the y of a run with wanted ones, within the bound of the run and what `extra` adds. */
  compareY(what: string, run: Run, wanted: ArrayLike<number>, extra: (index: number) => number = () => 0): void {
    const { yOff } = run.expected;
    this.compare(what, shapeOf("y", run.inputs), run.y, wanted, (i) => yOff[i]! + extra(i));
  }

  /** Compares the last state of a run, where there is one, likewise. */
  compareState(what: string, run: Run, wanted: ArrayLike<number>, extra: (index: number) => number = () => 0): void {
    const { stateOff } = run.expected;
    if (!run.lastState) return;
    this.compare(what, shapeOf("lastState", run.inputs), run.lastState, wanted, (i) => stateOff[i]! + extra(i));
  }

  /** Breaks the law at a flat index. */
  fail(what: string, shape: readonly number[], flat: number, got: number, wanted: number, allowed: number): never {
    const index: number[] = [];
    for (const size of [...shape].reverse()) {
      index.unshift(flat % size);
      flat = Math.floor(flat / size);
    }
    throw new LawViolation(this.#law, this.subject.name, { what, index, got, wanted, allowed });
  }

  #checkSize(name: "y" | "lastState", values: Numbers | undefined, inputs: ScanInputs): void {
    const shape = shapeOf(name, inputs), size = shape.reduce((a, b) => a * b, 1);
    if (values?.length === size) return;
    throw new LawViolation(this.#law, this.subject.name, {
      what: `the length of ${name} [${shape.join(", ")}]`,
      index: [],
      got: values?.length ?? 0,
      wanted: size,
      allowed: 0,
    });
  }
}
