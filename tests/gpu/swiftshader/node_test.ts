import { ROOT } from "../../runtime/kit.ts";
import type { TestEvent } from "./shim.ts";
import { buildSuite, DAWN_OPTIONS, follow, hasSwiftshader, KIT, SWIFTSHADER } from "./bundle.ts";

/** Objects of a stream with one on each line. */
async function* lines(stream: ReadableStream<Uint8Array>): AsyncGenerator<TestEvent> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of stream) {
    const whole = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = whole.pop()!;
    for (const line of whole) if (line.startsWith("{")) yield JSON.parse(line);
  }
}

Deno.test({
  name: "the GPU suite passes in Node 24 with the webgpu package, on SwiftShader",
  ignore: !await hasSwiftshader(),
  fn: async (t) => {
    await buildSuite("node");
    await Deno.copyFile(`${ROOT}tests/gpu/swiftshader/node.js`, `${KIT}node.js`);
    await using child = new Deno.Command(`${KIT}node_modules/node24/bin/node`, {
      args: ["node.js", ...DAWN_OPTIONS],
      cwd: KIT,
      env: { VK_ICD_FILENAMES: SWIFTSHADER, SIDEWINDER_LONG: Deno.env.get("SIDEWINDER_LONG") ?? "" },
      stdout: "piped",
    }).spawn();
    await follow(t, lines(child.stdout));
  },
});
