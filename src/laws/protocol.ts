/**
 * The file protocol: a program in any language is judged by its files. `emitCases` gives files `NAME.in.safetensors`; the
 * program writes, for each, `NAME.out.safetensors` with `y` and, if it has one, `last_state`; `judgeCases` tries the laws
 * on those. `cases.json` lists the cases for the judge; the program need not read it. `docs/laws.md` has every tensor.
 *
 * A law may scan several times, and later scans may start from states that earlier ones gave. Those are the reference's in
 * the files, so that all scans can be done at once; the states that the program gives are judged where they end.
 *
 * @module
 */
import type { ScanInputs, ScanOutputs } from "./forms/scan_inputs.ts";
import { fc, recipes } from "./arbitraries.ts";
import { expectScan } from "./bound.ts";
import { inputFile, outputsIn } from "./files.ts";
import { gradientsOf } from "./forms/adjoint.ts";
import type { Subject } from "./law.ts";
import { applies, checkLaw, LAWS } from "./laws.ts";
import { type LawCase, MANIFEST, type Manifest, manifestIn, type Program } from "./manifest.ts";
import { probesFor } from "./probes.ts";
import { smallerThan } from "./shrink.ts";
import { seedOf } from "./verify.ts";
import type { LawReport } from "./verify.ts";

export type { LawCase, Program } from "./manifest.ts";

