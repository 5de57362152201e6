/**
 * Packs the small libraries of others that the sources use into one module each, so that neither a library user nor the
 * command line fetches a package: a progress bar, globs, tokens and GeoTIFF for the command line, a Fourier transform for the
 * laws, the decoder of LZMA for what the packages carry.
 * Versions and checksums stand in `tools/libraries/package-lock.json`, which npm enforces.
 *
 * ```
 * deno run -A tools/pack_libraries.ts              # rebuild
 * deno run -A tools/pack_libraries.ts --check      # fail if the tree holds anything else than a rebuild gives
 * ```
 *
 * @module
 */
import * as esbuild from "esbuild";

/** A library, what the tree uses of it, and where it goes. */
interface Library {
  readonly name: string;
  /** The one export that is used, where the package is made of modules, so that the rest is left out. */
  readonly take?: string;
  /** What is packed, where the package's entry takes along what is not used. */
  readonly entry?: string;
  /** Path of the module, from the root. */
  readonly file: string;
  /** Modules of Node that it asks for. */
  readonly node: readonly string[];
  /** What it asks for and is left out: whoever needs it gets an error in words. */
  readonly without?: readonly string[];
  /** Modules to put in the place of packages that are larger than need be. */
  readonly instead?: Readonly<Record<string, string>>;
  /** The part used here, as TypeScript; `library` is what the package exports. */
  readonly surface: string;
}

const LIBRARIES: readonly Library[] = [
  {
    name: "cli-progress",
    file: "src/cli/progress_bar.gen.ts",
    node: ["events", "readline"],
    instead: {
      "string-width": `module.exports = (text) => {
          let width = 0;
          for (const letter of text) width += /[\\u1100-\\u115f\\u2e80-\\ua4cf\\uac00-\\ud7a3\\uf900-\\ufaff\\ufe30-\\ufe6f\\uff00-\\uff60]|\\p{Extended_Pictographic}/u.test(letter) ? 2 : 1;
          return width;
        };`,
    },
    surface: `/** The part of cli-progress used here. */
export interface Bar {
  start(total: number, value: number, payload: object): void;
  setTotal(total: number): void;
  update(value: number, payload: object): void;
  stop(): void;
}

/** A bar on stderr. */
export const SingleBar: new (options: object) => Bar = library.SingleBar;
`,
  },
  {
    name: "tinyglobby",
    take: "glob",
    file: "src/cli/glob.gen.ts",
    node: ["fs", "path", "url", "module"],
    surface: `/** The paths that patterns match. */
export const glob: (patterns: readonly string[], options: { readonly cwd: string }) => Promise<string[]> = library.glob;
`,
  },
  {
    name: "fft.js",
    file: "src/laws/forms/fft.gen.ts",
    node: [],
    surface: `/** The part of fft.js used here: transforms of one size; complex numbers lie side by side. */
export interface Fft {
  createComplexArray(): number[];
  realTransform(out: number[], data: readonly number[]): void;
  completeSpectrum(spectrum: number[]): void;
  inverseTransform(out: number[], data: readonly number[]): void;
}

/** \`new FFT(size)\`, a power of two. */
export const FFT: new (size: number) => Fft = library;
`,
  },
  {
    name: "@huggingface/tokenizers",
    take: "Tokenizer",
    file: "src/cli/tokenizers.gen.ts",
    node: [],
    surface: "export const Tokenizer = library.Tokenizer;\n",
  },
  {
    name: "geotiff",
    take: "fromArrayBuffer",
    instead: {
      pako: `export { unzlibSync as inflate } from "fflate";`,
      "zstddec/stream": `import { decompress } from "fzstd";
        export class ZSTDDecoder { async init() {} decode(bytes) { return decompress(bytes).slice(); } }`,
      "@petamoriken/float16": `export function getFloat16(view, offset, littleEndian) {
          const bits = view.getUint16(offset, littleEndian), fraction = bits & 0x3ff, exponent = bits >> 10 & 31;
          const size = exponent === 31 ? (fraction ? NaN : Infinity)
            : exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25);
          return bits & 0x8000 ? -size : size;
        }`,
    },
    file: "src/cli/geotiff.gen.ts",
    node: [],
    // XML is what GDAL's own metadata is written in, which nothing here asks for.
    without: ["lerc", "xml-utils/[a-z-]+", "worker/create", "web-worker", "fs", "http", "https", "url"],
    surface: "export const fromArrayBuffer = library.fromArrayBuffer;\n",
  },
  {
    name: "lzma1",
    entry: `import { Decoder } from "./lzma1/lib/decoder.js";
      import { InputBuffer, OutputBuffer } from "./lzma1/lib/streams.js";
      export function decompress(bytes) {
        const output = new OutputBuffer(4 * bytes.length);
        new Decoder().decompress(new InputBuffer(bytes), output);
        return new Uint8Array(output.toArray());
      }`,
    file: "src/bytes/lzma.gen.ts",
    node: [],
    surface: `/** The bytes of a file in the format LZMA alone. */
export const decompress: (bytes: Uint8Array) => Uint8Array<ArrayBuffer> = library.decompress;
`,
  },
];

const ROOT = new URL("../", import.meta.url).pathname;
const NOTICE = "src/cli/NOTICE.md";

/** Modules of Node by static import: what is packed asks for them by \`require\`. */
function nodeModules(names: readonly string[]): string {
  if (names.length === 0) return "";
  const imports = names.map((name) => `import node_${name} from "node:${name}";\n`).join("");
  return `${imports}const require = (name) => ({ ${
    names.map((name) => `${name}: node_${name}`).join(", ")
  } })[name.replace("node:", "")];\n`;
}

