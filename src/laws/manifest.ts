/**
 * `cases.json`: what the judge is told of the cases that were emitted. Programs rewrite folders, so it is not believed.
 *
 * @module
 */
import { checkJson } from "../checkpoint/json.ts";
import { malformed } from "../bytes/errors.ts";
import { elementsOf, MOODS, type Recipe } from "./cases.ts";
import { EXTRAS, FEATURES, type Subject } from "./law.ts";

/** What the judge is told of a program. */
export type Program = Omit<Subject, "name" | "scan">;

/** A law and the case that it is tried on. */
export interface LawCase {
  /** Name of the law. */
  readonly law: string;
  /** The case. */
  readonly recipe: Recipe;
}

/** The contents of `cases.json`. */
export interface Manifest extends Program {
  readonly seed: number;
  readonly cases: readonly (LawCase & { readonly name: string })[];
}

/** Its name. */
export const MANIFEST = "cases.json";

/** Elements of a case, over twice as many as the largest that is emitted. */
const MOST_ELEMENTS = 2 ** 20;

type Fields = Readonly<Record<string, unknown>>;
type Kind = (value: unknown) => boolean;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const whole: Kind = Number.isSafeInteger;
const size: Kind = (value) => whole(value) && (value as number) >= 1;
const text: Kind = (value) => typeof value === "string";
const flag: Kind = (value) => typeof value === "boolean";
const among = (...names: readonly string[]): Kind => (value) => names.includes(value as string);
const listOf = (kind: Kind): Kind => (value) => Array.isArray(value) && value.every(kind);

const PROGRAM: Readonly<Record<string, Kind>> = {
  ...{ lacks: listOf(among(...FEATURES)), offers: listOf(among(...EXTRAS)), discretisation: among("mamba", "zoh") },
  roundoff: (value) => typeof value === "number" && value > 0 && value < 1,
  ...{ storage: among("f32", "f16", "bf16"), segsum: size },
};
const RECIPE: Readonly<Record<string, Kind>> = {
  ...{ batch: size, groups: size, channelsPerGroup: size, stateSize: size, length: size, mood: among(...MOODS) },
  ...{ softplus: flag, bias: flag, skip: flag, gate: flag, initialState: flag, seed: whole },
};

function expect(fields: Fields, kinds: Readonly<Record<string, Kind>>, where: string, optional = false): void {
  for (const [name, kind] of Object.entries(kinds)) {
    if (kind(fields[name]) || (optional && fields[name] === undefined)) continue;
    throw malformed(MANIFEST, `its ${name}${where} must be one that emitCases writes`, `value is ${fields[name]}`);
  }
}

/**
 * Reads the manifest of a folder.
 *
 * @throws {SyntaxError} When it is no JSON or says what no emission says.
 */
export async function manifestIn(read: (name: string) => Promise<Uint8Array>): Promise<Manifest> {
  const value = await checkJson(MANIFEST, await read(MANIFEST), () => undefined) as Fields;
  expect(value, PROGRAM, "", true);
  expect(value, { seed: whole, cases: listOf(isFields) }, "");
  for (const [i, row] of (value.cases as Fields[]).entries()) {
    expect(row, { law: text, name: text, recipe: isFields }, ` of case ${i}`);
    expect(row.recipe as Fields, RECIPE, ` of case ${i}`);
    const elements = elementsOf(row.recipe as unknown as Recipe);
    if (elements <= MOST_ELEMENTS) continue;
    throw malformed(MANIFEST, `case ${i} must have at most ${MOST_ELEMENTS} elements`, `number is ${elements}`);
  }
  return value as unknown as Manifest;
}