/** A file of the protocol. */
export interface CaseFile {
  /** Its name, without a folder. */
  readonly name: string;
  /** Its contents. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What cases are emitted. */
export interface EmitOptions extends Program {
  /** Random cases of each law, beside the fixed probes; 8 by default. */
  readonly runs?: number;
  /** 1 by default. */
  readonly seed?: number;
  /** Exactly these cases, instead of probes and random ones. */
  readonly only?: readonly LawCase[];
}

const fileOf = (name: string, call: number, kind: "in" | "out"): string => `${name}.${call}.${kind}.safetensors`;

/** What a program is, out of options that say more. */
function programOf({ lacks = [], offers = [], discretisation = "mamba", ...rest }: Program): Program {
  const { roundoff, storage, segsum } = rest;
  return {
    lacks,
    offers,
    discretisation,
    ...(roundoff === undefined ? {} : { roundoff }),
    ...(storage === undefined ? {} : { storage }),
    ...(segsum === undefined ? {} : { segsum }),
  };
}

/** The cases of all laws that apply: random ones of each law's own, then its probes. */
export function casesOf(options: EmitOptions = {}): LawCase[] {
  const { runs = 8, seed = 1, lacks = [], only } = options;
  if (only) return only.filter(({ law }) => LAWS.some(({ name }) => name === law));
  return LAWS.filter((law) => applies(law, options)).flatMap((law) => {
    const drawn = runs > 0 ? fc.sample(recipes({ lacks }, law), { seed: seedOf(seed, law.name), numRuns: runs }) : [];
    return [...drawn, ...probesFor(law.name, lacks)].map((recipe) => ({ law: law.name, recipe }));
  });
}

/** What the reference gives in single precision, remembering what it was asked. */
function reference(program: Program, asked: ScanInputs[]): Subject {
  const { discretisation = "mamba" } = program;
  const scan = (inputs: ScanInputs): ScanOutputs => {
    asked.push(inputs);
    const { y, lastState } = expectScan(inputs, { discretisation });
    const slopes = inputs.upstream
      ? Object.entries(gradientsOf(inputs)).map(([name, { values }]) => [name, values])
      : [];
    return {
      y: Float32Array.from(y),
      lastState: Float32Array.from(lastState),
      gradients: Object.fromEntries(slopes),
    };
  };
  return { ...program, name: "the reference", scan };
}

/**
 * The files of all cases: one for each scan of each case, `cases.json` last.
 *
 * @throws {LawViolation} When the reference breaks a law, which would be our error.
 *
 * @example
 * ```ts
 * import { emitCases } from "@sidewinder/sidewinder/laws";
 *
 * const recipe = { batch: 1, groups: 1, channelsPerGroup: 2, stateSize: 3, length: 5, mood: "ordinary",
 *   softplus: true, bias: false, skip: false, gate: false, initialState: false, seed: 7 } as const;
 * for await (const { name, bytes } of emitCases({ only: [{ law: "steps", recipe }] })) console.log(name, bytes.length);
 * ```
 */
export async function* emitCases(options: EmitOptions = {}): AsyncGenerator<CaseFile> {
  const { seed = 1 } = options, program = programOf(options), { storage } = program;
  const cases: Manifest["cases"][number][] = [], counts = new Map<string, number>();
  for (const { law, recipe } of casesOf(options)) {
    const count = counts.get(law) ?? 0, name = `${law.replaceAll(" ", "_")}.${count}`, asked: ScanInputs[] = [];
    counts.set(law, count + 1);
    await checkLaw(law, reference(program, asked), recipe);
    for (const [call, inputs] of asked.entries()) {
      yield { name: fileOf(name, call, "in"), bytes: await inputFile(inputs, storage) };
    }
    cases.push({ law, recipe, name });
  }
  const manifest: Manifest = { ...program, seed, cases };
  yield { name: MANIFEST, bytes: new TextEncoder().encode(JSON.stringify(manifest, null, 1)) };
}

/** Reads a file of a folder by its name. */
export type ReadFile = (name: string) => Promise<Uint8Array>;

/**
 * Tries the laws on the outputs that a program wrote for emitted cases. Yields a report for every case.
 *
 * @param read Gives the bytes of a file of that name; what it throws for a missing one is reported as a broken law.
 * @param told What the judge is told beyond what the emission was told, such as a roundoff.
 * @throws {SyntaxError} When `cases.json` is no JSON or says what no emission says.
 *
 * @example
 * ```ts
 * import { judgeCases } from "@sidewinder/sidewinder/laws";
 *
 * const files = new Map([["cases.json", new TextEncoder().encode('{ "seed": 1, "lacks": [], "cases": [] }')]]);
 * for await (const { law, outcome } of judgeCases((name) => Promise.resolve(files.get(name)!))) console.log(law, outcome);
 * ```
 */
export async function* judgeCases(read: ReadFile, told: Program = {}): AsyncGenerator<LawReport> {
  const { seed, cases, ...program } = await manifestIn(read);
  for (const { law, recipe, name } of cases) {
    let call = 0;
    const scan = async (): Promise<ScanOutputs> => {
      const file = fileOf(name, call++, "out");
      return await outputsIn(file, await read(file));
    };
    const subject: Subject = { ...program, ...told, name: "the program", scan };
    try {
      await checkLaw(law, subject, recipe);
      yield { law, outcome: "holds", runs: 1, seed };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const reproduction = `files ${name}.*.safetensors`;
      yield { law, outcome: "broken", runs: 1, seed, failure: { recipe, path: name, message, reproduction } };
    }
  }
}

/**
 * What to emit to find smaller failures than some that were found: each of them, and all cases one thing smaller.
 *
 * @example
 * ```ts
 * import { emitSmaller } from "@sidewinder/sidewinder/laws";
 *
 * const recipe = { batch: 1, groups: 1, channelsPerGroup: 2, stateSize: 3, length: 5, mood: "ordinary",
 *   softplus: true, bias: false, skip: false, gate: false, initialState: false, seed: 7 } as const;
 * const files = [];
 * for await (const file of emitSmaller([{ law: "causality", recipe }], {})) files.push(file.name);
 * console.log(files.length > 5); // true
 * ```
 */
export function emitSmaller(failed: readonly LawCase[], options: EmitOptions): AsyncGenerator<CaseFile> {
  const only = failed.flatMap(({ law, recipe }) =>
    [recipe, ...smallerThan(recipe)].map((smaller) => ({ law, recipe: smaller }))
  );
  return emitCases({ ...options, only });
}

/** What the judge was told of the program whose cases are in a folder, and their seed. */
export async function emittedFor(read: ReadFile): Promise<Program & { readonly seed: number }> {
  const { cases: _, ...program } = await manifestIn(read);
  return program;
}
