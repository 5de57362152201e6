/** The ways in: pick, drop, paste, shoot, sample; several at once; the list. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Buffer } from "node:buffer";
import type { Page } from "playwright-core";
import { encodeImage } from "../../src/image/encode.ts";
import { bytesFile, photoFile, type PickedFile, repositoryFile } from "./files.ts";
import { siteTest } from "./site.ts";

const shown = (page: Page) => page.locator("#photo-list li").count();

/** Hands files to the page by an event with a `DataTransfer`, as drop and paste do. */
async function transfer(page: Page, type: "drop" | "paste", files: readonly PickedFile[]): Promise<void> {
  const plain = files.map(({ name, mimeType, buffer }) => ({ name, mimeType, base64: buffer.toString("base64") }));
  await page.evaluate(([type, plain]) => {
    const transfer = new DataTransfer();
    for (const { name, mimeType, base64 } of plain) {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      transfer.items.add(new File([bytes], name, { type: mimeType }));
    }
    const event = type === "drop"
      ? new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true })
      : new ClipboardEvent(type, { clipboardData: transfer, bubbles: true, cancelable: true });
    document.body.dispatchEvent(event);
  }, [type, plain] as const);
}

siteTest("page reads before its script runs, in one language, and says what it is", {}, async ({ page }) => {
  assertEquals(await page.title(), "Sidewinder: restore and classify photos on your own device");
  assertEquals(await page.locator("html").getAttribute("lang"), "en");
  assert(!(await page.content()).includes("{{"));
});

siteTest("picker takes several photos at once and shows the last", {}, async ({ page }) => {
  const files = [await photoFile(40, 30, "a.png"), await photoFile(30, 40, "b.png")];
  await page.locator("#files").setInputFiles(files);
  await page.locator("#photo-list li").nth(1).waitFor();
  assertEquals(await page.locator(".thumbnail[aria-pressed=true]").getAttribute("aria-label"), "b.png");
  assert(await page.locator("#restore-all").isVisible());
});

