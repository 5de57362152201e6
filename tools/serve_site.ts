/**
 * Builds the page and serves it: `deno task site [--port N] [--no-build]`.
 *
 * @module
 */
import * as esbuild from "esbuild";
import { buildSite, SITE_OUT } from "./build_site.ts";
import { sha256Of } from "./site/contents.ts";
import { cachingOf, HEADERS } from "./site/headers.ts";

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  txt: "text/plain; charset=utf-8",
  svg: "image/svg+xml",
  png: "image/png",
  jpg: "image/jpeg",
  webp: "image/webp",
  webmanifest: "application/manifest+json",
  safetensors: "application/octet-stream",
};
const PACKED = new Set(["html", "js", "css", "txt", "svg", "webmanifest"]);

const zipped = new Map<string, Uint8Array<ArrayBuffer>>();

async function gzip(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const known = zipped.get(path);
  if (known) return known;
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  const packed = new Uint8Array(await new Response(stream).arrayBuffer());
  zipped.set(path, packed);
  return packed;
}

/** Answers from the built folder. */
export async function answer(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const path = pathname === "/" ? "index.html" : decodeURIComponent(pathname.slice(1));
  const extension = path.split(".").at(-1)!;
  const headers = new Headers(HEADERS);
  let bytes;
  try {
    if (path.includes("..") || !(extension in TYPES)) throw new Deno.errors.NotFound();
    bytes = await Deno.readFile(SITE_OUT + path);
  } catch {
    return new Response("Not found", { status: 404, headers });
  }
  // A file that is the same is not sent again.
  const tag = `"${(await sha256Of(bytes)).slice(0, 16)}"`;
  headers.set("etag", tag);
  headers.set("content-type", TYPES[extension]!);
  headers.set("cache-control", cachingOf(path));
  if (request.headers.get("if-none-match") === tag) {
    headers.set("content-length", "0");
    return new Response(null, { status: 304, headers });
  }
  if (PACKED.has(extension) && /\bgzip\b/.test(request.headers.get("accept-encoding") ?? "")) {
    headers.set("content-encoding", "gzip");
    headers.set("vary", "accept-encoding");
    bytes = await gzip(path, bytes);
  }
  headers.set("content-length", String(bytes.length));
  return new Response(request.method === "HEAD" ? null : bytes, { headers });
}

if (import.meta.main) {
  if (!Deno.args.includes("--no-build")) {
    try {
      await buildSite();
    } finally {
      await esbuild.stop();
    }
  }
  const at = Deno.args.indexOf("--port");
  const port = at < 0 ? 8017 : Number(Deno.args[at + 1]);
  const onListen = ({ port }: { readonly port: number }) => console.log(`The page is at http://localhost:${port}/`);
  Deno.serve({ port, hostname: "127.0.0.1", onListen }, answer);
}
