import { end, ROOT } from "../runtime/kit.ts";
import { BROWSERS, serveFolder } from "../runtime/serve.ts";
import { buildSuite, expectAllPassed, hasSwiftshader, KIT } from "./elsewhere.ts";

// Takes a software adapter minutes, most of it making pipelines.
const ignore = !Deno.env.get("SIDEWINDER_LONG") || !await hasSwiftshader();

Deno.test({ name: "GPU suite passes in headless Chromium, on SwiftShader", ignore }, async () => {
  await buildSuite();
  await Deno.copyFile(`${ROOT}tests/gpu/elsewhere/page.html`, `${KIT}page.html`);
  await using server = serveFolder(ROOT);
  const profile = await Deno.makeTempDir({ prefix: "sidewinder_profile_" });
  const hash = Deno.env.get("SIDEWINDER_LONG") ? "#long" : "";
  const child = new Deno.Command("chromium", {
    args: [...BROWSERS.chromium!(profile), `${server.url}dist/gpu/page.html${hash}`],
    env: { HOME: profile },
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    const left = child.status.then(() => {
      throw new Error("Chromium must stay until the suite is done: it left");
    });
    expectAllPassed(JSON.parse(await Promise.race([server.posted, left])));
  } finally {
    end(child);
    await child.status;
    await Deno.remove(profile, { recursive: true }).catch(() => undefined);
  }
});
