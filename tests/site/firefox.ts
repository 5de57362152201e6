/**
 * Debian's Firefox by WebDriver BiDi, as little of it as the main flows need: open a page, evaluate in it, pick files.
 *
 * @module
 */

/** Debian's Firefox, unless another one is named. */
export const FIREFOX = Deno.env.get("FIREFOX") ?? "/usr/bin/firefox-esr";

/** Milliseconds that Firefox may take to start, or a page to come to a state. */
const PATIENCE = 60_000;

/** A value as BiDi gives it. */
interface RemoteValue {
  readonly value?: unknown;
  readonly sharedId?: string;
}

/** A page in Firefox. */
export interface FirefoxPage {
  /** Evaluates an expression and gives its value, a text or a number. */
  evaluate<T extends string | number | boolean>(expression: string): Promise<T>;
  /** Waits until an expression holds. */
  until(expression: string): Promise<void>;
  /** Clicks what a selector finds. */
  click(selector: string): Promise<void>;
  /** Picks files by their paths. */
  pick(selector: string, ...paths: string[]): Promise<void>;
}

class Bidi {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  #count = 0;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      const reply = JSON.parse(data) as { id?: number; result?: unknown; error?: string; message?: string };
      const waiting = this.#waiting.get(reply.id ?? -1);
      if (!waiting) return;
      this.#waiting.delete(reply.id!);
      if (reply.error) waiting.reject(new Error(`${reply.error}: ${reply.message}`));
      else waiting.resolve(reply.result);
    };
  }

  send<T>(method: string, params: Record<string, unknown>): Promise<T> {
    const id = ++this.#count;
    this.#socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) =>
      this.#waiting.set(id, { resolve: resolve as (r: unknown) => void, reject })
    );
  }

  close(): void {
    this.#socket.close();
  }
}

/** The address that Firefox names on its error stream. */
async function addressOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  const reader = stream.getReader(), decoder = new TextDecoder();
  for (let step = await reader.read(); !step.done; step = await reader.read()) {
    text += decoder.decode(step.value, { stream: true });
    const found = /WebDriver BiDi listening on (ws:\/\/\S+)/.exec(text);
    if (!found) continue;
    reader.read().then(async function rest({ done }): Promise<void> {
      if (!done) await reader.read().then(rest, () => {});
    }, () => {});
    return found[1]!;
  }
  throw new Error(`Cannot start Firefox as it must name its address: it said ${text}`);
}

function pageOf(bidi: Bidi, context: string): FirefoxPage {
  const evaluate = async (expression: string): Promise<RemoteValue> => {
    const { result, exceptionDetails } = await bidi.send<{
      readonly result?: RemoteValue;
      readonly exceptionDetails?: { readonly text: string };
    }>("script.evaluate", { expression, target: { context }, awaitPromise: true });
    if (exceptionDetails) throw new Error(exceptionDetails.text);
    return result!;
  };
  return {
    evaluate: async <T>(expression: string) => (await evaluate(expression)).value as T,
    async until(expression) {
      const held = await evaluate(`new Promise((resolve) => {
        const end = Date.now() + ${PATIENCE};
        const look = () => (${expression}) ? resolve("") : Date.now() > end ? resolve(document.body.innerText) : setTimeout(look, 50);
        look();
      })`);
      if (held.value !== "") {
        throw new Error(`Cannot go on in Firefox as ${expression} must hold: the page says ${held.value}`);
      }
    },
    async click(selector) {
      await evaluate(`void document.querySelector(${JSON.stringify(selector)}).click()`);
    },
    async pick(selector, ...files) {
      const { sharedId } = await evaluate(`document.querySelector(${JSON.stringify(selector)})`);
      await bidi.send("input.setFiles", { context, element: { sharedId }, files });
    },
  };
}

/** Opens a page in a fresh Firefox, hands it to a body, and ends Firefox. */
export async function inFirefox(url: string, body: (page: FirefoxPage) => Promise<void>): Promise<void> {
  const profile = await Deno.makeTempDir({ prefix: "sidewinder_firefox_" });
  const child = new Deno.Command(FIREFOX, {
    args: ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"],
    env: { HOME: profile },
    stdout: "null",
    stderr: "piped",
  }).spawn();
  try {
    const socket = new WebSocket(`${await addressOf(child.stderr)}/session`);
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error("Cannot talk to Firefox"));
    });
    const bidi = new Bidi(socket);
    await bidi.send("session.new", { capabilities: {} });
    const { contexts } = await bidi.send<{ readonly contexts: { readonly context: string }[] }>(
      "browsingContext.getTree",
      {},
    );
    const { context } = contexts[0]!;
    await bidi.send("browsingContext.navigate", { context, url, wait: "complete" });
    await body(pageOf(bidi, context));
    bidi.close();
  } finally {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await child.status;
    await Deno.remove(profile, { recursive: true }).catch(() => undefined);
  }
}