siteTest("folder is walked when it is picked, and hidden files of systems are left out", {}, async ({ page }) => {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/inner`);
  await Deno.writeFile(`${folder}/one.png`, (await photoFile(20, 12)).buffer);
  await Deno.writeFile(`${folder}/inner/two.png`, (await photoFile(12, 20)).buffer);
  await Deno.writeTextFile(`${folder}/.DS_Store`, "x");
  await page.locator("#folder").setInputFiles(folder);
  await page.locator("#photo-list li").nth(1).waitFor();
  const names = await page.locator(".thumbnail").evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")));
  assertEquals(names.sort(), ["one.png", "two.png"]);
  assertEquals(await page.locator(".message").count(), 0);

  // The same by a drop, which only the browser itself can make of a folder.
  const protocol = await page.context().newCDPSession(page);
  const data = { items: [], files: [folder], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const) {
    await protocol.send("Input.dispatchDragEvent", { type, x: 400, y: 400, data });
  }
  await page.locator("#photo-list li").nth(3).waitFor();
  assertEquals(await page.locator(".message").count(), 0);
  await Deno.remove(folder, { recursive: true });
});

siteTest("photos that other apps share come in with the page", { worker: true }, async ({ page, origin }) => {
  await page.waitForFunction(() => navigator.serviceWorker.controller);
  const bytes = [...(await photoFile(20, 12)).buffer];
  await page.evaluate(async (bytes) => {
    const form = new FormData();
    form.append("files", new File([new Uint8Array(bytes)], "shared.png", { type: "image/png" }));
    await fetch("./share", { method: "POST", body: form });
  }, bytes);
  await page.goto(`${origin}/?shared=1`);
  await page.locator("#photo-list li").first().waitFor();
  assertEquals(await page.locator(".thumbnail").getAttribute("aria-label"), "shared.png");
});

siteTest("files that the system opens with the installed page come in", {}, async ({ page }) => {
  // No test can install the page: what the system hands over is played.
  await page.addInitScript(() => {
    const queue = { setConsumer: (consumer: unknown) => Object.assign(globalThis, { consumer }) };
    Object.defineProperty(globalThis, "launchQueue", { value: queue });
  });
  await page.reload();
  const bytes = [...(await photoFile(20, 12)).buffer];
  await page.evaluate((bytes) => {
    const file = new File([new Uint8Array(bytes)], "opened.png", { type: "image/png" });
    const { consumer } = globalThis as unknown as { consumer(launch: { files: unknown[] }): void };
    consumer({ files: [{ getFile: () => Promise.resolve(file) }] });
  }, bytes);
  await page.locator("#photo-list li").first().waitFor();
  assertEquals(await page.locator(".thumbnail").getAttribute("aria-label"), "opened.png");
});

siteTest("drop and paste take photos in, and the drop zone shows while dragging", {}, async ({ page }) => {
  await page.evaluate(() => document.body.dispatchEvent(new DragEvent("dragenter", { bubbles: true })));
  assert(await page.locator(".drop-veil").isVisible());
  await transfer(page, "drop", [await photoFile(24, 24, "dropped.png")]);
  await page.locator("#photo-list li").first().waitFor();
  assert(!(await page.locator(".drop-veil").isVisible()));
  await transfer(page, "paste", [await photoFile(24, 24, "pasted.png")]);
  await page.locator("#photo-list li").nth(1).waitFor();
});

siteTest("camera gives a photo and is let go", {}, async ({ page }) => {
  await page.locator("#shoot").click();
  await page.waitForFunction(() => document.querySelector("video")!.videoWidth > 0);
  await page.locator("#camera-shoot").click();
  await page.locator("#photo-list li").first().waitFor();
  assertEquals(await page.evaluate(() => document.querySelector("video")!.srcObject), null);
});

siteTest("samples are one click away and go into the URL", {}, async ({ page }) => {
  assertEquals(await page.locator("#samples button").count(), 4);
  await page.getByRole("button", { name: /coffee/ }).click();
  await page.locator("#photo-list li").first().waitFor();
  assertMatch(page.url(), /#tool=classify&photo=coffee$/);
});

siteTest("URL opens tool, model, device and sample", {
  hash: "#tool=inside&model=mambair_light_x3&device=wasm-simd128&photo=small",
}, async ({ page }) => {
  await page.locator("#photo-list li").first().waitFor();
  assertEquals(await page.locator("[role=tab][aria-selected=true]").textContent(), "Look inside");
  assertEquals(await page.locator("#inside-model").inputValue(), "mambair_light_x3");
  assertMatch((await page.locator("#device-name").textContent())!, /simd128/);
});

siteTest("list lets photos go and keeps the focus near", {}, async ({ page }) => {
  await page.locator("#files").setInputFiles([await photoFile(20, 20, "a.png"), await photoFile(20, 20, "b.png")]);
  await page.locator("#photo-list li").nth(1).waitFor();
  await page.getByRole("button", { name: "Remove b.png" }).click();
  assertEquals(await shown(page), 1);
  assertEquals(await page.evaluate(() => document.activeElement?.getAttribute("aria-label")), "a.png");
  await page.getByRole("button", { name: "Remove a.png" }).click();
  assert(await page.locator("#welcome").isVisible());
});

/** A GIF of one pixel. */
const GIF = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

siteTest("formats that the library lacks go through the browser's decoder", {}, async ({ page }) => {
  const cmyk = await repositoryFile("tests/golden/image/files/cmyk.jpg");
  await page.locator("#files").setInputFiles([bytesFile("one.gif", Buffer.from(GIF, "base64")), cmyk]);
  await page.locator("#photo-list li").nth(1).waitFor();
});

siteTest("photo that takes long to open is said to be opening, and no longer than that", {}, async ({ page }) => {
  const image = { data: new Uint8Array(3 * 9000 * 6700), width: 9000, height: 6700, channels: 3 as const };
  const large = bytesFile("large.png", await encodeImage(image, { type: "png" }));
  await page.locator("#files").setInputFiles(large);
  await page.locator(".message", { hasText: "Opening large.png" }).waitFor();
  await page.locator("#photo-list li").waitFor();
  await page.locator(".message").waitFor({ state: "detached" });
});
