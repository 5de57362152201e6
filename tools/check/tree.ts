/**
 * The files of the tree and what they import.
 *
 * @module
 */
const ROOT = new URL("../../", import.meta.url);

/** The text of a file, its path relative to the root; undefined when there is none. */
export function read(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(new URL(path, ROOT));
  } catch {
    return undefined;
  }
}

const SKIPPED: ReadonlySet<string> = new Set(["node_modules", "target", "pkg", "dist", "golden"]);

/** Paths of all files below a folder, relative to the root. */
export function* files(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, ROOT))) {
    if (SKIPPED.has(name)) continue;
    if (isDirectory) yield* files(`${folder}${name}/`);
    else yield `${folder}${name}`;
  }
}

const IMPORT = /(?:^|\n)\s*(?:import|export)\b[^;'"]*?from\s*["']([^"']+)["']|(?:^|\n)\s*import\s*["']([^"']+)["']/g;

/** What a file imports, types too: paths relative to the root, other specifiers as they stand. */
export function importsOf(path: string): string[] {
  return [...(read(path) ?? "").matchAll(IMPORT)].map((match) => {
    const specifier = match[1] ?? match[2]!;
    return specifier.startsWith(".") ? new URL(specifier, new URL(path, ROOT)).href.slice(ROOT.href.length) : specifier;
  });
}
