/**
 * Builds the npm packages: `dist/npm`, plain ESM for Node 20, browsers, Bun and bundlers with type declarations and the
 * command line; `dist/packages/workerd`, its twin that imports compiled WebAssembly; `dist/packages/weights-…`, a model
 * each.
 *
 * ```
 * deno task build:npm
 * ```
 *
 * @module
 */
import * as esbuild from "esbuild";
import { minify } from "terser";
import { fromBase64 } from "../src/bytes/base64.ts";
import { declarationsOf } from "./npm/declarations.ts";
import { manifestOf, vectorsManifest, WORKERD, workerdManifest } from "./npm/manifest.ts";
import {
  CARRIERS,
  compiledWasm,
  compressed,
  literalImports,
  noRuntimeModules,
  packages,
  shippedPackages,
  wasmName,
} from "./npm/plugins.ts";
import { writeWeights } from "./npm/weights.ts";

const ROOT = new URL("../", import.meta.url).pathname;
const OUT = `${ROOT}dist/npm/`;
const PACKAGES = `${ROOT}dist/packages/`;
/** The models that ship. */
const MODELS = Array.from(Deno.readDirSync(`${ROOT}weights`)).filter(({ isDirectory }) => isDirectory)
  .map(({ name }) => name).sort();

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

/** Writes files below a folder. */
const writer = (folder: string) => async (path: string, content: string | Uint8Array): Promise<void> => {
  await Deno.mkdir(`${folder}${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
  await (typeof content === "string" ? Deno.writeTextFile : Deno.writeFile)(folder + path, content as never);
};

/** The base name of a built entry: `./mod.ts` is `mod`, `./src/edge.ts` is `edge`, `./src/laws/mod.ts` is `laws`. */
function baseName(entry: string): string {
  const parts = entry.replace(/\.ts$/, "").split("/").filter((part) => part !== "." && part !== "src");
  return (parts.length > 1 && parts.at(-1) === "mod" ? parts.slice(0, -1) : parts).join("_");
}

/** Bundles entries with what they share in chunks; what esbuild leaves of dead code, as in the glue of the codecs, terser takes. */
async function bundle(entries: readonly string[], outdir: string, plugins: esbuild.Plugin[]): Promise<void> {
  const { metafile } = await esbuild.build({
    entryPoints: entries.map((entry) => ({ in: ROOT + entry.slice(2), out: baseName(entry) })),
    outdir,
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    chunkNames: "[name]-[hash]",
    external: ["node:*"],
    legalComments: "none",
    plugins: [shippedPackages(ROOT, MODELS), ...plugins, literalImports(ROOT)],
    metafile: true,
    absWorkingDir: ROOT,
    logLevel: "warning",
  });
  // Shared files are imported some eight hundred times: a number names them as well as a hash does.
  const shared = Object.keys(metafile.outputs).filter((file) => SHARED.test(file)).sort();
  const numbers = new Map(shared.map((file, index) => [file.split("/").at(-1)!, `${index}.js`]));
  for (const file of Object.keys(metafile.outputs)) {
    const text = await Deno.readTextFile(ROOT + file), [shebang = ""] = SHEBANG.exec(text) ?? [];
    // A carrier of WebAssembly is one text, which nothing makes shorter.
    const { code } = CARRIER_OUT.test(file)
      ? { code: text }
      : await minify(text.slice(shebang.length), { module: true, ecma: 2020, compress: { passes: 2 } });
    const number = numbers.get(file.split("/").at(-1)!);
    // No shared file does anything by being imported; entries name all that theirs need, so that it is fetched at once.
    const asked = code!.replace(SHIFTS, (run) => isPure(run, code!) ? "" : run);
    const used = number === undefined ? asked : asked.replaceAll(BARE, "");
    const named = used.replaceAll(/(?<="\.\/)chunk-\w+\.js(?=")/g, (name) => numbers.get(name)!);
    await Deno.writeTextFile(ROOT + file, shebang + named.replace(LEFT, `import(${LEAVE}$1)`));
    if (number !== undefined) await Deno.rename(ROOT + file, `${outdir}${number}`);
  }
}

const BARE = /(?<=^|;)import"\.\/chunk-\w+\.js";/g;

const SHARED = /\/chunk-\w+\.js$/;

/** Numbers that lcms-wasm puts together and nobody asks for, by functions of one letter. */
const SHIFTS = /(?:[\w$]\(\d+\),){20,}/;

/** Whether functions that are called do nothing but shift. */
const isPure = (run: string, code: string): boolean =>
  [...new Set(run.match(/[\w$](?=\()/g))].every((name) => code.includes(`${name}=e=>e<<`));

const SHEBANG = /^#!.*\n/, CARRIER_OUT = /_wasm\.gen|kernels_\w+\.gen/;

/**
 * An import of what is only known at run time, or that bundlers which know workers have no need of: they are told to leave
 * it, which minifying takes away.
 */
const LEFT = /\bimport\((\w+|"\.\/worker_entry\.js")\)/;
const LEAVE = "/* webpackIgnore: true *//* @vite-ignore */";

/** Entries of their own, so that a bundler leaves them out with all weights, or the worker, where nobody calls them. */
const APART = ["./src/default_model.ts", "./src/worker/engine.ts"];
/** What workerd has: neither a command line nor a GPU, and nothing to judge kernels with. */
const IN_WORKERD = [".", "./edge", "./kernels"];

/** Licences whose words are the same wherever they stand, from the first to the last. */
const LICENCES: Readonly<Record<string, RegExp>> = {
  "Apache License": /\n[^\n]*TERMS AND CONDITIONS FOR USE[^]*?END OF TERMS AND CONDITIONS\n/g,
  "Appendix": /APPENDIX: How to apply the Apache License[^]*?limitations under the License\./g,
  "MIT License":
    /Permission is hereby granted, free of charge[^]*?\bTHE\s+(?:USE OR OTHER )?DEALINGS\s+IN\s+THE\s+SOFTWARE\./gi,
};

/** The dedication to the public domain asks for no copy of its text. */
const PUBLIC_DOMAIN = /Creative Commons Legal Code\s+CC0 1\.0 Universal\n[^]*?(?=\n# |$)/g;

/** A notice that gives the words of a licence once, without the spaces and lines around them. */
function toldOnce(notice: string): string {
  for (const [licence, words] of Object.entries(LICENCES)) {
    let told = false;
    notice = notice.replaceAll(words, (text) => {
      if (told) return `Terms: as in the ${licence} given above.\n`;
      told = true;
      return text;
    });
  }
  const dedicated = "CC0 1.0 Universal: https://creativecommons.org/publicdomain/zero/1.0/legalcode\n";
  return notice.replaceAll(PUBLIC_DOMAIN, dedicated).replace(/^[ \t]+|[ \t]+$/gm, "").replace(
    /^(=|-){4,}$/gm,
    "$1$1$1",
  );
}

async function buildMain(config: DenoConfig): Promise<void> {
  const write = writer(OUT), found = new Map<string, string>(), entries = Object.entries(config.exports);
  await bundle([...Object.values(config.exports), ...APART], OUT, [packages(found), compressed("lzma")]);
  const library = entries.filter(([path]) => path !== "./cli");
  const named = new Map(library.map(([, entry]) => [baseName(entry), entry.slice(2)]));
  for (const [path, text] of await declarationsOf(ROOT, named)) await write(`types/${path}`, text);
  for (const path of IN_WORKERD) {
    const name = baseName(config.exports[path]!);
    await write(`workerd/${name}.js`, `export * from "${WORKERD}${path.slice(1)}";\n`);
  }
  const manifest = manifestOf({
    ...config,
    modules: new Map(
      library.map(([path, entry]) => [
        path,
        { name: baseName(entry), types: `types/${baseName(entry)}.d.ts` },
      ]),
    ),
    workerd: new Set(IN_WORKERD),
    weights: MODELS,
    packages: found,
  });
  await write("package.json", JSON.stringify(manifest, null, 2) + "\n");
  await write("README.md", await Deno.readTextFile(`${ROOT}tools/npm/README.md`));
  await write("LICENSE", await Deno.readTextFile(`${ROOT}LICENSE`));
  const notices = ["src/image/codecs/NOTICE.md", "src/cli/NOTICE.md"].map((path) => Deno.readTextFile(ROOT + path));
  await write("NOTICE.md", toldOnce((await Promise.all(notices)).join("\n")));
  await Deno.chmod(`${OUT}cli.js`, 0o755);
}

async function buildWorkerd(config: DenoConfig): Promise<void> {
  const folder = `${PACKAGES}workerd/`, write = writer(folder);
  const modules = new Map(IN_WORKERD.map((path) => [path, baseName(config.exports[path]!)]));
  await bundle([...IN_WORKERD.map((path) => config.exports[path]!), ...APART], folder, [
    noRuntimeModules(ROOT),
    packages(new Map()),
    compiledWasm("./wasm"),
  ]);
  for (const path of await listFiles(`${ROOT}src/`)) {
    if (!CARRIERS.test(path)) continue;
    const { default: base64 } = await import(`file://${path}`) as { readonly default: string };
    await write(`wasm/${wasmName(path)}`, fromBase64(base64));
  }
  await write("package.json", JSON.stringify(workerdManifest(config, modules), null, 2) + "\n");
  await write(
    "README.md",
    `The build of [sidewinder](https://www.npmjs.com/package/sidewinder) for Cloudflare Workers.\n`,
  );
  await write("LICENSE", await Deno.readTextFile(`${ROOT}LICENSE`));
  await write("NOTICE.md", await Deno.readTextFile(`${ROOT}src/image/codecs/NOTICE.md`));
}

/** The vectors of the scan. */
async function buildVectors(config: DenoConfig): Promise<void> {
  const write = writer(`${PACKAGES}vectors/`), from = `${ROOT}vectors/`;
  for (const path of await listFiles(from)) await write(path.slice(from.length), await Deno.readFile(path));
  await write("package.json", JSON.stringify(vectorsManifest(config), null, 2) + "\n");
}

async function build(): Promise<void> {
  const config: DenoConfig = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  for (const folder of [OUT, PACKAGES]) await Deno.remove(folder, { recursive: true }).catch(() => undefined);
  await buildMain(config);
  await buildWorkerd(config);
  await buildVectors(config);
  for (const model of MODELS) {
    const write = writer(`${PACKAGES}weights-${model.replaceAll("_", "-")}/`);
    await writeWeights(`${ROOT}weights/${model}/`, model, config, write);
  }
}

try {
  await build();
} finally {
  await esbuild.stop();
}
