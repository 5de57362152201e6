/**
 * Tries laws on many cases and reports the smallest that breaks one.
 *
 * @module
 */
import { fc, recipes } from "./arbitraries.ts";
import type { Recipe } from "./cases.ts";
import type { Law, Subject } from "./law.ts";
import { applies, checkLaw, LAWS } from "./laws.ts";
import { probesFor } from "./probes.ts";
import { smallestOf } from "./shrink.ts";

/** How a verification is run. */
export interface VerifyOptions {
  /** Random cases a law is tried on, beside the fixed probes; 1,000 by default. */
  readonly runs?: number;
  /** Seed of the cases; a fresh one by default. Every law has cases of its own. */
  readonly seed?: number;
  /** Laws to try; all by default. */
  readonly laws?: readonly Law[];
  /** Whether to try the fixed probes first; true by default. */
  readonly probes?: boolean;
  /** Whether to look for the smallest case that fails; true by default. */
  readonly shrink?: boolean;
  /** Cases that are tried at the same time, for an implementation that takes long to answer; 1 by default. */
  readonly atOnce?: number;
  /** Called after each law. */
  readonly onLaw?: (report: LawReport) => void;
}

/** What became of a law. */
export interface LawReport {
  /** Its name. */
  readonly law: string;
  /** Whether it held in every case that was tried. */
  readonly outcome: "holds" | "broken" | "does not apply";
  /** Cases tried before the first failure, or in all. */
  readonly runs: number;
  /** Seed of the cases. */
  readonly seed: number;
  /** How it was broken. */
  readonly failure?: LawFailure;
}

/** The smallest case that was found to break a law. */
export interface LawFailure {
  /** The case in a few numbers. */
  readonly recipe: Recipe;
  /** fast-check's path to the case, or which probe it was, or its file. */
  readonly path: string;
  /** What the law says is wrong. */
  readonly message: string;
  /** Code or a command that shows the failure again. */
  readonly reproduction: string;
}

/** Everything about a failure, for people: the law, the shape, the difference, seed, path and what shows it again. */
export function describeFailure({ seed, failure }: LawReport): string {
  if (!failure) return "";
  const { recipe: r, path, message, reproduction } = failure;
  const shape = `batch ${r.batch}, groups ${r.groups}, channels ${
    r.groups * r.channelsPerGroup
  }, states ${r.stateSize}, length ${r.length}`;
  return `${message}\n  shape: ${shape}\n  seed: ${seed}, path: "${path}"\n  again:\n${
    reproduction.replace(/^/gm, "    ")
  }`;
}

/** A 32-bit seed for the cases of a law (FNV-1a): with one seed for all, few cases would be all that is ever seen. */
export function seedOf(seed: number, law: string): number {
  let hash = 0x811c9dc5;
  for (const letter of `${seed} ${law}`) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  return hash;
}

const textOf = (error: unknown): string => error instanceof Error ? error.message : String(error);

/** One law on one implementation, case by case or many at once. */
class LawTrial {
  readonly #law: Law;
  readonly #subject: Subject;
  readonly #options: Required<Pick<VerifyOptions, "runs" | "probes" | "shrink" | "atOnce">>;
  readonly #seed: number;

  constructor(law: Law, subject: Subject, options: VerifyOptions, seed: number) {
    const { runs = 1000, probes = true, shrink = true, atOnce = 1 } = options;
    this.#law = law;
    this.#subject = subject;
    this.#options = { runs, probes, shrink, atOnce };
    this.#seed = seed;
  }

  /** What is wrong with a case; nothing if the law holds. */
  async #wrong(recipe: Recipe): Promise<string | undefined> {
    try {
      await checkLaw(this.#law, this.#subject, recipe);
      return undefined;
    } catch (error) {
      return textOf(error) || "it threw";
    }
  }

