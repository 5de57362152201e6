/**
 * How often weights in 8 bits name another class than the same weights in 16: over the photos of the shared folder and squares
 * cut out of them by chance, `evaluate_int8 [--count N] [--seed S]`. 0.5 points of top-1 agreement may be lost. As few of a
 * thousand pictures differ, it also says how many would by the noise of the logits, taken as normal: the mean chance that
 * noise is larger than the lead of the likeliest class over the second.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { classify, defaultModel, loadModel, openDevice, openModelSource } from "../mod.ts";
import { convertCheckpoint } from "../src/checkpoint/convert.ts";
import { decodeImage } from "../src/image/decode.ts";
import type { Pixels } from "../src/image/pixels.ts";
import { uniform } from "../src/kernels/random.ts";

/** Points of top-1 agreement that may be lost. */
const MOST_LOST = 0.5;

const { values: flags } = parseArgs({
  args: Deno.args,
  options: { count: { type: "string", default: "2000" }, seed: { type: "string", default: "1" } },
});
const shared = Deno.env.get("SIDEWINDER_SHARED");
if (!shared) {
  console.log("left out: SIDEWINDER_SHARED does not name the folder that holds data/");
  Deno.exit(0);
}

async function* picturesIn(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* picturesIn(`${folder}/${name}`);
    else if (/\.(png|jpe?g|webp)$/i.test(name)) yield `${folder}/${name}`;
  }
}

/** A square of a picture, somewhere, of some size. */
function cut({ data, width, height, channels }: Pixels, next: () => number): Pixels {
  const most = Math.min(width, height), side = Math.max(1, Math.floor(most * (0.25 + 0.75 * next())));
  const x = Math.floor(next() * (width - side + 1)), y = Math.floor(next() * (height - side + 1));
  const square = new Uint8Array(side * side * channels);
  for (let row = 0; row < side; row++) {
    const from = ((y + row) * width + x) * channels;
    square.set(data.subarray(from, from + side * channels), row * side * channels);
  }
  return { data: square, width: side, height: side, channels };
}

const checkpoint = await openModelSource(await defaultModel("classify")), pieces: Uint8Array<ArrayBuffer>[] = [];
for await (const piece of convertCheckpoint(checkpoint, { dtype: "int8" })) pieces.push(new Uint8Array(piece));
await using device = await openDevice({ require: "wasm" });
await using full = await loadModel(device, await defaultModel("classify"));
await using small = await loadModel(device, new Blob(pieces));

const paths = (await Array.fromAsync(picturesIn(`${shared}/data`))).sort(), pictures: Pixels[] = [];
for (const path of paths) pictures.push(await decodeImage(path));
const next = uniform(Number(flags.seed));
const leads: number[] = [];
let agreed = 0, seen = 0, apart = 0, squares = 0;
const compare = async (picture: Pixels): Promise<void> => {
  const [a, b] = [await classify(full, picture), await classify(small, picture)];
  const [first, second] = a.labels.map(({ index }) => index) as [number, number];
  if (first === b.labels[0]!.index) agreed++;
  const lead = a.logits[first]! - a.logits[second]!;
  leads.push(lead);
  squares += (b.logits[first]! - b.logits[second]! - lead) ** 2;
  for (const [i, logit] of a.logits.entries()) apart = Math.max(apart, Math.abs(logit - b.logits[i]!));
  seen++;
};
for (const picture of pictures) await compare(picture);
while (seen < Number(flags.count)) await compare(cut(pictures[Math.floor(next() * pictures.length)]!, next));
const lost = 100 * (1 - agreed / seen), noise = Math.sqrt(squares / seen);
/** Chance of a normal number above `x`, as Abramowitz and Stegun approximate it (26.2.17). */
function chanceAbove(x: number): number {
  const t = 1 / (1 + 0.2316419 * x), series = [1.330274429, -1.821255978, 1.781477937, -0.356563782, 0.31938153];
  return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI) * series.reduce((sum, term) => (sum + term) * t, 0);
}
const expected = 100 * leads.reduce((sum, lead) => sum + chanceAbove(lead / noise), 0) / seen;
console.log(
  `seed ${flags.seed}: ${seen} pictures (${pictures.length} whole), top-1 the same in ${agreed}, ${
    lost.toFixed(2)
  } points lost, ${expected.toFixed(2)} by a noise of ${noise.toFixed(4)} in the lead, ` +
    `logits at most ${apart.toFixed(3)} apart: ${lost <= MOST_LOST ? "ok" : "FAIL"}`,
);
if (lost > MOST_LOST) Deno.exit(1);
