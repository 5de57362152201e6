/**
 * The suites that `deno task test` runs, and what each needs.
 *
 * @module
 */

import { DEBIAN_PACKAGES, findToolchain } from "./rust_toolchain.ts";

/** One suite. */
export interface Suite {
  readonly name: string;
  /** What it shows, in a few words. */
  readonly what: string;
  readonly command: readonly string[];
  readonly env?: Record<string, string>;
  /** Only with `--ci`, or when it is named. */
  readonly ciOnly?: boolean;
  /** Beside no other: it looks at the clock, or waits for a page as people do. */
  readonly alone?: boolean;
  /** Gets what the suite needs; a text says why that failed. */
  readonly prepare?: (ci: boolean) => Promise<string | undefined>;
}

const DENO = Deno.execPath();

/** Mesa wants a folder of its own; without one it complains on every start. */
const QUIET = { XDG_RUNTIME_DIR: "/tmp" };

/** A suite of Deno tests over folders and files, whose types are the suite `check`'s. */
function denoSuite(name: string, what: string, paths: readonly string[], rest: Partial<Suite> = {}): Suite {
  return { name, what, command: [DENO, "test", "-A", "--quiet", "--no-check", ...paths], env: QUIET, ...rest };
}

async function succeeds(program: string, ...args: string[]): Promise<boolean> {
  try {
    const env = { PATH: `${Deno.env.get("PATH")}:${Deno.env.get("HOME")}/.cargo/bin` };
    return (await new Deno.Command(program, { args, env, stdout: "null", stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}

/** The installation that is going on: Debian's programs lock each other out. */
let installing: Promise<unknown> = Promise.resolve();

/** Installs Debian packages in CI; elsewhere says which command would. */
function debian(packages: readonly string[], present: () => Promise<boolean>): NonNullable<Suite["prepare"]> {
  return async (ci) => {
    if (await present()) return undefined;
    const command = `apt-get install -y ${packages.join(" ")}`;
    if (!ci) return `needs Debian's ${packages.join(", ")}: ${command}`;
    const install = async (): Promise<boolean> => {
      console.log(`installing: ${command}`);
      await succeeds("apt-get", "update");
      return await succeeds("apt-get", "install", "-y", ...packages);
    };
    const turn = installing.then(install);
    installing = turn;
    return await turn ? undefined : `${command} failed`;
  };
}

/** The Rust parts of the kernel build: a rustup toolchain with the wasm32 target, or Debian's. */
async function rustParts(ci: boolean): Promise<string | undefined> {
  const obstacle = await debian(
    DEBIAN_PACKAGES,
    async () => await findToolchain() !== undefined,
  )(ci);
  if (obstacle) return obstacle;
  for (
    const [program, args] of [["wasm-pack", ["--version", "0.15.1"]], ["wasm-bindgen-cli", [
      "--version",
      "0.2.130",
    ]]] as const
  ) {
    if (await succeeds(program === "wasm-pack" ? "wasm-pack" : "wasm-bindgen", "--version")) continue;
    if (!ci) return `needs ${program}: cargo install --locked ${program} ${args.join(" ")}`;
    console.log(`installing: cargo install ${program}`);
    // A registry may lack a version that the lockfile names: one that was withdrawn, or is not yet in a copy of it.
    const installed = await succeeds("cargo", "install", "--locked", program, ...args) ||
      await succeeds("cargo", "install", program, ...args);
    if (!installed) return `cargo install ${program} failed`;
  }
  return undefined;
}

const vulkan = debian(["mesa-vulkan-drivers"], () => succeeds("dpkg", "-s", "mesa-vulkan-drivers"));
const browser = debian(["chromium"], () => succeeds("which", "chromium"));
const browsers = debian(
  ["chromium", "firefox-esr"],
  async () => await succeeds("which", "chromium") && await succeeds("which", "firefox-esr"),
);

/** Where CI has a Python with numpy, PyTorch and safetensors. */
const PYTHON = "dist/python/bin/python3";

/** Debian's numpy and PyTorch, and safetensors from PyPI, in a Python of their own. */
async function python(ci: boolean): Promise<string | undefined> {
  if (await succeeds(PYTHON, "-c", "import numpy, torch, safetensors")) return undefined;
  const packages = ["--no-install-recommends", "python3-numpy", "python3-torch", "python3-venv"];
  const obstacle = await debian(packages, () => succeeds("/usr/bin/python3", "-c", "import numpy, torch, ensurepip"))(
    ci,
  );
  if (obstacle || !ci) return obstacle ?? `needs safetensors in ${PYTHON}`;
  const made = await succeeds("/usr/bin/python3", "-m", "venv", "--system-site-packages", "dist/python") &&
    await succeeds("dist/python/bin/pip", "install", "-q", "safetensors");
  return made ? undefined : `${PYTHON} could not be made`;
}

/** Tests of the page that look at the clock. */
const BY_THE_CLOCK = ["first_visit", "smooth"].map((name) => `tests/site/${name}_test.ts`);

/**
 * Those that take longest begin first; what waits for browsers and servers stands between what computes, so that two suites side
 * by side leave no processor idle.
 */
export const SUITES: readonly Suite[] = [
  denoSuite("page by the clock", "the first visit, Lighthouse's verdict on it, no long task", BY_THE_CLOCK, {
    prepare: browsers,
    alone: true,
  }),
  { name: "check", what: "formatting, lint, types, docs, structure", command: [DENO, "task", "check"] },
  denoSuite("runtime", "the packed npm package in every runtime, bundler and example", ["tests/runtime/"], {
    prepare: debian(
      ["chromium", "firefox-esr", "redis-server"],
      async () =>
        await succeeds("chromium", "--version") && await succeeds("firefox-esr", "--version") &&
        await succeeds("redis-server", "--version"),
    ),
  }),
  denoSuite("unit", "kernels, checkpoints, images, models, tiles, laws, command line", [
    "tests/",
    "--ignore=tests/golden,tests/golden_test.ts,tests/gpu,tests/runtime,tests/site,tests/wasm/checked_test.ts,tests/wasm/limits_test.ts,tests/laws/python_test.ts",
  ], {
    env: { ...QUIET, SIDEWINDER_DEVICES: "cpu" },
    // One test pipes a video; elsewhere it is left out where there is no such program.
    prepare: async (ci) => ci ? await debian(["ffmpeg"], () => succeeds("ffmpeg", "-version"))(ci) : undefined,
  }),
  denoSuite("site", "the page in Chromium and Firefox", [
    "tests/site",
    `--ignore=tests/site/webgpu_test.ts,${BY_THE_CLOCK}`,
  ], { prepare: browsers, alone: true }),
  denoSuite("swiftshader", "the GPU suite in Node and in Chromium, and the page there", [
    "tests/gpu/swiftshader",
    "tests/site/webgpu_test.ts",
  ], {
    env: { ...QUIET, SIDEWINDER_DEVICES: "gpu" },
    prepare: browser,
  }),
  denoSuite("gpu", "WebGPU on Mesa's software adapter: kernels, fixtures, pool, loss, errors", [
    "tests/gpu",
    "tests/kernels",
    "--ignore=tests/gpu/swiftshader",
  ], {
    env: { ...QUIET, SIDEWINDER_DEVICES: "gpu" },
    prepare: vulkan,
  }),
  denoSuite("golden", "fixtures of the official code on every CPU device", ["tests/golden_test.ts"]),
  {
    name: "wasm",
    what: "the committed kernels are what the Rust gives",
    ciOnly: true,
    prepare: rustParts,
    command: [DENO, "run", "-A", "tools/build_wasm.ts", "--check"],
  },
  denoSuite("wasm --checked", "no kernel touches what is not its own: laws, fixtures, wild calls, every limit", [
    "tests/kernels",
    "tests/wasm/checked_test.ts",
    "tests/wasm/limits_test.ts",
    "tests/golden_test.ts",
  ], { env: { ...QUIET, SIDEWINDER_DEVICES: "checked" } }),
  // The recipes of docs/runtimes.md run where they belong, in the runtime suite. The types of examples are checked nowhere else.
  {
    name: "docs",
    what: "every example in the documentation",
    command: [
      ...[DENO, "test", "-A", "--quiet", "--doc", "mod.ts", "kernels.ts", "src", "README.md"],
      ...["architecture", "blocks", "laws", "numerics", "webgpu"].map((name) => `docs/${name}.md`),
    ],
    env: QUIET,
  },
  denoSuite("foreign", "scans of numpy and PyTorch through the files of the laws", ["tests/laws/python_test.ts"], {
    env: { ...QUIET, PYTHON },
    ciOnly: true,
    prepare: python,
  }),
  {
    name: "fuzz",
    what: "readers of what strangers give read it or refuse it, for 20 s from a seed of today",
    command: [DENO, "task", "fuzz", "--seconds", "20"],
  },
  {
    name: "publish",
    what: "the registry of Deno would take the package: no slow types, nothing it rejects",
    command: [DENO, "publish", "--dry-run", "--allow-dirty", "--quiet"],
  },
  { name: "size", what: "what an application downloads is within its budgets", command: [DENO, "task", "size"] },
  {
    name: "codecs",
    what: "the committed codecs are what npm gives",
    ciOnly: true,
    command: [DENO, "run", "-A", "tools/pack_codecs.ts", "--check"],
  },
  {
    name: "libraries",
    what: "the packed libraries are what npm gives",
    ciOnly: true,
    command: [DENO, "run", "-A", "tools/pack_libraries.ts", "--check"],
  },
];
