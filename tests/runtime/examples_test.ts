import { assertEquals } from "@std/assert";
import { KIT, makeFolder, makeKit, must, ROOT } from "./kit.ts";
import { askExtension, askPage, serveFolder } from "./serve.ts";

await makeKit();

/** The size of what a document shows at last, or the words of its error; as text, for pages to run. */
const SHOWN = `const shown = (page) => new Promise((resolve) => {
    const look = () => {
      const words = page.querySelector("[role=alert]")?.textContent;
      const image = page.querySelector("img[src^=blob]"), canvas = page.querySelector("canvas[data-done]");
      const size = image?.complete ? [image.naturalWidth, image.naturalHeight] : canvas && [canvas.width, canvas.height];
      if (words || size?.[0]) resolve(words || size);
      else setTimeout(look, 50);
    };
    look();
  });
  const post = (server, result) => fetch(server, { method: "POST", mode: "no-cors", body: JSON.stringify(result) });`;

/** A folder with files of the project by the names that they get, and a small photo. */
async function folderOf(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  return await makeFolder(`example_${name}`, { ...files, "photo.png": "tests/golden/image/files/rgb.png" });
}

async function build(folder: string, entries: readonly string[]): Promise<void> {
  const args = [...entries, "--bundle", "--splitting", "--format=esm", "--outdir=built"];
  await must(`${KIT}node_modules/.bin/esbuild`, args, { cwd: folder });
  const model = "mambair_light_x2";
  await Deno.copyFile(`${ROOT}weights/${model}/${model}.safetensors`, `${folder}built/${model}.safetensors`);
}

/** Twice the width and height in the header of the photo. */
const { buffer } = await Deno.readFile(`${ROOT}tests/golden/image/files/rgb.png`);
const LARGE = [2 * new DataView(buffer).getUint32(16), 2 * new DataView(buffer).getUint32(20)];

Deno.test("the examples for React, for Vue and in plain HTML, from a CDN, make a photo twice as large", async () => {
  const folder = await folderOf("pages", {
    "react.jsx": "examples/react/app.jsx",
    "use_sidewinder.js": "examples/react/use_sidewinder.js",
    "vue.js": "examples/vue/app.js",
    "use_restore.js": "examples/vue/use_restore.js",
  });
  await build(folder, ["react.jsx", "vue.js"]);
  for (const name of ["react", "vue"]) {
    const page = `<!doctype html><div id="app"></div><script type="module" src="built/${name}.js"></script>`;
    await Deno.writeTextFile(`${folder}${name}.html`, page);
  }
  await using cdn = serveFolder(`${KIT}node_modules/`, { "access-control-allow-origin": "*" });
  const plain = await Deno.readTextFile(`${ROOT}examples/html/index.html`);
  const address = cdn.url.replace("127.0.0.1", "localhost");
  await Deno.writeTextFile(`${folder}html.html`, plain.replace("https://cdn.jsdelivr.net/npm/", address));
  await Deno.writeTextFile(
    `${folder}page.html`,
    `<!doctype html><script type="module">
    ${SHOWN}
    const sizes = {};
    for (const name of ["react", "vue", "html"]) {
      const frame = Object.assign(document.createElement("iframe"), { src: name + ".html" });
      const loaded = new Promise((resolve) => frame.onload = resolve);
      document.documentElement.append(frame);
      await loaded;
      sizes[name] = await shown(frame.contentDocument);
      frame.remove();
    }
    post("/", sizes);
    </script>`,
  );
  const { answer } = await askPage("chromium", folder, "page.html");
  assertEquals(JSON.parse(answer), { react: LARGE, vue: LARGE, html: LARGE });
});

Deno.test("the example of an extension makes a photo twice as large", async () => {
  const names = ["manifest.json", "background.js", "page.html", "page.js"];
  const folder = await folderOf(
    "extension",
    Object.fromEntries(names.map((name) => [name, `examples/extension/${name}`])),
  );
  await build(folder, ["page.js"]);
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
    ${SHOWN}
    shown(document).then((size) => post(location.hash.slice(1), size));`,
  );
  const { answer } = await askExtension(folder, "page.html");
  assertEquals(JSON.parse(answer), LARGE);
});
