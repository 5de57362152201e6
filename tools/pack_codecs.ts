/**
 * Packs the image codecs that we do not write ourselves into two modules each under `src/image/codecs/`, the glue and its
 * WebAssembly in base64, so that the tree needs no package, no fetch and no permission to run them: mozjpeg and libwebp's
 * encoder as jSquash builds them, Little CMS as lcms-wasm builds it, the decoder of WebP from `rust-codecs/` (the crate
 * image-webp); and as scripts omggif, which reads GIF, and gifenc, which writes it.
 *
 * ```
 * deno run -A tools/pack_codecs.ts              # rebuild what comes from npm
 * deno run -A tools/pack_codecs.ts --rust       # rebuild the crate too: some minutes, as Rust's std is built with it
 * deno run -A tools/pack_codecs.ts --check      # fail if the tree holds anything else than a rebuild gives
 * ```
 *
 * @module
 */
import * as esbuild from "esbuild";
import { findToolchain, TARGET as RUST_TARGET } from "./rust_toolchain.ts";

/** The packages, pinned by version and by the checksum of their archive. */
const PACKAGES = {
  "@jsquash/jpeg@1.6.0":
    "sha512-zwN46Awh1VM6gXlIcALwb5WzqK5H2e6+Awcs1QP8AvS8ohsK/sbE4esvmH4jhlhW7+CgiUUww66vg0aTnlSIMA==",
  "@jsquash/webp@1.5.0":
    "sha512-KggLoj2MnRSfIqTeKe1EmbljTX2vuV7mh79k89PCL1pyqiDULcPM1L47twxXt0hkb68F70bXiL31MxsuoZtKFw==",
  "lcms-wasm@1.0.5": "sha512-bQpBF4BvoHY//Gq7k67VD9l+BEk6dmaROAB+ci83ZajOurOUPAcwfi3z5VzzAf27qccIE867kYc+jk6/wPelcA==",
  "omggif@1.0.10": "sha512-LMJTtvgc/nugXj0Vcrrs68Mn2D1r0zf630VNtqtpI1FEO7e+O9FP4gqs9AcnBaSEeoHIPm28u6qgPR0oyEpGSw==",
  "gifenc@1.0.3": "sha512-xdr6AdrfGBcfzncONUOlXMBuc5wJDtOueE3c5rdG0oNgtINLD+f2iFZltrBRZYzACRbKr+mSVU/x98zv2u3jmw==",
};

/** Module name → the emscripten build it holds. */
const CODECS = {
  jpeg_decode: "@jsquash/jpeg/codec/dec/mozjpeg_dec",
  jpeg_encode: "@jsquash/jpeg/codec/enc/mozjpeg_enc",
  webp_encode: "@jsquash/webp/codec/enc/webp_enc_simd",
  colour: "lcms-wasm/dist/lcms",
};

/** The codec that is JavaScript alone: where its pictures lie, and one of them on an empty canvas. */
const GIF_DECODE = `
// A reader walks the whole file: one for all its frames.
const readers = new WeakMap();
const readerOf = (bytes) => {
  if (!readers.has(bytes)) readers.set(bytes, new GifReader(bytes));
  return readers.get(bytes);
};
export const open = () => ({
  frames(bytes) {
    const reader = readerOf(bytes);
    return Array.from({ length: reader.numFrames() }, (_, i) => reader.frameInfo(i));
  },
  decode(bytes, frame) {
    const reader = readerOf(bytes), { width, height } = reader, data = new Uint8Array(4 * width * height);
    reader.decodeAndBlitFrameRGBA(frame, data);
    return { data, width, height };
  },
  memoryIsShort: () => false,
});
`;

/** Module name → what it exports, for packages that are JavaScript alone. */
const SCRIPTS = {
  gif_encode: `export { applyPalette, GIFEncoder, quantize } from "gifenc";`,
};

const NOTICES = [
  ...["@jsquash/jpeg", "@jsquash/webp"].flatMap((name) => [
    [`${name} (the build and its JavaScript)`, `${name}/LICENSE`],
    [`the codec compiled into ${name}`, `${name}/codec/LICENSE.codec.md`],
  ]),
  ["lcms-wasm and the Little CMS compiled into it", "lcms-wasm/LICENSE.md"],
  ["omggif", "omggif/omggif.js"],
  ["gifenc", "gifenc/LICENSE.md"],
] as [string, string][];

