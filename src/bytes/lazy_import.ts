/**
 * Parts of this package that are fetched when they are first needed: kernels, codecs, weights, label lists. The
 * specifier is computed, because Deno downloads every literal `import()` up front.
 *
 * The build for npm rewrites each call into a literal `import()`, which bundlers split and shake; so a call names its
 * file in place, as a plain text.
 *
 * @module
 */

/** Imports a module by its path from `src/`. */
export function lazyImport<M>(path: string): Promise<M> {
  return import(new URL(`../${path}`, import.meta.url).href);
}

/**
 * Imports a module of the runtime, such as `node:fs/promises`, or an optional package, so that bundles for browsers need
 * not resolve it.
 */
export function runtimeImport<M>(specifier: `node:${string}` | "webgpu"): Promise<M> {
  return import(/* webpackIgnore: true */ /* @vite-ignore */ specifier);
}
