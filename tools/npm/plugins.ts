/**
 * How sources become the npm package: what the tree imports by computed or Deno-only specifiers becomes something that
 * Node, bundlers and workerd resolve.
 *
 * @module
 */
import type { Plugin } from "esbuild";
import { compress as lzma } from "lzma1";
import { toBase85 } from "../../src/bytes/base85.ts";
import { weightsPackage } from "./manifest.ts";

const LAZY = /lazyImport(?:<[\s\S]*?>)?\(\s*"([^"]+)",?\s*\)/g;
/** The file of the engine's worker in the tree, as it is named where it is started, and in the package. */
const OWN_WORKER = /((?:new URL\("\.\/|FILE = "))entry\.ts"/g;
/** See {@linkcode OWN_WORKER}. */
export const WORKER = "worker_entry.js";
const SHEBANG = /^#!.*\n/;

const readSource = (path: string): Promise<string> => Deno.readTextFile(path);

/** `path`, an absolute file, as a specifier from the folder of another file. */
function specifierFrom(importer: string, path: string): string {
  const from = importer.split("/").slice(0, -1), to = path.split("/");
  let shared = 0;
  while (shared < from.length && from[shared] === to[shared]) shared++;
  return [from.length === shared ? "." : "", ...from.slice(shared).fill(".."), ...to.slice(shared)]
    .filter((part) => part !== "").join("/");
}

/** `Symbol.dispose` by its name in `dispose_symbols.js`. */
const standIn = (name: string): string => name.replace(/^S/, "s").replace(/\.(.)/, (_, letter) => letter.toUpperCase());

/**
 * Turns `lazyImport("./x.ts")`, whose paths start at `src/`, into `import("./x.ts")`, which bundlers split, the
 * command line's first line into Node's, and the symbols of resource management into ones that every engine has.
 *
 * @throws {Error} When a call does not name its file in place.
 */
export function literalImports(root: string): Plugin {
  return {
    name: "literal-imports",
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (path === `${root}src/bytes/lazy_import.ts`) return undefined;
        const source = path === `${root}src/worker/start.ts`
          ? (await readSource(path)).replaceAll(OWN_WORKER, `$1${WORKER}"`)
          : await readSource(path);
        const contents = source
          .replace(SHEBANG, "#!/usr/bin/env node\n")
          .replace(LAZY, (_, file: string) => {
            const target = new URL(file, `file://${root}src/`).pathname;
            return `import("${specifierFrom(path, target)}")`;
          });
        const symbols = ["Symbol.dispose", "Symbol.asyncDispose"].filter((name) => source.includes(name));
        const names = symbols.map(standIn).join(", ");
        if (/lazyImport[<(]/.test(contents)) {
          throw new Error(`Cannot build ${path} as lazyImport() must name its file in place: current call computes it`);
        }
        return {
          contents: symbols.length === 0 ? contents : symbols.reduce(
            (text, name) => text.replaceAll(`[${name}]`, `[${standIn(name)}]`),
            contents,
          ) + `\nimport { ${names} } from "${root}tools/npm/dispose_symbols.js";\n`,
          loader: "ts",
        };
      });
    },
  };
}

/**
 * Leaves `npm:name@range` to the package manager, and notes the range in `found`.
 *
 * @throws {Error} When a specifier has no range.
 */
export function packages(found: Map<string, string>): Plugin {
  return {
    name: "packages",
    setup(build) {
      build.onResolve({ filter: /^npm:/ }, ({ path, importer }) => {
        const [, name, version, rest = ""] = /^npm:((?:@[^/]+\/)?[^@/]+)@([^/]+)(\/.*)?$/.exec(path) ?? [];
        if (name === undefined || version === undefined) {
          throw new Error(`Cannot build ${importer} as ${path} must name a range: it has none`);
        }
        found.set(name, version);
        return { path: name + rest, external: true };
      });
    },
  };
}

/**
 * The models that ship are packages of their own: `shipped.ts` with an import of each by name, so that bundlers take along
 * those that are installed. In `try`, so that they take one that is not for an optional one.
 */
export function shippedPackages(root: string, models: readonly string[]): Plugin {
  const file = `${root}tools/npm/shipped.ts`;
  const lines = models.map((model) =>
    `async ${model}() { try { return await import("${weightsPackage(model)}"); } catch (error) { throw error; } },`
  );
  return {
    name: "shipped-packages",
    setup(build) {
      build.onResolve(
        { filter: /\/bytes\/shipped\.ts$/ },
        ({ importer }) => importer === file ? undefined : { path: file },
      );
      build.onResolve({ filter: /^@sidewinder\/weights-/ }, ({ path }) => ({ path, external: true }));
      build.onLoad({ filter: /\/npm\/shipped\.ts$/ }, async () => ({
        contents: `const IMPORTS = {\n${lines.join("\n")}\n};\n${
          (await readSource(file)).replace(/^declare const .*$/m, "")
        }`,
        loader: "ts",
      }));
    },
  };
}