/** The terms of a package: its licence file, or the comment that its source begins with. */
function termsOf(path: string, text: string): string {
  if (!path.endsWith(".js")) return text.trim();
  return text.slice(0, text.search(/^[^/]/m)).replace(/^\/\/ ?/gm, "").trim();
}

const TARGET = new URL("../src/image/codecs/", import.meta.url);

/**
 * What C++ reaches of the global scope: the decoders return an `ImageData`, which only browsers and Deno have. A scope of
 * their own spares us a global polyfill. Everything else emscripten's start-up looks for is defined away below, so that
 * it behaves the same in every runtime.
 */
const SCOPE = `export const codecScope = {
  Uint8Array,
  Uint8ClampedArray,
  ImageData: class { constructor(data, width, height) { Object.assign(this, { data, width, height }); } },
};`;

const DEFINE = {
  globalThis: "codecScope",
  "import.meta.url": '"https://codec.invalid/"',
  ...Object.fromEntries(
    ["process", "self", "window", "document", "importScripts", "navigator", "fetch"].map((name) => [name, "undefined"]),
  ),
};

/** The colour management insists on being somewhere that it knows: let it be a page. */
const DEFINE_PAGE = { ...DEFINE, window: "codecScope" };

/** `open` of the colour management: its functions as they are. */
const COLOUR_ENTRY = `
import factory from "./${CODECS.colour}.js";

export const open = (module) => new Promise((resolve, reject) => {
  factory({
    print() {},
    printErr() {},
    instantiateWasm(imports, done) {
      WebAssembly.instantiate(module, imports).then(done).catch(reject);
      return {};
    },
  }).then(resolve, reject);
});
`;

/** `open` of a codec; it notices when memory cannot grow, which C++ reports as a damaged file. */
const entry = (build: string) => `
import factory from "./${build}.js";

export const open = (module) => new Promise((resolve, reject) => {
  let short = false;
  const watch = (instance) => {
    const memory = Object.values(instance.exports).find((value) => value instanceof WebAssembly.Memory);
    const grow = memory.grow;
    memory.grow = (pages) => {
      try {
        return grow.call(memory, pages);
      } catch (error) {
        short = true;
        throw error;
      }
    };
    return instance;
  };
  factory({
    noInitialRun: true,
    print() {},
    printErr() {},
    instantiateWasm(imports, done) {
      WebAssembly.instantiate(module, imports).then(watch).then(done).catch(reject);
      return {};
    },
  }).then(({ decode, encode }) => resolve({ decode, encode, memoryIsShort: () => short }), reject);
});
`;

/** Downloads the packages into a folder and compares their checksums. */
async function download(folder: string): Promise<void> {
  const npm = new Deno.Command("npm", {
    args: ["install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", ...Object.keys(PACKAGES)],
    stdout: "null",
  });
  const { success } = await npm.output();
  if (!success) throw new Error("Cannot pack codecs as npm must install them: current run failed, see above");
  const lock = JSON.parse(await Deno.readTextFile(`${folder}/package-lock.json`));
  for (const [spec, wanted] of Object.entries(PACKAGES)) {
    const { integrity } = lock.packages[`node_modules/${spec.slice(0, spec.lastIndexOf("@"))}`];
    if (integrity !== wanted) {
      throw new Error(`Cannot pack codecs as ${spec} must have checksum ${wanted}: current value is ${integrity}`);
    }
  }
}

const head = (build: string) => `// Generated by tools/pack_codecs.ts from ${build}; terms in NOTICE.md.\n`;

