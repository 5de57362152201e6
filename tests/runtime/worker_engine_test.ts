import { assert, assertEquals } from "@std/assert";
import { KIT, makeFolder, makeKit, must, ROOT } from "./kit.ts";
import { askPage, BROWSERS, serveFolder } from "./serve.ts";

await makeKit();
const folder = await makeFolder("engine", {
  "app.js": "tests/runtime/apps/engine.js",
  "photo.png": "examples/photos/coffee.png",
});
await must(`${KIT}node_modules/.bin/esbuild`, ["app.js", "--bundle", "--splitting", "--format=esm", "--outdir=built"], {
  cwd: folder,
});
for (const model of ["vim_micro", "mambair_light_x2"]) {
  await Deno.copyFile(`${ROOT}weights/${model}/${model}.safetensors`, `${folder}built/${model}.safetensors`);
}
await Deno.writeTextFile(`${folder}page.html`, `<!doctype html><script type="module" src="built/app.js"></script>`);

/** The policy of README, and all that a page needs beside. */
const POLICY = { "content-security-policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src *" };

/** What a page of `engine.js` must have found. */
function assertEngine(text: string): void {
  const { error, device, labels, size, ended, steps, failures, again } = JSON.parse(text);
  assertEquals(error, undefined);
  assert(device.startsWith("wasm"), device);
  assertEquals([labels, size, again], [Array(4).fill("espresso"), [144, 96], 600]);
  assertEquals([ended, steps.at(-1)], [["classified", "restored"], 1]);
  const [stopped, foreign, damaged, dead] = failures;
  assertEquals(stopped, "Error: stopped by the page");
  assert(/^TypeError: Cannot read image of the HTMLImageElement as every picture in it/.test(foreign), foreign);
  assert(/^SyntaxError: Cannot decode image/.test(damaged), damaged);
  assert(
    /^Error: Cannot restore as the engine must be open: its worker has ended; createWorkerEngine/.test(dead),
    dead,
  );
}

for (const browser of Object.keys(BROWSERS)) {
  Deno.test(`createWorkerEngine() in a page of ${browser}, built by esbuild, under a policy without eval and blobs`, async () => {
    const { answer } = await askPage(browser, folder, "page.html", POLICY);
    assertEngine(answer);
  });
}

Deno.test("createWorkerEngine() in a page of Firefox that takes the package from another origin, as from a CDN", async () => {
  await using cdn = serveFolder(`${KIT}node_modules/`, { "access-control-allow-origin": "*" });
  const address = `${cdn.url.replace("127.0.0.1", "localhost")}sidewinder/mod.js`;
  await Deno.writeTextFile(
    `${folder}cdn.html`,
    `<!doctype html><script type="importmap">{ "imports": { "sidewinder": "${address}" } }</script>
    <script type="module" src="app.js"></script>`,
  );
  const { answer } = await askPage("firefox-esr", folder, "cdn.html");
  assertEngine(answer);
  assertEquals(cdn.requests.filter((path) => path.startsWith("404") || /encode|denoise|_x[34]/.test(path)), []);
});

const esbuild = (args: readonly string[]) => must(`${KIT}node_modules/.bin/esbuild`, args, { cwd: folder });
await Deno.writeTextFile(
  `${folder}worker.js`,
  `import { classify, createWorkerEngine, loadModel, openDevice } from "sidewinder";
  async function answer() {
    const device = await openDevice(), model = await loadModel(device, "built/vim_micro.safetensors");
    const { labels } = await classify(model, "photo.png", { top: 1 });
    const refused = await createWorkerEngine().catch(({ name, message }) => name + ": " + message);
    return { device: device.name, threads: device.threads, label: labels[0].name, refused };
  }
  addEventListener("message", (event) => event.waitUntil(answer().catch(String).then((it) => event.source.postMessage(it))));`,
);
await esbuild(["worker.js", "--bundle", "--format=iife", "--outfile=service_worker.js", "--log-level=error"]);
await Deno.writeTextFile(
  `${folder}served.html`,
  `<!doctype html><script type="module">
  await navigator.serviceWorker.register("service_worker.js");
  const { active } = await navigator.serviceWorker.ready;
  navigator.serviceWorker.onmessage = ({ data }) => fetch("/", { method: "POST", body: JSON.stringify(data) });
  active.postMessage("answer");
  </script>`,
);

for (const browser of Object.keys(BROWSERS)) {
  Deno.test(`a service worker of ${browser} computes in place, on one thread, and says that it has no workers`, async () => {
    const { device, threads, label, refused } = JSON.parse((await askPage(browser, folder, "served.html")).answer);
    assert(device.startsWith("wasm"), device);
    assertEquals([threads, label], [1, "espresso"]);
    assert(/^TypeError: Cannot start an engine in a worker .* none, as a service worker/.test(refused), refused);
  });
}
