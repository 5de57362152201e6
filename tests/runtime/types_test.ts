import { assert } from "@std/assert";
import { KIT, makeFolder, makeKit, must, NODE_24 } from "./kit.ts";

await makeKit();

/** What an application does with the types; `node:buffer` is declared here, so that no package of types is needed. */
const USE =
  `import { type Classification, classify, defaultModel, encodeImage, loadModel, type Model, openDevice, restore } from "sidewinder";
import { type EdgeHandler, edgeHandler } from "sidewinder/edge";
import { type Band, psnr, tensorOf } from "sidewinder/kernels";
import { openWebgpu, type WebgpuDevice } from "sidewinder/webgpu";
import vim from "@sidewinder/weights-vim-micro";
declare class Buffer extends Uint8Array { toString(encoding?: string): string }
declare const buffer: Buffer, shared: Uint8Array, photo: ArrayBuffer;
const model: Model = await loadModel(await openDevice({ prefer: "wasm" }), vim);
const other: Model = await loadModel(model.device, buffer);
const result: Classification = await classify(model, buffer, { top: 1 });
const restored = await restore(other, shared, { onProgress: ({ fraction }) => console.log(fraction.toFixed(2)) });
new Blob([await encodeImage(restored, { type: "png" }), await defaultModel("classify")]);
await classify(model, photo);
export const handler: EdgeHandler = edgeHandler({ classify: () => defaultModel("classify") });
// @ts-expect-error the options are checked
await openDevice({ prefer: "abacus" });
const gpu: WebgpuDevice = await openWebgpu();
const band: Band = { first: 0, rows: 1 } as never;
console.log(result.labels[0]?.name, gpu.adapter.name, psnr, tensorOf, band);
`;

for (const version of ["5.4", "5.7", "5.9", "6.0"]) {
  Deno.test(`npm package has types that TypeScript ${version} takes with all checks, in both ways of resolving modules`, async () => {
    const folder = await makeFolder(`types_${version}`, {});
    await Deno.writeTextFile(`${folder}use.ts`, USE);
    const compiler = `${KIT}node_modules/typescript${version.replace(".", "")}/bin/tsc`;
    for (const [module, moduleResolution] of [["node16", "node16"], ["es2022", "bundler"]]) {
      const compilerOptions = {
        ...{ strict: true, skipLibCheck: false, noEmit: true, types: [] },
        ...{ target: "es2022", lib: ["es2022", "dom"], module, moduleResolution },
      };
      await Deno.writeTextFile(`${folder}tsconfig.json`, JSON.stringify({ compilerOptions, files: ["use.ts"] }));
      await must(NODE_24, [compiler, "-p", "."], { cwd: folder });
    }
  });
}

Deno.test("types of the npm package name no package that is not installed along", async () => {
  for await (const text of declarations(`${KIT}node_modules/sidewinder/types/`)) {
    const foreign = [...text.replaceAll(/\/\*[^]*?\*\//g, "").matchAll(/from "([^."][^"]*)"|types="([^"]+)"/g)].map((
      [, name, types],
    ) => name ?? types);
    assert(foreign.every((name) => name === "fast-check"), foreign.join());
  }
});

async function* declarations(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* declarations(`${folder}${name}/`);
    else yield await Deno.readTextFile(folder + name);
  }
}