/** The text of omggif without its exports, so that the writer in it is left out. */
async function reader(modules: string): Promise<string> {
  const text = await Deno.readTextFile(`${modules}/omggif/omggif.js`), end = /^try \{ exports[^]*/m;
  if (!end.test(text)) throw new Error("Cannot pack omggif as it must end with its exports: current text does not");
  return text.replace(end, "");
}

/** The glue of one codec as the text of a module. */
async function pack(build: string, modules: string, contents: string): Promise<string> {
  const result = await esbuild.build({
    stdin: { contents, resolveDir: modules },
    inject: [`${modules}/codec_scope.js`],
    define: build === CODECS.colour ? DEFINE_PAGE : DEFINE,
    external: ["module"], // asked for in Node only, which DEFINE says there is not
    bundle: true,
    format: "iife",
    globalName: "codec",
    drop: build === "omggif" ? ["console"] : [], // what a file makes it say is not for those who run this
    target: "es2022",
    minify: true,
    legalComments: "none",
    logOverride: { "assign-to-define": "silent" },
    write: false,
  });
  // One function that holds everything: its text is run in workers.
  const body = result.outputFiles[0]!.text.trim();
  return `${head(build)}// deno-lint-ignore-file\n// @ts-nocheck\n/** A fresh instance of the codec. */\n` +
    `export async function open(module){${body}return codec.open(module)}\n`;
}

/** A script as the text of a module. */
async function packScript(contents: string, modules: string): Promise<string> {
  const result = await esbuild.build({
    stdin: { contents, resolveDir: modules },
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: true,
    legalComments: "none",
    write: false,
  });
  const name = /from "(\w+)"/.exec(contents)![1]!;
  return `${head(name)}// deno-lint-ignore-file\n// @ts-nocheck\n${result.outputFiles[0]!.text}`;
}

/** Writes what differs, or only names it if `check`. */
async function settle(file: URL, text: string, check: boolean): Promise<boolean> {
  const same = await Deno.readTextFile(file).catch(() => "") === text;
  if (!same && !check) await Deno.writeTextFile(file, text);
  const name = file.pathname.split("/").at(-1);
  console.log(`${name}: ${same ? "unchanged" : check ? "differs" : "written"} (${Math.ceil(text.length / 1024)} KiB)`);
  return same;
}

const CRATE = new URL("../rust-codecs/", import.meta.url), RECORD = new URL("built.json", CRATE);
const WEBP = "webp_decode_wasm.gen.js";

/** Which compiler made the decoder of WebP, and the checksum of what it made. */
interface Built {
  readonly rustc: string;
  readonly sha256: string;
}

const sha256 = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();

/** Builds the crate; its bytes, and the record of the build. */
async function buildCrate(): Promise<{ bytes: Uint8Array<ArrayBuffer>; built: Built }> {
  const toolchain = await findToolchain();
  if (!toolchain) throw new Error(`Cannot build rust-codecs as a Rust compiler for ${RUST_TARGET} must be there`);
  const features = ["bulk-memory", "nontrapping-fptoint", "sign-ext", "mutable-globals", "simd128"];
  const { success } = await new Deno.Command("cargo", {
    args: ["build", "--release", "--locked", "--target", RUST_TARGET, "-Z", "build-std=std,panic_abort"],
    cwd: CRATE,
    env: {
      ...toolchain.env,
      RUSTC_BOOTSTRAP: "1",
      RUSTFLAGS: `-Ctarget-cpu=mvp -Ctarget-feature=${features.map((name) => `+${name}`).join()} ` +
        "-Zunstable-options -Cpanic=immediate-abort",
    },
  }).output();
  if (!success) throw new Error("Cannot build rust-codecs as cargo must succeed: current run failed");
  const bytes = await Deno.readFile(new URL(`target/${RUST_TARGET}/release/rust_codecs.wasm`, CRATE));
  return { bytes, built: { rustc: toolchain.version, sha256: await sha256(bytes) } };
}

/** What stands in the notice about every binary. */
const notice = (built: Built, texts: readonly string[]): string =>
  `# Codecs of others

| files | from | checksum |
|---|---|---|
${
    Object.entries(CODECS).map(([name, build]) => {
      const [spec, integrity] = Object.entries(PACKAGES).find(([spec]) =>
        build.startsWith(spec.slice(0, spec.lastIndexOf("@")))
      )!;
      return `| \`${name}.gen.js\`, \`${name}_wasm.gen.js\` | npm ${spec}, \`${build}\` | archive ${integrity} |`;
    }).join("\n")
  }
${
    Object.entries({ gif_decode: 'from "omggif"', ...SCRIPTS }).map(([name, script]) => {
      const library = /from "(\w+)"/.exec(script)![1]!;
      const [spec, integrity] = Object.entries(PACKAGES).find(([spec]) => spec.startsWith(`${library}@`))!;
      return `| \`${name}.gen.js\` | npm ${spec} | archive ${integrity} |`;
    }).join("\n")
  }
