import { assert, assertEquals } from "@std/assert";
import { assertAnswers, FUSED, INPUTS } from "./expected.ts";
import { makeFolder, makeKit, must, ROOT } from "./kit.ts";
import { blockOf, commands, inKit } from "./recipes.ts";
import { askPage } from "./serve.ts";

await makeKit();

/** Complaints about size, which are about the weights, and other words of a good build. */
const BENIGN = /size|performance|limit|chunk|compiled with/i;

for (const name of ["vite", "webpack", "esbuild", "rollup"]) {
  Deno.test(`npm package built by ${name} as its recipe says runs in Chromium, without a plugin of ours`, async () => {
    const folder = await makeFolder(`bundle_${name}`, {
      "answers.js": "tests/runtime/apps/answers.js",
      "main.js": "tests/runtime/apps/bundled.js",
    });
    await Deno.writeTextFile(`${folder}index.html`, blockOf("index.html"));
    const [line] = commands(`npx ${name} `);
    const printed = await must("sh", ["-c", line!], { cwd: folder, env: { ...inKit, NO_COLOR: "1" } });
    const warnings = printed.split("\n").filter((text) => /warn|error/i.test(text) && !BENIGN.test(text));
    assertEquals(warnings, [], printed);

    const built = `${folder}dist/`;
    if (name === "esbuild" || name === "rollup") await copyWeights(folder);
    for await (const path of walk(built)) {
      if (!path.endsWith(".js")) continue;
      const text = await Deno.readTextFile(path);
      assert(!/(?:from|import)\s*\(?\s*["']node:|require\(["']node:/.test(text), `${path} asks for a Node built-in`);
    }
    for (const [file, source] of Object.entries(INPUTS)) await Deno.copyFile(ROOT + source, built + file);
    if (name !== "vite") await Deno.copyFile(`${folder}index.html`, `${built}index.html`);
    const { answer, requests } = await askPage("chromium", built, "index.html");
    const { answers, label, error } = JSON.parse(answer);
    assertEquals([error, label], [undefined, "tabby, tabby cat"]);
    await assertAnswers(JSON.stringify(answers), FUSED);
    // esbuild knows no workers: the engine is found at its second try.
    const missing = (path: string): boolean =>
      path.startsWith("404") && !(name === "esbuild" && path.includes("worker"));
    assertEquals(requests.filter((path) => missing(path) || /encode|denoise|_x[34]/.test(path)), []);
  });
}

/** As the recipe says for bundlers that know no assets; the kit's packages lie one folder up. */
async function copyWeights(folder: string): Promise<void> {
  const [line] = commands("cp ");
  for (const model of ["vim-micro", "mambair-light-x2"]) {
    await must("sh", ["-c", line!.replace("node_modules", "../node_modules").replace("vim-micro", model)], {
      cwd: folder,
    });
  }
}

async function* walk(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* walk(`${folder}${name}/`);
    else yield folder + name;
  }
}
