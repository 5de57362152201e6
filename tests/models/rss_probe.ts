/**
 * Classifies an image with a checkpoint, both given, and prints the peak of the process's memory in bytes.
 *
 * @module
 */
import { classify } from "../../src/classify.ts";
import { loadModel } from "../../src/load_model.ts";
import { openDevice } from "../../src/open_device.ts";

const [model, image] = Deno.args as [string, string];
await using device = await openDevice();
await using vim = await loadModel(device, model);
const { labels } = await classify(vim, image);
const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(await Deno.readTextFile("/proc/self/status"))!;
console.log(JSON.stringify({ peak: 1024 * Number(kilobytes), labels: labels.length, variant: vim.info.variant }));
