// Runs the bundled suite in Node and prints one JSON line a test.
import { readFile } from "node:fs/promises";

globalThis.sidewinderHost = {
  root: new URL("../../", import.meta.url).href,
  long: process.env.SIDEWINDER_LONG === "1",
  readFile: async (url) => new Uint8Array(await readFile(url)),
};
const { runSuite } = await import("./suite.js");
await runSuite((report) => console.log(JSON.stringify(report)));
process.exit(0);
