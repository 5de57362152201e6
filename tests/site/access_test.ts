/** For everyone: axe-core in both themes and sizes, keyboard, narrow screens, live regions. */
import { assert, assertEquals } from "@std/assert";
import axe from "axe-core";
import type { Download, FileChooser, Page } from "playwright-core";
import { bytesFile, mambairFile, photoFile } from "./files.ts";
import { siteTest } from "./site.ts";
import { chooseTool, lookInside, openPhotos, restore, untilFocused } from "./steps.ts";

/** What axe finds wrong, one line each. The policy forbids inline scripts, so it comes through the debugger. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    return (await axe.run()).violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  });
}

const overflows = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

// Each theme at one size: colours do not depend on the size, nor the structure on the theme.
for (const [scheme, width, height] of [["light", 320, 640], ["dark", 1440, 900]] as const) {
  siteTest(
    `page is clean for axe at ${width} × ${height} in ${scheme}, in every state`,
    { scheme, width, height },
    async ({ page }) => {
      assertEquals(await violations(page), []);
      assert(!await overflows(page), "the welcome page scrolls sideways");
      await page.locator("#shoot").click();
      await page.waitForFunction(() => document.querySelector("video")!.videoWidth > 0);
      assertEquals(await violations(page), []);
      assert(await page.locator("#camera-shoot").isVisible(), "nothing takes the picture");
      await page.keyboard.press("Escape");
      await page.locator("#files").setInputFiles(bytesFile("notes.txt", new Uint8Array(3)));
      await page.locator(".message").waitFor();
      await openPhotos(page, await photoFile(32, 24), await photoFile(24, 24, "other.png"));
      assertEquals(await violations(page), []);
      await page.locator(".message .quiet").click();
      await restore(page, "Upscale ×2");
      for (const box of await page.locator("details.box > summary").all()) await box.click();
      await page.locator("#model-facts dd").first().waitFor();
      assertEquals(await violations(page), []);
      await chooseTool(page, "Classify");
      await page.locator("#classify-run").click();
      await page.locator(".label").nth(1).click();
      await page.locator("#where-note:not(:empty)").waitFor();
      for (const box of await page.locator("#panel-classify details > summary").all()) await box.click();
      assertEquals(await violations(page), []);
      await lookInside(page, "vim_micro");
      await page.locator("#reach-maps canvas").first().waitFor();
      assertEquals(await violations(page), []);
      await chooseTool(page, "Restore");
      await page.locator("#checkpoint").setInputFiles(
        mambairFile("x2.pth", { upsampler: "pixelshuffledirect", upscale: 2 }),
      );
      await page.getByRole("button", { name: "Look into the file" }).first().click();
      await page.locator("#card-rows svg").first().waitFor();
      assertEquals(await violations(page), []);
      await page.locator("#card-close").click();
      // At work, and held up there.
      await page.evaluate(() => {
        for (const id of ["restore-all", "batch-pause"]) document.getElementById(id)!.click();
      });
      await page.locator("#batch-phase", { hasText: "Paused" }).waitFor();
      assertEquals(await violations(page), []);
      await page.locator("#batch-pause").click();
      await page.locator("#batch-text", { hasText: "2 of 2 done" }).waitFor();
      await page.locator("#loupe").click();
      await page.locator("#view-mode").selectOption("difference");
      assertEquals(await violations(page), []);
      await page.locator("#view-mode").selectOption("side");
      assertEquals(await violations(page), []);
      assert(!await overflows(page), "the work page scrolls sideways");
    },
  );
}

siteTest("theme can be chosen against the system's and stays", { scheme: "light" }, async ({ page }) => {
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.locator("#theme").selectOption("dark");
  assert(await ground() !== light);
  await page.reload();
  assert(await ground() !== light);
});

siteTest("everything works by keyboard alone, with the focus in sight", { hash: "#photo=small" }, async ({ page }) => {
  await page.locator("#photo-list li").first().waitFor();
  const seen: string[] = [];
  for (let i = 0; i < 70; i++) {
    await page.keyboard.press("Tab");
    const { name, visible } = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement;
      const style = getComputedStyle(element), span = element.nextElementSibling;
      const outlined = (style: CSSStyleDeclaration) =>
        style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
      const after = getComputedStyle(element, "::after");
      return {
        name: element.id || element.getAttribute("aria-label") || (element as HTMLInputElement).value ||
          element.tagName,
        visible: element === document.body || outlined(style) || outlined(after) ||
          (span !== null && outlined(getComputedStyle(span))) ||
          element.classList.contains("skip"),
      };
    });
    assert(visible, `the focus on ${name} cannot be seen`);
    seen.push(name);
  }
  for (const id of ["theme", "viewer", "zoom-in", "add-more", "tab-restore", "restore-run", "mambair_light_x2"]) {
    assert(seen.includes(id), `${id} cannot be reached: ${seen.join(", ")}`);
  }
  await page.locator("#tab-restore").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.locator(".label").nth(4).waitFor();
  await untilFocused(page, "classify-run");
});

/** Presses Tab until an element has the focus. */
async function tabTo(page: Page, id: string): Promise<void> {
  for (let i = 0; i < 120; i++) {
    const at = await page.evaluate(() => {
      const element = document.activeElement as HTMLInputElement;
      return element.id || element.value || element.textContent;
    });
    if (at === id) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Cannot go on as ${id} must be reached by Tab: it is not`);
}

/** Presses Enter and gives what that opens. */
async function enter<E extends "download" | "filechooser">(page: Page, event: E) {
  const opened = event === "download" ? page.waitForEvent("download") : page.waitForEvent("filechooser");
  await page.keyboard.press("Enter");
  return await opened as E extends "download" ? Download : FileChooser;
}

siteTest(
  "every flow goes by keys alone: open, look into a file, restore, compare, save, batch, look inside",
  {},
  async ({ page }) => {
    page.on("filechooser", () => {}); // the browser hands its pickers over from now on, not from the first wait on
    await tabTo(page, "choose-checkpoint");
    await (await enter(page, "filechooser")).setFiles(
      mambairFile("x2.pth", { upsampler: "pixelshuffledirect", upscale: 2 }),
    );
    await page.locator(".message.notice").waitFor();
    await tabTo(page, "Look into the file");
    await page.keyboard.press("Enter");
    await page.locator("#card[open] #card-rows svg").first().waitFor();
    await page.keyboard.press("Escape");
    await page.locator("#card").waitFor({ state: "hidden" });
    await tabTo(page, "choose");
    await (await enter(page, "filechooser")).setFiles([await photoFile(32, 24), await photoFile(24, 24, "other.png")]);
    await page.locator("#photo-list li").nth(1).waitFor();

    await tabTo(page, "restore-run");
    await page.keyboard.press("Enter");
    await page.locator("#save-box").waitFor();
    await tabTo(page, "compare");
    await page.keyboard.press("End");
    assertEquals(await page.locator("#compare").getAttribute("aria-valuenow"), "100");
    await tabTo(page, "view-mode");
    await page.keyboard.press("ArrowDown");
    assertEquals(await page.locator("#view-mode").inputValue(), "side");
    await tabTo(page, "hold");
    await page.keyboard.down("Space");
    assertEquals(await page.locator("#hold").getAttribute("aria-pressed"), "true");
    await page.keyboard.up("Space");
    await tabTo(page, "save");
    assertEquals((await enter(page, "download")).suggestedFilename(), "other-x2.png");
    await page.locator("#save", { hasText: "Download" }).waitFor();
    await tabTo(page, "restore-all");
    await page.keyboard.press("Enter");
    await page.locator("#batch-text", { hasText: "2 of 2 done" }).waitFor();
    await tabTo(page, "batch-zip");
    assertEquals((await enter(page, "download")).suggestedFilename(), "sidewinder.zip");

    await tabTo(page, "tab-restore");
    await page.keyboard.press("End");
    await tabTo(page, "inside-run");
    await page.keyboard.press("Enter");
    await page.locator("#reach-text:not(:empty)").waitFor();
    await tabTo(page, "reach-row");
    await page.keyboard.type("1");
    await page.keyboard.press("Tab");
    await tabTo(page, "0"); // the first of the ways
    // What a late answer shows leaves the focus where it is.
    await page.locator("#reach-maps").evaluate((maps) => maps.firstElementChild!.classList.add("before"));
    await page.locator("#reach-layer").evaluate((input: HTMLInputElement) => {
      input.value = input.value === "1" ? "2" : "1";
      input.dispatchEvent(new Event("input"));
    });
    await page.locator("#reach-maps figure:not(.before)").first().waitFor();
    await page.locator("#reach-maps .before").waitFor({ state: "detached" });
    await page.keyboard.press("ArrowRight");
    await page.locator("#reach-text", { hasText: "patches (rows)" }).waitFor();
  },
);

siteTest("screen readers hear what happens", {}, async ({ page }) => {
  const heard = page.evaluate(() =>
    new Promise<string[]>((resolve) => {
      const lines: string[] = [], region = document.getElementById("announcer")!;
      new MutationObserver(() => {
        lines.push(region.textContent!.trim());
        if (/done in/.test(region.textContent!)) resolve(lines);
      }).observe(region, { childList: true });
    })
  );
  await openPhotos(page, await photoFile(32, 32));
  await chooseTool(page, "Classify");
  await page.locator("#classify-run").click();
  const lines = await heard;
  assert(lines.some((line) => /photo\.png is open, 32 by 32 pixels/.test(line)), lines.join("; "));
  assert(lines.some((line) => /Likeliest: /.test(line)), lines.join("; "));
});

siteTest("Escape cancels what is going on", {}, async ({ page }) => {
  await openPhotos(page, await photoFile(400, 400));
  await page.locator("#restore-run").click();
  await page.waitForFunction(() => /Running/.test(document.querySelector("#restore-phase")!.textContent!));
  await page.keyboard.press("Escape");
  await page.locator("#restore-run").waitFor();
  await untilFocused(page, "restore-run");
});

siteTest("what is chosen is seen in the system's own colours", {}, async ({ page }) => {
  await page.emulateMedia({ forcedColors: "active" });
  await openPhotos(page, await photoFile(32, 24), await photoFile(24, 24, "other.png"));
  await restore(page, "Upscale ×2");
  /** Widths of the edges of what is chosen and of what is not. */
  const edges = (chosen: string, other: string) =>
    Promise.all(
      [chosen, other].map((selector) =>
        page.locator(selector).first().evaluate((element) => parseFloat(getComputedStyle(element).borderTopWidth))
      ),
    );
  const pairs: readonly (readonly [string, string])[] = [
    ["#tab-restore", "#tab-classify"],
    [".chip input:checked + span", ".chip input:enabled:not(:checked) + span"],
    [".thumbnail[aria-pressed=true]", ".thumbnail[aria-pressed=false]"],
  ];
  for (const [chosen, other] of pairs) {
    const [wide, narrow] = await edges(chosen, other);
    assert(wide! > narrow!, `${chosen} looks like ${other}`);
  }
  await lookInside(page, "vim_micro");
  const [column, ground] = await page.locator(".norms button").first().evaluate((button) =>
    [button.querySelector(".column")!, button].map((element) => getComputedStyle(element).backgroundColor)
  );
  assert(column !== ground, "the columns of strength cannot be seen");
});

siteTest("text of twice the size is all of that size, and nothing scrolls sideways", {
  width: 360,
  height: 740,
}, async ({ page }) => {
  await page.evaluate(() => document.documentElement.style.fontSize = "200%");
  assert(!await overflows(page), "the welcome page scrolls sideways");
  await openPhotos(page, await photoFile(32, 24));
  await restore(page, "Upscale ×2");
  for (const tool of ["Classify", "Look inside", "Restore"] as const) {
    await chooseTool(page, tool);
    assert(!await overflows(page), `${tool} scrolls sideways`);
  }
  const size = await page.locator("#restore-run").evaluate((button) => getComputedStyle(button).fontSize);
  assertEquals(size, "32px");
});
