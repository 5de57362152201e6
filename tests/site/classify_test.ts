/** Classifying, and looking inside. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { encodeImage } from "../../src/image/encode.ts";
import { bytesFile, photoFile, vimFile } from "./files.ts";
import { siteTest } from "./site.ts";
import {
  chooseTool,
  classifySample,
  explain,
  lookInside,
  openPhotos,
  painted,
  restore,
  until,
  untilReads,
} from "./steps.ts";

siteTest("classify names five classes and shows where the answer comes from", {}, async ({ page }) => {
  await classifySample(page);
  await explain(page);
});

siteTest(
  "phone shows the answers together with their map, which is that of the photo and of no result",
  { width: 390, height: 844 },
  async ({ page }) => {
    await openPhotos(page, await photoFile(64, 64));
    await restore(page, "Denoise");
    assert(await page.locator("#compare").isVisible());
    await chooseTool(page, "Classify");
    assert(!(await page.locator("#compare").isVisible()), "a result lies beside the photo");
    await page.locator("#classify-run").click();
    await page.locator(".label").nth(4).waitFor();
    await page.locator(".label").first().click();
    await page.locator("#where-note:not(:empty)").waitFor();
    await page.locator(".label").last().scrollIntoViewIfNeeded();
    const viewer = (await page.locator("#viewer").boundingBox())!;
    assert(viewer.y >= 0 && viewer.height > 200, "the map is out of sight");
    for (const label of await page.locator(".label").all()) {
      const { y, height } = (await label.boundingBox())!;
      assert(y >= viewer.y + viewer.height && y + height <= 844, "an answer is out of sight");
    }
    await chooseTool(page, "Restore");
    assert(await page.locator("#compare").isVisible());
  },
);

siteTest("classify explains any of the five answers by a click on it", {}, async ({ page }) => {
  await openPhotos(page, await photoFile(64, 64));
  await chooseTool(page, "Classify");
  await page.locator("#classify-run").click();
  await page.locator(".label").nth(2).click();
  await page.locator("#where-note:not(:empty)").waitFor();
  assert(await page.locator("#where").isChecked());
  assertEquals(await page.locator(".label").nth(2).getAttribute("aria-pressed"), "true");
});

siteTest(
  "samples are named right, what is unknown is not, and better models have names and sizes",
  {},
  async ({ page }) => {
    for (const [sample, answer] of [["chelsea", /tabby/], ["coffee", /espresso/]] as const) {
      await page.evaluate((sample) => location.hash = `#tool=classify&photo=${sample}`, sample);
      await page.locator(`.thumbnail[aria-label="${sample}.png"][aria-pressed=true]`).waitFor();
      await page.locator("#classify-run").click();
      await page.locator("#verdict", { hasText: answer }).waitFor();
    }
    assertMatch(await page.locator("#class-names").innerText(), /can name 200 things: animals, foods/);
    assertMatch(await page.locator("#class-unsure").innerText(), /Below 40 % it says “not sure” \(of 23 photos/);
    await page.locator("#class-list-box summary").click();
    await page.locator("#class-search").fill("cat");
    assertMatch(await page.locator("#class-found").innerText(), /^\d+ of 200 names/);
    assertMatch(
      (await page.locator("#offers").textContent())!,
      /vim-tiny.*109\.7 MB; 14\.\d MB after.*https:\/\/huggingface\.co/,
    );
    const grey = { data: new Uint8Array(64 * 64 * 3).fill(128), width: 64, height: 64, channels: 3 } as const;
    await openPhotos(page, bytesFile("grey.png", await encodeImage(grey, { type: "png" })));
    await page.locator("#classify-run").click();
    await page.locator("#verdict", { hasText: "Not sure. Nothing it knows stands out" }).waitFor();
  },
);

siteTest("a model that knows nothing lights up nowhere", {}, async ({ page }) => {
  await page.locator("#files").setInputFiles([vimFile("ten.pth"), await photoFile(50, 40)]);
  await page.locator("#photo-list li").first().waitFor();
  await chooseTool(page, "Classify");
  await page.locator("#where").check();
  await page.locator("#classify-run").click();
  await page.locator("#where-note", { hasText: "No single place decides this answer: covering any one" }).waitFor();
});

siteTest("look inside draws Vim's two orders with the class token, and the norm of 12 blocks", {}, async ({ page }) => {
  await openPhotos(page, await photoFile(80, 64));
  const inside = await lookInside(page, "vim_micro");
  assertEquals(inside, {
    what: "12 × 12 patches of the photo, with a class token",
    orders: ["Rows", "Rows, backwards"],
    blocks: 12,
    steps: 145,
  });
  const heights = await page.locator("#norms .column").evaluateAll((bars) => bars.map((bar) => bar.clientHeight));
  assert(heights.at(-1)! > heights[0]!, "the stream does not grow");
  await page.locator("#scan-step").fill("73");
  await untilReads(page, "#scan-at", "73 of 145 (the class token)");
  assertMatch((await page.locator("#scan").getAttribute("aria-label"))!, /Scan by rows, token 73 of 145/);
  const picture = () => page.locator("#scan").evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL().length);
  const plain = await picture();
  await page.locator("#norms button").nth(3).click();
  await until(picture, (seen) => seen !== plain, "the norms of a block must be drawn");
  assertMatch((await page.locator("#norm-text").textContent())!, /Block 4, layer\.3: mean strength \d/);
});

siteTest("look inside draws MambaIR's four orders over pixels", {}, async ({ page }) => {
  await openPhotos(page, await photoFile(40, 30));
  const inside = await lookInside(page, "mambair_light_x2");
  assertEquals(inside.orders, ["Rows", "Columns", "Rows, backwards", "Columns, backwards"]);
  assertEquals([inside.blocks, inside.steps], [24, 256]);
});

siteTest(
  "scan walks by itself, and stands still where little motion is wanted",
  { motion: "no-preference" },
  async ({ page }) => {
    await openPhotos(page, await photoFile(64, 64));
    await lookInside(page, "vim_micro");
    const step = () => page.locator("#scan-step").inputValue();
    const first = await step();
    await until(step, (seen) => seen !== first, "the scan must walk");
    await page.emulateMedia({ reducedMotion: "reduce" });
    await page.locator("#inside-run").click();
    await page.locator("#inside-run:not([hidden]):not([disabled])").waitFor();
    assertEquals(await page.locator("#scan-play").getAttribute("aria-pressed"), "false");
    const rest = await step();
    await painted(page);
    assertEquals(await step(), rest);
  },
);

siteTest("dropped Vim of another size classifies by class numbers", {}, async ({ page }) => {
  await page.locator("#files").setInputFiles(vimFile("my_vim.pth"));
  await openPhotos(page, await photoFile(50, 40));
  await chooseTool(page, "Classify");
  await page.locator("#classify-run").click();
  await page.locator(".label").nth(4).waitFor();
  assertMatch(await page.locator(".label").first().innerText(), /class \d/);
  assertMatch((await page.locator("#class-names").textContent())!, /no class names/);
});
