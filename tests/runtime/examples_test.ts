import { assertEquals } from "@std/assert";
import { KIT, makeFolder, makeKit, must, ROOT } from "./kit.ts";
import { askExtension, askPage, serveFolder } from "./serve.ts";

await makeKit();

/** Waits for what the example shows at last, and POSTs its size to a server, which is an expression. */
const PROBE = (server = '"/"'): string =>
  `const look = () => {
    const words = document.querySelector("[role=alert]")?.textContent;
    const image = document.querySelector("img[src^=blob]"), canvas = document.querySelector("canvas[data-done]");
    const shown = image?.complete ? [image.naturalWidth, image.naturalHeight] : canvas && [canvas.width, canvas.height];
    if (!words && !shown?.[0]) return setTimeout(look, 50);
    fetch(${server}, { method: "POST", mode: "no-cors", body: JSON.stringify(words || shown) });
  };
  look();`;

/** A folder with files of an example and a photo of 32 x 24 pixels. */
async function folderOf(example: string, names: readonly string[]): Promise<string> {
  const files = names.map((name) => [name, `examples/${example}/${name}`]);
  const folder = await makeFolder(`example_${example}`, Object.fromEntries(files));
  await Deno.copyFile(`${ROOT}tests/golden/image/files/rgb.png`, `${folder}photo.png`);
  await Deno.writeTextFile(`${folder}probe.js`, PROBE());
  return folder;
}

async function build(folder: string, entry: string): Promise<void> {
  const args = [entry, "--bundle", "--splitting", "--format=esm", "--outdir=built"];
  await must(`${KIT}node_modules/.bin/esbuild`, args, { cwd: folder });
  const model = "mambair_light_x2";
  await Deno.copyFile(`${ROOT}weights/${model}/${model}.safetensors`, `${folder}built/${model}.safetensors`);
}

const [width, height] = await sizeOf(`${ROOT}tests/golden/image/files/rgb.png`);

/** Width and height in the header of a PNG. */
async function sizeOf(path: string): Promise<number[]> {
  const { buffer } = await Deno.readFile(path), view = new DataView(buffer);
  return [view.getUint32(16), view.getUint32(20)];
}

for (
  const [example, files] of [["react", ["app.jsx", "use_sidewinder.js"]], ["vue", [
    "app.js",
    "use_restore.js",
  ]]] as const
) {
  Deno.test(`the example for ${example} makes a photo twice as large`, async () => {
    const folder = await folderOf(example, files);
    await build(folder, files[0]);
    await Deno.writeTextFile(
      `${folder}page.html`,
      `<!doctype html><div id="app"></div><script type="module" src="built/app.js"></script><script src="probe.js"></script>`,
    );
    const { answer } = await askPage("chromium", folder, "page.html");
    assertEquals(JSON.parse(answer), [2 * width!, 2 * height!]);
  });
}

Deno.test("the example in plain HTML takes the package from a CDN and makes a photo twice as large", async () => {
  const folder = await folderOf("html", ["index.html"]);
  await using cdn = serveFolder(`${KIT}node_modules/`, { "access-control-allow-origin": "*" });
  const page = await Deno.readTextFile(`${folder}index.html`);
  const served = page.replace("https://cdn.jsdelivr.net/npm/", cdn.url.replace("127.0.0.1", "localhost"));
  await Deno.writeTextFile(`${folder}index.html`, `${served}<script src="probe.js"></script>`);
  const { answer } = await askPage("firefox-esr", folder, "index.html");
  assertEquals(JSON.parse(answer), [2 * width!, 2 * height!]);
});

Deno.test("the example of an extension makes a photo twice as large", async () => {
  const folder = await folderOf("extension", ["manifest.json", "background.js", "page.html", "page.js"]);
  await build(folder, "page.js");
  const page = await Deno.readTextFile(`${folder}page.html`);
  await Deno.writeTextFile(`${folder}page.html`, `${page}<script type="module" src="choose.js"></script>`);
  await Deno.writeTextFile(
    `${folder}choose.js`,
    `const wait = setInterval(async () => {
      if (!document.body.dataset.ready) return;
      clearInterval(wait);
      const files = new DataTransfer(), input = document.querySelector("input");
      files.items.add(new File([await (await fetch("photo.png")).blob()], "photo.png"));
      input.files = files.files;
      input.dispatchEvent(new Event("change"));
    }, 50);
    ${PROBE("location.hash.slice(1)")}`,
  );
  const { answer } = await askExtension(folder, "page.html");
  assertEquals(JSON.parse(answer), [2 * width!, 2 * height!]);
});
