/** The same page on WebGPU, by SwiftShader: it gives what WASM gives, and a lost device is no dead end. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { mambairFile, photoFile, vimFile } from "./files.ts";
import { siteTest } from "./site.ts";
import { chooseTool, download, lookInside, newestResult, openPhotos, restore, untilResult } from "./steps.ts";

const X2 = mambairFile("x2.pth", { upsampler: "pixelshuffledirect", upscale: 2 });

/** Milliseconds that a step may take: the shaders of a model take long on SwiftShader when it is first run. */
const FIRST_RUN = 240_000;

/** One visit for all: SwiftShader takes long to compile the shaders, and does so for every device. */
siteTest("every tool works on WebGPU, and restores the pixels that WASM does", {
  gpu: true,
  hash: "#device=webgpu",
}, async ({ page }) => {
  page.setDefaultTimeout(FIRST_RUN);
  assertMatch((await page.locator("#device-name").textContent())!, /webgpu/i);
  await page.locator("#files").setInputFiles([vimFile("v.pth"), await photoFile(64, 64)]);
  await page.locator("#photo-list li").first().waitFor();
  await chooseTool(page, "Classify");
  await page.locator("#classify-run").click();
  await page.locator(".label").nth(4).waitFor();
  await page.locator("#where").check();
  await page.locator("#where-note:not(:empty)").waitFor();
  assertEquals((await lookInside(page, await page.locator("#model-choice").inputValue())).blocks, 2);

  await page.locator("#checkpoint").setInputFiles(X2);
  await page.locator("#restore-choices label", { hasText: "x2.pth" }).waitFor();
  await openPhotos(page, await photoFile(30, 22));
  await restore(page, "x2.pth");
  const gpu = await download(page, "png");
  await page.locator("#device-box summary").click();
  await page.locator("#device-choices label", { hasText: "WebAssembly, relaxed SIMD" }).click();
  await page.locator("#device-name", { hasText: "relaxed" }).waitFor();
  const before = await newestResult(page);
  await page.locator("#restore-run").click();
  await untilResult(page, before);
  await page.locator("#restore-result", { hasText: "relaxed" }).waitFor();
  const wasm = await download(page, "png");
  const most = Math.max(...Array.from(wasm.pixels.data, (value, i) => Math.abs(value - gpu.pixels.data[i]!)));
  assert(most <= 1, `pixels differ by ${most}`);
});

/** Keeps the device that the engine opens next, so that a test can take it away. */
async function keepDevice(page: Page): Promise<void> {
  const engine = page.workers().find((worker) => worker.url().includes("engine"))!;
  await engine.evaluate(() => {
    const { requestDevice } = GPUAdapter.prototype;
    GPUAdapter.prototype.requestDevice = async function (descriptor) {
      const device = await requestDevice.call(this, descriptor);
      (globalThis as unknown as { kept: GPUDevice }).kept = device;
      return device;
    };
  });
}

const loseDevice = (page: Page) =>
  page.workers().find((worker) => worker.url().includes("engine"))!
    .evaluate(() => (globalThis as unknown as { kept: GPUDevice }).kept.destroy());

siteTest("software adapter is found, told, and left for WASM unless it is chosen", { gpu: true }, async ({ page }) => {
  assertMatch((await page.locator("#device-name").textContent())!, /wasm/);
  await openPhotos(page, await photoFile(16, 16));
  await page.locator("#device-box summary").click();
  assertMatch(await page.locator("#device-tried").innerText(), /WebGPU: .*computes on the processor/i);
  await page.locator("#device-choices label", { hasText: "WebGPU" }).click();
  await page.locator("#device-name", { hasText: /webgpu/i }).waitFor();
});

siteTest(
  "lost device is told, in mid-run and at rest; a new one or the processor goes on",
  { gpu: true },
  async ({ page }) => {
    page.setDefaultTimeout(FIRST_RUN);
    await keepDevice(page);
    await page.locator("#files").setInputFiles([vimFile("v.pth"), await photoFile(16, 16)]);
    await page.locator("#photo-list li").first().waitFor();
    await page.locator("#device-box summary").click();
    await page.locator("#device-choices label", { hasText: "WebGPU" }).click();
    await page.locator("#device-name", { hasText: /webgpu/i }).waitFor();
    await loseDevice(page);
    await chooseTool(page, "Classify");
    await page.locator("#classify-run").click();
    await page.getByRole("button", { name: "Try again" }).click();
    await page.locator(".label").nth(4).waitFor();
    assertMatch((await page.locator("#device-name").textContent())!, /webgpu/i);

    await page.locator("#checkpoint").setInputFiles(X2);
    await page.locator("#restore-choices label", { hasText: "x2.pth" }).waitFor();
    await openPhotos(page, await photoFile(400, 400, "large.png"));
    await page.locator("#restore-run").click();
    await page.waitForFunction(() => /Running/.test(document.querySelector("#restore-phase")!.textContent!));
    await loseDevice(page);
    await page.locator(".message", { hasText: "The graphics device was lost in the middle of the work" }).waitFor();
    await page.getByRole("button", { name: "Use the processor" }).click();
    await page.locator("#device-name", { hasText: /wasm/ }).waitFor();
    await page.locator("#save-box").waitFor();
  },
);
