/**
 * Talking to the hub, or a mirror of it: where it is, who asks, and redirects that the token does not follow.
 *
 * @module
 */
import { pause } from "../bytes/http.ts";
import type { SourceOptions } from "../bytes/byte_source.ts";
import { environment } from "./permissions.ts";

/** How the hub is asked. */
export interface HubOptions extends SourceOptions {
  /** Token for private and gated repositories; `HF_TOKEN` of the environment unless given. */
  readonly token?: string | undefined;
  /** Address of a mirror; `HF_ENDPOINT` of the environment or the hub itself unless given. */
  readonly mirror?: string | URL | undefined;
  /** Takes only what is in the cache; `HF_HUB_OFFLINE=1` of the environment does the same. */
  readonly offline?: boolean | undefined;
}

/** A hub that can be asked. */
export interface HubServer {
  readonly endpoint: URL;
  readonly token: string | undefined;
  /** As the global `fetch`, with the token, which is sent to nobody else. */
  readonly fetch: typeof fetch;
  /** As `fetch`, but an answer that leads elsewhere is given as it is. */
  readonly ask: (url: URL, init?: RequestInit) => Promise<Response>;
}

const HUB = "https://huggingface.co";
const REDIRECTS = [301, 302, 303, 307, 308];
/** Redirects that are followed, and waits before a failed request is tried again, in ms. */
const MOST_HOPS = 10, WAITS = [50, 400];
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Headers by which the hub tells what a file is. */
export const FACTS = { commit: "x-repo-commit", etag: "x-linked-etag", size: "x-linked-size" } as const;

/** Whether nothing may be asked. */
export async function isOffline({ offline }: HubOptions): Promise<boolean> {
  return offline ?? /^(1|true|yes|on)$/i.test(await environment("HF_HUB_OFFLINE") ?? "");
}

function endpointOf(text: string | URL): URL {
  try {
    const url = new URL(text);
    if (/^https?:$/.test(url.protocol)) return url;
  } catch {
    // said below
  }
  throw new TypeError(`Cannot ask the hub as the mirror must be an http or https address: current value is ${text}`);
}

/**
 * The hub that the options and the environment name. `say` hears of every other host before it is asked.
 *
 * @throws {TypeError} When the mirror is no address, or a token would travel in the clear.
 */
export async function openHub(
  options: HubOptions,
  say: (host: string) => Promise<void> = () => Promise.resolve(),
): Promise<HubServer> {
  const endpoint = endpointOf(options.mirror ?? await environment("HF_ENDPOINT") ?? HUB);
  const token = options.token ?? await environment("HF_TOKEN");
  if (token !== undefined && endpoint.protocol === "http:" && !LOOPBACK.test(endpoint.hostname)) {
    throw new TypeError(`Cannot ask the hub as a token must be sent by https: current mirror is ${endpoint.origin}`);
  }
  const own = options.fetch ?? fetch;

  /** Follows redirects; those to another place only if that is wanted. */
  const follow = async (from: URL, init: RequestInit, abroad: boolean): Promise<Response> => {
    let url = from;
    for (let hops = 0; hops <= MOST_HOPS; hops++) {
      const headers = new Headers(init.headers);
      if (token !== undefined && url.origin === endpoint.origin) headers.set("authorization", `Bearer ${token}`);
      const response = await own(url, { ...init, headers, redirect: "manual" });
      // Pages may not see where an answer leads; they take the token off themselves.
      if (response.type === "opaqueredirect") return await own(url, { ...init, headers, redirect: "follow" });
      const location = response.headers.get("location");
      if (!REDIRECTS.includes(response.status) || location === null) return response;
      const next = new URL(location, url);
      if (!abroad && (next.origin !== url.origin || response.headers.has(FACTS.etag))) return response;
      await response.body?.cancel();
      if (next.host !== url.host) await say(next.host);
      url = next;
    }
    throw new Error(`${from} leads from one address to the next more than ${MOST_HOPS} times`);
  };

  return {
    ...{ endpoint, token },
    fetch: (input, init = {}) => follow(new URL(input instanceof Request ? input.url : input), init, true),
    async ask(url, init = {}) {
      for (let tries = 0;; tries++) {
        options.signal?.throwIfAborted();
        const wait = WAITS[tries];
        try {
          const response = await follow(url, { ...init, signal: options.signal ?? null }, false);
          if (wait === undefined || (response.status < 500 && response.status !== 429)) return response;
          await response.body?.cancel();
        } catch (error) {
          options.signal?.throwIfAborted();
          if (wait === undefined) throw error;
        }
        await pause(wait, options.signal);
      }
    },
  };
}
