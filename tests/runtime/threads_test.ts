/** Threads in every runtime: the bits of one thread, an end by itself, and one thread where there can be no more. */
import { assertEquals, assertMatch } from "@std/assert";
import { BUN, KIT, makeFolder, makeKit, must, NODE_20, NODE_24, ROOT } from "./kit.ts";
import { askPage, BROWSERS, ISOLATED } from "./serve.ts";

await makeKit();
const folder = await makeFolder("threads", {
  "threads.js": "tests/runtime/apps/threads.js",
  "rocket.jpg": "examples/photos/rocket.jpg",
});
await Deno.writeTextFile(`${folder}package.json`, `{ "type": "module" }`);
await Deno.writeTextFile(`${folder}deno.json`, `{ "nodeModulesDir": "manual" }`);
await must(`${KIT}node_modules/.bin/esbuild`, [
  "threads.js",
  "--bundle",
  "--splitting",
  "--format=esm",
  "--target=es2022",
  "--external:node:*",
  "--outdir=built",
], { cwd: folder });
await Deno.copyFile(`${ROOT}weights/vim_micro/vim_micro.safetensors`, `${folder}built/vim_micro.safetensors`);
await Deno.writeTextFile(`${folder}page.html`, `<!doctype html><script type="module" src="built/threads.js"></script>`);

function assertThreads(printed: string, threads: number, found: RegExp): void {
  const { found: said, ...rest } = JSON.parse(printed);
  assertEquals(rest, { threads, same: true, again: Array(5).fill(true) });
  assertMatch(said, found);
}

const PROGRAMS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  "Node 20": [NODE_20],
  "Node 24": [NODE_24],
  "Bun": [BUN],
  "Deno, with the permissions to read": [Deno.execPath(), "run", "--allow-read", "--config=deno.json"],
};

for (const [name, [program, ...args]] of Object.entries(PROGRAMS)) {
  Deno.test(`three threads in ${name} give the bits of one, and the process ends by itself`, async () => {
    assertThreads(await must(program, [...args, "threads.js"], { cwd: folder }), 3, /3 threads/);
  });
}

for (const browser of Object.keys(BROWSERS)) {
  Deno.test(`three threads in an isolated page of ${browser} give the bits of one`, async () => {
    assertThreads((await askPage(browser, folder, "page.html", ISOLATED)).answer, 3, /3 threads/);
  });
  Deno.test(`a page of ${browser} that is not isolated has one thread and says why`, async () => {
    assertThreads(
      (await askPage(browser, folder, "page.html")).answer,
      1,
      /one thread as the page is not cross-origin/,
    );
  });
}
