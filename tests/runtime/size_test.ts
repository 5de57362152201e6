import { assert, assertEquals } from "@std/assert";
import { makeKit, ROOT } from "./kit.ts";

await makeKit();

/** Bytes of a folder. */
async function weigh(folder: string): Promise<number> {
  let bytes = 0;
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    bytes += isDirectory ? await weigh(`${folder}/${name}`) : (await Deno.stat(`${folder}/${name}`)).size;
  }
  return bytes;
}

Deno.test("the main package has at most 1.5 MB, no model, and nothing that must be installed along", async () => {
  const bytes = await weigh(`${ROOT}dist/npm`);
  assert(bytes <= 1.5e6, `${bytes} bytes`);
  const manifest = JSON.parse(await Deno.readTextFile(`${ROOT}dist/npm/package.json`));
  assertEquals(manifest.dependencies, undefined);
  for (const field of ["repository", "homepage", "bugs", "engines", "license"]) assert(manifest[field], field);
});

Deno.test("a package of weights has the model once, raw", async () => {
  for await (const { name } of Deno.readDir(`${ROOT}weights`)) {
    const folder = `${ROOT}dist/packages/weights-${name.replaceAll("_", "-")}`;
    const { files } = JSON.parse(await Deno.readTextFile(`${folder}/package.json`));
    assertEquals(files, ["index.js", "workerd.js", "index.d.ts", `${name}.safetensors`]);
  }
});
