/**
 * Builds the kernels: assembly, then wasm-pack for both builds, then `src/wasm/kernels_*.{wasm,gen.ts}` and the compiler
 * that made them in `rust-kernels/rustc_version.txt`.
 *
 *     deno task build:wasm            builds and writes
 *     deno task build:wasm --check    builds and compares: the same bytes from the recorded compiler, the same results of
 *                                     every kernel from any other
 *
 * Uses the rustup toolchain of `rust-kernels/rust-toolchain.toml` when it is there with the wasm32 target, otherwise
 * Debian's `rustc-web cargo-web rust-web-src rust-web-llvm lld-22`. Needs wasm-pack and wasm-bindgen-cli either way.
 *
 * @module
 */
import { assembly, type Build, BUILDS } from "./emit_asm.ts";
import { differences } from "./kernel_fixtures.ts";
import { DEBIAN_PACKAGES, findToolchain, TARGET, type Toolchain } from "./rust_toolchain.ts";

const ROOT = new URL("../", import.meta.url);
const CRATE = new URL("rust-kernels/", ROOT);
const VERSION_FILE = new URL("rustc_version.txt", CRATE);

/** Features of every engine with SIMD; nothing newer, whatever the compiler would add by itself. */
const FEATURES = ["bulk-memory", "nontrapping-fptoint", "sign-ext", "mutable-globals", "simd128"];
const LINK = ["--import-memory", "--max-memory=4294967296", "--export=__stack_pointer", "-zstack-size=65536"];

/** Bytes of one build. */
async function build(toolchain: Toolchain, kind: Build): Promise<Uint8Array<ArrayBuffer>> {
  const features = [...FEATURES, ...(kind === "relaxed" ? ["relaxed-simd"] : [])].map((feature) => `+${feature}`)
    .join();
  const flags = [
    "-Ctarget-cpu=mvp",
    `-Ctarget-feature=${features}`,
    ...LINK.map((argument) => `-Clink-arg=${argument}`),
  ];
  const out = `pkg/${kind}`;
  const { success, stderr } = await new Deno.Command("wasm-pack", {
    args: ["build", ".", "--target", "web", "--mode", "no-install", "--out-dir", out, "--", ...toolchain.cargo],
    cwd: CRATE,
    env: { ...toolchain.env, RUSTC_BOOTSTRAP: "1", RUSTFLAGS: flags.join(" ") },
  }).output();
  if (!success) throw new Error(`Cannot build ${kind} as wasm-pack must succeed:\n${new TextDecoder().decode(stderr)}`);
  return await Deno.readFile(new URL(`${out}/rust_kernels_bg.wasm`, CRATE));
}

const wasmFile = (kind: Build): URL => new URL(`src/wasm/kernels_${kind}.wasm`, ROOT);
const twinFile = (kind: Build): URL => new URL(`src/wasm/kernels_${kind}.gen.ts`, ROOT);
const twin = (kind: Build, bytes: Uint8Array<ArrayBuffer>): string => {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return `// Made by tools/build_wasm.ts from kernels_${kind}.wasm.\nexport default "${btoa(text)}";\n`;
};
const assemblyFile = (kind: Build): URL => new URL(`src/${kind}.gen.s`, CRATE);
const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);

async function gzippedSize(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(stream).arrayBuffer()).byteLength;
}

/** What is wrong with the committed files of one build, given freshly built bytes. */
async function compare(kind: Build, built: Uint8Array<ArrayBuffer>, sameCompiler: boolean): Promise<string[]> {
  const committed = await Deno.readFile(wasmFile(kind)), problems: string[] = [];
  if (await Deno.readTextFile(twinFile(kind)) !== twin(kind, committed)) {
    problems.push(`kernels_${kind}.gen.ts is stale`);
  }
  if (await Deno.readTextFile(assemblyFile(kind)) !== assembly(kind)) problems.push(`${kind}.gen.s is stale`);
  if (same(built, committed)) console.log(`${kind}: the same ${built.length} bytes`);
  else if (sameCompiler) problems.push(`kernels_${kind}.wasm is not what the recorded compiler makes of the sources`);
  else {
    const found = await differences(kind === "relaxed" ? "relaxed-simd" : "simd128", committed, built);
    problems.push(...found);
    if (found.length === 0) console.log(`${kind}: another compiler, the same results of every kernel`);
  }
  return problems;
}

async function main(check: boolean): Promise<boolean> {
  const toolchain = await findToolchain();
  if (!toolchain) {
    console.error(
      `Cannot build the kernels as a Rust compiler for ${TARGET} must be there: install a rustup toolchain with that ` +
        `target, or Debian's ${DEBIAN_PACKAGES.join(" ")}`,
    );
    return false;
  }
  console.log(`${toolchain.name}: ${toolchain.version}`);
  const kinds = Object.keys(BUILDS) as Build[];
  if (!check) { for (const kind of kinds) await Deno.writeTextFile(assemblyFile(kind), assembly(kind)); }
  const problems: string[] = [];
  for (const kind of kinds) {
    const bytes = await build(toolchain, kind);
    if (check) {
      const recorded = (await Deno.readTextFile(VERSION_FILE)).trim();
      problems.push(...await compare(kind, bytes, recorded === toolchain.version));
    } else {
      await Deno.writeFile(wasmFile(kind), bytes);
      await Deno.writeTextFile(twinFile(kind), twin(kind, bytes));
      console.log(`${kind}: ${bytes.length} bytes, ${await gzippedSize(bytes)} gzipped`);
    }
  }
  if (!check) await Deno.writeTextFile(VERSION_FILE, `${toolchain.version}\n`);
  for (const problem of problems) console.error(problem);
  return problems.length === 0;
}

if (import.meta.main && !await main(Deno.args.includes("--check"))) Deno.exit(1);
