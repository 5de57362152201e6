/**
 * Keeps the page for when there is no network. One cache per version: the shell at once, the rest of the program when the
 * page asks for it. Models are kept by the engine, not here.
 *
 * @module
 */

/** Replaced by the build: a version that changes with the content, and the files by when they are kept. */
declare const SITE_FILES: {
  readonly version: string;
  readonly shell: readonly string[];
  readonly rest: readonly string[];
  /** Kept when they are fetched. */
  readonly visited: readonly string[];
};

/** What the DOM's types do not know of a service worker. */
interface Scope {
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
  addEventListener(type: "install" | "activate", listener: (event: Lasting) => void): void;
  addEventListener(type: "message", listener: (event: Lasting & MessageEvent<string>) => void): void;
  addEventListener(type: "fetch", listener: (event: Fetched) => void): void;
}
interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetched extends Event {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

const scope = globalThis as unknown as Scope;
const PREFIX = "sidewinder-page-";
const CACHE = PREFIX + SITE_FILES.version;
const { shell, rest, visited } = SITE_FILES;
const KEPT = new Set([...shell, ...rest, ...visited].map((file) => new URL(file, location.href).href));

/** What lets threads share memory, for hosts that cannot send it themselves. */
const ISOLATION = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

/** An answer with the headers of isolation. */
function isolated(response: Response): Response {
  if (response.headers.has("cross-origin-embedder-policy") || response.type === "opaque") return response;
  const headers = new Headers(response.headers), { status, statusText } = response;
  for (const [name, value] of Object.entries(ISOLATION)) headers.set(name, value);
  return new Response(response.body, { status, statusText, headers });
}

/** Where what other apps share waits for the page. */
const SHARED = "sidewinder-shared";

/** Takes what is shared with the installed page, and opens the page. */
async function takeShared(request: Request): Promise<Response> {
  const form = await request.formData(), cache = await caches.open(SHARED);
  for (const file of form.getAll("files")) {
    if (file instanceof File) await cache.put(`./shared/${encodeURIComponent(file.name)}`, new Response(file));
  }
  return Response.redirect("./?shared=1", 303);
}

async function keep(files: readonly string[]): Promise<void> {
  const cache = await caches.open(CACHE);
  for (const file of files) if (!await cache.match(file)) await cache.add(file);
}

async function dropOldVersions(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
  }
}

/** From the cache, else from the network and then kept. */
async function answer(url: string): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(url);
  if (kept) return kept;
  const response = await fetch(url);
  if (response.ok) await cache.put(url, response.clone()).catch(() => {}); // no room: it works without
  return response;
}

scope.addEventListener("install", (event) => event.waitUntil(keep(shell)));
// Taking over is not waited for: in Firefox it lasts until every worker of the page has answered, and nothing is fetched meanwhile.
scope.addEventListener(
  "activate",
  (event) => event.waitUntil(dropOldVersions().then(() => void scope.clients.claim())),
);
scope.addEventListener("message", (event) => {
  if (event.data === "keep-all") event.waitUntil(keep(rest).catch(() => {})); // tried again next time
  if (event.data === "take-over") event.waitUntil(scope.skipWaiting());
});
scope.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method === "POST" && url.href === new URL("share", location.href).href) {
    event.respondWith(takeShared(event.request));
  }
  if (event.request.method !== "GET") return;
  url.hash = "";
  url.search = "";
  if (event.request.mode === "navigate" && url.href.endsWith("/index.html")) url.href = url.href.slice(0, -10);
  if (KEPT.has(url.href)) event.respondWith(answer(url.href).then(isolated));
});
