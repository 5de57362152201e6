import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../../", import.meta.url).pathname;

/** Names that modules export, types too. */
async function namesOf(...modules: string[]): Promise<string[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["doc", "--json", ...modules], cwd: ROOT })
    .output();
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout)) as {
    readonly nodes: Readonly<Record<string, { readonly symbols: readonly { readonly name: string }[] }>>;
  };
  return Object.values(nodes).flatMap(({ symbols }) => symbols.map(({ name }) => name));
}

Deno.test("the main module has about forty names, and none of them stands among the parts too", async () => {
  const names = await namesOf("mod.ts"), parts = new Set(await namesOf("kernels.ts"));
  assert(names.length >= 35 && names.length <= 50, `${names.length} names: ${names.join()}`);
  assertEquals(names.filter((name) => parts.has(name)), []);
});

Deno.test("the API reference of the main module has at most 150 pages, those of members counted", async () => {
  const { tasks: { docs } } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`)),
    folder = await Deno.makeTempDir();
  try {
    const args = docs.replace("dist/docs", folder).split(" ").slice(1);
    await new Deno.Command(Deno.execPath(), { args, cwd: ROOT, stdout: "null", stderr: "null" }).output();
    const pages = await countPages(folder);
    assert(pages > 100 && pages <= 150, `${pages} pages`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

async function countPages(folder: string): Promise<number> {
  let pages = 0;
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    pages += isDirectory ? await countPages(`${folder}/${name}`) : Number(name.endsWith(".html"));
  }
  return pages;
}
