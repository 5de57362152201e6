/** The card of a checkpoint: every tensor with range and histogram, also of files that cannot run here, and of sharded ones. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { bytesFile, fusionFile, type PickedFile, vimFile } from "./files.ts";
import { siteTest } from "./site.ts";

const text = (name: string, content: string): PickedFile => bytesFile(name, new TextEncoder().encode(content));

async function openCard(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Look into the file" }).click();
  await page.locator("#card[open]").waitFor();
}

/** A safetensors file of one tensor. */
function part(name: string, tensor: string, values: readonly number[]): PickedFile {
  const data = new Uint8Array(Float32Array.from(values).buffer);
  const header = JSON.stringify({ [tensor]: { dtype: "F32", shape: [values.length], data_offsets: [0, data.length] } });
  const head = new TextEncoder().encode(header.padEnd(Math.ceil(header.length / 8) * 8));
  const bytes = new Uint8Array(8 + head.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(head.length), true);
  bytes.set(head, 8);
  bytes.set(data, 8 + head.length);
  return bytesFile(name, bytes);
}

siteTest("card lists every tensor of a model, to be searched, with range and histogram", {}, async ({ page }) => {
  await page.locator("#files").setInputFiles(vimFile("mine.pth"));
  await page.locator(".message", { hasText: /Classify, mine\.pth, \d+ k parameters, ready\. Now a photo\./ }).waitFor();
  await openCard(page);
  assertMatch(await page.locator("#card-facts").innerText(), /Vim \(Classify\)[\s\S]*pth, part params/);
  await page.locator("#card-search").fill("A_log");
  await page.waitForFunction(() => document.querySelectorAll("#card-rows svg").length === 2);
  const row = page.locator("#card-rows tr").first();
  assertMatch(await row.innerText(), /layers\.0\.mixer\.A_log\s+\[32, 16\]\s+F32\s+-0\.05 … 0\.05/);
  assertMatch(await row.locator("svg").getAttribute("aria-label") ?? "", /Values from -0\.05 to 0\.05, mean/);
  assert(await page.locator("#card-parts li").count() > 3);
  await page.locator("#card-close").click();
  assertEquals(await page.locator("#card").isVisible(), false);
});

siteTest("card opens for what cannot run here, and says so kindly", {}, async ({ page }) => {
  await page.locator("#files").setInputFiles([
    fusionFile("fusion.pth"),
  ]);
  await page.locator(".message.notice", { hasText: "can be looked into" }).waitFor();
  await openCard(page);
  assertMatch(
    await page.locator("#card-facts").innerText(),
    /runs elsewhere, not on this page\. .*fusionmamba, which is there to fuse/,
  );
  assert(await page.locator("#card-rows tr").count() > 10);
});

siteTest(
  "sharded checkpoint is one card when its parts come together, and names those that are missing",
  {},
  async ({ page }) => {
    const index = text(
      "model.safetensors.index.json",
      JSON.stringify({ weight_map: { a: "model-00001-of-00002.safetensors", b: "model-00002-of-00002.safetensors" } }),
    );
    const first = part("model-00001-of-00002.safetensors", "a", [1, 2, 3]);
    await page.locator("#files").setInputFiles([index, first]);
    await page.locator(".message.error summary").click();
    assertMatch(
      await page.locator(".message.error details").innerText(),
      /model-00002-of-00002\.safetensors is missing/,
    );
    await page.locator("#files").setInputFiles([
      part("model-00002-of-00002.safetensors", "b", [-4, NaN]),
      index,
      first,
    ]);
    await openCard(page);
    await page.waitForFunction(() => /1 … 3/.test(document.querySelector("#card-rows")!.textContent!));
    await page.locator("#card-rows", { hasText: "1 values are NaN or infinite" }).waitFor();
    assertEquals(await page.locator("#card-rows th").allTextContents(), ["a", "b"]);
  },
);
