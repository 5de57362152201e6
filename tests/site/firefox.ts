/**
 * Debian's Firefox by WebDriver BiDi, as little of it as the main flows need: open a page, evaluate in it, click, pick and drop
 * files, take downloads. One Firefox a file of tests; every test has a profile of its own in it.
 *
 * @module
 */
import type { PickedFile } from "./files.ts";
import { exists, origin } from "./site.ts";

/** Debian's Firefox, unless another one is named. */
export const FIREFOX = Deno.env.get("FIREFOX") ?? "/usr/bin/firefox-esr";

const FLAGS = ["--headless", "--no-remote", "--remote-debugging-port", "0", "--remote-allow-system-access"];

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
  /** What an element reads. */
  text(selector: string): Promise<string>;
  /** Waits until an expression holds. */
  until(expression: string): Promise<void>;
  /** Waits until an element reads so. */
  untilReads(selector: string, text: RegExp): Promise<void>;
  /** Clicks what a selector finds. */
  click(selector: string): Promise<void>;
  /** Chooses or types a value. */
  fill(selector: string, value: string): Promise<void>;
  /** Presses and lets go of the pointer over an element, at a share of its width and height. */
  tap(selector: string, x: number, y: number): Promise<void>;
  /** Picks files. */
  pick(selector: string, ...files: PickedFile[]): Promise<void>;
  /** Drops files onto the page. */
  drop(...files: PickedFile[]): Promise<void>;
  /** Clicks, and waits for the file of that name that this downloads. */
  download(selector: string, name: string): Promise<Uint8Array<ArrayBuffer>>;
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

