/** Classifiers from the golden formula, stored under the names that other files have. */
import type { Checkpoint, Entry } from "../../src/checkpoint/checkpoint.ts";
import { loadModel } from "../../src/load_model.ts";
import { runModel } from "../../src/run/run_model.ts";
import { openWasm } from "../../src/wasm/device.ts";
import { weight } from "../golden_runner/formula.ts";

/** Keys and shapes. */
export type Shapes = readonly (readonly [string, readonly number[]])[];

/** A checkpoint whose tensors come from the formula under `official` names and are stored under others. */
export function checkpoint(
  shapes: Shapes,
  stored: (key: string) => string = (key) => key,
  pointwise = false,
): Checkpoint {
  const entries = new Map<string, Entry>(shapes.map(([key, shape]) => {
    const name = stored(key), values = weight(key, shape, 1);
    const own = pointwise && /(in_proj|out_proj|fc1|fc2)\.weight$/.test(key) ? [...shape, 1, 1] : shape;
    const bytes = new Uint8Array(values.buffer);
    const read = () => Promise.resolve(values.slice()), readRaw = () => Promise.resolve(bytes);
    return [name, { name, shape: own, dtype: "F32", bytes: bytes.length, read, readRaw }];
  }));
  const close = () => Promise.resolve();
  return { format: "pth", root: "", entries, metadata: {}, ignored: [], trainingArgs: undefined, close } as never;
}

/** What such a classifier says of an image. */
export async function logits(source: Checkpoint, options: object, height = 32, width = 32): Promise<Float32Array> {
  await using device = await openWasm();
  await using model = await loadModel(device, source, { options: { ...options } });
  const image = Float32Array.from({ length: height * width * 3 }, (_, i) => Math.sin(i));
  return await runModel(device, (ops) => model.forward(ops, ops.input(image, [1, height, width, 3])));
}