/** The name under which WebAssembly ships, of the module that carries it. */
export const wasmName = (path: string): string => path.split("/").at(-1)!.replace(/(_wasm)?\.gen\.[jt]s$/, ".wasm");

/** Modules that carry WebAssembly as base64. */
export const CARRIERS = /\/(kernels_\w+|\w+_wasm)\.gen\.[jt]s$/;

/** The kernels that most engines run; the others are for engines without relaxed SIMD. And texts that travel packed. */
const FIRST = /\/kernels_relaxed\.gen\.ts$/, TEXTS = /\/(shaders|imagenet_labels)\.gen\.ts$/;

/** A text as it is shipped: a shader without what only people read. */
const short = (path: string, text: string): string =>
  path.endsWith("/shaders.gen.ts") ? text.replaceAll(/^ +/gm, "").replaceAll(/ ?(,|==|[=+*{}<>]) /g, "$1") : text;

const gzip = async (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> =>
  new Uint8Array(
    await new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer(),
  );

/** Bytes as `src/bytes/unpack.ts` reads them. */
const packed = (bytes: Uint8Array): string => `z${(4 - bytes.length % 4) % 4}${toBase85(bytes)}`;

/**
 * Modules that carry WebAssembly, shaders or labels carry them compressed: by gzip what most open at the start, since every runtime
 * undoes that by itself; `rest`: what is done to the others.
 */
export function compressed(rest: "gzip" | "lzma"): Plugin {
  const shrink = (bytes: Uint8Array<ArrayBuffer>) => rest === "gzip" ? gzip(bytes) : lzma(bytes, 9);
  return {
    name: "compressed",
    setup(build) {
      build.onLoad({ filter: CARRIERS }, async ({ path }) => {
        const { default: base64 } = await import(`file://${path}`) as { readonly default: string };
        const bytes = Uint8Array.fromBase64(base64);
        return { contents: `export default "${packed(await (FIRST.test(path) ? gzip(bytes) : shrink(bytes)))}";\n` };
      });
      build.onLoad({ filter: TEXTS }, async ({ path }) => {
        const { default: text } = await import(`file://${path}`) as { readonly default: string };
        const words = packed(await shrink(new TextEncoder().encode(short(path, text))));
        const source = await readSource(path);
        return {
          contents: source.replace(/^export default `[^]*`;$/m, () => `export default "${words}";`),
          loader: "ts",
        };
      });
    },
  };
}

/** For workerd: a module that carries WebAssembly becomes one that imports the compiled module. */
export function compiledWasm(folder: string): Plugin {
  return {
    name: "compiled-wasm",
    setup(build) {
      build.onResolve({ filter: CARRIERS }, ({ path }) => ({ path: wasmName(path), namespace: "compiled" }));
      build.onLoad({ filter: /./, namespace: "compiled" }, ({ path }) => ({
        contents: `import module from "${folder}/${path}";\nexport default module;\n`,
      }));
      build.onResolve({ filter: /\.wasm$/, namespace: "compiled" }, ({ path }) => ({ path, external: true }));
    },
  };
}

/** For workerd, which refuses computed specifiers, has neither files nor WebGPU nor workers of its own, and takes WebAssembly as it is. */
export function noRuntimeModules(root: string): Plugin {
  const absent = new Map([
    [
      `${root}src/bytes/lazy_import.ts`,
      `export const runtimeImport = (name) =>
        Promise.reject(new TypeError("Cannot import " + name + " as it must be there: current runtime has no such module"));`,
    ],
    [
      `${root}src/gpu/device.ts`,
      `export const openWebgpu = () =>
        Promise.reject(new TypeError("Cannot open WebGPU as the runtime must have it: current one has none"));`,
    ],
    [
      `${root}src/worker/start.ts`,
      `export const startWorker = () =>
        Promise.reject(new TypeError("Cannot start an engine in a worker as the runtime must have workers: current one has none"));`,
    ],
    [
      `${root}src/wasm/threads.ts`,
      `export class Threads { constructor() {
        throw new TypeError("Cannot start threads as the runtime must have workers: current one has none"); } }`,
    ],
    [
      `${root}src/bytes/lzma.gen.ts`,
      `export const decompress = () => {
        throw new TypeError("Cannot unpack bytes as the build must have packed some: current one packs none"); };`,
    ],
  ]);
  return {
    name: "no-runtime-modules",
    setup(build) {
      build.onLoad({ filter: /\/(lazy_import|gpu\/device|worker\/start|wasm\/threads|lzma\.gen)\.ts$/ }, ({ path }) => {
        const contents = absent.get(path);
        return contents === undefined ? undefined : { contents };
      });
    },
  };
}
