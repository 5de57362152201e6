/** The same page on WebGPU, by SwiftShader: it gives what WASM gives, and a lost device is no dead end. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { mambairFile, photoFile, vimFile } from "./files.ts";
import { siteTest } from "./site.ts";
import { chooseTool, classifySample, download, lookInside, openPhotos, restore } from "./steps.ts";

const GPU = { gpu: true, hash: "#device=webgpu" } as const;

const deviceName = async (page: Page): Promise<string> => (await page.locator("#device-name").textContent())!;

siteTest("software adapter is found, told, and left for WASM unless it is chosen", { gpu: true }, async ({ page }) => {
  assertMatch(await deviceName(page), /wasm/);
  await openPhotos(page, await photoFile(16, 16));
  await page.locator("#device-box summary").click();
  assertMatch(await page.locator("#device-tried").innerText(), /WebGPU: .*computes on the processor/i);
  await page.locator("#device-choices label", { hasText: "WebGPU" }).click();
  await page.locator("#device-name", { hasText: /webgpu/i }).waitFor();
});

siteTest("classify works on WebGPU", GPU, async ({ page }) => {
  assertMatch(await deviceName(page), /webgpu/i);
  await classifySample(page);
});

siteTest("picture of where an answer comes from works on WebGPU", GPU, async ({ page }) => {
  await page.locator("#files").setInputFiles([vimFile("v.pth"), await photoFile(64, 64)]);
  await page.locator("#photo-list li").first().waitFor();
  await chooseTool(page, "Classify");
  await page.locator("#classify-run").click();
  await page.locator(".label").nth(4).waitFor();
  await page.locator("#where").check();
  await page.locator("#where-note:not(:empty)").waitFor();
});

siteTest("look inside works on WebGPU", GPU, async ({ page }) => {
  await openPhotos(page, await photoFile(64, 64));
  assertEquals((await lookInside(page, "vim_micro")).blocks, 12);
});

siteTest("WebGPU and WASM restore the same pixels", GPU, async ({ page }) => {
  await page.locator("#checkpoint").setInputFiles(
    mambairFile("x2.pth", { upsampler: "pixelshuffledirect", upscale: 2 }),
  );
  await openPhotos(page, await photoFile(30, 22));
  await restore(page, "x2.pth");
  const gpu = await download(page, "png");
  await page.locator("#device-box summary").click();
  await page.locator("#device-choices label", { hasText: "WebAssembly, relaxed SIMD" }).click();
  await page.locator("#device-name", { hasText: "relaxed" }).waitFor();
  await page.locator("#restore-run").click();
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

siteTest("device lost in mid-run is told, and the processor finishes the work", { gpu: true }, async ({ page }) => {
  await keepDevice(page);
  await openPhotos(page, await photoFile(160, 160));
  await page.locator("#device-box summary").click();
  await page.locator("#device-choices label", { hasText: "WebGPU" }).click();
  await page.locator("#device-name", { hasText: /webgpu/i }).waitFor();
  await page.locator("#restore-run").click();
  await page.waitForFunction(() => /Running/.test(document.querySelector("#restore-phase")!.textContent!));
  await loseDevice(page);
  await page.locator(".message", { hasText: "The graphics device was lost in the middle of the work" }).waitFor();
  await page.locator("#restore-run").waitFor();
  // Another photo, small enough to wait for, is restored after the switch.
  await page.getByRole("button", { name: "Use the processor" }).click();
  await page.locator("#device-name", { hasText: /wasm/ }).waitFor();
  await page.waitForFunction(() => /Running/.test(document.querySelector("#restore-phase")!.textContent!));
  await page.locator("#restore-cancel").click();
  await page.locator("#files").setInputFiles([vimFile("v.pth"), await photoFile(16, 16, "small.png")]);
  await page.locator("#photo-list li").nth(1).waitFor();
  await chooseTool(page, "Classify");
  await page.locator("#classify-run").click();
  await page.locator(".label").nth(4).waitFor();
});

siteTest("device lost while idle is opened again by trying again", { gpu: true }, async ({ page }) => {
  await keepDevice(page);
  await page.locator("#files").setInputFiles([vimFile("v.pth"), await photoFile(16, 16)]);
  await page.locator("#photo-list li").first().waitFor();
  await page.locator("#device-box summary").click();
  await page.locator("#device-choices label", { hasText: "WebGPU" }).click();
  await page.locator("#device-name", { hasText: /webgpu/i }).waitFor();
  await chooseTool(page, "Classify");
  await page.locator("#classify-run").click();
  await page.locator(".label").nth(4).waitFor();
  await loseDevice(page);
  await page.locator("#classify-run").click();
  await page.getByRole("button", { name: "Try again" }).click();
  await page.locator("#classify-run").waitFor();
  assertEquals(await page.locator(".message").count(), 0);
});
