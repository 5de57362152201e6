/** The main flows in Firefox, with real files. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { decodeImage } from "../../src/image/decode.ts";
import { bytesFile, mambairFile, photoFile, repositoryFile, vimFile } from "./files.ts";
import { type FirefoxPage, firefoxTest } from "./firefox.ts";
import { unzip } from "./unzip.ts";

const X2 = mambairFile("x2.pth", { upsampler: "pixelshuffledirect", upscale: 2 });
const X4 = mambairFile("x4.pth", { upsampler: "pixelshuffledirect", upscale: 4 });
const NOTES = bytesFile("notes.txt", new TextEncoder().encode("hello"));

/** Restores by what a choice is called. */
async function restore(page: FirefoxPage, choice: string, results: number): Promise<void> {
  await page.until(`document.querySelector("#restore-run:enabled")`);
  await page.evaluate(`[...document.querySelectorAll("#restore-choices label")]
    .find(({ textContent }) => textContent.includes(${JSON.stringify(choice)})).click(), 0`);
  await page.click("#restore-run");
  await page.until(`document.querySelectorAll("#results li").length === ${results}`);
  await page.until(`document.querySelector("#restore-run:enabled")`);
}

firefoxTest("Firefox takes a drop of photos, a model and what is neither, restores, looks and saves", async (page) => {
  assertEquals(await page.evaluate<boolean>("crossOriginIsolated"), true);
  await page.drop(await photoFile(24, 16, "cat.png"), X2, NOTES);
  await page.untilReads(".message.error", /^notes\.txt/);
  await page.until(`document.querySelector("#restore-run:enabled")`);
  await page.click("#restore-preview");
  await page.untilReads("#restore-hint", /The whole photo: about .+ on (one core|\d+ cores)/);
  await restore(page, "x2.pth", 1);
  assertEquals(await page.text(".show-result span"), "cat · ×2 · x2.pth");
  for (const mode of ["side", "difference", "split"]) await page.fill("#view-mode", mode);
  await page.click("#actual");
  await page.untilReads("#zoom", /^100 %$/);
  for (const [format, name] of [["png", "cat-x2.png"], ["jpeg", "cat-x2.jpg"], ["webp", "cat-x2.webp"]] as const) {
    await page.fill("#save-format", format);
    const { width, height } = await decodeImage(await page.download("#save", name));
    assertEquals([width, height], [48, 32]);
    await page.until(`document.querySelector("#save:enabled")`);
  }
});

firefoxTest("Firefox keeps results apart by their models, and after a reload", async (page) => {
  await page.pick("#files", X2, X4, await photoFile(24, 16, "cat.png"));
  await page.until(`document.querySelectorAll("#restore-choices label").length === 7`);
  await restore(page, "x2.pth", 1);
  await restore(page, "x4.pth", 2);
  const names = () =>
    page.evaluate<string>(`[...document.querySelectorAll(".show-result > span")].map((one) => one.textContent).join()`);
  assertEquals(await names(), "cat · ×2 · x2.pth,cat · ×4 · x4.pth");
  await page.until(`navigator.storage.getDirectory()
    .then((root) => root.getDirectoryHandle("session")).then((folder) => Promise.all(["state-0", "state-1"]
      .map((name) => folder.getFileHandle(name).then((file) => file.getFile()).then((file) => file.text(), () => ""))))
    .then((texts) => globalThis.kept = texts.some((text) => text.match(/result-\\d+/g)?.length === 2), () => {}),
    globalThis.kept`);
  await page.evaluate(`addEventListener("beforeunload", (event) => event.stopImmediatePropagation(), true);
    setTimeout(() => location.reload()); globalThis.left = true`);
  await page.until(`!globalThis.left && document.querySelectorAll("#results li").length === 2`);
  assertEquals(await names(), "cat · ×2 · x2.pth,cat · ×4 · x4.pth");
});

firefoxTest("Firefox classifies, says where the answer comes from, and what it does not know", async (page) => {
  await page.click("#samples button[aria-label*=chelsea]");
  await page.until(`document.querySelector("#photo-list li") && document.querySelector("#classify-run:enabled")`);
  await page.click("#classify-run");
  await page.untilReads("#verdict", /tabby/);
  await page.click(".label");
  await page.untilReads("#where-note", /Covering the bright spot lowers .+ from \d+ % to \d+ %/);
  assertMatch(await page.text("#class-names"), /can name 200 things/);
});

firefoxTest("Firefox looks inside: a tap on a patch, its ways and its decay", async (page) => {
  await page.drop(await photoFile(80, 64));
  await page.until(`document.querySelector("#tab-inside")?.offsetParent`);
  await page.click("#tab-inside");
  await page.fill("#inside-model", "vim_micro");
  await page.until(`document.querySelector("#inside-run:enabled")`);
  await page.click("#inside-run");
  await page.untilReads("#reach-text", /of 144 patches/);
  assertEquals(await page.evaluate<number>(`document.querySelectorAll("#reach-maps canvas").length`), 2);
  assertMatch(await page.text("#reach-decay-text"), /after \d+ steps \d+ % is left/);
  const place = `document.querySelector("#reach-row").value + " " + document.querySelector("#reach-column").value`;
  const before = await page.evaluate<string>(place);
  await page.tap("#viewer", 0.42, 0.4);
  await page.until(`${place} !== ${JSON.stringify(before)}`);
});

firefoxTest("Firefox opens the card of a checkpoint from the welcome page", async (page) => {
  await page.pick("#checkpoint", vimFile("mine.pth"));
  await page.untilReads(".message", /Classify, mine\.pth, \d+ k parameters, ready\. Now a photo\./);
  await page.evaluate(`[...document.querySelectorAll(".message button")]
    .find(({ textContent }) => textContent === "Look into the file").click(), 0`);
  await page.until(`document.querySelector("#card[open]")`);
  await page.fill("#card-search", "A_log");
  await page.until(`document.querySelectorAll("#card-rows svg").length === 2`);
  assertMatch(await page.text("#card-rows tr"), /layers\.0\.mixer\.A_log.*\[32, 16\].*F32/);
  await page.click("#card-close");
  await page.drop(await repositoryFile("tests/golden/pth/params.pth"));
  await page.untilReads(".message:last-child", /params\.pth can be looked into/);
});

firefoxTest("Firefox restores a batch, holds it up, and gives a ZIP", async (page) => {
  await page.drop(X2, await photoFile(300, 200, "big.png"), await photoFile(20, 12, "cat.png"));
  await page.until(`document.querySelectorAll("#photo-list li").length === 2`);
  await page.until(`document.querySelector("#restore-run:enabled")`);
  await page.evaluate(`for (const id of ["restore-all", "batch-pause"]) document.getElementById(id).click(); 0`);
  await page.untilReads("#batch-phase", /Paused/);
  assertEquals(await page.text("#batch-text"), "1 of 2");
  await page.click("#batch-pause");
  await page.untilReads("#batch-text", /2 of 2 done/);
  const files = unzip(await page.download("#batch-zip", "sidewinder.zip"));
  assertEquals([...files.keys()], ["big-x2.png", "cat-x2.png"]);
  const { width, height } = await decodeImage(files.get("cat-x2.png")!);
  assertEquals([width, height], [40, 24]);
  assert(await page.evaluate<boolean>(`/downloaded/.test(document.querySelector(".show-result small").textContent)`));
});
