/** The main flows in Firefox, with real files. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { mambairFile, photoFile, type PickedFile } from "./files.ts";
import { FIREFOX, inFirefox } from "./firefox.ts";
import { exists, origin } from "./site.ts";

const there = exists(FIREFOX);
if (!there && Deno.env.get("CI")) throw new Error(`Cannot test the page as ${FIREFOX} must be there: it is not`);
if (!there) console.log(`skipped: the page's tests in Firefox need ${FIREFOX} (or $FIREFOX)`);

Deno.test({
  name: "Firefox opens, restores, classifies, looks inside, and goes on after a reload",
  ignore: !there,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const folder = await Deno.makeTempDir();
    const save = async ({ name, buffer }: PickedFile) => {
      await Deno.writeFile(`${folder}/${name}`, buffer);
      return `${folder}/${name}`;
    };
    const photo = await save(await photoFile(24, 16, "cat.png"));
    const model = await save(mambairFile("x2.pth", { upsampler: "pixelshuffledirect", upscale: 2 }));
    const broken = `${folder}/notes.txt`;
    await Deno.writeTextFile(broken, "hello");

    await inFirefox(`${origin()}/`, async (page) => {
      await page.until(`/wasm|webgpu/.test(document.querySelector("#device-name").textContent)`);
      assertEquals(await page.evaluate<boolean>("crossOriginIsolated"), true);
      await page.pick("#files", photo, model, broken);
      await page.until(`document.querySelector(".message.error")`);
      assertMatch(await page.evaluate<string>(`document.querySelector(".message.error").innerText`), /^notes\.txt/);
      await page.until(`document.querySelector("#restore-run:enabled")`);

      await page.click("#restore-run");
      await page.until(`document.querySelector("#results li")`);
      assertEquals(
        await page.evaluate<string>(`document.querySelector(".show-result span").textContent`),
        "cat · ×2 · x2.pth",
      );
      await page.click("#tab-classify");
      await page.click("#classify-run");
      await page.until(`document.querySelectorAll(".label").length === 5`);
      await page.click("#tab-inside");
      await page.until(`document.querySelector("#inside-run:enabled")`);
      await page.click("#inside-run");
      await page.until(`/patches/.test(document.querySelector("#reach-text").textContent)`);
      assert(await page.evaluate<number>(`document.querySelectorAll("#reach-maps canvas").length`) > 1);

      await page.until(`navigator.storage.getDirectory()
        .then((root) => root.getDirectoryHandle("session")).then((folder) => folder.getFileHandle("state-1"))
        .then((file) => file.getFile()).then((file) => file.text()).then((text) => globalThis.kept = text, () => {}),
        /x2\\.pth/.test(globalThis.kept)`);
      await page.evaluate(`markAndReload()
        function markAndReload() { addEventListener("beforeunload", (event) => event.stopImmediatePropagation(), true);
        setTimeout(() => location.reload()); return 1; }`);
      await page.until(`document.readyState === "complete" && document.querySelector("#results li")`);
    });
    await Deno.remove(folder, { recursive: true });
  },
});
