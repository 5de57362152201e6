import { end, ROOT } from "../../runtime/kit.ts";
import { BROWSERS } from "../../runtime/serve.ts";
import type { TestEvent } from "./shim.ts";
import { buildSuite, DAWN_OPTIONS, follow, hasSwiftshader, KIT } from "./bundle.ts";

/** Serves the project, and hands on what its page POSTs. */
function serveProject() {
  const events = new TransformStream<TestEvent, TestEvent>();
  const writer = events.writable.getWriter();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    if (request.method === "POST") {
      await writer.write(await request.json());
      return new Response();
    }
    try {
      const type = pathname.endsWith(".html") ? "text/html" : pathname.endsWith(".js") ? "text/javascript" : "";
      return new Response(await Deno.readFile(ROOT + pathname.slice(1)), { headers: { "content-type": type } });
    } catch {
      return new Response("not found", { status: 404 });
    }
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    events: events.readable,
    writer,
    stop: () => server.shutdown(),
  };
}

Deno.test({
  name: "the GPU suite passes in headless Chromium, on SwiftShader",
  ignore: !await hasSwiftshader(),
  fn: async (t) => {
    await buildSuite("chromium");
    await Deno.copyFile(`${ROOT}tests/gpu/swiftshader/page.html`, `${KIT}page.html`);
    const { url, events, writer, stop } = serveProject();
    const profile = await Deno.makeTempDir({ prefix: "sidewinder_profile_" });
    const hash = Deno.env.get("SIDEWINDER_LONG") ? "#long" : "";
    const child = new Deno.Command("chromium", {
      args: [
        ...BROWSERS.chromium!(profile),
        ...DAWN_OPTIONS.map((option) => `--${option}`),
        `${url}dist/gpu/page.html${hash}`,
      ],
      env: { HOME: profile },
      stdout: "null",
      stderr: "null",
    }).spawn();
    const left = child.status.then(() => writer.close().catch(() => undefined));
    try {
      await follow(t, events.values());
    } finally {
      end(child);
      await left;
      await stop();
      await Deno.remove(profile, { recursive: true }).catch(() => undefined);
    }
  },
});
