/**
 * Parts of this package that are fetched when they are first needed: kernels, codecs, weights, label lists. The
 * specifier is computed, because Deno downloads every literal `import()` up front. The build for npm replaces this one
 * file by literal imports, which bundlers split.
 *
 * @module
 */

/** Imports a module by its path from `src/`. */
export function lazyImport<M>(path: string): Promise<M> {
  return import(new URL(path, import.meta.url).href);
}
