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
scope.addEventListener("activate", (event) => event.waitUntil(dropOldVersions().then(() => scope.clients.claim())));
scope.addEventListener("message", (event) => {
  if (event.data === "keep-all") event.waitUntil(keep(rest).catch(() => {})); // tried again next time
  if (event.data === "take-over") event.waitUntil(scope.skipWaiting());
});
scope.addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return;
  const url = new URL(event.request.url);
  url.hash = "";
  url.search = "";
  if (event.request.mode === "navigate" && url.href.endsWith("/index.html")) url.href = url.href.slice(0, -10);
  if (KEPT.has(url.href)) event.respondWith(answer(url.href));
});
