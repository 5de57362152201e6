/** The verdicts of the command line on hostile and odd checkpoints in Node are those in Deno. */
import { assertEquals } from "@std/assert";
import { commandsFor, type Ended, PLAIN, REFUSED, TAKEN, wrongAnswer, wrongRefusal } from "../cli/hostile_files.ts";
import { makeFolder, makeKit, must, NODE_20, NODE_24 } from "./kit.ts";

await makeKit();
const folder = await makeFolder("hostile", { "hostile.js": "tests/runtime/apps/hostile.js" });
const files = [...REFUSED, ...TAKEN];
await Deno.writeTextFile(
  `${folder}lists.json`,
  JSON.stringify(files.flatMap(({ name }) => commandsFor(name, `${folder}${name}.safetensors`))),
);
const cli = await Deno.realPath(`${folder}../node_modules/.bin/sidewinder`);

for (const [version, node] of [["20", NODE_20], ["24", NODE_24]] as const) {
  Deno.test(`sidewinder gives one verdict on every hostile and odd checkpoint in Node ${version}, that of Deno`, async () => {
    for (const { name } of TAKEN) await Deno.remove(`${folder}${name}.safetensors`).catch(() => {});
    const ended: Ended[] = JSON.parse(await must(node, ["hostile.js", cli, "lists.json"], { cwd: folder }));
    const faults = files.map((file, i) => {
      const three = ended.slice(3 * i, 3 * i + 3);
      return "words" in file ? wrongRefusal(file, three) : wrongAnswer(file, three, PLAIN);
    });
    assertEquals(faults.filter((fault) => fault !== undefined), []);
    const written = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) =>
      name.endsWith(".safetensors")
    );
    assertEquals(written.sort(), TAKEN.map(({ name }) => `${name}.safetensors`).sort());
  });
}
