import { assert, assertEquals } from "@std/assert";
import { KIT, makeFolder, makeKit, must, NODE_20, ROOT } from "./kit.ts";
import { blockOf, commands, inKit, RECIPES } from "./recipes.ts";
import { askPage } from "./serve.ts";

await makeKit();

Deno.test("docs/runtimes.md shows the files of the repository as they are", async () => {
  const files = RECIPES.filter(({ file }) => file.includes("/"));
  assert(files.length >= 10);
  for (const { file, text } of files) {
    assertEquals(text, await Deno.readTextFile(ROOT + file), `${file}: run deno run -A tools/fill_recipes.ts`);
  }
});

Deno.test("recipe for Node and its command line run in an empty folder with nothing but the tarball", async () => {
  const folder = await Deno.makeTempDir({ prefix: "sidewinder_recipe_" });
  try {
    await Deno.writeTextFile(`${folder}/package.json`, `{ "type": "module" }`);
    await Deno.writeTextFile(`${folder}/node.js`, blockOf("node.js"));
    await Deno.copyFile(`${ROOT}examples/photos/rocket.jpg`, `${folder}/photo.jpg`);
    const tarballs = ["sidewinder.tgz", "sidewinder-weights-vim-micro.tgz"];
    for (const tarball of tarballs) await Deno.copyFile(KIT + tarball, `${folder}/${tarball}`);
    const path = `${NODE_20.replace(/\/node$/, "")}:${Deno.env.get("PATH")}`;
    const lines = [...commands("npm install sidewinder"), ...commands("node "), ...commands("npx sidewinder")];
    assertEquals(lines.length, 3);
    let printed = "";
    for (const line of lines) {
      const command = line.replace(
        "install sidewinder",
        `install --no-audit --no-fund ${tarballs.map((name) => `./${name}`).join(" ")}`,
      );
      printed = await must("sh", ["-c", command], { cwd: folder, env: { PATH: path } });
      if (line.startsWith("node ")) assertEquals(printed, "fountain\n");
    }
    assert(/\d % +fountain/.test(printed), printed);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** A folder in the kit with recipes by name, and a photo. */
async function recipeFolder(name: string, files: readonly string[]): Promise<string> {
  const folder = await makeFolder(`recipe_${name}`, { "photo.jpg": "examples/photos/rocket.jpg" });
  for (const file of files) await Deno.writeTextFile(folder + file, blockOf(file));
  return folder;
}

Deno.test("recipe for Bun runs", async () => {
  const folder = await recipeFolder("bun", ["node.js"]);
  const [line] = commands("bun ");
  assertEquals(await must("sh", ["-c", line!], { cwd: folder, env: inKit }), "fountain\n");
});

Deno.test("recipe for the npm package in Deno runs with the permissions it names", async () => {
  const folder = await recipeFolder("deno", ["deno.js"]);
  await Deno.writeTextFile(`${folder}package.json`, `{ "dependencies": { "sidewinder": "*" } }`);
  await Deno.mkdir(`${folder}node_modules`);
  await Deno.symlink(`${KIT}node_modules/sidewinder`, `${folder}node_modules/sidewinder`);
  await Deno.writeTextFile(`${folder}deno.json`, `{ "nodeModulesDir": "manual" }`);
  const [line] = commands("deno run");
  const env = { PATH: `${Deno.execPath().replace(/\/[^/]*$/, "")}:${Deno.env.get("PATH")}` };
  assertEquals(
    await must("sh", ["-c", line!.replace("deno run", "deno run --no-prompt")], { cwd: folder, env }),
    "fountain\n",
  );
});

/** Sends what the page shows to the server, for the test. */
const REPORTER = `<script>
new MutationObserver(() => {
  const text = document.body?.innerText.trim();
  if (text) fetch("/", { method: "POST", body: text });
}).observe(document, { childList: true, subtree: true });
</script>`;

Deno.test("recipe for a page shows the label in Chromium", async () => {
  const folder = await recipeFolder("page", ["main.js", "index.html"]);
  const [line] = commands("npx esbuild");
  await must("sh", ["-c", line!], { cwd: folder, env: inKit });
  await must("sh", ["-c", commands("cp ")[0]!.replace("node_modules", "../node_modules")], { cwd: folder });
  await Deno.copyFile(`${folder}photo.jpg`, `${folder}dist/photo.jpg`);
  const page = await Deno.readTextFile(`${folder}index.html`);
  await Deno.writeTextFile(`${folder}dist/index.html`, page.replace("<title>", `${REPORTER}<title>`));
  const { answer } = await askPage("chromium", `${folder}dist/`, "index.html");
  assertEquals(answer, "fountain");
});

Deno.test("recipe for Vercel answers as the platform calls it", async () => {
  const folder = await makeFolder("recipe_vercel", {
    "image.js": "examples/edge/vercel.js",
    "photo.jpg": "examples/photos/rocket.jpg",
  });
  await Deno.writeTextFile(
    `${folder}call.js`,
    `import { readFile } from "node:fs/promises";
import { OPTIONS, POST } from "./image.js";
const url = "https://function.test/api/image";
const response = await POST(new Request(url + "?top=1", { method: "POST", body: await readFile("photo.jpg") }));
const options = await OPTIONS(new Request(url, { method: "OPTIONS" }));
console.log(response.status, (await response.json()).labels[0].name, options.status);`,
  );
  assertEquals(await must(NODE_20, ["call.js"], { cwd: folder }), "200 fountain 204\n");
});
