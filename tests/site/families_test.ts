/** Families that the page has no model of: dropped, they classify, restore, and are looked into like its own. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { FAMILY_FILES, photoFile } from "./files.ts";
import { siteTest } from "./site.ts";
import { chooseTool, download, lookInside, openPhotos, restore } from "./steps.ts";

const FOUR = ["Rows", "Columns", "Rows, backwards", "Columns, backwards"];

/** Drops a checkpoint of a family, and gives the id of its model. */
async function drop(page: Page, family: keyof typeof FAMILY_FILES, title: string): Promise<string> {
  await page.locator("#files").setInputFiles(FAMILY_FILES[family](`${family}.pth`));
  await page.locator(".message", { hasText: new RegExp(`${family}\\.pth, [\\d.]+ [kM] parameters, ready`) }).waitFor();
  await page.getByRole("button", { name: "Look into the file" }).last().click();
  await page.locator("#card[open] #card-facts", { hasText: title }).waitFor();
  await page.locator("#card-close").click();
  return (await page.locator("#inside-model option", { hasText: `${family}.pth` }).getAttribute("value"))!;
}

/** Looks inside and checks that what reaches a place is told, direction by direction. */
async function inside(page: Page, model: string, orders: readonly string[]): Promise<void> {
  assertEquals((await lookInside(page, model)).orders, orders);
  await page.locator("#reach-text", { hasText: "of what this patch gets is its own" }).waitFor();
  assertEquals(await page.locator("#reach-maps canvas").count(), orders.length);
  assertMatch(await page.locator("#reach-decay-text").innerText(), /after \d+ steps? \d+ % is left/);
}

siteTest(
  "dropped VMamba and MambaOut classify; VMamba is looked into, MambaOut has no scan and says so",
  {},
  async ({ page }) => {
    await openPhotos(page, await photoFile(80, 64));
    const vmamba = await drop(page, "vmamba", "VMamba");
    const classify = async () => {
      await chooseTool(page, "Classify");
      await page.locator("#classify-run").click();
      await page.locator(".label").nth(4).waitFor();
      await page.locator("#classify-run").waitFor();
      assertMatch(await page.locator("#labels").innerText(), /class \d/);
    };
    await classify();
    await page.locator("#where").check();
    await page.locator("#where-note:not(:empty)").waitFor();
    await page.locator("#where").uncheck();
    await inside(page, vmamba, FOUR);

    const mambaout = await drop(page, "mambaout", "MambaOut");
    await classify();
    await chooseTool(page, "Look inside");
    await page.locator("#inside-model").selectOption(mambaout);
    await page.locator("#inside-run").click();
    await page.locator(".message", { hasText: "This model has no scan to look into" }).waitFor();
  },
);

siteTest("dropped MambaIRv2, MambaIRUNet and DVMSR restore, and are looked into", {}, async ({ page }) => {
  await openPhotos(page, await photoFile(40, 30));
  for (
    const [family, title, scale, orders] of [
      ["mambairv2", "MambaIRv2", 2, ["By likeness"]],
      ["unet", "MambaIRUNet", 1, FOUR],
      ["dvmsr", "DVMSR", 4, ["Rows"]],
    ] as const
  ) {
    const model = await drop(page, family, title);
    await restore(page, `${family}.pth`);
    const { pixels } = await download(page, "png");
    assertEquals([pixels.width, pixels.height], [40 * scale, 30 * scale]);
    assert(new Set(pixels.data).size > 1, "the result is of one colour");
    await inside(page, model, orders);
  }
});