  #broken(runs: number, recipe: Recipe, path: string, message: string): LawReport {
    const call = `checkLaw(${JSON.stringify(this.#law.name)}, subject, ${JSON.stringify(recipe)})`;
    const reproduction = `import { checkLaw } from "@sidewinder/sidewinder/laws";\nawait ${call};`;
    const failure = { recipe, path, message, reproduction };
    return { law: this.#law.name, outcome: "broken", runs, seed: this.#seed, failure };
  }

  /** A fixed list of cases, some at once; the first that fails, shrunk. */
  async #list(cases: readonly Recipe[], pathOf: (i: number) => string): Promise<LawReport | undefined> {
    const { atOnce, shrink } = this.#options;
    for (let first = 0; first < cases.length; first += atOnce) {
      const found = await Promise.all(cases.slice(first, first + atOnce).map((recipe) => this.#wrong(recipe)));
      const at = found.findIndex((message) => message !== undefined);
      if (at < 0) continue;
      const failed = cases[first + at]!;
      const smallest = shrink ? await smallestOf(failed, async (r) => await this.#wrong(r) !== undefined) : failed;
      const message = (smallest === failed ? undefined : await this.#wrong(smallest)) ?? found[at]!;
      return this.#broken(first + at + 1, smallest, pathOf(first + at), message);
    }
    return undefined;
  }

  async run(): Promise<LawReport> {
    const { runs, probes, shrink, atOnce } = this.#options, law = this.#law, subject = this.#subject;
    const fixed = probes ? probesFor(law.name, subject.lacks) : [], arbitrary = recipes(subject, law);
    const seed = seedOf(this.#seed, law.name), held = { law: law.name, outcome: "holds", seed: this.#seed } as const;
    const early = await this.#list(fixed, (i) => `probe ${i}`);
    if (early) return early;
    if (atOnce > 1) {
      const drawn = runs > 0 ? fc.sample(arbitrary, { seed, numRuns: runs }) : [];
      return await this.#list(drawn, (i) => `${i}`) ?? { ...held, runs: fixed.length + runs };
    }
    const property = fc.asyncProperty(arbitrary, (recipe) => checkLaw(law, subject, recipe));
    const details = await fc.check(property, { numRuns: runs, seed, endOnFailure: !shrink });
    const tried = fixed.length + details.numRuns;
    if (!details.failed) return { ...held, runs: tried };
    return this.#broken(tried, details.counterexample![0], details.counterexamplePath!, textOf(details.errorInstance));
  }
}

/**
 * Tries the laws on an implementation, one after the other: the fixed probes, then random cases. An implementation that
 * throws breaks the law it threw in.
 *
 * @example
 * ```ts
 * import { associative, scanBy, type Subject, verifyScan } from "@sidewinder/sidewinder/laws";
 *
 * const subject: Subject = { name: "mine", scan: (inputs) => scanBy(associative, inputs), lacks: ["orders"] };
 * const reports = await verifyScan(subject, { runs: 5, seed: 1, probes: false });
 * console.log(reports.filter((report) => report.outcome === "broken"));
 * ```
 */
export async function verifyScan(subject: Subject, options: VerifyOptions = {}): Promise<LawReport[]> {
  const { laws = LAWS, onLaw } = options;
  const seed = options.seed ?? crypto.getRandomValues(new Uint32Array(1))[0]! >>> 1;
  const reports: LawReport[] = [];
  for (const law of laws) {
    const report: LawReport = applies(law, subject)
      ? await new LawTrial(law, subject, options, seed).run()
      : { law: law.name, outcome: "does not apply", runs: 0, seed };
    reports.push(report);
    onLaw?.(report);
  }
  return reports;
}

/**
 * As {@linkcode verifyScan}, for a test: throws when a law is broken.
 *
 * @throws {Error} When a law is broken; the message has every broken law with seed, path, shape, the first differing
 * index, both values and code that shows it again.
 */
export async function assertScan(subject: Subject, options: VerifyOptions = {}): Promise<void> {
  const broken = (await verifyScan(subject, options)).filter(({ outcome }) => outcome === "broken");
  if (broken.length > 0) throw new Error(broken.map(describeFailure).join("\n"));
}
