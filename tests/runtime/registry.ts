/**
 * A registry like Deno's, on loopback, that has what `deno publish` would send to it.
 *
 * @module
 */
import { buildPackages } from "../../tools/npm/built.ts";
import { ROOT } from "./kit.ts";

/** A package: its files by their paths from a slash on, and what it exports. */
interface Published {
  readonly folder: string;
  readonly files: ReadonlySet<string>;
  readonly exports: unknown;
  readonly version: string;
}

/** What publishing the package of a folder would send. */
async function publish(folder: string, config: string): Promise<readonly [name: string, Published]> {
  const args = ["publish", "--dry-run", "--allow-dirty", `--config=${config}`];
  const { stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: folder, env: { NO_COLOR: "1" } }).output();
  const printed = new TextDecoder().decode(stderr);
  if (!printed.includes("Success Dry run complete")) {
    throw new Error(`Cannot publish ${folder} as deno must take it: it says\n${printed}`);
  }
  const files = new Set(
    Array.from(printed.matchAll(/^ +file:\/\/(\S+) \(/gm), ([, path]) => path!.slice(folder.length - 1)),
  );
  const { name, exports, version } = JSON.parse(await Deno.readTextFile(folder + config));
  return [name, { folder, files, exports: typeof exports === "string" ? { ".": exports } : exports, version }];
}

const TYPES: Readonly<Record<string, string>> = { ts: "application/typescript", js: "text/javascript" };

/** The manifest of a version: each file with its size and checksum. */
async function manifestOf({ folder, files, exports }: Published): Promise<Response> {
  const entries = Array.from(files, async (path) => {
    const bytes = await Deno.readFile(folder + path.slice(1));
    const checksum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
    return [path, { size: bytes.length, checksum: `sha256-${checksum}` }];
  });
  return Response.json({ manifest: Object.fromEntries(await Promise.all(entries)), exports });
}

/** Publishes the project and its weights to a registry of our own: its address, for `JSR_URL`. */
export async function openRegistry(): Promise<AsyncDisposable & { readonly url: string }> {
  await buildPackages();
  const packages = new Map([await publish(ROOT, "deno.json")]);
  for await (const { name } of Deno.readDir(`${ROOT}weights`)) {
    packages.set(...await publish(`${ROOT}dist/packages/weights-${name.replaceAll("_", "-")}/`, "jsr.json"));
  }
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async ({ url }) => {
    const [, name = "", rest = ""] = /^\/(@[^/]+\/[^/]+)\/(.*)$/.exec(new URL(url).pathname) ?? [];
    const published = packages.get(name);
    if (published && rest === "meta.json") return Response.json({ versions: { [published.version]: {} } });
    if (published && rest === `${published.version}_meta.json`) return await manifestOf(published);
    const path = published && rest.startsWith(`${published.version}/`) ? rest.slice(published.version.length) : "";
    if (!published?.files.has(path)) return new Response("not found", { status: 404 });
    const type = TYPES[path.split(".").at(-1)!] ?? "application/octet-stream";
    return new Response(await Deno.readFile(published.folder + path.slice(1)), { headers: { "content-type": type } });
  });
  return { url: `http://127.0.0.1:${server.addr.port}/`, [Symbol.asyncDispose]: () => server.shutdown() };
}
