/** Errors as a person meets them: a sentence with the way out, and the page goes on. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { encodeImage } from "../../src/image/encode.ts";
import { bytesFile, giantPhoto, mambairFile, photoFile, type PickedFile, repositoryFile } from "./files.ts";
import { siteTest } from "./site.ts";
import { chooseTool, openPhotos } from "./steps.ts";

const sentence = async (page: Page): Promise<string> => {
  await page.locator(".message [role=alert]").last().waitFor();
  return (await page.locator(".message [role=alert]").last().innerText());
};

const text = (name: string, content: string): PickedFile => bytesFile(name, new TextEncoder().encode(content));

/** Afterwards a photo still opens and classifies. */
async function stillWorks(page: Page): Promise<void> {
  await openPhotos(page, await photoFile(64, 64, "after.png"));
  await chooseTool(page, "Classify");
  await page.locator("#classify-run").click();
  await page.locator(".label").nth(4).waitFor();
}

siteTest("file that is no image says which files are", {}, async ({ page }) => {
  await page.locator("#files").setInputFiles(text("notes.txt", "hello"));
  assertMatch(
    await sentence(page),
    /^notes\.txt: This file is neither a photo nor a checkpoint.*Choose a PNG, JPEG or WebP/,
  );
  await page.locator(".message summary").click();
  assertMatch(await page.locator(".message details").innerText(), /current file looks like text/);
  await page.getByRole("button", { name: "Dismiss" }).click();
  assertEquals(await page.locator(".message").count(), 0);
  await stillWorks(page);
});

siteTest("photo of 30,000 by 30,000 pixels is refused before it is decoded", {}, async ({ page }) => {
  await page.locator("#files").setInputFiles(await giantPhoto());
  assertMatch(await sentence(page), /too large: at most 100 megapixels/);
  await stillWorks(page);
});

siteTest("damaged photo asks for a fresh one", {}, async ({ page }) => {
  const whole = await photoFile(64, 64);
  await page.locator("#files").setInputFiles(bytesFile("half.png", whole.buffer.subarray(0, whole.buffer.length / 2)));
  assertMatch(await sentence(page), /half\.png: This photo is damaged or cut off/);
  await stillWorks(page);
});

siteTest("cut-off checkpoint asks for a fresh download", {}, async ({ page }) => {
  const whole = await repositoryFile("weights/mambair_denoise/mambair_denoise.safetensors");
  await page.locator("#files").setInputFiles(bytesFile("cut.safetensors", whole.buffer.subarray(0, 300_000)));
  assertMatch(await sentence(page), /cut\.safetensors: This checkpoint is damaged or cut off/);
  await page.locator("#files").setInputFiles(await repositoryFile("tests/golden/pth/truncated_half.pth"));
  await page.locator(".message", { hasText: "truncated_half.pth: This checkpoint is damaged" }).waitFor();
  await page.locator("#files").setInputFiles(text("page.pth", "<!doctype html><p>Not found"));
  await page.locator(".message", { hasText: "page.pth: This file is not a checkpoint" }).waitFor();
  await stillWorks(page);
});

siteTest(
  "checkpoint of another model can be looked into, and the page says why it does not run",
  {},
  async ({ page }) => {
    await page.locator("#files").setInputFiles(await repositoryFile("tests/golden/pth/params.pth"));
    const notice = page.locator(".message.notice", { hasText: "params.pth can be looked into" });
    await notice.waitFor();
    assertMatch(await notice.innerText(), /cannot run on this page\. .*known family/);
    await stillWorks(page);
  },
);

siteTest(
  "device that this browser lacks leads back to one that it has",
  { hash: "#device=webgpu" },
  async ({ page }) => {
    assertMatch(await sentence(page), /does not have that device\. Choose another one/);
    assertMatch(await page.locator("#device-name").innerText(), /wasm/i);
    await stillWorks(page);
  },
);

siteTest(
  "model that is out of reach is asked for again with one click",
  { expectErrors: /ERR_INTERNET_DISCONNECTED/ },
  async ({ page, context }) => {
    await openPhotos(page, await photoFile(20, 20));
    await context.setOffline(true);
    await chooseTool(page, "Classify");
    await page.locator("#classify-run").click();
    assertMatch(await sentence(page), /not on this device yet and the network cannot be reached/);
    await context.setOffline(false);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.locator(".label").nth(4).waitFor();
  },
);

