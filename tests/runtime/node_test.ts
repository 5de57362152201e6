import { assertEquals, assertMatch } from "@std/assert";
import { assertAnswers, FUSED, INPUTS, PLAIN } from "./expected.ts";
import { BUN, makeFolder, makeKit, must, NODE_20, NODE_22, NODE_24, ROOT, run } from "./kit.ts";

await makeKit();
const folder = await makeFolder("node", {
  "answers.js": "tests/runtime/apps/answers.js",
  "node.js": "tests/runtime/apps/node.js",
  ...INPUTS,
});
const answer = (program: string, ...args: string[]) => must(program, [...args, "node.js"], { cwd: folder });

Deno.test("npm package in Node 20 gives the bits of Deno, without relaxed SIMD", async () => {
  assertMatch(await must(NODE_20, ["--version"]), /^v20\./);
  await assertAnswers(await answer(NODE_20), PLAIN);
});

for (const [version, program] of [[22, NODE_22], [24, NODE_24]] as const) {
  Deno.test(`npm package in Node ${version} gives the bits of Deno`, async () => {
    assertMatch(await must(program, ["--version"]), new RegExp(`^v${version}\\.`));
    await assertAnswers(await answer(program), FUSED);
  });
}

Deno.test("npm package in Bun gives the bits of Deno, on plain SIMD since its relaxed one does not fuse", async () => {
  await assertAnswers(await answer(BUN), PLAIN);
});

Deno.test("npm package in Deno gives the bits of the working tree", async () => {
  await Deno.writeTextFile(`${folder}deno.json`, `{ "nodeModulesDir": "manual" }`);
  await assertAnswers(await answer(Deno.execPath(), "run", "-A", "--config=deno.json"), FUSED);
});

const CLI = "../node_modules/.bin/sidewinder";

Deno.test("sidewinder classify runs as a bin in Node 20", async () => {
  const printed = await must(NODE_20, [CLI, "classify", "rocket.jpg", "--json", "--top", "1"], { cwd: folder });
  assertEquals(JSON.parse(printed).labels.length, 1);
  assertMatch(JSON.parse(printed).labels[0].name, /\w/);
});

Deno.test("sidewinder exits with 2 for an unknown command and prints one line", async () => {
  const { code, stdout, stderr } = await run(NODE_20, [CLI, "paint"], { cwd: folder });
  assertEquals([code, stdout], [2, ""]);
  assertMatch(stderr, /^Cannot run paint as the command must be one of .*\n$/);
});

Deno.test("sidewinder bin is the package's own copy", async () => {
  const real = await Deno.realPath(`${folder}${CLI}`);
  assertEquals(real.includes("/node_modules/sidewinder/"), true, real);
  assertEquals(real.startsWith(ROOT), true);
});
