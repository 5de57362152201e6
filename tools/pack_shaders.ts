/**
 * Writes the shaders as a module, with what they share put in: `src/gpu/*.wgsl` → `src/gpu/shaders.gen.ts`. A first line
 * `// uses: a b` names the files of `src/gpu/shared` that a shader needs; comments are left out. `--check` writes nothing
 * and fails when the module is not what the files give.
 *
 * @module
 */
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

/** Source without comments and blank lines. */
function strip(source: string): string {
  return source.split("\n").map((line) => line.replace(/\s*\/\/.*$/, "")).filter((line) => line.trim()).join("\n");
}

const shared = await readShaders(new URL("shared/", ROOT));
const entries: string[] = [];
for (const [name, source] of await readShaders(ROOT)) {
  const parts = (USES_REGEXP.exec(source)?.[1] ?? "").split(" ").filter(Boolean).map((part) => {
    const text = shared.get(part);
    if (text === undefined) throw new Error(`Cannot pack ${name}.wgsl as shared/${part}.wgsl must exist: it does not`);
    return strip(text);
  });
  entries.push(`  ${name}: \`\n${[strip(source), ...parts].join("\n")}\n\`,\n`);
}
for (const [name, source] of shared) {
  if (/_\d+$/.test(name)) entries.push(`  ${name}: \`\n${strip(source)}\n\`,\n`);
}
const module = `// Made by tools/pack_shaders.ts from the .wgsl files beside it.\nexport const SHADERS = {\n${
  entries.join("")
}} as const;\n`;

const target = new URL("shaders.gen.ts", ROOT);
const current = await Deno.readTextFile(target).catch(() => undefined);
if (current !== module) {
  if (Deno.args.includes("--check")) {
    console.error("src/gpu/shaders.gen.ts is not what the .wgsl files give: run deno run -A tools/pack_shaders.ts");
    Deno.exit(1);
  }
  await Deno.writeTextFile(target, module);
}
