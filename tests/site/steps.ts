/**
 * What a person does on the page, in a word each. The same steps run on WASM and on WebGPU.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { decodeImage } from "../../src/image/decode.ts";
import { photoFile, type PickedFile } from "./files.ts";

/** Milliseconds that a state may take to come on a slow machine, and between two looks. */
const PATIENCE = 60_000, PAUSE = 50;

/** Looks again and again until what is seen is as it should be, and gives it. */
export async function until<T>(look: () => Promise<T>, holds: (seen: T) => boolean, wish: string): Promise<T> {
  for (const end = Date.now() + PATIENCE;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    assert(Date.now() < end, `Cannot go on as ${wish}: it is ${JSON.stringify(seen)?.slice(0, 200)}`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

/** Waits until what the page finds in its own time is true; `waitForFunction` takes any promise for true. */
export async function untilFound(page: Page, find: () => Promise<boolean>): Promise<void> {
  await until(() => page.evaluate(find), (found) => found, `the page must find ${find}`);
}

/** Waits until an element reads exactly so. */
export async function untilReads(page: Page, selector: string, text: string): Promise<void> {
  const look = () => page.locator(selector).textContent();
  await until(look, (seen) => seen === text, `${selector} must read ${text}`);
}

/** Waits until an element has the focus. */
export async function untilFocused(page: Page, id: string): Promise<void> {
  const look = () => page.evaluate(() => document.activeElement?.id);
  await until(look, (seen) => seen === id, `#${id} must have the focus`);
}

/** Opens files by the picker and waits until the last photo shows. */
export async function openPhotos(page: Page, ...files: PickedFile[]): Promise<void> {
  const before = await page.locator("#photo-list li").count();
  await page.locator("#files").setInputFiles(files);
  await page.locator("#photo-list li").nth(before + files.length - 1).waitFor();
}

/** Chooses a tool. */
export async function chooseTool(page: Page, name: "Restore" | "Classify" | "Look inside"): Promise<void> {
  await page.getByRole("tab", { name, exact: true }).click();
}

/** Chooses what to restore by the text of its choice, and runs it to the end. */
export async function restore(page: Page, choice: string): Promise<void> {
  await chooseTool(page, "Restore");
  await page.locator("#restore-choices label", { hasText: choice }).click();
  const before = await newestResult(page);
  await page.locator("#restore-run").click();
  await untilResult(page, before);
}

/** Number of the newest result of the photo that is shown. */
export const newestResult = (page: Page): Promise<number> =>
  page.locator("#results li").evaluateAll((items) =>
    Math.max(0, ...items.map((item) => Number((item as HTMLElement).dataset.result)))
  );

/** Waits until there is a newer result, and nothing runs. */
export async function untilResult(page: Page, before: number): Promise<void> {
  await page.waitForFunction((before) => {
    const results = [...document.querySelectorAll<HTMLElement>("#results li")];
    return results.some(({ dataset }) => Number(dataset.result) > before) &&
      !document.querySelector<HTMLButtonElement>("#restore-run")!.disabled;
  }, before);
}

/**
 * Waits until the painter has drawn what the page told it: the page tells it in a frame of its own, the painter draws in one of
 * its own, and the next one of the page shows it.
 */
export async function painted(page: Page): Promise<void> {
  const frames = () =>
    new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));
  await page.evaluate(frames);
  await page.workers().find((worker) => worker.url().includes("painter"))?.evaluate(frames);
  await page.evaluate(frames);
}

/** Downloads the result in a format and decodes it. */
export async function download(page: Page, format: "png" | "jpeg" | "webp") {
  await page.locator("#save-format").selectOption(format);
  const [file] = await Promise.all([page.waitForEvent("download"), page.locator("#save").click()]);
  const bytes = await Deno.readFile(await file.path());
  return { name: file.suggestedFilename(), pixels: await decodeImage(bytes) };
}

/** What is seen of a part of the viewer, in shares of its size, as the bytes of a PNG. */
export async function seenAt(page: Page, x: number, y: number, side: number): Promise<Uint8Array<ArrayBuffer>> {
  await painted(page);
  const box = (await page.locator("#viewer").boundingBox())!;
  const clip = {
    x: Math.floor(box.x + x * box.width),
    y: Math.floor(box.y + y * box.height),
    width: side,
    height: side,
  };
  return new Uint8Array(await page.screenshot({ clip }));
}

/** The colour that is seen at a point of the viewer, from 0 to 1 across and down. */
export async function colourAt(page: Page, x: number, y: number): Promise<readonly number[]> {
  return Array.from((await decodeImage(await seenAt(page, x, y, 1))).data);
}

/** Waits until a part of the viewer no longer looks as it did. */
export async function untilChanged(
  page: Page,
  x: number,
  y: number,
  side: number,
  before: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const look = async () => (await seenAt(page, x, y, side)).toBase64(), old = before.toBase64();
  await until(look, (seen) => seen !== old, `the picture at ${x}, ${y} must change`);
}

/** Classifies a sample. */
export async function classifySample(page: Page): Promise<void> {
  await page.getByRole("button", { name: /chelsea/ }).click();
  await page.locator("#photo-list li").first().waitFor();
  await chooseTool(page, "Classify");
  await page.locator("#classify-run").click();
  await page.locator(".label").nth(4).waitFor();
  assertEquals(await page.locator(".label").count(), 5);
  assertMatch(await page.locator(".label").first().innerText(), /tabby[\s\S]*\d+ %/);
}

/** Asks where the answer comes from, and switches the picture off again. */
export async function explain(page: Page): Promise<void> {
  await page.locator("#where").check();
  await page.locator("#where-note:not(:empty)").waitFor();
  assertMatch(
    (await page.locator("#where-note").textContent())!,
    /Covering the bright spot lowers .+ from \d+ % to \d+ %/,
  );
  const lit = await seenAt(page, 0.35, 0.35, 200);
  await page.locator("#where").uncheck();
  await untilChanged(page, 0.35, 0.35, 200, lit);
}

/** Runs a model under watch and returns what the page shows of it. */
export async function lookInside(page: Page, model: string) {
  await chooseTool(page, "Look inside");
  await page.locator("#inside-model").selectOption(model);
  await page.locator("#inside-run").click();
  await page.locator("#inside-result").waitFor();
  await page.locator("#inside-run").waitFor();
  return {
    what: await page.locator("#scan-what").textContent(),
    orders: await page.locator("#scan-orders label").allTextContents(),
    blocks: await page.locator("#norms button").count(),
    steps: Number(await page.locator("#scan-step").getAttribute("max")),
  };
}

/** Upscales a small photo by two and checks the file. */
export async function upscaleSmallPhoto(page: Page): Promise<void> {
  await openPhotos(page, await photoFile(24, 16));
  await restore(page, "Upscale ×2");
  const { name, pixels } = await download(page, "png");
  assertEquals([name, pixels.width, pixels.height, pixels.channels], ["photo-x2.png", 48, 32, 3]);
}
