import { assert, assertEquals } from "@std/assert";
import { makeFolder, makeKit, must, NODE_20, ROOT } from "./kit.ts";

await makeKit();

Deno.test("README's snippets in JavaScript run on Node 20 and print what stands beside them", async () => {
  const readme = await Deno.readTextFile(`${ROOT}README.md`);
  const snippets = [...readme.matchAll(/^```js\n([^]*?)^```$/gm)].map(([, text]) => text!);
  assert(snippets.length > 0);
  const folder = await makeFolder("readme", {});
  await Deno.symlink(`${ROOT}examples`, `${folder}examples`);
  for (const text of snippets) {
    await Deno.writeTextFile(`${folder}snippet.js`, text);
    const stated = [...text.matchAll(/^console\.log\(.*\); \/\/ (.*)$/gm)].map(([, value]) => `${value}\n`).join("");
    assertEquals(await must(NODE_20, ["snippet.js"], { cwd: folder }), stated);
  }
});

Deno.test("README begins with how to install, from every registry", async () => {
  const readme = await Deno.readTextFile(`${ROOT}README.md`);
  const first = /^```sh\n([^]*?)^```$/m.exec(readme)![1]!;
  for (const words of ["npm install sidewinder", "deno add jsr:@sidewinder/sidewinder"]) assert(first.includes(words));
});
