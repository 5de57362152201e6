/**
 * What the tests of the page share: the built page behind a loopback server, one Chromium a file, a fresh visit a test.
 *
 * Whatever a test does, at its end no request may have left the page's origin, no script may have failed, and nothing may
 * have broken the content security policy.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { alone } from "../../tools/alone.ts";
import { buildSite, SITE_OUT } from "../../tools/build_site.ts";
import { answer } from "../../tools/serve_site.ts";

/** Debian's Chromium, unless another one is named. */
export const CHROMIUM = Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium";
const FLAGS = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];
/** The compositor of a machine with a graphics processor: without one Chromium takes every canvas for sRGB. */
const WIDE_FLAGS = [
  "--force-color-profile=display-p3-d65",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--ignore-gpu-blocklist",
];
const GPU_FLAGS = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];
/** Milliseconds that a step may take on a slow machine. */
const PATIENCE = 60_000;

/** How a test visits the page. */
export interface Visit {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: "light" | "dark";
  readonly motion?: "reduce" | "no-preference";
  /** With SwiftShader's WebGPU. */
  readonly gpu?: boolean;
  /** Colours that the screen can show; those of sRGB by default. */
  readonly screen?: "display-p3";
  /** What comes after the page's address. */
  readonly hash?: string;
  /** On a host that sends none of the page's headers. */
  readonly plain?: boolean;
  /** In a browser that keeps service workers; what they fetch takes time that most tests need not spend. */
  readonly worker?: boolean;
  /** Console errors that belong to the test. */
  readonly expectErrors?: RegExp;
}

/** A visited page. */
export interface Visited {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly origin: string;
  /** Bytes of the bodies that the server sent during this visit, by path. */
  readonly served: ReadonlyMap<string, number>;
}

/** Whether a file is there. */
export const exists = (path: string): boolean => {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
};

function newest(path: string): number {
  const { isDirectory, mtime } = Deno.statSync(path);
  if (!isDirectory) return mtime!.getTime();
  return Math.max(0, ...[...Deno.readDirSync(path)].map(({ name }) => newest(`${path}/${name}`)));
}

/** What the page is made of. */
const SOURCES = ["site", "src", "weights", "tools/site", "tools/npm", "tools/build_site.ts"];

/** Builds the page unless it is newer than all it is made of. */
async function buildIfOld(): Promise<void> {
  const built = exists(`${SITE_OUT}_headers`) ? newest(`${SITE_OUT}_headers`) : 0;
  if (SOURCES.some((path) => newest(path) > built)) await buildSite();
}

const browsers = new Map<string, Promise<Browser>>();
const served = new Map<string, number>();
/** Changes that a test makes to what the server sends, by path, until its visit ends. */
export const edits = new Map<string, (text: string) => string>();
let server: Deno.HttpServer<Deno.NetAddr> | undefined;
/** Whether the visit that goes on is to a host without headers. */
let plain = false;
const OWN_HEADERS = /^(content-security-policy|cross-origin-.*|permissions-policy|referrer-policy)$/;

/** Where the page is served. */
export const origin = (): string => `http://127.0.0.1:${server!.addr.port}`;
const available = exists(CHROMIUM);
if (!available && Deno.env.get("CI")) throw new Error(`Cannot test the page as ${CHROMIUM} must be there: it is not`);
if (!available) console.log(`skipped: the page's tests need Chromium at ${CHROMIUM} (or $CHROMIUM)`);

Deno.test.beforeAll(async () => {
  await alone("site", buildIfOld);
  server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const path = new URL(request.url).pathname, edit = edits.get(path);
    const response = await answer(edit ? new Request(request.url) : request);
    if (edit) {
      const headers = new Headers(response.headers);
      headers.delete("content-length");
      return new Response(edit(await response.text()), { headers });
    }
    served.set(path, (served.get(path) ?? 0) + Number(response.headers.get("content-length")));
    if (plain) {
      for (const name of [...response.headers.keys()]) if (OWN_HEADERS.test(name)) response.headers.delete(name);
    }
    return response;
  });
});
Deno.test.afterAll(async () => {
  for (const browser of browsers.values()) await (await browser).close();
  await server?.shutdown();
});

function browserWith({ gpu, screen }: Visit): Promise<Browser> {
  const args = [...FLAGS, ...(gpu ? GPU_FLAGS : []), ...(screen ? WIDE_FLAGS : [])], key = args.join();
  const found = browsers.get(key) ?? chromium.launch({ executablePath: CHROMIUM, args });
  browsers.set(key, found);
  return found;
}

/** Opens the page and hands it to a body; checks what must hold on every visit. */
async function visit(options: Visit, body: (visited: Visited) => Promise<void>): Promise<void> {
  const { width = 1440, height = 900, scheme = "light", motion = "reduce", hash = "" } = options;
  const at = origin();
  plain = options.plain ?? false;
  const context = await (await browserWith(options)).newContext({
    viewport: { width, height },
    colorScheme: scheme,
    reducedMotion: motion,
    acceptDownloads: true,
    serviceWorkers: options.worker ? "allow" : "block",
  });
  served.clear();
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(`page error: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error" && !options.expectErrors?.test(message.text())) {
        problems.push(`console: ${message.text()}`);
      }
    });
    context.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(`${at}/`) && !/^(blob|data):/.test(url)) problems.push(`request to ${url}`);
    });
    await page.goto(`${at}/${hash}`);
    await page.waitForFunction(() => !/^(|Opening.*)$/.test(document.getElementById("device-name")!.textContent!));
    await body({ page, context, origin: at, served });
    assertEquals(problems, []);
  } finally {
    edits.clear();
    await context.close();
  }
}

/** A test of the page. */
export function siteTest(name: string, options: Visit, body: (visited: Visited) => Promise<void>): void {
  Deno.test({
    name,
    ignore: !available,
    sanitizeOps: false, // the browser's connection outlives the test
    sanitizeResources: false,
    fn: () => visit(options, body),
  });
}
