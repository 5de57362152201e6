/**
 * Builds the npm package into `dist/npm`: plain ESM for Node 20, browsers, Bun and bundlers, a twin for workerd that
 * imports compiled WebAssembly, type declarations, the raw `.wasm` and `.safetensors` files, and the command line.
 *
 * ```
 * deno task build:npm
 * ```
 *
 * @module
 */
import * as esbuild from "esbuild";
import { fromBase64 } from "../src/bytes/base64.ts";
import { declarationsOf } from "./npm/declarations.ts";
import { manifestOf } from "./npm/manifest.ts";
import {
  CARRIERS,
  compiledWasm,
  externalWeights,
  literalImports,
  noRuntimeModules,
  packages,
  wasmName,
} from "./npm/plugins.ts";

const ROOT = new URL("../", import.meta.url).pathname;
const OUT = `${ROOT}dist/npm/`;

/** Declarations of the modules that hold a checkpoint. */
const WEIGHTS_TYPES = `/** A checkpoint in safetensors form, for \`loadModel\`. */
declare const checkpoint: Uint8Array<ArrayBuffer>;
export default checkpoint;
`;

interface DenoConfig {
  readonly version: string;
  readonly license: string;
  readonly exports: Readonly<Record<string, string>>;
}

async function listFiles(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) names.push(...await listFiles(`${folder}${name}/`));
    else names.push(folder + name);
  }
  return names;
}

async function write(path: string, content: string | Uint8Array): Promise<void> {
  await Deno.mkdir(`${OUT}${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
  await (typeof content === "string" ? Deno.writeTextFile : Deno.writeFile)(OUT + path, content as never);
}

/** The base name of a built entry: `./mod.ts` is `mod`, `./src/edge.ts` is `edge`, `./src/laws/mod.ts` is `laws`. */
function baseName(entry: string): string {
  const parts = entry.replace(/\.ts$/, "").split("/").filter((part) => part !== "." && part !== "src");
  return (parts.length > 1 && parts.at(-1) === "mod" ? parts.slice(0, -1) : parts).join("_");
}

/** Bundles entries with what they share in chunks. */
async function bundle(entries: readonly string[], outdir: string, plugins: esbuild.Plugin[]): Promise<void> {
  await esbuild.build({
    entryPoints: entries.map((entry) => ({ in: ROOT + entry.slice(2), out: baseName(entry) })),
    outdir,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    chunkNames: "[name]-[hash]",
    external: ["node:*"],
    plugins: [...plugins, literalImports(ROOT)],
    logLevel: "warning",
  });
}

/** The WebAssembly that modules of text carry, as files. */
async function writeWasm(): Promise<void> {
  for (const path of await listFiles(`${ROOT}src/`)) {
    if (!CARRIERS.test(path)) continue;
    const { default: base64 } = await import(`file://${path}`) as { readonly default: string };
    await write(`wasm/${wasmName(path)}`, fromBase64(base64));
  }
}

/** The models: raw, as base64, and as a module whose default is the bytes; returns their names. */
async function writeWeights(): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${ROOT}weights`)) {
    if (!isDirectory) continue;
    names.push(name);
    const folder = `${ROOT}weights/${name}/`;
    const bytes = await Deno.readFile(`${folder}${name}.safetensors`);
    await write(`weights/${name}.safetensors`, bytes);
    await write(`weights/${name}.md`, await Deno.readTextFile(`${folder}README.md`));
    await write(`weights/${name}.base64.js`, `export default "${bytes.toBase64()}";\n`);
    const { outputFiles } = await esbuild.build({
      stdin: {
        contents: `import packed from "./${name}.base64.js";\nimport { fromBase64 } from "./src/bytes/base64.ts";\n` +
          "export default fromBase64(packed);\n",
        resolveDir: ROOT,
      },
      external: [`./${name}.base64.js`],
      bundle: true,
      format: "esm",
      write: false,
    });
    await write(`weights/${name}.js`, outputFiles[0]!.contents);
  }
  return names.sort();
}

async function build(): Promise<void> {
  const config: DenoConfig = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  await Deno.remove(OUT, { recursive: true }).catch(() => undefined);
  const entries = Object.values(config.exports);
  const library = entries.filter((entry) => entry !== config.exports["./cli"]);
  const found = new Map([["@types/emscripten", "1.41.6"]]);
  await bundle(entries, OUT, [packages(found), externalWeights("./weights")]);
  await bundle(library, `${OUT}workerd`, [
    noRuntimeModules(ROOT),
    packages(found),
    externalWeights("../weights"),
    compiledWasm("../wasm"),
  ]);
  for (const [path, text] of declarationsOf(ROOT, library.map((entry) => entry.slice(2)))) {
    await write(`types/${path}`, text);
  }
  await write("types/weights.d.ts", WEIGHTS_TYPES);
  await writeWasm();
  const weights = await writeWeights();
  const modules = new Map(
    Object.entries(config.exports).filter(([name]) => name !== "./cli").map(([name, entry]) => [
      name,
      { file: `${baseName(entry)}.js`, types: `types/${entry.slice(2).replace(/\.ts$/, ".d.ts")}` },
    ]),
  );
  const manifest = manifestOf({ version: config.version, license: config.license, modules, weights, packages: found });
  await write("package.json", JSON.stringify(manifest, null, 2) + "\n");
  await write("README.md", await Deno.readTextFile(`${ROOT}tools/npm/README.md`));
  await write("LICENSE", await Deno.readTextFile(`${ROOT}LICENSE`));
  await write("NOTICE.md", await Deno.readTextFile(`${ROOT}src/image/codecs/NOTICE.md`));
  await Deno.chmod(`${OUT}cli.js`, 0o755);
}

try {
  await build();
} finally {
  await esbuild.stop();
}
