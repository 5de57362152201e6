// Runs the bundled suite in Node and prints one JSON line an event.
import { readFile } from "node:fs/promises";

const { create, globals } = await import(import.meta.resolve("webgpu"));
Object.assign(globalThis, globals);
// The arguments are options of Dawn.
Object.defineProperty(navigator, "gpu", { value: create(process.argv.slice(2)) });

globalThis.sidewinderHost = {
  root: new URL("../../", import.meta.url).href,
  half: 0,
  long: process.env.SIDEWINDER_LONG === "1",
  fixtures: JSON.parse(await readFile("fixtures.json", "utf8")),
  readFile: async (url) => new Uint8Array(await readFile(url)),
};
const { runSuite } = await import("./suite.js");
await runSuite((event) => console.log(JSON.stringify(event)));
process.exit(0);
