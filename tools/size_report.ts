/**
 * What an application downloads: `deno task size` bundles and minifies each part as a bundler would, prints its size
 * gzipped beside its budget, and fails when one is over. `--json` prints the rows for other programs, `--docs` puts them into
 * `docs/runtimes.md`.
 *
 * @module
 */
import * as esbuild from "esbuild";
import { familyCode } from "./family_sizes.ts";
import { buildPackages } from "./npm/built.ts";

const ROOT = new URL("../", import.meta.url).pathname;
const PACKAGE = `${ROOT}dist/npm/`;

/** One measured part. */
interface Row {
  readonly part: string;
  /** Bytes as they are. */
  readonly bytes: number;
  /** Bytes gzipped. */
  readonly gzipped: number;
  /** Most that `gzipped` may be, if it is limited. */
  readonly budget?: number;
}

/** Budgets in bytes gzipped. */
const BUDGETS = {
  core: 73_000,
  kernels: 60_000,
  family: 6_000,
  blocks: 3_000,
  newKernels: 12_000,
};

/** What the relaxed build took, gzipped, when it had what Vim and MambaIR need and no more. */
const FIRST_KERNELS = 22_796;

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(stream).arrayBuffer()).byteLength;
}

async function rowOf(part: string, pieces: readonly Uint8Array<ArrayBuffer>[], budget?: number): Promise<Row> {
  const gzipped = (await Promise.all(pieces.map(gzip))).reduce((sum, bytes) => sum + bytes, 0);
  const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return { part, bytes, gzipped, ...(budget === undefined ? {} : { budget }) };
}

/** The JavaScript that a page with this script loads before anything lazy, minified. */
async function startOf(script: string): Promise<Uint8Array<ArrayBuffer>> {
  const { outputFiles, metafile } = await esbuild.build({
    stdin: { contents: script, resolveDir: PACKAGE },
    absWorkingDir: "/", // so that outputs are named from there
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    outdir: "/",
    metafile: true,
    write: false,
    logLevel: "error",
    external: ["node:*"],
  });
  const start = new Set(["stdin.js"]);
  for (const name of start) {
    for (const { path, kind } of metafile.outputs[name]?.imports ?? []) {
      if (kind === "import-statement") start.add(path);
    }
  }
  const files = outputFiles.filter(({ path }) => start.has(path.slice(1)));
  return new Uint8Array(await new Blob(files.map(({ contents }) => contents as Uint8Array<ArrayBuffer>)).arrayBuffer());
}

const read = (path: string) => Deno.readFile(`${ROOT}dist/packages/${path}`);

async function measure(): Promise<Row[]> {
  const kernels = ["relaxed", "simd128"].map((variant) => read(`workerd/wasm/kernels_${variant}.wasm`));
  const rows = [
    await rowOf("all of the core, JavaScript", [await startOf(`export * from "./mod.js";`)], BUDGETS.core),
    await rowOf("a page that classifies, JavaScript", [
      await startOf(`import { classify, loadModel, openDevice } from "./mod.js";
        export const run = async (bytes, image) => classify(await loadModel(await openDevice(), bytes), image);`),
    ]),
    await rowOf("kernels, both builds, WebAssembly", await Promise.all(kernels), BUDGETS.kernels),
  ];
  const relaxed = await rowOf("", [await kernels[0]!]);
  rows.push({
    part: "kernels of later families, one build, WebAssembly",
    bytes: relaxed.bytes,
    gzipped: relaxed.gzipped - FIRST_KERNELS,
    budget: BUDGETS.newKernels,
  });
  const { every, several, families } = await familyCode();
  rows.push(await rowOf("code of every family, when one is recognised", every, BUDGETS.family));
  rows.push(await rowOf("blocks of several families, all together", several, BUDGETS.blocks));
  for (const { family, files } of families) {
    rows.push(await rowOf(`code of ${family}, when it is recognised`, files, BUDGETS.family));
  }
  for (const codec of ["jpeg_decode", "webp_decode", "jpeg_encode", "webp_encode"]) {
    rows.push(await rowOf(`${codec}, WebAssembly, when needed`, [await read(`workerd/wasm/${codec}.wasm`)]));
  }
  for await (const { name } of Deno.readDir(`${ROOT}weights`)) {
    rows.push(
      await rowOf(`weights/${name}, when needed`, [
        await Deno.readFile(`${ROOT}weights/${name}/${name}.safetensors`),
      ]),
    );
  }
  return rows;
}

await buildPackages();
const rows = await measure().finally(() => esbuild.stop());
if (Deno.args.includes("--json")) console.log(JSON.stringify(rows));
else if (Deno.args.includes("--docs")) {
  const document = `${ROOT}docs/runtimes.md`, kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
  const lines = rows.map(({ part, bytes, gzipped, budget }) =>
    `| ${part} | ${kilobytes(bytes)} | ${kilobytes(gzipped)} | ${budget === undefined ? "" : kilobytes(budget)} |`
  );
  const table = ["| part | bytes | gzipped | budget |", "|---|---|---|---|", ...lines].join("\n");
  const text = await Deno.readTextFile(document);
  await Deno.writeTextFile(
    document,
    text.replace(/(<!-- size:begin -->\n)[^]*?(<!-- size:end -->)/, (_, begin, end) => `${begin}${table}\n${end}`),
  );
} else {
  console.log(`${"part".padEnd(52)}${"bytes".padStart(10)}${"gzipped".padStart(10)}${"budget".padStart(10)}`);
  for (const { part, bytes, gzipped, budget } of rows) {
    const over = budget !== undefined && gzipped > budget ? "  over budget" : "";
    console.log(
      `${part.padEnd(52)}${String(bytes).padStart(10)}${String(gzipped).padStart(10)}${
        String(budget ?? "").padStart(10)
      }${over}`,
    );
  }
}
if (rows.some(({ gzipped, budget }) => budget !== undefined && gzipped > budget)) Deno.exit(1);
