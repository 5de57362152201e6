/**
 * A server on this machine that behaves as the hub does, and one that stands for the network it leads to.
 *
 * @module
 */
import { createHash } from "node:crypto";

/** A request that came: to whom, what, and with which token. */
export interface Asked {
  readonly host: "hub" | "cdn";
  readonly method: string;
  readonly path: string;
  readonly token: string | null;
  readonly range: string | null;
}

/** What a repository has, and how it is reached. */
export interface Repository {
  /** Files by path, by commit. */
  readonly commits: Record<string, Record<string, Uint8Array<ArrayBuffer>>>;
  /** Branches and tags. */
  readonly refs: Record<string, string>;
  /** Who may read it. */
  readonly access?: "public" | "private" | "gated";
  /** Where it is now. */
  readonly movedTo?: string;
}

/** A running hub. */
export interface Hub extends AsyncDisposable {
  readonly url: string;
  readonly asked: Asked[];
  readonly repositories: Record<string, Repository>;
  /** How the next answers go wrong. */
  readonly faults: { cutAfter?: number; html?: boolean; status?: number; noHead?: boolean };
}

/** The token that opens what is not public. */
export const TOKEN = "hf_right";
const LARGE = 1000;

/** What pages of other origins may ask and see, as the hub allows it. */
const CORS: Readonly<Record<string, string>> = {
  "access-control-allow-origin": "*",
  "access-control-allow-headers": "authorization, range",
  "access-control-allow-methods": "GET, HEAD, OPTIONS",
  "access-control-expose-headers":
    "x-repo-commit, x-linked-etag, x-linked-size, x-error-code, x-error-message, etag, " +
    "content-range, content-length, accept-ranges",
};

/** Serves on a free port, to pages of any origin. */
const serve = (answer: (request: Request) => Response) =>
  Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const response = request.method === "OPTIONS" ? new Response(null, { status: 204 }) : answer(request);
    for (const [name, value] of Object.entries(CORS)) response.headers.set(name, value);
    return response;
  });

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Opens it. */
export function openHub(repositories: Record<string, Repository>): Hub {
  const asked: Asked[] = [], faults: Hub["faults"] = {};
  const note = (host: Asked["host"], { method, url, headers }: Request): void => {
    const { pathname, search } = new URL(url);
    asked.push({
      host,
      method,
      path: pathname + search,
      token: headers.get("authorization"),
      range: headers.get("range"),
    });
  };

  const blobs = new Map<string, Uint8Array<ArrayBuffer>>();
  const serveBytes = (request: Request, bytes: Uint8Array<ArrayBuffer>, etag: string, headers: HeadersInit = {}) => {
    const match = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get("range") ?? "");
    const start = Number(match?.[1] ?? 0),
      end = match?.[2] ? Math.min(bytes.length, Number(match[2]) + 1) : bytes.length;
    const all = new Headers({
      ...headers,
      etag: `"${etag}"`,
      "content-length": `${end - start}`,
      "accept-ranges": "bytes",
    });
    if (match) all.set("content-range", `bytes ${start}-${end - 1}/${bytes.length}`);
    const cut = faults.cutAfter;
    if (cut !== undefined && request.method === "GET") delete faults.cutAfter;
    const part = bytes.slice(start, Math.min(end, cut === undefined ? end : start + cut));
    const body = request.method === "HEAD" ? null : new ReadableStream({
      async start(controller) {
        controller.enqueue(part);
        if (part.length < end - start) await new Promise((resolve) => setTimeout(resolve, 20)); // the rest goes out first
        controller.close();
      },
    });
    return new Response(body, { status: match ? 206 : 200, headers: all });
  };

  const cdn = serve((request) => {
    note("cdn", request);
    const hash = new URL(request.url).pathname.slice(1), bytes = blobs.get(hash);
    return bytes ? serveBytes(request, bytes, `cdn-${hash.slice(0, 12)}`) : new Response("expired", { status: 403 });
  });

  const refuse = (status: number, code: string, message: string) =>
    new Response(message, { status, headers: { "x-error-code": code, "x-error-message": message } });

  const answer = (request: Request): Response => {
    note("hub", request);
    const { pathname } = new URL(request.url), token = request.headers.get("authorization");
    if (faults.status) return new Response("", { status: faults.status });
    if (faults.html) return new Response("<html>sign in</html>", { headers: { "content-type": "text/html" } });
    if (faults.noHead && request.method === "HEAD") return new Response(null, { status: 405 });
    const api = /^\/api\/models\/([^/]+\/[^/]+)\/(?:revision\/([^/]+)|(refs))$/.exec(pathname);
    const resolve = /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(pathname), [, repo = ""] = api ?? resolve ?? [];
    const found = repositories[repo];
    if (token !== null && token !== `Bearer ${TOKEN}`) return refuse(401, "", "Invalid username or password.");
    if (!found || (found.access === "private" && token === null)) {
      return refuse(401, "RepoNotFound", "Repository not found");
    }
    if (found.movedTo) {
      const location = pathname.replace(repo, found.movedTo);
      return new Response(null, { status: 307, headers: { location } });
    }
    if (found.access === "gated" && token === null) {
      return refuse(401, "GatedRepo", `Access to model ${repo} is restricted`);
    }
    const revision = decodeURIComponent((api ?? resolve)![2] ?? "");
    if (api?.[3]) {
      return Response.json({ branches: Object.keys(found.refs).map((name) => ({ name })), tags: [] });
    }
    const commit = found.refs[revision] ?? revision, files = found.commits[commit];
    if (!files) return refuse(404, "RevisionNotFound", `Invalid rev id: ${revision}`);
    if (api) {
      return Response.json({ sha: commit, siblings: Object.keys(files).map((rfilename) => ({ rfilename })) });
    }
    const bytes = files[decodeURIComponent(resolve![3]!)];
    if (!bytes) return refuse(404, "EntryNotFound", "Entry not found");
    const headers = { "x-repo-commit": commit };
    if (bytes.length < LARGE) return serveBytes(request, bytes, sha256(bytes).slice(0, 40), headers);
    const hash = sha256(bytes);
    blobs.set(hash, bytes);
    return new Response(null, {
      status: 302,
      headers: {
        ...headers,
        location: `http://127.0.0.1:${cdn.addr.port}/${hash}?signature=1`,
        "x-linked-etag": `"${hash}"`,
        "x-linked-size": `${bytes.length}`,
      },
    });
  };
  const hub = serve(answer);
  return {
    url: `http://127.0.0.1:${hub.addr.port}`,
    ...{ asked, repositories, faults },
    async [Symbol.asyncDispose]() {
      await Promise.all([hub.shutdown(), cdn.shutdown()]);
    },
  };
}
