import { must, ROOT } from "../runtime/kit.ts";
import { buildSuite, expectAllPassed, hasSwiftshader, KIT, SWIFTSHADER } from "./elsewhere.ts";

// Takes a software adapter minutes, most of it making pipelines.
const ignore = !Deno.env.get("SIDEWINDER_LONG") || !await hasSwiftshader();

Deno.test({ name: "GPU suite passes in Node 24 with the webgpu package, on SwiftShader", ignore }, async () => {
  await buildSuite();
  await Deno.copyFile(`${ROOT}tests/gpu/elsewhere/node.js`, `${KIT}node.js`);
  const printed = await must(`${KIT}node_modules/node24/bin/node`, ["node.js"], {
    cwd: KIT,
    env: { VK_ICD_FILENAMES: SWIFTSHADER, SIDEWINDER_LONG: Deno.env.get("SIDEWINDER_LONG") ?? "" },
  });
  expectAllPassed(printed.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line)));
});