siteTest(
  "full storage is told and the model runs all the same",
  { worker: true },
  async ({ page, context, origin }) => {
    await openPhotos(page, await photoFile(20, 20));
    await page.waitForFunction(() => navigator.serviceWorker.controller);
    const protocol = await context.newCDPSession(page);
    await protocol.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1_000_000 });
    await chooseTool(page, "Classify");
    await page.locator("#classify-run").click();
    await page.locator(".label").nth(4).waitFor();
    assertMatch(await page.locator(".message.notice").innerText(), /Storage is full: the model runs/);
  },
);

siteTest("camera that is refused says so and the page goes on", {}, async ({ page }) => {
  await page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("denied", "NotAllowedError"));
  });
  await page.locator("#shoot").click();
  assertMatch(await sentence(page), /camera cannot be used\. Allow it/);
  await stillWorks(page);
});

siteTest(
  "many files that fail are one message that lists each once, and the others are there",
  {},
  async ({ page }) => {
    const files = ["a", "b", "c", "d"].map((name) => text(`${name}.txt`, name));
    const [ok, photo] = [mambairFile("ok.pth", { upsampler: "" }), await photoFile(20, 16)];
    await page.locator("#files").setInputFiles([...files, ok, photo]);
    await page.locator(".message.error").waitFor();
    assertMatch(await page.locator(".message.error p").first().innerText(), /^4 files could not be opened/);
    await page.locator(".message.error summary").click();
    const listed = await page.locator(".failed-files li b").allTextContents();
    assertEquals(listed, ["a.txt", "b.txt", "c.txt", "d.txt"]);
    await page.locator("#restore-choices label", { hasText: "ok.pth" }).waitFor();
    const [messages, work] = [await page.locator("#messages").boundingBox(), await page.locator("#work").boundingBox()];
    assert(messages!.y + messages!.height <= work!.y + 1, "messages cover the work");
  },
);

siteTest("clipboard that may not be read is not called empty", {}, async ({ page }) => {
  await page.evaluate(() => {
    navigator.clipboard.read = () => Promise.reject(new DOMException("denied", "NotAllowedError"));
  });
  await page.locator("#paste").click();
  assertMatch(await sentence(page), /clipboard may not be read\. Allow it/);
});

siteTest("photo too long and narrow for a model is told so by each tool", {}, async ({ page }) => {
  await openPhotos(page, await photoFile(3000, 1));
  for (const [tool, run] of [["Classify", "#classify-run"], ["Look inside", "#inside-run"]] as const) {
    await chooseTool(page, tool);
    await page.locator(run).click();
    assertMatch(await sentence(page), /too long and narrow for this model/);
    await page.getByRole("button", { name: "Dismiss" }).click();
  }
  await stillWorks(page);
});

siteTest("part of the page that is out of reach is not called a model", {
  expectErrors: /ERR_FAILED|Failed to load/,
}, async ({ page }) => {
  const isModel = /model/i;
  await page.context().route(/\.(js|jpg|png|webp)$/, (route) => route.abort());
  await page.getByRole("button", { name: /chelsea/ }).click();
  const sample = await sentence(page);
  assertMatch(sample, /could not be fetched\. Connect/);
  assert(!isModel.test(sample));
  await page.getByRole("button", { name: "Dismiss" }).click();
  await page.locator("#files").setInputFiles(await photoFile(20, 20));
  const photo = await sentence(page);
  assertMatch(photo, /^photo\.png: This part of the page could not be fetched\. Connect/);
  assert(!isModel.test(photo));
});

siteTest("result of 192 megapixels is begun, one of 384 is refused in words", {}, async ({ page }) => {
  const black = async (width: number, height: number) => {
    const image = { data: new Uint8Array(3 * width * height), width, height, channels: 3 as const };
    return bytesFile(`${width}.png`, await encodeImage(image, { type: "png" }));
  };
  await openPhotos(page, await black(4000, 3000));
  await page.locator("#restore-choices label", { hasText: "Upscale ×4" }).click();
  await page.locator("#restore-run").click();
  await page.locator("#restore-phase", { hasText: /Running/ }).waitFor();
  await page.locator("#restore-cancel").click();
  assertEquals(await page.locator(".message").count(), 0);
  await openPhotos(page, await black(6000, 4000));
  await page.locator("#restore-run").click();
  assertMatch(await sentence(page), /result would be too large for this page\. Enlarge less/);
});
