import { assert, assertEquals } from "@std/assert";
import { assertAnswers, FUSED, INPUTS } from "./expected.ts";
import { KIT, makeFolder, makeKit, must, ROOT } from "./kit.ts";
import { askPage, BROWSERS } from "./serve.ts";

await makeKit();
const folder = await makeFolder("browser", {
  "answers.js": "tests/runtime/apps/answers.js",
  "app.js": "tests/runtime/apps/page.js",
  ...INPUTS,
});
await must(`${KIT}node_modules/.bin/esbuild`, [
  "app.js",
  "--bundle",
  "--splitting",
  "--format=esm",
  "--outdir=built",
], { cwd: folder });
for (const model of ["vim_micro", "mambair_light_x2"]) {
  await Deno.copyFile(`${ROOT}weights/${model}/${model}.safetensors`, `${folder}built/${model}.safetensors`);
}
await Deno.writeTextFile(`${folder}page.html`, `<!doctype html><script type="module" src="built/app.js"></script>`);
await Deno.writeTextFile(
  `${folder}worker.html`,
  `<!doctype html><script>new Worker("built/app.js" + location.hash, { type: "module" })</script>`,
);

for (const browser of Object.keys(BROWSERS)) {
  for (const place of ["page", "worker"]) {
    Deno.test(`npm package in a ${place} of ${browser} gives the bits of Deno and fetches only what it needs`, async () => {
      const { answer, requests } = await askPage(browser, folder, `${place}.html`);
      await assertAnswers(answer, FUSED);
      assertEquals(requests.filter((path) => /404|encode|denoise|_x[34]|imagenet/.test(path)), []);
    });
  }
}

// Side by side: what takes long is SwiftShader, which compiles each shader on one core.
Deno.test("npm package on WebGPU in a page and in a worker of chromium agrees with the official code", async () => {
  const pages = ["page", "worker"].map((place) => askPage("chromium", folder, `${place}.html#webgpu`));
  for (const { answer } of await Promise.all(pages)) {
    const { device, golden, error } = JSON.parse(answer);
    assertEquals(error, undefined);
    assert(device.startsWith("webgpu"), device);
    assert(golden < 1e-4, `golden is off by ${golden}`);
  }
});
