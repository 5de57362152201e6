/**
 * The Rust compiler that builds the kernels: the rustup toolchain of `rust-kernels/rust-toolchain.toml` when it is there
 * with the wasm32 target, otherwise Debian's `rustc-web cargo-web rust-web-src rust-web-llvm lld-22`.
 *
 * @module
 */
const CRATE = new URL("../rust-kernels/", import.meta.url);

/** What the kernels are built for. */
export const TARGET = "wasm32-unknown-unknown";

/** Debian's parts: its rustc-web has the target, its source the core library, and the linker is LLVM's. */
export const DEBIAN_PACKAGES = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "lld-22"] as const;

/** A compiler and what wasm-pack needs to know to use it. */
export interface Toolchain {
  /** Where it comes from. */
  readonly name: string;
  /** What it says of itself. */
  readonly version: string;
  /** Variables for wasm-pack. */
  readonly env: Record<string, string>;
  /** Arguments for cargo. */
  readonly cargo: readonly string[];
}

/** Standard output of a command, or undefined when it fails or is not there. */
async function output(program: string, ...args: string[]): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command(program, { args, stderr: "null" }).output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch {
    return undefined;
  }
}

const path = (...first: string[]): string =>
  [...first, Deno.env.get("PATH") ?? "", `${Deno.env.get("HOME")}/.cargo/bin`].join(":");

async function rustup(): Promise<Toolchain | undefined> {
  const channel = /channel = "(.*)"/.exec(Deno.readTextFileSync(new URL("rust-toolchain.toml", CRATE)))![1]!;
  const targets = await output("rustup", "target", "list", "--installed", "--toolchain", channel);
  if (!targets?.split("\n").includes(TARGET)) return undefined;
  const version = await output("rustup", "run", channel, "rustc", "-V");
  return version === undefined
    ? undefined
    : { name: `rustup ${channel}`, version, env: { RUSTUP_TOOLCHAIN: channel, PATH: path() }, cargo: [] };
}

/** Debian ships no core library for the target, so core is built too; wasm-pack wants to see a target folder first. */
async function debian(): Promise<Toolchain | undefined> {
  const version = await output("/usr/bin/rustc", "-V");
  if (version === undefined || !await output("dpkg", "-s", ...DEBIAN_PACKAGES)) return undefined;
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(
    `${folder}/rustc`,
    `#!/bin/sh\ncase "$*" in *target-libdir*) exec echo ${folder} ;; esac\nexec /usr/bin/rustc "$@"\n`,
    { mode: 0o755 },
  );
  return {
    name: "Debian",
    version,
    env: { RUSTC: "/usr/bin/rustc", CARGO: "/usr/bin/cargo", PATH: path(folder, "/usr/bin") },
    cargo: ["-Z", "build-std=core,alloc,panic_abort"],
  };
}

/** The compiler of this machine, if it has one that can build the kernels. */
export async function findToolchain(): Promise<Toolchain | undefined> {
  return await rustup() ?? await debian();
}
