/**
 * Type declarations for the npm package.
 *
 * @module
 */
import { rollup } from "rollup";
import { dts } from "rollup-plugin-dts";
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
  return text.replaceAll(SPECIFIER, '$1.js"').replaceAll(NPM, '"$1$2"')
    .replaceAll(OWNED, 'ReturnType<$1Constructor["of"]>').replaceAll("<ArrayBufferLike>", "");
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

/** Examples, which stand in the documentation, and the notes on whole files. */
const ASIDE =
  /\n[ \t]*\* ?\n[ \t]*\* @example[^]*?(?=\n[ \t]*\* @(?!example)|\n[ \t]*\*\/)|^\/\*\*(?:(?!\*\/)[^])*@module\n \*\/\n/gm;

/** A comment as its first sentence. */
function summary(comment: string): string {
  const words = comment.slice(3, -2).replaceAll(/\n[ \t]*\* ?/g, "\n").split(/\n\s*\n|\n\s*@/)[0]!;
  const sentence = words.replaceAll(/\s+/g, " ").trim().replace(/(?<=[.?!]) [A-Z].*$/, "");
  return sentence === "" || sentence.startsWith("@") ? "" : `/** ${sentence} */`;
}

/** Modules whose names are documented whole, and those that make what they document, of which one sentence is shown. */
const WHOLE: ReadonlySet<string> = new Set(["mod.d.ts", "edge.d.ts", "gpu.d.ts"]);
const PARTS: ReadonlySet<string> = new Set(["models_blocks.d.ts", "laws.d.ts"]);

const TOP_LEVEL =
  /^(?:\/\*\*[^]*?\*\/\n)?(?:export )?(?:declare )?(?:abstract )?(?:async )?(?:function|interface|class|const|type) (\w+)[^]*?(?=^\/\*\*|^(?:export|declare|interface|class|const|type|function)\b|(?![^]))/gm;

/** Names that modules with whole documentation export. */
function publicNames(files: ReadonlyMap<string, string>): ReadonlySet<string> {
  const names = [...files].filter(([file]) => WHOLE.has(file)).flatMap(([, text]) =>
    [...text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list]) =>
      list!.split(",").map((name) => name.trim().split(" as ").at(-1)!)
    )
  );
  return new Set(names);
}

/** Comments where somebody reads them, indented by one space. */
function finished(file: string, text: string, shown: ReadonlySet<string>): string {
  const plain = text.replaceAll(DISPOSABLE, "").replaceAll(ASIDE, "").replaceAll(
    TOP_LEVEL,
    (declared, name) =>
      shown.has(name) ? declared : declared.replaceAll(/[ \t]*\/\*\*[^]*?\*\/\n?/g, (comment) => {
        if (!PARTS.has(file)) return "";
        const short = summary(comment.trim());
        return short && `${/^\s*/.exec(comment)}${short}\n`;
      }),
  )
    .replaceAll(/^ +(?!\*)/gm, (spaces) => " ".repeat(Math.ceil(spaces.length / 4)))
    .replaceAll(/\n{2,}/g, "\n");
  return /Symbol\.(async)?[dD]ispose/.test(plain) ? DISPOSABLE + plain : plain;
}

/** A file an entry, and files that entries share: without the declarations that no entry reaches. */
async function rollUp(files: ReadonlyMap<string, string>, entries: ReadonlyMap<string, string>) {
  const folder = await Deno.makeTempDir({ prefix: "declarations_" });
  try {
    for (const [path, text] of files) {
      await Deno.mkdir(`${folder}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(`${folder}/${path}`, text);
    }
    const input = Array.from(entries, ([name, entry]) => [name, `${folder}/${entry.replace(/\.ts$/, ".d.ts")}`]);
    const bundle = await rollup({
      input: Object.fromEntries(input),
      external: ["fast-check"],
      plugins: [dts()],
      logLevel: "silent",
    });
    const { output } = await bundle.generate({
      entryFileNames: "[name].d.ts",
      chunkFileNames: "shared-[hash].d.ts",
    });
    return output.flatMap((file) => file.type === "chunk" ? [[file.fileName, file.code] as const] : []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * The declarations of some modules, by name of the file.
 *
 * @param entries Base name of a module → its path from `root`.
 * @throws {Error} When a public type cannot be written down.
 */
export async function declarationsOf(root: string, entries: ReadonlyMap<string, string>): Promise<Map<string, string>> {
  const program = ts.createProgram(Array.from(entries.values(), (entry) => root + entry), {
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
  const rolled = new Map(await rollUp(files, entries)), shown = publicNames(rolled);
  return new Map([...rolled].map(([file, text]) => [file, finished(file, text, shown)]));
}
