/**
 * Type declarations for the npm package.
 *
 * @module
 */
import ts from "typescript";

/** Ends of import specifiers in declarations: TypeScript before 5.7 and most bundlers want the built file's. */
const SPECIFIER = /((?:from|import)\s*\(?\s*"\.[^"]*)\.ts"/g;

/** A specifier that only Deno resolves, as others have it. */
const NPM = /"npm:((?:@[^/"]+\/)?[^@/"]+)@[^/"]+((?:\/[^"]*)?)"/g;

/** Typed arrays over memory of their own, which have no type parameter before TypeScript 5.7. */
const OWNED = /\b((?:Big)?(?:Int|Uint|Float)\d+(?:Clamped)?Array)<ArrayBuffer>/g;

/** The symbols of resource management are no part of `es2022`. */
const DISPOSABLE = '/// <reference lib="esnext.disposable" />\n';

function toNode(text: string): string {
  const plain = text.replaceAll(SPECIFIER, '$1.js"').replaceAll(NPM, '"$1$2"')
    .replaceAll(OWNED, 'ReturnType<$1Constructor["of"]>').replaceAll("<ArrayBufferLike>", "");
  return /Symbol\.(async)?[dD]ispose/.test(plain) ? DISPOSABLE + plain : plain;
}

/** Names of WebGPU, which the libraries of TypeScript have only from 6 on. */
const WEBGPU = /(?<![.\w])GPU(?:[A-Z]\w*)?\b(?![\w"'`])/g;

/** Lets a file take the names of WebGPU from `webgpu_types.d.ts`. */
function withWebgpu(path: string, text: string): string {
  const code = text.replaceAll(/\/\*[^]*?\*\/|"[^"\n]*"/g, "");
  const names = [...new Set(Array.from(code.matchAll(WEBGPU), ([name]) => name))].sort();
  if (names.length === 0) return text;
  return `import type { ${names.join(", ")} } from "${
    "../".repeat(path.split("/").length - 1) || "./"
  }webgpu_types.js";\n${text}`;
}

const COMMENTS = /^[ \t]*\/\*\*[^]*?\*\/\n?/gm;

/** Examples, which stand in the documentation, and the notes on whole files. */
const ASIDE =
  /\n[ \t]*\* ?\n[ \t]*\* @example[^]*?(?=\n[ \t]*\* @(?!example)|\n[ \t]*\*\/)|^\/\*\*(?:(?!\*\/)[^])*@module\n \*\/\n/gm;

/** Comments where somebody may read them: on what an entry exports by the file's name, examples aside. */
function commented(files: ReadonlyMap<string, string>, entries: readonly string[]): Map<string, string> {
  const paths = entries.map((entry) => entry.replace(/\.ts$/, ".d.ts"));
  const shown = new Set(paths.flatMap((path) => [path, ...targets(path, files.get(path) ?? "")]));
  return new Map([...files].map(([path, text]) => {
    const short = text.replaceAll(shown.has(path) ? ASIDE : COMMENTS, "");
    return [path, short.replaceAll(/^(?: {4})+/gm, (spaces) => " ".repeat(spaces.length / 2))];
  }));
}

const IMPORTED = /(?:from|import)\s*\(?\s*"(\.[^"]*)\.js"/g;

/** The files that a file imports from. */
const targets = (path: string, text: string): string[] =>
  Array.from(text.matchAll(IMPORTED), ([, target]) => new URL(`${target}.d.ts`, `file:///${path}`).pathname.slice(1));

/** Those of the files that the entries reach. */
function reachable(files: ReadonlyMap<string, string>, entries: readonly string[]): Map<string, string> {
  const reached = new Map<string, string>(), queue = entries.map((entry) => entry.replace(/\.ts$/, ".d.ts"));
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const text = files.get(path);
    if (reached.has(path) || text === undefined) continue;
    reached.set(path, text);
    queue.push(...targets(path, text));
  }
  return reached;
}

/**
 * The declarations of some modules and all they import, by path from `root`.
 *
 * @throws {Error} When a public type cannot be written down.
 */
export function declarationsOf(root: string, entries: readonly string[]): Map<string, string> {
  const program = ts.createProgram(entries.map((entry) => root + entry), {
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ["lib.esnext.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts", "lib.dom.asynciterable.d.ts"],
    allowImportingTsExtensions: true,
    declaration: true,
    emitDeclarationOnly: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    types: [],
    rootDir: root,
    outDir: "/",
  });
  const names = ts.sys.readFile(`${root}tools/npm/webgpu_types.d.ts`)!;
  const files = new Map([["webgpu_types.d.ts", names]]);
  const { diagnostics } = program.emit(
    undefined,
    (path, text) => files.set(path.slice(1), withWebgpu(path.slice(1), toNode(text))),
  );
  if (diagnostics.length > 0) {
    throw new Error(
      `Cannot declare the types as every public one must have a name: ${
        diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " ")).join("; ")
      }`,
    );
  }
  return commented(reachable(files, entries), entries);
}
