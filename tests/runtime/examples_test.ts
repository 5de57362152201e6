import { assertEquals } from "@std/assert";
import { KIT, makeFolder, makeKit, must, ROOT } from "./kit.ts";
import { PHOTO, RESTORED, SHOWN } from "./pages.ts";
import { askExtension, askPage, serveFolder } from "./serve.ts";

await makeKit();

/** A folder with files of the project by the names that they get, and a small photo. */
async function folderOf(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  return await makeFolder(`example_${name}`, { ...files, "photo.png": PHOTO });
}

async function build(folder: string, entries: readonly string[]): Promise<void> {
  const args = [...entries, "--bundle", "--splitting", "--format=esm", "--outdir=built"];
  await must(`${KIT}node_modules/.bin/esbuild`, args, { cwd: folder });
  const model = "mambair_light_x2";
  await Deno.copyFile(`${ROOT}weights/${model}/${model}.safetensors`, `${folder}built/${model}.safetensors`);
}

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
      sizes[name] = await shown(() => frame.contentDocument);
      frame.remove();
    }
    post("/", sizes);
    </script>`,
  );
  const { answer } = await askPage("chromium", folder, "page.html");
  assertEquals(JSON.parse(answer), { react: RESTORED, vue: RESTORED, html: RESTORED });
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
    shown(() => document).then((size) => post(location.hash.slice(1), size));`,
  );
  const { answer } = await askExtension(folder, "page.html");
  assertEquals(JSON.parse(answer), RESTORED);
});