/** Puts a module that fails when it is used in the place of packages. */
const leaveOut = (names: readonly string[]): esbuild.Plugin => ({
  name: "leave-out",
  setup(build) {
    if (names.length === 0) return;
    build.onResolve(
      { filter: new RegExp(`^(\\./)?(${names.join("|")})(/\\w+|\\.js)?$`) },
      ({ path }) => ({ path, namespace: "left-out" }),
    );
    build.onLoad({ filter: /./, namespace: "left-out" }, ({ path }) => ({
      contents: `module.exports = new Proxy({}, {
        get(_, key) {
          if (key === "__esModule") return true;
          throw new Error("${path} is not packed");
        },
      });`,
    }));
  },
});

/** Puts modules in the place of packages. */
const replace = (instead: Readonly<Record<string, string>>, resolveDir: string): esbuild.Plugin => ({
  name: "replace",
  setup(build) {
    build.onResolve(
      { filter: /^@?[\w/-]+\d*$/ },
      ({ path }) => path in instead ? { path, namespace: "instead" } : undefined,
    );
    build.onLoad({ filter: /./, namespace: "instead" }, ({ path }) => ({ contents: instead[path]!, resolveDir }));
  },
});

/** Packages of which something is in a bundle. */
function packagesIn({ outputs }: esbuild.Metafile): string[] {
  const inputs = Object.values(outputs).flatMap(({ inputs }) => Object.entries(inputs));
  const used = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return used.flatMap(([path]) => /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
}

/** The module of a library, minified, and the packages that are in it. */
async function moduleOf(
  { name, take, entry, node, surface, without = [], instead = {} }: Library,
  modules: string,
  version: string,
): Promise<{ readonly text: string; readonly packed: readonly string[] }> {
  const { outputFiles, metafile } = await esbuild.build({
    stdin: {
      contents: entry ??
        (take === undefined ? `module.exports = require("${name}");` : `export { ${take} } from "${name}";`),
      resolveDir: modules,
    },
    bundle: true,
    format: "iife",
    globalName: "library",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["import", "require"],
    external: [...node, ...node.map((module) => `node:${module}`)],
    // The packed code asks for its own file to resolve \`file:\` texts; nothing here gives it one.
    plugins: [leaveOut(without), replace(instead, modules)],
    define: { "process.env.TINYGLOBBY_DEBUG": "undefined", "import.meta.url": '"file:///"' },
    target: "es2022",
    minify: true,
    drop: ["console"], // what there is to say the command line says
    legalComments: "none",
    write: false,
    metafile: true,
    logLevel: "warning",
  });
  const text = `// Generated by tools/pack_libraries.ts from ${name}@${version}; terms in ${NOTICE}.
// deno-lint-ignore-file
// @ts-nocheck
${nodeModules(node)}${outputFiles[0]!.text.trim()}
${surface}`;
  return { text, packed: packagesIn(metafile) };
}

/** A package in the lockfile. */
interface Locked {
  readonly version: string;
}

/** Terms of all that is packed. */
async function noticeOf(modules: string, packages: Readonly<Record<string, Locked>>, packed: ReadonlySet<string>) {
  const parts = [
    "The modules `*.gen.ts` of the command line, `src/laws/forms/fft.gen.ts` and `src/bytes/lzma.gen.ts` are built from these packages.\n",
  ];
  for (const name of [...packed].sort()) {
    const folder = `${modules}/${name}`;
    const files = Array.from(Deno.readDirSync(folder), ({ name }) => name);
    const licence = files.find((file) => /^licen[cs]e/i.test(file));
    const text = licence
      ? await Deno.readTextFile(`${folder}/${licence}`)
      : /## LICENSE\s+([^]*)/i.exec(await Deno.readTextFile(`${folder}/README.md`))?.[1];
    if (text === undefined) throw new Error(`Cannot pack ${name} as it must state its terms: there are none`);
    parts.push(`# ${name} ${packages[`node_modules/${name}`]!.version}\n\n${text.trim()}\n`);
  }
  return parts.join("\n");
}

/** Writes what differs, or only names it if `check`. */
async function settle(path: string, text: string, check: boolean): Promise<boolean> {
  const same = await Deno.readTextFile(ROOT + path).catch(() => "") === text;
  if (!same && !check) await Deno.writeTextFile(ROOT + path, text);
  console.log(`${path}: ${same ? "unchanged" : check ? "differs" : "written"} (${Math.ceil(text.length / 1024)} KiB)`);
  return same;
}

const check = Deno.args.includes("--check");
const folder = await Deno.makeTempDir({ prefix: "pack_libraries_" });
try {
  for (const file of ["package.json", "package-lock.json"]) {
    await Deno.copyFile(`${ROOT}tools/libraries/${file}`, `${folder}/${file}`);
  }
  const npm = new Deno.Command("npm", {
    args: ["ci", "--ignore-scripts", "--no-audit", "--no-fund"],
    cwd: folder,
    stdout: "null",
  });
  if (!(await npm.output()).success) {
    throw new Error("Cannot pack the libraries as npm must install them: current run failed, see above");
  }
  const { packages } = JSON.parse(await Deno.readTextFile(`${folder}/package-lock.json`));
  const modules = `${folder}/node_modules`, same: boolean[] = [], all = new Set<string>();
  for (const library of LIBRARIES) {
    const { text, packed } = await moduleOf(library, modules, packages[`node_modules/${library.name}`].version);
    for (const name of packed) all.add(name);
    same.push(await settle(library.file, text, check));
  }
  same.push(await settle(NOTICE, await noticeOf(modules, packages, all), check));
  if (check && same.includes(false)) Deno.exitCode = 1;
} finally {
  await Deno.remove(folder, { recursive: true });
  await esbuild.stop();
}
