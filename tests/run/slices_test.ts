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
import { sizeOf, type Tensor } from "../../src/tensor.ts";

/** Bands are cut at 25 ms; what cannot be cut may double that, and still leaves 50 of the promised 100 for a slower core. */
const LONGEST = 50;

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

for (const known of FAMILIES) {
  if (known.task !== "classify" && known.task !== "restore") continue;
  Deno.test(`${known.title} yields at least every ${LONGEST} ms of work, in its smallest and its largest variant`, async () => {
    const { family } = await known.load(),
      made = Object.entries(family.variants).map(([name, options]) => {
        return { name, model: family.configure(options) };
      }).sort((a, b) => bytesOf(a.model.spec) - bytesOf(b.model.spec));
    for (const { name, model } of [made[0]!, made.at(-1)!]) {
      const { takes } = model;
      if (takes.kind !== "image") throw new Error(`${name} takes no picture`);
      const [height, width] = takes.size ?? [SIDE, SIDE], device = openDry();
      const { forward, dispose } = await model.bind({ entries: zeros(specKeys(model.spec)) }, device);
      const slice = longestSlice(device, (ops) => forward(ops, ops.zeros([1, height, width, takes.channels]) as never));
      dispose();
      assert(slice <= LONGEST, `${name} issues ${slice.toFixed(0)} ms between two yields`);
    }
  });
}
