import { assert, assertEquals } from "@std/assert";
import { openHub } from "../hub/hub.ts";
import { KIT, makeFolder, makeKit, must, ROOT } from "./kit.ts";
import { askPage, BROWSERS } from "./serve.ts";

await makeKit();
const folder = await makeFolder("hub", {
  "app.js": "tests/runtime/apps/hub.js",
  "photo.png": "examples/photos/coffee.png",
});
await must(`${KIT}node_modules/.bin/esbuild`, ["app.js", "--bundle", "--splitting", "--format=esm", "--outdir=built"], {
  cwd: folder,
});
await Deno.writeTextFile(`${folder}page.html`, `<!doctype html><script type="module" src="built/app.js"></script>`);
const vim = await Deno.readFile(`${ROOT}weights/vim_micro/vim_micro.safetensors`), COMMIT = "c".repeat(40);

for (const browser of Object.keys(BROWSERS)) {
  Deno.test(`a page of ${browser} takes a model from the hub once, keeps it, and says what is refused`, async () => {
    const files = { commits: { [COMMIT]: { "vim.safetensors": vim } }, refs: { main: COMMIT } };
    await using hub = openHub({ "owner/repo": files, "owner/secret": { ...files, access: "private" } });
    const { answer } = await askPage(browser, folder, `page.html#${hub.url}`);
    const { labels, failures: [typo, secret, offline], error } = JSON.parse(answer);
    assertEquals([error, labels], [undefined, Array(4).fill("espresso")]);
    assert(/did you mean vim\.safetensors\?/.test(typo), typo);
    assert(/must exist and be public, or a token must be given/.test(secret), secret);
    assert(/must be in the cache when offline: current cache, the browser's, has none/.test(offline), offline);
    const downloads = hub.asked.filter(({ host, method }) => host === "cdn" && method === "GET");
    assertEquals(downloads.map(({ token }) => token), [null]);
  });
}
