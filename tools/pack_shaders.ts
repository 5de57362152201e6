/**
 * Writes the shaders as a module, with what they share put in: `src/gpu/*.wgsl` → `src/gpu/shaders.gen.ts`. A first line
 * `// uses: a b` names the files of `src/gpu/shared` that a shader needs; comments are left out, codes of the table
 * (`ACTIVATION_SILU`) become their numbers, and a line above each part names its file, so that errors can. `--check` writes nothing and fails when the module is not what the files
 * give.
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
  const lines = putCodes(file, source).split("\n").map((line) => line.replace(/\s*\/\/.*$/, "").trimEnd());
  return `//# ${file}\n${lines.join("\n").trimEnd()}`;
}

const shared = await readShaders(new URL("shared/", ROOT));
const entries: string[] = [], common: string[] = [];
for (const [name, source] of await readShaders(ROOT)) {
  const parts = (USES_REGEXP.exec(source)?.[1] ?? "").split(" ").filter(Boolean).map((part) => {
    const text = shared.get(part);
    if (text === undefined) throw new Error(`Cannot pack ${name}.wgsl as shared/${part}.wgsl must exist: it does not`);
    return ` + ${part.toUpperCase()}`;
  });
  entries.push(`  ${name}: \`\n${strip(`${name}.wgsl`, source)}\n\`${parts.join("")},\n`);
}
for (const [name, source] of shared) {
  common.push(`const ${name.toUpperCase()} = \`${strip(`shared/${name}.wgsl`, source)}\n\`;\n`);
  if (/_\d+$/.test(name)) entries.push(`  ${name}: \`\n\` + ${name.toUpperCase()},\n`);
}
const module = `// Made by tools/pack_shaders.ts from the .wgsl files beside it.
import type { KernelName } from "../kernels.ts";

${common.join("\n")}
export const SHADERS = {
${entries.join("")}} as const satisfies Record<KernelName, string> & Record<string, string>;
`;

await writeGenerated("src/gpu/shaders.gen.ts", module);
