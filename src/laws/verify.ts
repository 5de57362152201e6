/**
 * Tries laws on many cases and reports the smallest that breaks one.
 *
 * @module
 */
import { fc, recipes } from "./arbitraries.ts";
import type { Recipe } from "./cases.ts";
import type { Law, Subject } from "./law.ts";
import { applies, checkLaw, LAWS } from "./laws.ts";

/** How a verification is run. */
export interface VerifyOptions {
  /** Cases a law is tried on; 1,000 unless said. */
  readonly runs?: number;
  /** Seed of the cases; a fresh one unless said. */
  readonly seed?: number;
  /** Laws to try; all unless said. */
  readonly laws?: readonly Law[];
  /** Whether to look for the smallest case that fails; true unless said. */
  readonly shrink?: boolean;
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
  /** fast-check's path to the case. */
  readonly path: string;
  /** What the law says is wrong. */
  readonly message: string;
  /** Code that shows the failure again. */
  readonly reproduction: string;
}

/** Everything about a failure, for people: the law, the shape, the difference, seed, path and code that shows it again. */
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

async function tryLaw(law: Law, subject: Subject, runs: number, seed: number, shrink: boolean): Promise<LawReport> {
  const property = fc.asyncProperty(recipes(subject), (recipe) => checkLaw(law, subject, recipe));
  const details = await fc.check(property, { numRuns: runs, seed, endOnFailure: !shrink });
  const base = { law: law.name, runs: details.numRuns, seed };
  if (!details.failed) return { ...base, outcome: "holds" };
  const [recipe] = details.counterexample!;
  const error = details.errorInstance;
  const reproduction = `import { checkLaw } from "@sidewinder/sidewinder/laws";\nawait checkLaw(${
    JSON.stringify(law.name)
  }, subject, ${JSON.stringify(recipe)});`;
  const message = error instanceof Error ? error.message : String(error);
  return { ...base, outcome: "broken", failure: { recipe, path: details.counterexamplePath!, message, reproduction } };
}

/**
 * Tries the laws on an implementation, one after the other. An implementation that throws breaks the law it threw in.
 *
 * @example
 * ```ts
 * import { associative, scanBy, type Subject, verifyScan } from "@sidewinder/sidewinder/laws";
 *
 * const subject: Subject = { name: "mine", scan: (inputs) => scanBy(associative, inputs), lacks: ["orders"] };
 * const reports = await verifyScan(subject, { runs: 20, seed: 1 });
 * console.log(reports.filter((report) => report.outcome === "broken"));
 * ```
 */
export async function verifyScan(subject: Subject, options: VerifyOptions = {}): Promise<LawReport[]> {
  const { runs = 1000, laws = LAWS, shrink = true, onLaw } = options;
  const seed = options.seed ?? crypto.getRandomValues(new Uint32Array(1))[0]! >>> 1;
  const reports: LawReport[] = [];
  for (const law of laws) {
    const report: LawReport = applies(law, subject)
      ? await tryLaw(law, subject, runs, seed, shrink)
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
