/**
 * Loopback servers for the runtime tests, and browsers that talk to them.
 *
 * @module
 */
import { end } from "./kit.ts";

const TYPES: Readonly<Record<string, string>> = {
  css: "text/css",
  html: "text/html; charset=utf-8",
  js: "text/javascript",
  ts: "application/typescript",
  wasm: "application/wasm",
};

/** A server over a folder, and what it was asked for. */
export interface FolderServer extends AsyncDisposable {
  /** Where it is, with a slash at the end. */
  readonly url: string;
  /** Paths asked for, in order; those that were not there as `404 PATH`. */
  readonly requests: string[];
  /** Body of the first POST. */
  readonly posted: Promise<string>;
}

/** Headers by which a page may have shared memory. */
export const ISOLATED: Readonly<Record<string, string>> = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** Serves a folder on loopback, with these headers on every file. */
export function serveFolder(folder: string, headers: Readonly<Record<string, string>> = {}): FolderServer {
  const requests: string[] = [];
  const { promise: posted, resolve } = Promise.withResolvers<string>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    if (request.method === "POST") {
      resolve(await request.text());
      return new Response();
    }
    try {
      const bytes = await Deno.readFile(folder + pathname.slice(1));
      requests.push(pathname);
      const type = TYPES[pathname.split(".").at(-1)!] ?? "application/octet-stream";
      return new Response(bytes, { headers: { "content-type": type, ...headers } });
    } catch {
      if (pathname !== "/favicon.ico") requests.push(`404 ${pathname}`);
      return new Response("not found", { status: 404 });
    }
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    requests,
    posted,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** How a browser opens a page without a window, with a fresh profile. */
export const BROWSERS: Readonly<Record<string, (profile: string) => readonly string[]>> = {
  "chromium": (profile) => [
    "--headless=new",
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--use-webgpu-adapter=swiftshader",
    "--enable-unsafe-webgpu",
    `--user-data-dir=${profile}`,
  ],
  "firefox-esr": (profile) => ["--headless", "--no-remote", "--profile", profile],
};

/** Milliseconds a page has to answer: on SwiftShader beside other suites a model takes minutes. */
const PATIENCE = 600_000;

/**
 * Opens a page of a folder and waits for what it POSTs.
 *
 * @throws {Error} When it says nothing in time.
 */
export async function askPage(
  browser: string,
  folder: string,
  page: string,
  headers?: Readonly<Record<string, string>>,
): Promise<{ readonly answer: string; readonly requests: readonly string[] }> {
  await using server = serveFolder(folder, headers);
  return await ask(browser, server, [server.url + page]);
}

/** Opens a page of an unpacked extension of Chromium, which is told the server by its hash. */
export async function askExtension(folder: string, page: string): Promise<{ readonly answer: string }> {
  await using server = serveFolder(folder);
  const manifest = JSON.parse(await Deno.readTextFile(`${folder}manifest.json`));
  await Deno.writeTextFile(
    `${folder}manifest.json`,
    JSON.stringify({ ...manifest, background: { service_worker: "opener.js" } }),
  );
  await Deno.writeTextFile(
    `${folder}opener.js`,
    `chrome.runtime.onInstalled.addListener(() => chrome.tabs.create({ url: "${page}#${server.url}" }));`,
  );
  const flags = [`--load-extension=${folder}`, "--disable-features=DisableLoadExtensionCommandLineSwitch"];
  return await ask("chromium", server, flags);
}

/** Opens an address, waits for what the page POSTs to a server, and ends the browser. */
export async function ask(browser: string, server: FolderServer, args: readonly string[]) {
  const profile = await Deno.makeTempDir({ prefix: "sidewinder_profile_" });
  const child = new Deno.Command(browser, {
    args: [...BROWSERS[browser]!(profile), ...args],
    env: { HOME: profile },
    stdout: "null",
    stderr: "null",
  }).spawn();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${browser} must answer within ${PATIENCE} ms; it asked for ${server.requests}`)),
      PATIENCE,
    );
  });
  try {
    return { answer: await Promise.race([server.posted, late]), requests: server.requests };
  } finally {
    clearTimeout(timer);
    end(child);
    await child.status;
    await Deno.remove(profile, { recursive: true }).catch(() => undefined);
  }
}
