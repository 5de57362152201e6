/**
 * The packages of the models that ship: for npm and for the registry of Deno, one folder each.
 *
 * @module
 */
import { type Common, weightsManifest, weightsPackage } from "./manifest.ts";

/** The address of the file, which Node, browsers and bundlers follow alike. */
const index = (model: string): string =>
  `/** The address of the checkpoint, for \`loadModel\`. */
const checkpoint = new URL("./${model}.safetensors", import.meta.url);
export default checkpoint;
`;

/** For workerd, whose files are modules. */
const workerd = (model: string): string =>
  `import checkpoint from "./${model}.safetensors";
export default checkpoint;
`;

const TYPES = `/** The address of the checkpoint, for \`loadModel\`; in workerd its bytes. */
declare const checkpoint: URL;
export default checkpoint;
`;

/** Writes a file of a package. */
export type Write = (path: string, content: string | Uint8Array) => Promise<void>;

/** What a card says of the terms, in the file where the registries look for them. */
function termsOf(card: string): string {
  const terms = /(?:Data: |Their photographs ).*$/m.exec(card)?.[0];
  if (terms === undefined) {
    throw new SyntaxError("Cannot write LICENSE as a card must say what its data allow: it does not");
  }
  return `Terms of the weights in this package, as README.md has them:\n\n${terms}\n`;
}

/** Writes the package of a model from its folder; in \`jsr.json\` the form in base64 goes along, for Deno from a URL. */
export async function writeWeights(folder: string, model: string, common: Common, write: Write): Promise<void> {
  const card = await Deno.readTextFile(`${folder}README.md`);
  const summary = card.split("\n").find((line) => line !== "" && !line.startsWith("#"))!.split(/[;.]/)[0]!;
  await write("package.json", JSON.stringify(weightsManifest(common, model, summary), null, 2) + "\n");
  await write("README.md", card);
  await write("LICENSE", termsOf(card));
  await write("index.js", `/* @ts-self-types="./index.d.ts" */\n${index(model)}`);
  await write("workerd.js", workerd(model));
  await write("index.d.ts", TYPES);
  await write(`${model}.safetensors`, await Deno.readFile(`${folder}${model}.safetensors`));
  await write(`${model}.gen.js`, await Deno.readTextFile(`${folder}${model}.gen.js`));
  const jsr = {
    name: weightsPackage(model),
    version: common.version,
    exports: "./index.js",
    publish: { include: ["index.js", "index.d.ts", `${model}.safetensors`, `${model}.gen.js`, "README.md", "LICENSE"] },
  };
  await write("jsr.json", JSON.stringify(jsr, null, 2) + "\n");
}
