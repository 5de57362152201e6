/**
 * A run can be stopped only where its pass yields. How much is issued between two yields is counted, in milliseconds of a modest
 * core by the table of kernels: no clock is asked.
 */
import { assert } from "@std/assert";
import type { Entry } from "../../src/checkpoint/checkpoint.ts";
import { bytesOf, specKeys } from "../../src/checkpoint/weights.ts";
import type { Device } from "../../src/device.ts";
import { estimateMilliseconds } from "../../src/kernels.ts";
import { FAMILIES } from "../../src/models/families.ts";
import { Ops } from "../../src/ops/ops.ts";
import { openDry } from "../../src/run/dry_device.ts";
import type { Takes } from "../../src/models/takes.ts";
import { sizeOf, type Tensor } from "../../src/tensor.ts";

/** Bands are cut at 25 ms; what cannot be cut may double that, and still leaves 50 of the promised 100 for a slower core. */
const LONGEST = 50;
/** A pair of images is looked at as one: a scan over 256 × 256 tokens in four directions is one step. */
const LONGEST_OF_PAIRS = 100;

/** Largest side of a picture that is run whole: tiles are no larger by default. */
const SIDE = 256;

const zeros = (shapes: Iterable<readonly [string, readonly number[]]>): ReadonlyMap<string, Entry> =>
  new Map(
    [...shapes].map(([name, shape]) => [name, {
      ...{ name, shape, dtype: "F32" as const, bytes: 4 * sizeOf(shape) },
      read: () => Promise.resolve(new Float32Array(sizeOf(shape))),
      readRaw: () => Promise.reject(new Error("there are no bytes")),
    }]),
  );

/** The most that a pass issues between two yields. */
function longestSlice(device: Device, steps: (ops: Ops) => Generator<void, Tensor>): number {
  const ops = new Ops(device), pass = steps(ops);
  let longest = 0;
  for (let before = 0, done = false; !done;) {
    done = !!pass.next().done;
    const now = estimateMilliseconds(ops.work);
    longest = Math.max(longest, now - before);
    before = now;
  }
  return longest;
}

/** What a model is given in its largest use; of tokens there are as many as anybody likes. */
function usual(
  takes: Takes,
  ops: Ops,
): { readonly input: Tensor; readonly choices?: Readonly<Record<string, Tensor>> } {
  if (takes.kind === "series") return { input: ops.zeros([1, takes.columns, takes.rows]) };
  if (takes.kind === "tokens") throw new Error("tokens are counted elsewhere");
  if (takes.kind === "image") {
    const [height, width] = takes.size ?? [SIDE, SIDE];
    return { input: ops.zeros([1, height, width, takes.channels]) };
  }
  const coarse = SIDE / takes.scale, ms = ops.zeros([1, coarse, coarse, takes.bands]);
  return { input: ops.zeros([1, SIDE, SIDE, takes.channels]), choices: { ms } };
}

for (const known of FAMILIES) {
  if (known.task === "generate") continue;
  const longest = known.task === "fuse" ? LONGEST_OF_PAIRS : LONGEST;
  Deno.test(`${known.title} yields at least every ${longest} ms of work, in its smallest and its largest variant`, async () => {
    const { family } = await known.load(),
      made = Object.entries(family.variants).map(([name, options]) => {
        return { name, model: family.configure(options) };
      }).sort((a, b) => bytesOf(a.model.spec) - bytesOf(b.model.spec));
    for (const { name, model } of [made[0]!, made.at(-1)!]) {
      const device = openDry(),
        { forward, dispose } = await model.bind({ entries: zeros(specKeys(model.spec)) }, device);
      const slice = longestSlice(device, (ops) => {
        const { input, choices } = usual(model.takes, ops);
        return forward(ops, input as never, undefined, choices);
      });
      dispose();
      assert(slice <= longest, `${name} issues ${slice.toFixed(0)} ms between two yields`);
    }
  });
}

Deno.test("a language model yields after each layer of a prompt, and a token is one step of 50 ms at most", async () => {
  const { family } = await FAMILIES.find(({ task }) => task === "generate")!.load();
  const model = family.configure(family.variants["mamba-130m"]!), device = openDry();
  const { forward, dispose } = await model.bind({ entries: zeros(specKeys(model.spec)) }, device);
  const of = (length: number) =>
    longestSlice(device, (ops) => forward(ops, { ids: new Uint32Array(length), batch: 1 } as never));
  const token = of(1), layer = of(100), { layers } = model.config as { readonly layers: number };
  assert(token <= LONGEST, `a token is ${token.toFixed(0)} ms`);
  assert(layer < 1.5 * 100 * token / layers, `${layer.toFixed(0)} ms are more than a layer of 100 tokens`);
  dispose();
});
