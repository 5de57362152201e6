/**
 * Cold start to the first answer, per runtime, and what the Worker of the examples uploads: `deno task cold` measures on this
 * machine and puts the tables into `docs/runtimes.md`. Medians of five.
 *
 * @module
 */
import { BUN, KIT, makeFolder, makeKit, must, NODE_20, NODE_22, NODE_24, ROOT } from "../tests/runtime/kit.ts";
import { askPage } from "../tests/runtime/serve.ts";

const RUNS = 5;

interface Start {
  readonly milliseconds: number;
  /** Peak resident bytes of the process; undefined where it is not ours to say. */
  readonly peak?: number;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

async function repeat(name: string, once: () => Promise<Start>): Promise<string> {
  const starts: Start[] = [];
  for (let run = 0; run < RUNS; run++) starts.push(await once());
  const peaks = starts.flatMap(({ peak }) => peak === undefined ? [] : [peak]);
  const milliseconds = median(starts.map((start) => start.milliseconds)).toFixed(0);
  const row = `| ${name} | ${milliseconds} ms | ${
    peaks.length === 0 ? "" : `${(median(peaks) / 1e6).toFixed(0)} MB`
  } |`;
  console.log(row);
  return row;
}

await makeKit();
const folder = await makeFolder("cold", {
  "cold.js": "tests/runtime/apps/cold.js",
  "page.js": "tests/runtime/apps/cold_page.js",
  "answers.js": "tests/runtime/apps/answers.js",
  "worker.js": "tests/runtime/apps/worker.js",
  "miniflare.js": "tests/runtime/apps/miniflare.js",
  "rocket.jpg": "examples/photos/rocket.jpg",
  "chelsea.png": "examples/photos/chelsea.png",
  "lossy.webp": "tests/golden/image/files/lossy.webp",
  "vim_micro.golden": "tests/golden/trained/vim_micro.safetensors",
  "mambair_light_x2.golden": "tests/golden/trained/mambair_light_x2.safetensors",
});
await Deno.writeTextFile(`${folder}deno.json`, `{ "imports": { "sidewinder": "${ROOT}mod.ts" } }`);
const build = (...args: string[]) => must(`${KIT}node_modules/.bin/esbuild`, args, { cwd: folder });
await build("page.js", "--bundle", "--splitting", "--format=esm", "--minify", "--outdir=dist");
await build(
  "worker.js",
  "--bundle",
  "--format=esm",
  "--conditions=workerd",
  "--outdir=built",
  ...["wasm", "safetensors", "jpg", "png", "webp", "golden"].map((type) => `--loader:.${type}=copy`),
);
await Deno.writeTextFile(`${folder}dist/index.html`, `<!doctype html><script type="module" src="page.js"></script>`);
await Deno.copyFile(`${folder}rocket.jpg`, `${folder}dist/rocket.jpg`);
await Deno.copyFile(`${ROOT}weights/vim_micro/vim_micro.safetensors`, `${folder}dist/vim_micro.safetensors`);

const process = (program: string, ...args: string[]) => async (): Promise<Start> => {
  const started = performance.now();
  const { peak } = JSON.parse(await must(program, [...args, "cold.js"], { cwd: folder }));
  return { milliseconds: performance.now() - started, peak };
};
const page = (browser: string) => async (): Promise<Start> =>
  JSON.parse((await askPage(browser, `${folder}dist/`, "index.html")).answer);
const worker = async (): Promise<Start> => {
  const { first, peakResident } = JSON.parse(
    await must(NODE_24, ["miniflare.js", "built/worker.js", "/classify"], { cwd: folder }),
  );
  return { milliseconds: first, peak: peakResident };
};

const rows = [
  "| runtime | to the first label | peak resident memory |",
  "|---|---|---|",
  await repeat("Deno 2.9, the source tree", process(Deno.execPath(), "run", "-A", "--config=deno.json")),
  await repeat("Node 20", process(NODE_20)),
  await repeat("Node 22", process(NODE_22)),
  await repeat("Node 24", process(NODE_24)),
  await repeat("Bun 1.4", process(BUN)),
  await repeat("workerd, with its own start-up", worker),
  await repeat("Chromium, page", page("chromium")),
  await repeat("Firefox, page", page("firefox-esr")),
];

/** What wrangler uploads of the Worker of the examples, by kind of file. */
async function uploads(): Promise<string[]> {
  const edge = await makeFolder("upload", {
    "worker.js": "examples/edge/cloudflare/worker.js",
    "wrangler.jsonc": "examples/edge/cloudflare/wrangler.jsonc",
  });
  await must(NODE_24, [`${KIT}node_modules/wrangler/bin/wrangler.js`, "deploy", "--dry-run", "--outdir", "built"], {
    cwd: edge,
    env: { WRANGLER_SEND_METRICS: "false", CI: "1" },
  });
  const sizes = new Map<string, { bytes: number; gzipped: number }>();
  for await (const { name } of Deno.readDir(`${edge}built`)) {
    const kind = name.split(".").at(-1)!, what = { js: "script", wasm: "WebAssembly", safetensors: "weights" }[kind];
    if (what === undefined) continue;
    const bytes = await Deno.readFile(`${edge}built/${name}`);
    const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
    const { byteLength } = await new Response(stream).arrayBuffer(), sum = sizes.get(what) ?? { bytes: 0, gzipped: 0 };
    sizes.set(what, { bytes: sum.bytes + bytes.length, gzipped: sum.gzipped + byteLength });
  }
  const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(0)} kB`;
  return ["script", "WebAssembly", "weights"].map((what) => {
    const { bytes, gzipped } = sizes.get(what)!;
    return `| ${what} | ${kilobytes(bytes)} | ${kilobytes(gzipped)} |`;
  });
}

const load = Deno.loadavg()[0]!.toFixed(1);
const blocks: Readonly<Record<string, readonly string[]>> = {
  cold: [...rows, "", `Load of the machine meanwhile: ${load} on ${navigator.hardwareConcurrency} cores.`],
  upload: ["| uploaded by wrangler | bytes | gzipped |", "|---|---|---|", ...await uploads()],
};
const document = `${ROOT}docs/runtimes.md`;
let text = await Deno.readTextFile(document);
for (const [name, lines] of Object.entries(blocks)) {
  text = text.replace(
    new RegExp(`(<!-- ${name}:begin -->\\n)[^]*?(<!-- ${name}:end -->)`),
    (_, begin, end) => `${begin}${lines.join("\n")}\n${end}`,
  );
}
await Deno.writeTextFile(document, text);