/** Looks again and again. */
async function waitFor<T>(look: () => Promise<T | undefined>, what: string): Promise<T> {
  for (const end = Date.now() + PATIENCE; Date.now() < end;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Cannot go on in Firefox as ${what} must come: it does not`);
}

const quoted = (text: string): string => JSON.stringify(text);

function pageOf(bidi: Bidi, context: string, folder: string): FirefoxPage {
  const evaluate = async (expression: string): Promise<RemoteValue> => {
    const { result, exceptionDetails } = await bidi.send<{
      readonly result?: RemoteValue;
      readonly exceptionDetails?: { readonly text: string };
    }>("script.evaluate", { expression, target: { context }, awaitPromise: true });
    if (exceptionDetails) throw new Error(exceptionDetails.text);
    return result!;
  };
  const page: FirefoxPage = {
    evaluate: async <T>(expression: string) => (await evaluate(expression)).value as T,
    text: (selector) => page.evaluate<string>(`document.querySelector(${quoted(selector)}).textContent`),
    async until(expression) {
      const held = await evaluate(`new Promise((resolve) => {
        const end = Date.now() + ${PATIENCE};
        const look = () => (${expression}) ? resolve("") : Date.now() > end ? resolve(document.body.innerText) : setTimeout(look, 20);
        look();
      })`);
      if (held.value !== "") {
        throw new Error(`Cannot go on in Firefox as ${expression} must hold: the page says ${held.value}`);
      }
    },
    untilReads: (selector, text) =>
      page.until(`${text}.test(document.querySelector(${quoted(selector)})?.textContent ?? "")`),
    async click(selector) {
      await evaluate(`void document.querySelector(${quoted(selector)}).click()`);
    },
    async fill(selector, value) {
      await evaluate(`{
        const element = document.querySelector(${quoted(selector)});
        element.value = ${quoted(value)};
        for (const type of ["input", "change"]) element.dispatchEvent(new Event(type, { bubbles: true }));
      }`);
    },
    async tap(selector, x, y) {
      const place = await page.evaluate<string>(`{
        const { left, top, width, height } = document.querySelector(${quoted(selector)}).getBoundingClientRect();
        [Math.round(left + ${x} * width), Math.round(top + ${y} * height)].join();
      }`);
      const [px, py] = place.split(",").map(Number);
      const actions = [
        { type: "pointerMove", x: px, y: py },
        { type: "pointerDown", button: 0 },
        { type: "pointerUp", button: 0 },
      ];
      await bidi.send("input.performActions", { context, actions: [{ type: "pointer", id: "mouse", actions }] });
    },
    async pick(selector, ...files) {
      const { sharedId } = await evaluate(`document.querySelector(${quoted(selector)})`);
      const paths: string[] = [];
      for (const { name, buffer } of files) {
        paths.push(`${folder}/${name}`);
        await Deno.writeFile(paths.at(-1)!, buffer);
      }
      await bidi.send("input.setFiles", { context, element: { sharedId }, files: paths });
    },
    async drop(...files) {
      const plain = files.map(({ name, mimeType, buffer }) => ({ name, mimeType, base64: buffer.toString("base64") }));
      await evaluate(`{
        const dataTransfer = new DataTransfer();
        for (const { name, mimeType, base64 } of ${JSON.stringify(plain)}) {
          const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
          dataTransfer.items.add(new File([bytes], name, { type: mimeType }));
        }
        document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
      }`);
    },
    async download(selector, name) {
      await page.click(selector);
      return await waitFor(async () => {
        const names = [...Deno.readDirSync(downloads)].map((file) => file.name);
        if (!names.includes(name) || names.some((other) => other.endsWith(".part"))) return undefined;
        const bytes = await Deno.readFile(`${downloads}/${name}`);
        if (bytes.length === 0) return undefined;
        await Deno.remove(`${downloads}/${name}`);
        return bytes;
      }, name);
    },
  };
  return page;
}

/** Where Firefox puts what it downloads. */
let downloads = "";
let ended: (() => Promise<void>) | undefined;
let opened: Promise<Bidi> | undefined;

/** What WebDriver hears of workers by. */
const LISTENER = "chrome://remote/content/shared/js-process-actors/WebDriverWorkerListenerActor.sys.mjs";

/**
 * Has nobody hear of workers. Else Firefox 153 stops a worker that starts another, often for ever: it waits until whoever listens,
 * a debugger or WebDriver, was told of the new one, and the one signal of that may wake the new one instead.
 */
async function dropWorkerListener(bidi: Bidi): Promise<void> {
  const { contexts } = await bidi.send<{ readonly contexts: readonly { readonly context: string }[] }>(
    "browsingContext.getTree",
    { "moz:scope": "chrome" },
  );
  await bidi.send("script.evaluate", {
    expression: `ChromeUtils.importESModule("${LISTENER}").unregisterWebDriverWorkerListenerActor()`,
    target: { context: contexts[0]!.context },
    awaitPromise: false,
  });
}

async function open(): Promise<Bidi> {
  const profile = await Deno.makeTempDir({ prefix: "sidewinder_firefox_" });
  downloads = `${profile}/downloads`;
  await Deno.mkdir(downloads);
  const preferences = {
    "browser.download.folderList": 2,
    "browser.download.dir": downloads,
    "browser.download.useDownloadDir": true,
    "browser.download.always_ask_before_handling_new_types": false,
  };
  const lines = Object.entries(preferences).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`);
  await Deno.writeTextFile(`${profile}/user.js`, lines.join("\n"));
  const child = new Deno.Command(FIREFOX, {
    args: [...FLAGS, "--profile", profile],
    env: { HOME: profile },
    stdout: "null",
    stderr: "piped",
  }).spawn();
  ended = async () => {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await child.status;
    await Deno.remove(profile, { recursive: true }).catch(() => undefined);
  };
  const socket = new WebSocket(`${await addressOf(child.stderr)}/session`);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error("Cannot talk to Firefox"));
  });
  const bidi = new Bidi(socket);
  await bidi.send("session.new", { capabilities: {} });
  await dropWorkerListener(bidi);
  return bidi;
}

const there = exists(FIREFOX);
if (!there && Deno.env.get("CI")) throw new Error(`Cannot test the page as ${FIREFOX} must be there: it is not`);
if (!there) console.log(`skipped: the page's tests in Firefox need ${FIREFOX} (or $FIREFOX)`);

Deno.test.afterAll(async () => {
  (await opened)?.close();
  await ended?.();
});

/** Opens the page in a tab and a profile of its own, and closes it after `body`, however that ends. */
async function inTab(body: (page: FirefoxPage) => Promise<void>): Promise<void> {
  const bidi = await (opened ??= open()), folder = await Deno.makeTempDir();
  const { userContext } = await bidi.send<{ readonly userContext: string }>("browser.createUserContext", {});
  try {
    const { context } = await bidi.send<{ readonly context: string }>("browsingContext.create", {
      type: "tab",
      userContext,
    });
    await bidi.send("browsingContext.navigate", { context, url: `${origin()}/`, wait: "complete" });
    const page = pageOf(bidi, context, folder);
    await page.untilReads("#device-name", /wasm|webgpu/);
    await body(page);
  } finally {
    await bidi.send("browser.removeUserContext", { userContext });
    await Deno.remove(folder, { recursive: true });
  }
}

/** A test of the page in Firefox. */
export function firefoxTest(name: string, body: (page: FirefoxPage) => Promise<void>): void {
  Deno.test({
    name,
    ignore: !there,
    sanitizeOps: false, // the browser's connection outlives the test
    sanitizeResources: false,
    fn: () => inTab(body),
  });
}
