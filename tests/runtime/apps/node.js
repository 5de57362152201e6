// Node, Bun and Deno: prints the answers as JSON.
import { readFile } from "node:fs/promises";
import * as sidewinder from "sidewinder";
import { answers, FILES } from "./answers.js";

const files = {};
for (const name of FILES) files[name] = new Uint8Array(await readFile(new URL(name, import.meta.url)));
console.log(JSON.stringify(await answers(sidewinder, files)));
