/**
 * What an application downloads when a checkpoint is recognised: what every family needs, blocks that several are made of,
 * and the code of its family.
 *
 * @module
 */
import * as esbuild from "esbuild";
import { literalImports, packages } from "./npm/plugins.ts";

const ROOT = new URL("../", import.meta.url).pathname;
const FAMILY_REGEXP = /^src\/models\/(\w+)\/\w+\.ts$/;

/** Minified code of a family, file by file. */
export interface FamilyCode {
  readonly family: string;
  readonly files: readonly Uint8Array<ArrayBuffer>[];
}

/** The code that is fetched when a checkpoint is recognised. */
export interface FetchedCode {
  /** What every family needs: fetched once. */
  readonly every: readonly Uint8Array<ArrayBuffer>[];
  /** Blocks and frames that several families are made of; each fetches those that it needs. */
  readonly several: readonly Uint8Array<ArrayBuffer>[];
  /** What a family alone has. */
  readonly families: readonly FamilyCode[];
}

/** The code of every family that is fetched when it is needed. */
export async function familyCode(): Promise<FetchedCode> {
  const { outputFiles, metafile } = await esbuild.build({
    entryPoints: [`${ROOT}mod.ts`],
    absWorkingDir: ROOT,
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    outdir: "out",
    metafile: true,
    write: false,
    external: ["node:*"],
    plugins: [packages(new Map()), literalImports(ROOT)],
    logLevel: "error",
  });
  // Files that are shared are named by numbers where they ship.
  const numbers = new Map(outputFiles.map(({ path }, i) => [path.split("/").at(-1)!, `${i}.js`]));
  const contents = new Map(
    outputFiles.map(({ path, text }) => [
      path.slice(ROOT.length),
      new TextEncoder().encode(text.replaceAll(/chunk-\w+\.js/g, (name) => numbers.get(name)!)),
    ]),
  );
  /** An output with all that it imports at once. */
  const closure = (name: string, found = new Set<string>()): Set<string> => {
    if (found.has(name)) return found;
    found.add(name);
    for (const { path, kind } of metafile.outputs[name]?.imports ?? []) {
      if (kind === "import-statement") closure(path, found);
    }
    return found;
  };
  const entries = Object.entries(metafile.outputs);
  const core = closure(entries.find(([, { entryPoint }]) => entryPoint === "mod.ts")![0]);
  const fetched = entries.flatMap(([name, { entryPoint }]) => {
    const family = FAMILY_REGEXP.exec(entryPoint ?? "")?.[1];
    return family === undefined ? [] : [{ family, names: [...closure(name)].filter((file) => !core.has(file)) }];
  });
  const all = [...new Set(fetched.flatMap(({ names }) => names))];
  const users = (file: string): number => fetched.filter(({ names }) => names.includes(file)).length;
  const code = (names: readonly string[]) => names.map((file) => contents.get(file)!);
  return {
    every: code(all.filter((file) => users(file) === fetched.length)),
    several: code(all.filter((file) => users(file) > 1 && users(file) < fetched.length)),
    families: fetched.map(({ family, names }) => ({ family, files: code(names.filter((file) => users(file) === 1)) })),
  };
}
