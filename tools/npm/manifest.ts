/**
 * `package.json` of the npm package.
 *
 * @module
 */

/** What the manifest is made of. */
export interface ManifestInput {
  readonly version: string;
  readonly license: string;
  /** Public modules: name in `exports` → built file and its declarations, both from the package's root. */
  readonly modules: ReadonlyMap<string, { readonly file: string; readonly types: string }>;
  /** Names of the models that ship. */
  readonly weights: readonly string[];
  /** Packages that the built code imports. */
  readonly packages: ReadonlyMap<string, string>;
}

/** Packages that only some parts need; who uses those parts installs them. */
const OPTIONAL = new Set(["fast-check"]);

/** The conditions in the order in which runtimes must find them: Deno also takes `node`, bundlers also `default`. */
function conditions(file: string, types: string): Record<string, string> {
  const usual = `./${file}`;
  return {
    types: `./${types}`,
    deno: usual,
    workerd: `./workerd/${file}`,
    browser: usual,
    bun: usual,
    node: usual,
    default: usual,
  };
}

/** The manifest as an object. */
export function manifestOf({ version, license, modules, weights, packages }: ManifestInput): Record<string, unknown> {
  const exports: Record<string, unknown> = {};
  for (const [name, { file, types }] of modules) exports[name] = conditions(file, types);
  for (const name of weights) {
    exports[`./weights/${name}`] = { types: "./types/weights.d.ts", default: `./weights/${name}.js` };
  }
  exports["./weights/*.safetensors"] = "./weights/*.safetensors";
  exports["./wasm/*.wasm"] = "./wasm/*.wasm";
  exports["./package.json"] = "./package.json";
  const all = [...packages].toSorted(([a], [b]) => a < b ? -1 : 1);
  const optional = all.filter(([name]) => OPTIONAL.has(name));
  return {
    name: "sidewinder",
    version,
    description:
      "Vision state-space models (Vision Mamba, MambaIR) wherever JavaScript runs, on WebAssembly and WebGPU",
    keywords: ["vision-mamba", "mamba", "state-space-model", "mambair", "super-resolution", "webassembly", "webgpu"],
    license,
    type: "module",
    sideEffects: ["./cli.js"],
    bin: { sidewinder: "./cli.js" },
    exports,
    engines: { node: ">=20" },
    dependencies: Object.fromEntries(all.filter(([name]) => !OPTIONAL.has(name))),
    peerDependencies: Object.fromEntries(optional.map(([name, range]) => [name, `^${range}`])),
    peerDependenciesMeta: Object.fromEntries(optional.map(([name]) => [name, { optional: true }])),
  };
}
