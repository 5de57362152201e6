/**
 * The file protocol: a program in any language is judged by its files. `emitCases` gives files `NAME.in.safetensors`; the
 * program writes, for each, `NAME.out.safetensors` with `y` and, if it has one, `last_state`; `judgeCases` tries the laws
 * on those. `cases.json` lists the cases for the judge; the program need not read it.
 *
 * An input file holds f32 tensors in the shapes of {@linkcode ScanInputs}, named as the official function names them: `u`,
 * `dt` [b, e, l], `A` [e, n], `B`, `C` [b, g, n, l], and where they take part `D`, `dt_bias` [e], `z` [b, e, l],
 * `initial_state` [b, e, n]. Its metadata has `softplus` ("true" or "false"), `order` and `grid_width`.
 *
 * A law may scan several times, and later scans may start from states that earlier ones gave. Those are the reference's in
 * the files, so that all scans can be done at once; the states that the program gives are judged where they end.
 *
 * @module
 */
import { bytesSource } from "../bytes/byte_source.ts";
import { readSafetensors, type Writable, writeSafetensors } from "../checkpoint/safetensors.ts";
import { type ScanInputs, type ScanOutputs, shapeOf, TENSORS } from "./forms/scan_inputs.ts";
import { fc, recipes } from "./arbitraries.ts";
import { expectScan } from "./bound.ts";
import type { Recipe } from "./cases.ts";
import type { Feature, Subject } from "./law.ts";
import { applies, checkLaw, LAWS } from "./laws.ts";
import { probesFor } from "./probes.ts";
import type { LawReport } from "./verify.ts";

/** A file of the protocol. */
export interface CaseFile {
  /** Its name, without a folder. */
  readonly name: string;
  /** Its contents. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What cases are emitted. */
export interface EmitOptions {
  /** Random cases of each law, beside the fixed probes; 8 unless said. */
  readonly runs?: number;
  /** 1 unless said. */
  readonly seed?: number;
  /** What the program lacks: laws that need it are left out, and no case uses it. */
  readonly lacks?: readonly Feature[];
  /** `mamba` unless said. */
  readonly discretisation?: "mamba" | "zoh";
}

/** The contents of `cases.json`. */
interface Manifest {
  readonly seed: number;
  readonly lacks: readonly Feature[];
  readonly discretisation: "mamba" | "zoh";
  readonly cases: readonly { readonly law: string; readonly recipe: Recipe; readonly name: string }[];
}

/** Names in files: those of the official function. */
const FILE_NAMES: Readonly<Record<string, string>> = { dtBias: "dt_bias", initialState: "initial_state" };
const MANIFEST = "cases.json";

const f32 = (name: string, shape: readonly number[], values: ArrayLike<number>): Writable => ({
  name,
  dtype: "F32",
  shape,
  bytes: () => new Uint8Array(Float32Array.from(values).buffer),
});

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const all: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of pieces) all.push(new Uint8Array(piece));
  return new Uint8Array(await new Blob(all).arrayBuffer());
}

function inputFile(inputs: ScanInputs): Promise<Uint8Array<ArrayBuffer>> {
  const tensors = TENSORS.flatMap((name) => {
    const values = inputs[name];
    return values ? [f32(FILE_NAMES[name] ?? name, shapeOf(name, inputs), values)] : [];
  });
  const { softplus, order = "row", gridWidth = inputs.length } = inputs;
  return collect(writeSafetensors(tensors, { softplus: `${softplus}`, order, grid_width: `${gridWidth}` }));
}

/** A 32-bit seed for the cases of a law (FNV-1a). */
function seedOf(seed: number, law: string): number {
  let hash = 0x811c9dc5;
  for (const letter of `${seed} ${law}`) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  return hash;
}

const fileOf = (name: string, call: number, kind: "in" | "out"): string => `${name}.${call}.${kind}.safetensors`;

/**
 * The files of all cases: one for each scan of each case, `cases.json` last.
 *
 * @example
 * ```ts
 * import { emitCases } from "@sidewinder/sidewinder/laws";
 *
 * for await (const { name, bytes } of emitCases({ runs: 1, lacks: ["orders"] })) console.log(name, bytes.length);
 * ```
 */
export async function* emitCases(options: EmitOptions = {}): AsyncGenerator<CaseFile> {
  const { runs = 8, seed = 1, lacks = [], discretisation = "mamba" } = options;
  const cases: Manifest["cases"][number][] = [];
  for (const law of LAWS) {
    if (!applies(law, { name: "", scan: () => ({ y: new Float32Array() }), lacks, discretisation })) continue;
    // Every law has cases of its own: with one seed for all, a few cases would be all that is ever seen.
    const drawn = fc.sample(recipes({ lacks }), { seed: seedOf(seed, law.name), numRuns: runs });
    for (const [i, recipe] of [...drawn, ...probesFor(law.name, lacks)].entries()) {
      const name = `${law.name.replaceAll(" ", "_")}.${i}`, asked: ScanInputs[] = [];
      const scan = (inputs: ScanInputs): ScanOutputs => {
        asked.push(inputs);
        const { y, lastState } = expectScan(inputs, { discretisation });
        return { y: Float32Array.from(y), lastState: Float32Array.from(lastState) };
      };
      await checkLaw(law, { name: "the reference", scan, lacks, discretisation }, recipe);
      for (const [call, inputs] of asked.entries()) {
        yield { name: fileOf(name, call, "in"), bytes: await inputFile(inputs) };
      }
      cases.push({ law: law.name, recipe, name });
    }
  }
  const manifest: Manifest = { seed, lacks, discretisation, cases };
  yield { name: MANIFEST, bytes: new TextEncoder().encode(JSON.stringify(manifest, null, 1)) };
}

async function outputsIn(name: string, bytes: Uint8Array): Promise<ScanOutputs> {
  const { entries } = await readSafetensors(bytesSource(bytes, name));
  const find = (key: string) => entries.find((entry) => entry.name === key)?.read();
  const y = await find("y");
  if (!y) throw new TypeError(`Cannot judge ${name} as it must hold a tensor y: it holds none`);
  return { y, lastState: await find("last_state") };
}

/**
 * Tries the laws on the outputs that a program wrote for emitted cases. Yields a report for every case.
 *
 * @param read Gives the bytes of a file of that name; what it throws for a missing one is reported as a broken law.
 *
 * @example
 * ```ts
 * import { judgeCases } from "@sidewinder/sidewinder/laws";
 *
 * const files = new Map([["cases.json", new TextEncoder().encode('{ "seed": 1, "lacks": [], "cases": [] }')]]);
 * for await (const { law, outcome } of judgeCases((name) => Promise.resolve(files.get(name)!))) console.log(law, outcome);
 * ```
 */
export async function* judgeCases(read: (name: string) => Promise<Uint8Array>): AsyncGenerator<LawReport> {
  const { seed, lacks, discretisation, cases } = JSON.parse(new TextDecoder().decode(await read(MANIFEST))) as Manifest;
  for (const { law, recipe, name } of cases) {
    let call = 0;
    const scan = async (): Promise<ScanOutputs> => {
      const file = fileOf(name, call++, "out");
      return await outputsIn(file, await read(file));
    };
    const subject: Subject = { name: "the program", scan, lacks, discretisation };
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