| \`${WEBP}\` | \`rust-codecs/\`: the crate image-webp 0.2.4 and its dependencies, pinned in \`rust-codecs/Cargo.lock\`, by ${built.rustc} | WebAssembly, SHA-256 ${built.sha256} |

\`tools/pack_codecs.ts\` makes all of them: those from npm are bundled by esbuild without a change to the WebAssembly, the crate
is built by cargo with \`--locked\` for wasm32-unknown-unknown, SIMD on, panics as traps.

* JPEG: @jsquash/jpeg 1.6.0 carries MozJPEG 3.3.1, which is libjpeg-turbo with another encoder.
* WebP, written: @jsquash/webp 1.5.0 carries the encoder of libwebp of 2020, and no decoder. The fault of 2023 (CVE-2023-4863,
  mended in 1.3.2) was in \`BuildHuffmanTable\`, which \`src/dec/vp8l_dec.c\` alone calls: it is not in this build. What has been
  mended in the encoder since (1.2.3: webp:565; 1.3.1: webp:603, CVE-2023-1999, chromium:1420107 and 1455619) is what it did once
  memory had been refused: a null pointer, memory given back twice, a check that was missing. Here that stays within the memory
  of an instance that makes one picture and is thrown away, and nothing that it gives after a refusal is taken
  (\`tests/image/hostile_test.ts\` refuses memory at every growth).
* WebP, read: image-webp, which is Rust without unsafe code and came after that fault. On every file of the tests and on
  pictures of quality 5 to 100 it gives libwebp's pixels, bit for bit; it takes 0.7 to 1.3 times as long.

This software is based in part on the work of the Independent JPEG Group.

${texts.join("\n\n")}`;

const check = Deno.args.includes("--check");
const folder = await Deno.makeTempDir({ prefix: "pack_codecs_" });
try {
  await download(folder);
  const modules = `${folder}/node_modules`;
  await Deno.writeTextFile(`${modules}/codec_scope.js`, SCOPE);
  const files = new Map<string, string>();
  for (const [name, build] of Object.entries(CODECS)) {
    files.set(`${name}.gen.js`, await pack(build, modules, build === CODECS.colour ? COLOUR_ENTRY : entry(build)));
    const wasm = await Deno.readFile(`${modules}/${build}.wasm`);
    files.set(`${name}_wasm.gen.js`, `${head(build)}export default "${wasm.toBase64()}";\n`);
  }
  files.set("gif_decode.gen.js", await pack("omggif", modules, await reader(modules) + GIF_DECODE));
  for (const [name, script] of Object.entries(SCRIPTS)) files.set(`${name}.gen.js`, await packScript(script, modules));
  let built: Built;
  if (Deno.args.includes("--rust")) {
    const crate = await buildCrate();
    ({ built } = crate);
    files.set(WEBP, `${head("rust-codecs")}export default "${crate.bytes.toBase64()}";\n`);
    if (!check) await Deno.writeTextFile(RECORD, `${JSON.stringify(built, undefined, 2)}\n`);
  } else {
    built = JSON.parse(await Deno.readTextFile(RECORD));
    const { default: base64 } = await import(new URL(WEBP, TARGET).href);
    const found = await sha256(Uint8Array.fromBase64(base64));
    if (found !== built.sha256) {
      throw new Error(`Cannot pack codecs as ${WEBP} must have SHA-256 ${built.sha256}: current value is ${found}`);
    }
  }
  const texts = await Promise.all(
    NOTICES.map(async ([title, path]) =>
      `# ${title}\n\n${termsOf(path, await Deno.readTextFile(`${modules}/${path}`))}\n`
    ),
  );
  texts.push(`# image-webp\n\n${(await Deno.readTextFile(new URL("LICENSE-image-webp", CRATE))).trim()}\n`);
  files.set("NOTICE.md", notice(built, texts));
  const same = await Promise.all([...files].map(([name, text]) => settle(new URL(name, TARGET), text, check)));
  if (check && same.includes(false)) Deno.exitCode = 1;
} finally {
  await Deno.remove(folder, { recursive: true });
  await esbuild.stop();
}
