/**
 * Builds the page into `dist/site`, a folder that any static host serves.
 *
 * ```
 * deno task build:site
 * ```
 *
 * @module
 */
import * as esbuild from "esbuild";
import { PAGE } from "../site/app/strings.ts";
import { THREAD_CODE } from "../src/wasm/thread_code.ts";
import { compressed, literalImports } from "./npm/plugins.ts";
import { copyContents, sha256Of } from "./site/contents.ts";
import { headersFile, POLICY } from "./site/headers.ts";
import { drawIcon } from "./site/icons.ts";
import { packages, packageTerms } from "./site/packages.ts";

const ROOT = new URL("../", import.meta.url).pathname;

/** Where the page is built to. */
export const SITE_OUT = `${ROOT}dist/site/`;

const written: string[] = [];

async function write(path: string, content: string | Uint8Array<ArrayBuffer>): Promise<void> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  await Deno.mkdir(`${SITE_OUT}${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
  await Deno.writeFile(SITE_OUT + path, bytes);
  written.push(path);
}

/** A built entry: its own file, what it imports at once, and what it imports when needed. */
interface Built {
  readonly file: string;
  readonly now: readonly string[];
  readonly later: readonly string[];
}

/** Bundles one entry. */
async function bundle(entry: string, define: Record<string, string>, name = "[name]-[hash]"): Promise<Built> {
  const { metafile, outputFiles } = await esbuild.build({
    entryPoints: [ROOT + entry],
    outdir: SITE_OUT,
    entryNames: name,
    chunkNames: "[name]-[hash]",
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    target: "es2022",
    legalComments: "none",
    metafile: true,
    write: false,
    external: ["node:*"],
    define,
    plugins: [compressed("gzip"), literalImports(ROOT), packages],
    absWorkingDir: SITE_OUT,
    logLevel: "warning",
  });
  for (const { path, contents } of outputFiles) {
    await write(path.slice(SITE_OUT.length), contents as Uint8Array<ArrayBuffer>);
  }
  const { outputs } = metafile;
  const file = Object.keys(outputs).find((path) => outputs[path]!.entryPoint?.endsWith(entry))!;
  const now = new Set([file]);
  for (const path of now) {
    for (const { path: next, kind } of outputs[path]!.imports) if (kind === "import-statement") now.add(next);
  }
  return { file, now: [...now], later: Object.keys(outputs).filter((path) => !now.has(path)) };
}

/** Puts values in the place of names in double braces; an unknown name is an error. */
function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`Cannot build the page as {{${name}}} must have a text: it has none`);
    return value.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
  });
}

const MANIFEST = {
  id: "./",
  name: PAGE.title,
  short_name: PAGE.name,
  description: PAGE.description,
  lang: PAGE.language,
  start_url: "./",
  scope: "./",
  display: "standalone",
  share_target: {
    action: "./share",
    method: "POST",
    enctype: "multipart/form-data",
    params: { files: [{ name: "files", accept: ["image/*"] }] },
  },
  file_handlers: [
    {
      action: "./",
      accept: {
        "image/png": [".png"],
        "image/jpeg": [".jpg", ".jpeg"],
        "image/webp": [".webp"],
        "application/octet-stream": [".safetensors", ".pth"],
      },
    },
  ],
  background_color: "#f7f2ea",
  theme_color: "#b3490f",
  icons: [
    { src: "icon.svg", sizes: "any", type: "image/svg+xml" },
    { src: "icon-192.png", sizes: "192x192", type: "image/png" },
    { src: "icon-512.png", sizes: "512x512", type: "image/png" },
    { src: "icon-maskable.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
  ],
};

/** The terms of the code, of the codecs in it, and of each model. */
async function licences(): Promise<string> {
  const cards = [...Deno.readDirSync(`${ROOT}weights`)].filter(({ isDirectory }) => isDirectory)
    .map(({ name }) => `weights/${name}/README.md`).sort();
  const texts = ["LICENSE", "src/image/codecs/NOTICE.md", ...cards].map((path) => Deno.readTextFile(ROOT + path));
  return [...await Promise.all(texts), ...packageTerms()].map((text) => text.trim()).join("\n\n\n") + "\n";
}

/** Builds the page. */
export async function buildSite(): Promise<void> {
  await Deno.remove(SITE_OUT, { recursive: true }).catch(() => undefined);
  await Deno.mkdir(SITE_OUT, { recursive: true });
  written.length = 0;
  const catalogue = await copyContents(ROOT, write);
  // The policy forbids workers from blobs, so the threads have a file of their own.
  const threads = `threads-${(await sha256Of(new TextEncoder().encode(THREAD_CODE))).slice(0, 8)}.js`;
  await write(threads, THREAD_CODE);
  const define = { SITE_CATALOGUE: JSON.stringify(catalogue), SITE_THREADS: JSON.stringify(threads) };
  const styles = await bundle("site/styles/main.css", {});
  const engine = await bundle("site/engine/worker.ts", define, "engine-[hash]");
  const painter = await bundle("site/painter/worker.ts", {}, "painter-[hash]");
  const main = await bundle("site/app/main.ts", define);
  await write(
    "index.html",
    fill(await Deno.readTextFile(`${ROOT}site/index.html`), {
      ...PAGE,
      policy: POLICY,
      engine: engine.file,
      painter: painter.file,
      styles: styles.file,
      main: main.file,
    }),
  );
  await write("licences.txt", await licences());
  await write("icon.svg", await Deno.readTextFile(`${ROOT}site/icon.svg`));
  await write("icon-192.png", await drawIcon(192));
  await write("icon-512.png", await drawIcon(512));
  await write("icon-maskable.png", await drawIcon(512, true));
  await write("manifest.webmanifest", JSON.stringify(MANIFEST));

  const kernels = engine.later.filter((path) => /^kernels_relaxed/.test(path));
  const shell = [
    "./",
    "icon.svg",
    "manifest.webmanifest",
    styles.file,
    ...main.now,
    ...painter.now,
    ...engine.now,
    ...kernels,
    threads,
  ];
  const rest = [...main.later, ...engine.later].filter((path) => !shell.includes(path));
  const thumbnails = [...catalogue.samples.map(({ thumbnail }) => thumbnail), ...Object.values(catalogue.welcome)];
  const visited = [...catalogue.samples.map(({ url }) => url), "icon-192.png", "icon-512.png", "licences.txt"];
  const index = await Deno.readFile(`${SITE_OUT}index.html`);
  const version = await sha256Of(new TextEncoder().encode([...shell, ...rest, await sha256Of(index)].join()));
  const files = { version: version.slice(0, 16), shell: [...shell, ...thumbnails], rest, visited };
  await bundle("site/service_worker.ts", { SITE_FILES: JSON.stringify(files) }, "[name]");
  await write("_headers", headersFile(written));
}

if (import.meta.main) {
  try {
    await buildSite();
    console.log(`${written.length} files in dist/site`);
  } finally {
    await esbuild.stop();
  }
}
