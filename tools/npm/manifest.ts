/**
 * `package.json` of the npm packages.
 *
 * @module
 */

/** What all packages have in common. */
export interface Common {
  readonly version: string;
  readonly license: string;
}

/** What the manifest of the main package is made of. */
export interface ManifestInput extends Common {
  /** Public modules: name in `exports` → base name of the built file, and its declarations from the package's root. */
  readonly modules: ReadonlyMap<string, { readonly name: string; readonly types: string }>;
  /** Modules that workerd has too. */
  readonly workerd: ReadonlySet<string>;
  /** Names of the models that ship. */
  readonly weights: readonly string[];
  /** Packages that the built code imports, with their ranges: who uses the parts that need them installs them. */
  readonly packages: ReadonlyMap<string, string>;
}

/** Models that are installed along: the defaults of `classify` and `upscale`. */
const ALONG: ReadonlySet<string> = new Set(["vim_micro", "mambair_light_x2"]);

/** Where the project will be, said here and nowhere else: a placeholder, see "Releasing" in CONTRIBUTING.md. */
export const HOME = "https://github.com/sidewinder-vision/sidewinder";

/** Name of the package of a model. */
export const weightsPackage = (model: string): string => `@sidewinder/weights-${model.replaceAll("_", "-")}`;

/** Name of the package with the build for workerd. */
export const WORKERD = "@sidewinder/workerd";

/** Fields of every package; `folder`: where its sources are. */
function head(name: string, description: string, { version, license }: Common, folder: string) {
  return {
    name,
    version,
    description,
    license,
    homepage: `${HOME}#readme`,
    bugs: { url: `${HOME}/issues` },
    repository: { type: "git", url: `git+${HOME}.git`, ...(folder === "" ? {} : { directory: folder }) },
    type: "module",
    engines: { node: ">=20" },
  };
}

/** The manifest of the main package. */
export function manifestOf(input: ManifestInput): Record<string, unknown> {
  const { version, modules, workerd, weights, packages } = input;
  const exports: Record<string, unknown> = {};
  for (const [path, { name, types }] of modules) {
    exports[path] = {
      types: `./${types}`,
      ...(workerd.has(path) ? { workerd: `./workerd/${name}.js` } : {}),
      default: `./${name}.js`,
    };
  }
  exports["./package.json"] = "./package.json";
  const apart = weights.filter((model) => !ALONG.has(model)).map(weightsPackage);
  const peers = [...packages, ...[WORKERD, ...apart].map((name) => [name, `^${version}`] as const)]
    .toSorted(([a], [b]) => a < b ? -1 : 1);
  return {
    ...head(
      "sidewinder",
      "Vision state-space models (Vision Mamba, MambaIR) wherever JavaScript runs, on WebAssembly and WebGPU",
      input,
      "",
    ),
    keywords: ["vision-mamba", "mamba", "state-space-model", "mambair", "super-resolution", "webassembly", "webgpu"],
    sideEffects: ["./cli.js", "./worker_entry.js"],
    bin: { sidewinder: "./cli.js" },
    exports,
    optionalDependencies: Object.fromEntries(
      weights.filter((model) => ALONG.has(model)).map((model) => [weightsPackage(model), `^${version}`]),
    ),
    peerDependencies: Object.fromEntries(peers),
    peerDependenciesMeta: Object.fromEntries(peers.map(([name]) => [name, { optional: true }])),
  };
}

/** The manifest of the build for workerd; `modules`: name in `exports` → base name of the built file. */
export function workerdManifest(common: Common, modules: ReadonlyMap<string, string>): Record<string, unknown> {
  return {
    ...head(WORKERD, "Sidewinder for Cloudflare Workers: the build that imports compiled WebAssembly", common, ""),
    sideEffects: false,
    exports: {
      ...Object.fromEntries([...modules].map(([path, name]) => [path, `./${name}.js`])),
      "./wasm/*.wasm": "./wasm/*.wasm",
      "./package.json": "./package.json",
    },
  };
}

/** The manifest of a model. */
export function weightsManifest(common: Common, model: string, summary: string): Record<string, unknown> {
  return {
    ...head(
      weightsPackage(model),
      `Weights for Sidewinder: ${summary}`,
      { ...common, license: "SEE LICENSE IN LICENSE" },
      `weights/${model}`,
    ),
    sideEffects: false,
    files: ["index.js", "workerd.js", "index.d.ts", `${model}.safetensors`],
    exports: {
      ".": { types: "./index.d.ts", workerd: "./workerd.js", default: "./index.js" },
      "./*.safetensors": "./*.safetensors",
      "./package.json": "./package.json",
    },
  };
}

/** The manifest of the vectors of the scan, a package of its own, as they need nothing and nothing needs them. */
export function vectorsManifest(common: Common): Record<string, unknown> {
  const about = "Vectors of the selective scan: inputs, and what must come out";
  return {
    ...head("sidewinder-vectors", about, { ...common, license: "CC0-1.0" }, "vectors"),
    exports: { "./*": "./*" },
  };
}
