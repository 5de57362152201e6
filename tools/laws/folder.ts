/**
 * Cases in folders: emitted, judged and shrunk.
 *
 * @module
 */
import {
  type CaseFile,
  casesOf,
  emitCases,
  type EmitOptions,
  emitSmaller,
  emittedFor,
  judgeCases,
  type LawCase,
  type LawFailure,
  type LawReport,
  LAWS,
  type Program,
  type Recipe,
} from "../../src/laws/mod.ts";
import { elementsOf } from "../../src/laws/cases.ts";
import { weightOf } from "../../src/laws/shrink.ts";
import { flagsOf } from "./request.ts";

/** Prints a line. */
export type Print = (text: string) => void;

const reader = (folder: string) => (name: string): Promise<Uint8Array> => Deno.readFile(`${folder}/${name}`);

/** Writes files to a folder; how many. */
async function write(folder: string, files: AsyncIterable<CaseFile>): Promise<number> {
  let written = 0;
  await Deno.mkdir(folder, { recursive: true });
  for await (const { name, bytes } of files) {
    await Deno.writeFile(`${folder}/${name}`, bytes);
    written++;
  }
  return written;
}

/** Smallest and largest of some numbers. */
const span = (numbers: readonly number[]): string => `${Math.min(...numbers)} to ${Math.max(...numbers)}`;

/** How many cases of what sizes. */
function sizesOf(cases: readonly LawCase[]): string {
  const of = (size: (recipe: Recipe) => number) => span(cases.map(({ recipe }) => size(recipe)));
  const laws = new Set(cases.map(({ law }) => law)).size,
    elements = cases.reduce((n, c) => n + elementsOf(c.recipe), 0);
  return `${cases.length} cases of ${laws} laws: batch ${of((r) => r.batch)}, channels ${
    of((r) => r.groups * r.channelsPerGroup)
  }, groups ${of((r) => r.groups)}, states ${of((r) => r.stateSize)}, lengths ${of((r) => r.length)}; ${
    (elements / 1e6).toFixed(1)
  } million elements of state`;
}

/** Writes the cases that options ask for and says how many of what sizes. */
export async function emit(folder: string, options: EmitOptions, print: Print): Promise<void> {
  const files = await write(folder, emitCases(options));
  print(
    `${files} files in ${folder}: for each NAME.in.safetensors write NAME.out.safetensors, then run laws check ${folder}`,
  );
  print(sizesOf(casesOf(options)));
}

/** What became of a law over its cases. */
interface Verdict {
  readonly law: string;
  readonly cases: number;
  readonly broken: readonly LawFailure[];
}

/** Judges a folder, law by law. */
async function judge(folder: string, told: Program): Promise<Verdict[]> {
  const reports = new Map<string, LawReport[]>();
  for await (const report of judgeCases(reader(folder), told)) {
    reports.set(report.law, [...reports.get(report.law) ?? [], report]);
  }
  return LAWS.flatMap(({ name: law }) => {
    const cases = reports.get(law);
    const broken = cases?.flatMap(({ failure }) => failure ? [failure] : []) ?? [];
    return cases ? [{ law, cases: cases.length, broken }] : [];
  });
}

/** The smallest failure of each broken law, the smallest of all first. */
function smallestOf(verdicts: readonly Verdict[]): (LawFailure & { readonly law: string })[] {
  return verdicts.flatMap(({ law, broken }) =>
    broken.toSorted((a, b) => weightOf(a.recipe) - weightOf(b.recipe)).slice(0, 1).map((failure) => ({
      law,
      ...failure,
    }))
  ).sort((a, b) => weightOf(a.recipe) - weightOf(b.recipe));
}

/** Judges a folder, one line a law, and then the smallest failure of each broken law; whether none is. */
export async function check(folder: string, told: Program, print: Print): Promise<boolean> {
  const verdicts = await judge(folder, told), { seed, ...program } = await emittedFor(reader(folder));
  for (const { law, cases, broken } of verdicts) {
    print(
      `${law.padEnd(20)} ${broken.length > 0 ? `broken in ${broken.length} of ${cases} cases` : `holds in ${cases}`}`,
    );
  }
  const failures = smallestOf(verdicts);
  for (const { law, recipe, path, message } of failures) {
    const elements = elementsOf(recipe), flags = flagsOf({ ...program, ...told });
    print(`\n${message}`);
    print(`  law: ${law}   files: ${path}.*   seed: ${seed}   elements: ${elements}`);
    print(`  recipe: ${JSON.stringify(recipe)}`);
    print(`  again: deno task laws emit AGAIN --law "${law}" --recipe '${JSON.stringify(recipe)}'${flags}`);
  }
  if (failures.length > 0) {
    print(`\nsmaller failures: deno task laws shrink ${folder} SMALLER, then run the program there`);
  }
  print(`${verdicts.length - failures.length} passed, ${failures.length} failed`);
  return failures.length === 0 && verdicts.length > 0;
}

/** Emits what could fail smaller than what failed in a folder; whether there is anything. */
export async function shrink(folder: string, into: string, told: Program, print: Print): Promise<boolean> {
  const failures = smallestOf(await judge(folder, told)), program = await emittedFor(reader(folder));
  if (failures.length === 0) return false;
  const options = { ...program, ...told };
  const files = await write(into, emitSmaller(failures.map(({ law, recipe }) => ({ law, recipe })), options));
  print(`${files} files in ${into}: the smallest failing case of ${failures.length} laws, and all one thing smaller`);
  return true;
}

/** The weight of the smallest failure of each law together: what shrinking brings down. */
async function weightIn(folder: string, told: Program): Promise<number> {
  return smallestOf(await judge(folder, told)).reduce((sum, { recipe }) => sum + weightOf(recipe), 0);
}

/** Runs a command of the shell over a folder, its last argument. */
async function execute(command: string, folder: string): Promise<void> {
  const args = ["-c", `${command} "$0"`, folder];
  const { code } = await new Deno.Command("sh", { args, stdout: "inherit", stderr: "inherit" }).output();
  if (code !== 0) {
    throw new Error(`Cannot judge the program as it must end with 0: \`${command} ${folder}\` gave ${code}`);
  }
}

/** Emits, runs the program and judges; where it fails, shrinks and runs it again until nothing smaller fails. */
export async function run(command: string, options: EmitOptions, print: Print): Promise<boolean> {
  const root = await Deno.makeTempDir({ prefix: "laws-" });
  try {
    let folder = `${root}/0`;
    await emit(folder, options, print);
    await execute(command, folder);
    for (let weight = await weightIn(folder, {}), round = 1; weight > 0; round++) {
      const next = `${root}/${round}`;
      await shrink(folder, next, {}, () => {});
      await execute(command, next);
      const smaller = await weightIn(next, {});
      // Where no case is smaller the first folder tells more: it has all laws.
      if (smaller === 0 || smaller >= weight) break;
      [folder, weight] = [next, smaller];
    }
    return await check(folder, {}, print);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}
