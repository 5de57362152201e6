/**
 * Long use: the same answers bit by bit, memory that stays flat, runs that end soon after they are asked to.
 *
 *     deno task soak [--classifications N] [--restorations N] [--devices N] [--aborts N] [--seed S] [--strict]
 *     deno task soak --only restorations       one part
 *
 * 10,000, 500, 200 and 300 by default. Prints a line a part and `N parts, M failed`; exits with 1 on a failure. The time
 * from an abort to the rejection is printed; `--strict`, for a quiet machine, allows 100 ms at most.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { classify, defaultModel, loadModel, openDevice, restore } from "../../mod.ts";
import { Draw } from "../draw.ts";

const { values: flags } = parseArgs({
  args: Deno.args,
  options: {
    classifications: { type: "string", default: "10000" },
    restorations: { type: "string", default: "500" },
    devices: { type: "string", default: "200" },
    aborts: { type: "string", default: "300" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
    strict: { type: "boolean", default: false },
  },
});
const draw = new Draw({ mood: "ordinary", viewed: false, seed: Number(flags.seed) });

/** Megabytes that a part may add once its first tenth is done. */
const GROWTH = 48;
/** Milliseconds from an abort to the rejection, on a quiet machine. */
const PATIENCE = 100;

const noise = (side: number) => ({
  ...{ width: side, height: side, channels: 3 as const },
  data: Uint8Array.from({ length: side * side * 3 }, () => draw.below(256)),
});
/** Megabytes of the process, once what nobody holds is gone. */
function megabytes(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return Deno.memoryUsage().rss / 2 ** 20;
}
const same = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => {
  const bits = (list: ArrayLike<number>) => new Uint32Array(Float32Array.from(list).buffer);
  const mine = bits(a), other = bits(b);
  return mine.length === other.length && mine.every((value, i) => value === other[i]);
};

const PARTS = ["classifications", "restorations", "devices", "aborts"] as const;
type Part = (typeof PARTS)[number];
if (flags.only !== undefined && !PARTS.some((name) => name === flags.only)) {
  console.error(`Cannot soak as --only must be one of ${PARTS.join(", ")}: current value is ${flags.only}`);
  Deno.exit(2);
}
let parts = 0, failed = 0;

/** Does something many times; what it returns says what went wrong. */
async function part(name: Part, once: (i: number) => Promise<string | undefined>, more = () => "") {
  const times = flags.only === undefined || flags.only === name ? Number(flags[name]) : 0;
  if (times === 0) return;
  parts++;
  const started = performance.now();
  let before = megabytes(), wrong = 0, first = "";
  for (let i = 0; i < times; i++) {
    const fault = await once(i);
    if (fault !== undefined && wrong++ === 0) first = fault;
    if (i === Math.min(times - 1, Math.max(10, Math.floor(times / 10)))) before = megabytes();
  }
  const grown = megabytes() - before, flat = grown <= GROWTH;
  if (wrong > 0 || !flat) failed++;
  console.log(
    `${wrong === 0 && flat ? "ok    " : "FAILED"} ${times} ${name}: ${wrong} wrong${
      first && ` (first: ${first})`
    }, memory ${grown >= 0 ? "+" : ""}${grown.toFixed(1)} MB to ${megabytes().toFixed(0)} MB, ${
      ((performance.now() - started) / 1000).toFixed(0)
    } s${more()}`,
  );
}

console.log(`seed ${flags.seed}`);
const weights = await defaultModel("classify"), upscale = await defaultModel("upscale", { scale: 2 });
const pictures = Array.from({ length: 5 }, () => noise(72));
{
  await using device = await openDevice({ require: "wasm" });
  await using vim = await loadModel(device, weights);
  const wanted: Float32Array[] = [];
  for (const picture of pictures) wanted.push((await classify(vim, picture)).logits);
  await part("classifications", async (i) => {
    const { logits } = await classify(vim, pictures[i % pictures.length]!);
    return same(logits, wanted[i % pictures.length]!) ? undefined : `other bits at ${i}`;
  });
}
{
  await using device = await openDevice({ require: "wasm" });
  await using model = await loadModel(device, upscale);
  const small = Array.from({ length: 3 }, () => noise(24)), wanted: ArrayLike<number>[] = [];
  for (const picture of small) wanted.push((await restore(model, picture)).data);
  await part("restorations", async (i) => {
    const { data } = await restore(model, small[i % small.length]!);
    return same(data, wanted[i % small.length]!) ? undefined : `other bits at ${i}`;
  });

  const large = noise(96), waits: number[] = [];
  await part("aborts", async (i) => {
    const stop = new AbortController(), reason = new Error(`abort ${i}`);
    // From when it was to be aborted: a loop that is busy hears of it later.
    const delay = draw.below(400), asked = performance.now() + delay;
    const timer = setTimeout(() => stop.abort(reason), delay);
    try {
      await restore(model, large, { signal: stop.signal });
      return undefined; // it was done before
    } catch (error) {
      waits.push(performance.now() - asked);
      if (error !== reason) return String(error);
      return flags.strict && waits.at(-1)! > PATIENCE ? `rejected after ${waits.at(-1)!.toFixed(0)} ms` : undefined;
    } finally {
      clearTimeout(timer);
    }
  }, () => {
    const sorted = waits.toSorted((a, b) => a - b),
      at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!;
    return `, ${sorted.length} rejected after ${at(0.5).toFixed(0)} ms (median), ${at(0.99).toFixed(0)} ms (99 %), ${
      at(1).toFixed(0)
    } ms (most)`;
  });
  const after = await restore(model, small[0]!);
  if (!same(after.data, wanted[0]!)) {
    failed++;
    console.log("FAILED the answer after the aborts has other bits");
  }
}
{
  let wanted: Float32Array | undefined;
  await part("devices", async () => {
    await using device = await openDevice({ require: "wasm" });
    await using vim = await loadModel(device, weights);
    const { logits } = await classify(vim, pictures[0]!);
    return same(logits, wanted ??= logits) ? undefined : "other bits";
  });
}
console.log(`${parts} parts, ${failed} failed`);
Deno.exit(failed > 0 ? 1 : 0);
