/** The model and the device: what they are, what else there is, what was ignored. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { mambairFile, photoFile, repositoryFile, vimFile } from "./files.ts";
import { siteTest } from "./site.ts";
import { chooseTool, openPhotos, restore } from "./steps.ts";

siteTest("model box tells family, variant, tensors and options of the page's own models", {}, async ({ page }) => {
  await openPhotos(page, await photoFile(20, 20));
  await page.locator("#model-box > summary").click();
  await page.locator("#model-facts dd").first().waitFor();
  const facts = await page.locator("#model-facts").innerText();
  assertMatch(facts, /mambair-light-x2/);
  assertMatch(facts, /905,016 in \d+ tensors, F16/);
});

siteTest("dropped .pth is told apart, described and run", {}, async ({ page }) => {
  await openPhotos(page, await photoFile(20, 20));
  await page.locator("#files").setInputFiles(mambairFile("mine.pth", { upsampler: "pixelshuffledirect", upscale: 4 }));
  await page.locator("#restore-choices label", { hasText: "Upscale ×4, mine.pth" }).waitFor();
  await page.locator("#model-box > summary").click();
  assertMatch(await page.locator("#model-facts").innerText(), /pth, part params/);
  // Two nets make a photo four times larger: the small one is the fast one.
  const rank = (text: RegExp) =>
    page.locator("#restore-choices label", { hasText: text }).locator("small").textContent();
  assertEquals([await rank(/×4, mine\.pth/), await rank(/^Upscale ×4best/)], ["fast", "best"]);
  await restore(page, "mine.pth");
});

siteTest("training checkpoint of a Vim says what was ignored and where options come from", {}, async ({ page }) => {
  await openPhotos(page, await photoFile(20, 20));
  await page.locator("#files").setInputFiles(await repositoryFile("tests/golden/pth/vim_training.pth"));
  await page.locator("#model-choice option", { hasText: "vim_training.pth" }).waitFor({ state: "attached" });
  assertEquals(await page.locator("[role=tab][aria-selected=true]").textContent(), "Classify");
  await page.locator("#model-box > summary").click();
  assertMatch(await page.locator("#model-facts").innerText(), /optimizer/);
  await page.locator("#model-facts summary").click();
  assertMatch(await page.locator("#model-facts").innerText(), /keys and shapes|training arguments|released defaults/);
});

siteTest("dropped .safetensors runs", {}, async ({ page }) => {
  await openPhotos(page, await photoFile(20, 20));
  const path = "weights/mambair_denoise/mambair_denoise.safetensors";
  await page.locator("#files").setInputFiles(await repositoryFile(path, "mine.safetensors"));
  await page.locator("#restore-choices label", { hasText: "mine.safetensors" }).waitFor();
  await restore(page, "Denoise, mine.safetensors");
});

siteTest("device box says which device, why, and what else there is, and switches", {}, async ({ page }) => {
  await openPhotos(page, await photoFile(64, 64));
  await page.locator("#device-box summary").click();
  assertMatch(await page.locator("#device-why").innerText(), /wasm/i);
  assert(await page.locator("#device-tried li").count() > 0);
  assert(await page.locator("#device-choices input[value=webgpu]").isDisabled());
  await page.locator("#device-choices label", { hasText: "WebAssembly, SIMD" }).click();
  await page.locator("#device-name", { hasText: "simd128" }).waitFor();
  await chooseTool(page, "Classify");
  await page.locator("#classify-run").click();
  await page.locator(".label").nth(4).waitFor();
  assertMatch(await page.locator("#timings").innerText(), /Decode[\s\S]*Run[\s\S]*Total/);
  assertMatch(await page.locator("#memory").innerText(), /Weights \d.*MB, largest run/);
  assertMatch(page.url(), /device=wasm-simd128/);
});

siteTest("two models at once give their memory back when the device is switched", {}, async ({ page }) => {
  await page.locator("#files").setInputFiles([vimFile("a.pth"), vimFile("b.pth"), await photoFile(40, 40)]);
  await page.locator("#photo-list li").first().waitFor();
  await chooseTool(page, "Classify");
  for (const name of ["a.pth", "b.pth"]) {
    await page.locator("#model-box").evaluate((box) => (box as HTMLDetailsElement).open = true);
    await page.locator("#model-choice").selectOption({ label: `Classify, ${name}` });
    await page.locator("#classify-run").click();
    await page.locator(".label").first().waitFor();
  }
  await page.locator("#device-box summary").click();
  await page.locator("#device-choices label", { hasText: "Plain TypeScript" }).click();
  await page.locator("#device-name", { hasText: "reference" }).waitFor();
  await page.locator("#classify-run").click();
  await page.locator(".label").first().waitFor();
});
