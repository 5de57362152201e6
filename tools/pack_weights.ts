/**
 * Writes the small models that ship as modules too, for runtimes without files: `weights/x/x.safetensors` →
 * `weights/x/x.gen.js`. `--check` writes nothing and fails when a module is not what its file gives.
 *
 * @module
 */
const ROOT = new URL("../weights/", import.meta.url);

/** The module for the bytes of a checkpoint. */
function moduleOf(name: string, bytes: Uint8Array): string {
  return `// Generated from ${name}.safetensors by tools/pack_weights.ts. Not edited by hand.\n` +
    `export default "${bytes.toBase64()}";\n`;
}

const check = Deno.args.includes("--check");
let stale = 0;
for await (const { name, isDirectory } of Deno.readDir(ROOT)) {
  if (!isDirectory) continue;
  const folder = new URL(`${name}/`, ROOT);
  const module = moduleOf(name, await Deno.readFile(new URL(`${name}.safetensors`, folder)));
  const target = new URL(`${name}.gen.js`, folder);
  const current = await Deno.readTextFile(target).catch(() => undefined);
  if (current === module) continue;
  if (check) {
    stale++;
    console.error(`weights/${name}/${name}.gen.js is not what its file gives: run deno task pack`);
  } else await Deno.writeTextFile(target, module);
}
if (stale > 0) Deno.exit(1);
