import { assertEquals } from "@std/assert";
import { KIT, makeFolder, makeKit, must, NODE_20, ROOT } from "./kit.ts";
import { PHOTO, RESTORED, SHOWN } from "./pages.ts";
import { ask, serveFolder } from "./serve.ts";
import { withServer } from "./with_server.ts";

await makeKit();

Deno.test("the example for Next, built by it, says what is on a photo and makes one twice as large in Chromium", async () => {
  const folder = await makeFolder("example_next", {});
  for (const path of ["app", "app/image", "public"]) await Deno.mkdir(folder + path);
  for (const path of ["app/layout.jsx", "app/page.jsx", "app/image/route.js"]) {
    await Deno.copyFile(`${ROOT}examples/next/${path}`, folder + path);
  }
  await Deno.copyFile(`${ROOT}examples/react/use_sidewinder.js`, `${folder}app/use_sidewinder.js`);
  await Deno.copyFile(ROOT + PHOTO, `${folder}public/photo.png`);
  await Deno.writeTextFile(`${folder}package.json`, `{ "private": true, "type": "module" }`);
  await using server = serveFolder(folder);
  await Deno.writeTextFile(
    `${folder}public/ask.html`,
    `<!doctype html><iframe src="/"></iframe><script type="module">
    ${SHOWN}
    const [frame] = document.querySelectorAll("iframe");
    post("${server.url}", await shown(() => frame.contentDocument));
    </script>`,
  );

  const next = `${KIT}node_modules/next/dist/bin/next`, env = { NEXT_TELEMETRY_DISABLED: "1" };
  await must(NODE_20, [next, "build"], { cwd: folder, env });
  const args = (port: number) => [next, "start", "--hostname", "127.0.0.1", "--port", `${port}`];
  const healthy = async (url: string): Promise<boolean> => (await (await fetch(url)).text()).includes("<main>");
  await withServer(NODE_20, args, { cwd: folder, env, healthy }, async (url) => {
    const body = await Deno.readFile(`${ROOT}examples/photos/rocket.jpg`);
    const response = await fetch(`${url}image?top=1`, { method: "POST", body });
    const { labels } = await response.json();
    assertEquals([response.status, labels.map(({ name }: { name: string }) => name)], [200, ["fountain"]]);
    const { answer } = await ask("chromium", server, [`${url}ask.html`]);
    assertEquals(JSON.parse(answer), RESTORED);
  });
});
