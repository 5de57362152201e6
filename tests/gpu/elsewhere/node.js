// Runs the bundled suite in Node and prints one JSON line an event.
import { readFile } from "node:fs/promises";
import { create, globals } from "webgpu";

Object.assign(globalThis, globals);
// The first argument says what Dawn leaves out.
Object.defineProperty(navigator, "gpu", { value: create([`disable-dawn-features=${process.argv[2]}`]) });
globalThis.sidewinderHost = {
  root: new URL("../../", import.meta.url).href,
  long: process.env.SIDEWINDER_LONG === "1",
  readFile: async (url) => new Uint8Array(await readFile(url)),
};
const { runSuite } = await import("./suite.js");
await runSuite((event) => console.log(JSON.stringify(event)));
process.exit(0);
