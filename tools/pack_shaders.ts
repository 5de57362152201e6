/**
 * Writes the shaders as one text: `src/gpu/*.wgsl` and `src/gpu/shared/*.wgsl` → `src/gpu/shaders.gen.ts`. A first line
 * `// uses: a b` names the files of `src/gpu/shared` that a shader needs, which `src/gpu/shaders.ts` puts in; other comments
 * are left out, codes of the table (`ACTIVATION_SILU`) become their numbers, and a line above each part names its file, so that
 * errors can. `--check` writes nothing and fails when the module is not what the files give.
 *
 * @module
 */
import { putCodes } from "./codes.ts";
import { writeGenerated } from "./write_generated.ts";

const ROOT = new URL("../src/gpu/", import.meta.url);

const USES_REGEXP = /^\/\/ uses: ([a-z0-9_ ]+)$/m;

/** The files of a folder that end in .wgsl, by stem, in order. */
async function readShaders(folder: URL): Promise<Map<string, string>> {
  const shaders = new Map<string, string>();
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).filter((name) =>
    /\.wgsl$/.test(name)
  );
  for (const name of names.sort()) shaders.set(name.slice(0, -5), await Deno.readTextFile(new URL(name, folder)));
  return shaders;
}

/** Source below a line that names its file, codes as numbers; comments are left out, and every line keeps its number. */
function strip(file: string, source: string): string {
  const lines = putCodes(file, source).split("\n").map((line) =>
    USES_REGEXP.test(line) ? line : line.replace(/\s*\/\/.*$/, "").trimEnd()
  );
  return `//# ${file}\n${lines.join("\n").trimEnd()}\n`;
}

const shared = await readShaders(new URL("shared/", ROOT)), shaders = await readShaders(ROOT);
for (const [name, source] of shaders) {
  for (const part of (USES_REGEXP.exec(source)?.[1] ?? "").split(" ").filter(Boolean)) {
    if (!shared.has(part)) throw new Error(`Cannot pack ${name}.wgsl as shared/${part}.wgsl must exist: it does not`);
  }
}
const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(", ");
const texts = [...shaders, ...Array.from(shared, ([name, source]) => [`shared/${name}`, source] as const)]
  .map(([name, source]) => strip(`${name}.wgsl`, source));
const withScratch = [...shaders].filter(([, source]) => />\s*scratch\b/.test(source)).map(([name]) => name);

await writeGenerated(
  "src/gpu/shaders.gen.ts",
  `// Made by tools/pack_shaders.ts from the .wgsl files beside it.
import type { KernelName } from "../kernels.ts";

/** Parts that depend on the call: how wide the words are that a shader reads and writes. */
export type WidthPart = ${
    [...shared.keys()].filter((name) => /_\d+$/.test(name)).map((name) => `"${name}"`).join(" | ")
  };

/** Kernels whose shader binds one buffer more than the table says: partial results. */
export const WITH_SCRATCH: ReadonlySet<KernelName> = new Set([${quoted(withScratch)}]);

/** All files, one after the other. */
export default \`${texts.join("")}\`;
`,
);
