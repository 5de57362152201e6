/** Results belong to what made them: photo × operation × model × device; jobs belong to their photo; a reload loses nothing. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { mambairFile, photoFile, vimFile } from "./files.ts";
import { siteTest } from "./site.ts";
import { chooseTool, openPhotos, restore, untilFound } from "./steps.ts";

const X2 = mambairFile("x2.pth", { upsampler: "pixelshuffledirect", upscale: 2 });
const X4 = mambairFile("x4.pth", { upsampler: "pixelshuffledirect", upscale: 4 });

siteTest("results stand side by side under their own names, and survive a reload", {}, async ({ page }) => {
  await page.locator("#checkpoint").setInputFiles([X2, X4]);
  await page.locator("#restore-choices label", { hasText: "x4.pth" }).waitFor({ state: "attached" });
  await openPhotos(page, await photoFile(24, 16, "cat.png"));
  await restore(page, "x2.pth");
  await restore(page, "x4.pth");
  const names = () => page.locator(".show-result > span").allTextContents();
  assertEquals(await names(), ["cat · ×2 · x2.pth", "cat · ×4 · x4.pth"]);
  assertMatch(await page.locator("#restore-result").innerText(), /^96 × 64 on wasm/);
  await page.locator(".show-result").first().click();
  await page.locator("#restore-result", { hasText: /^48 × 32 on wasm/ }).waitFor();
  // A result can be dragged out as a file under its name.
  const dragged = await page.locator("#results li").first().evaluate(async (item) => {
    item.dispatchEvent(new PointerEvent("pointerenter"));
    for (;;) {
      const dataTransfer = new DataTransfer();
      item.dispatchEvent(new DragEvent("dragstart", { dataTransfer, cancelable: true }));
      if (dataTransfer.types.length > 0) return dataTransfer.getData("DownloadURL");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });
  assertMatch(dragged, /^image\/png:cat-x2\.png:blob:/);
  await page.locator("#against").selectOption({ label: "cat · ×4 · x4.pth" });
  await page.locator("#compare-labels span", { hasText: "cat · ×4 · x4.pth" }).waitFor();

  // Written down once nothing has changed for a moment; leaving before the download asks.
  await untilFound(page, async () => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("session");
    for (const name of ["state-0", "state-1"]) {
      const file = await folder.getFileHandle(name).then((handle) => handle.getFile(), () => undefined);
      const text = await file?.text();
      try {
        if (JSON.parse(JSON.parse(text!).text).photos[0].results.length === 2) return true;
      } catch {
        // not there, or just being written
      }
    }
    return false;
  });
  const asked = new Promise<string>((resolve) =>
    page.once("dialog", (dialog) => {
      resolve(dialog.type());
      dialog.accept();
    })
  );
  await page.reload();
  assertEquals(await asked, "beforeunload");
  await page.locator("#results li").nth(1).waitFor();
  assertEquals(await names(), ["cat · ×2 · x2.pth", "cat · ×4 · x4.pth"]);
  await page.locator("#save-box").waitFor();
  await page.getByRole("button", { name: "Remove cat · ×4 · x4.pth" }).click();
  assertEquals(await names(), ["cat · ×2 · x2.pth"]);
  await page.locator("details", { has: page.locator("#forget") }).locator("summary").click();
  await page.locator("#forget").click();
  assert(await page.locator("#welcome").isVisible());
  page.on("dialog", (dialog) => dialog.accept());
  await page.reload();
  assert(await page.locator("#welcome").isVisible());
});

siteTest("answer of one model is never shown, or explained, under another's name", {}, async ({ page }) => {
  await page.locator("#files").setInputFiles([vimFile("ten.pth"), await photoFile(64, 64)]);
  await page.locator("#photo-list li").first().waitFor();
  await chooseTool(page, "Classify");
  await page.locator("#classify-run").click();
  await page.locator(".label").nth(4).waitFor();
  const ten = await page.locator("#labels").innerText();
  assertMatch(ten, /class \d/);
  await page.locator("#model-box > summary").click();
  await page.locator("#model-choice").selectOption("vim_micro");
  assertEquals(await page.locator(".label").count(), 0);
  await page.locator("#where").check(); // nothing to explain: nothing runs
  assertEquals(await page.locator("#classify-job").isVisible(), false);
  await page.locator("#where").uncheck();
  await page.locator("#classify-run").click();
  await page.locator(".label").nth(4).waitFor();
  assert(!/class \d/.test(await page.locator("#labels").innerText()));
  await page.locator("#model-choice").selectOption({ label: "Classify, ten.pth" });
  assertEquals(await page.locator("#labels").innerText(), ten);
});

siteTest("job belongs to its photo: others show none of it, removing it ends it", {}, async ({ page }) => {
  await openPhotos(page, await photoFile(20, 20, "other.png"), await photoFile(600, 600, "long.png"));
  await page.locator("#restore-run").click();
  await page.waitForFunction(() => /Running/.test(document.querySelector("#restore-phase")!.textContent!));
  assertEquals(await page.locator("#compare-labels span").last().textContent(), "In progress");
  await page.locator(".thumbnail").first().click();
  assert(!(await page.locator("#restore-job").isVisible()));
  assert(await page.locator("#restore-run").isDisabled());
  assertMatch(await page.locator("#restore-why").innerText(), /Busy: Upscale ×2, long\.png/);
  await page.getByRole("button", { name: "Remove long.png" }).click();
  await page.locator("#restore-run:enabled").waitFor();
  assertEquals(await page.locator(".message").count(), 0);
  assertEquals(await page.locator("#restore-why").textContent(), "");
});
