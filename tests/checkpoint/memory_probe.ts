/**
 * Loads the model part of the checkpoint at the given path onto a device that copies, and prints how much memory the
 * process took at most, above what it had before, and what it keeps.
 *
 * @module
 */
import { openCheckpoint } from "../../src/checkpoint/open.ts";
import { bind, type Spec, tensor } from "../../src/checkpoint/weights.ts";
import type { Device } from "../../src/device.ts";
import { sizeOf } from "../../src/tensor.ts";
import { vimTinyShapes } from "./vim_tiny.ts";

const shapes = vimTinyShapes();
const spec = Object.fromEntries([...shapes].map(([key, shape]): [string, Spec] => [key, tensor("plain", shape)]));
const parameters = [...shapes.values()].reduce((sum, shape) => sum + sizeOf(shape), 0);
const heap = new Float32Array(parameters);
let used = 0;
let peak = 0;
const device = {
  write(values: Float32Array) {
    heap.set(values, used);
    used += values.length;
    peak = Math.max(peak, Deno.memoryUsage().rss);
    return { length: values.length };
  },
  free() {},
} as unknown as Device;

const before = Deno.memoryUsage().rss;
const checkpoint = await openCheckpoint(Deno.args[0]!);
await bind(spec, checkpoint, device);
await checkpoint.close();
console.log(JSON.stringify({ above: peak - before, kept: 4 * used }));
