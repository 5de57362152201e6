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

const toNode = (text: string): string =>
  text.replaceAll(SPECIFIER, '$1.js"').replaceAll(NPM, '"$1$2"')
    .replaceAll(/(<reference types=")@types\//g, "$1");

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
  const files = new Map<string, string>();
  const { diagnostics } = program.emit(undefined, (path, text) => files.set(path.slice(1), toNode(text)));
  if (diagnostics.length > 0) {
    throw new Error(
      `Cannot declare the types as every public one must have a name: ${
        diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " ")).join("; ")
      }`,
    );
  }
  return files;
}
