import { assert, assertEquals, assertRejects } from "@std/assert";
import { generate, generateBatch, type GenerateOptions } from "../../src/generate.ts";
import { type LanguageModel, loadLanguageModel } from "../../src/language_model.ts";
import type { WebgpuDevice } from "../../src/gpu/device.ts";
import { openReference } from "../../src/reference/device.ts";
import { DEVICES } from "../devices.ts";
import { tinyCheckpoint } from "./tiny.ts";

const PROMPT = [3, 1, 4, 1, 5, 9, 2, 6];
const DRAWS = { temperature: 1.2, topK: 20, topP: 0.95, seed: 11 } as const;

const all = (model: LanguageModel, ids: readonly number[], options: GenerateOptions): Promise<number[]> =>
  Array.fromAsync(generate(model, ids, options));

/** Index of the largest. */
const largest = (row: Float32Array): number => row.indexOf(Math.max(...row));

for (const { name, open } of DEVICES) {
  Deno.test(`prefill and steps give the logits of one scan, on ${name}`, async () => {
    await using device = await open();
    await using model = await loadLanguageModel(device, tinyCheckpoint());
    const stepped: Float32Array[] = [], ids = [...PROMPT];
    const onToken: GenerateOptions["onToken"] = ({ logits, ids: [id] }) => {
      stepped.push(logits!);
      ids.push(id!);
    };
    await all(model, PROMPT, { maxTokens: 6, logits: true, onToken });
    const whole = await model.logits(ids.slice(0, -1)), v = model.config.vocabulary;
    for (const [i, row] of stepped.entries()) {
      const at = PROMPT.length - 1 + i, wanted = whole.subarray(at * v, (at + 1) * v);
      row.forEach((logit, j) => assert(Math.abs(logit - wanted[j]!) < 2e-5, `token ${i}, logit ${j}`));
      assertEquals(ids[PROMPT.length + i], largest(row));
    }
  });

  Deno.test(`a seed gives the same tokens, in one run, from a copy and from a saved cache, on ${name}`, async () => {
    await using device = await open();
    await using model = await loadLanguageModel(device, tinyCheckpoint());
    const whole = await all(model, PROMPT, { ...DRAWS, maxTokens: 10 });
    assertEquals(await all(model, PROMPT, { ...DRAWS, maxTokens: 10 }), whole);
    assert((await all(model, PROMPT, { ...DRAWS, seed: 12, maxTokens: 10 })).join() !== whole.join());

    await using cache = await model.cache();
    const start = await all(model, PROMPT, { ...DRAWS, maxTokens: 4, cache });
    assertEquals(cache.length, PROMPT.length + 3);
    await using copy = await cache.copy();
    const saved = structuredClone(await cache.save());
    for (const resumed of [cache, copy, await model.restore(saved)]) {
      const rest = await all(model, start.slice(-1), { ...DRAWS, maxTokens: 6, cache: resumed });
      assertEquals([...start, ...rest], whole);
      resumed.close();
    }
  });

  Deno.test(`sequences at once give what each gives alone, on ${name}`, async () => {
    await using device = await open();
    await using model = await loadLanguageModel(device, tinyCheckpoint());
    const prompts = [PROMPT, PROMPT.toReversed()];
    const alone = await Promise.all(prompts.map((ids) => all(model, ids, { maxTokens: 5 })));
    const both = await Array.fromAsync(generateBatch(model, prompts, { maxTokens: 5 }));
    assertEquals(both.map((row) => row[0]), alone[0]!);
    assertEquals(both.map((row) => row[1]), alone[1]!);
  });

  Deno.test(`a vocabulary that embedding and head share is held once, on ${name}`, async () => {
    await using device = await open();
    await using model = await loadLanguageModel(device, tinyCheckpoint({ tokens: 8000 }));
    const { weights } = device.memory(), stored = 4 * model.parameters;
    assert(weights >= stored && weights < 1.05 * stored, `${weights} bytes of ${stored}`);
  });

  if (name !== "webgpu") continue;
  Deno.test("a token costs one submission on WebGPU", async () => {
    await using device = await open() as WebgpuDevice;
    await using model = await loadLanguageModel(device, tinyCheckpoint());
    let before = NaN;
    for await (const _ of generate(model, [1], { ...DRAWS, maxTokens: 6 })) {
      const { submits } = device.counts();
      if (!Number.isNaN(before)) assertEquals(submits - before, 1);
      before = submits;
    }
  });
}

Deno.test("a share of the probability below what single precision has keeps the likeliest token", async () => {
  for (const { open } of DEVICES) {
    await using device = await open();
    await using model = await loadLanguageModel(device, tinyCheckpoint());
    const likeliest = await all(model, PROMPT, { maxTokens: 3 });
    assertEquals(await all(model, PROMPT, { maxTokens: 3, temperature: 1, topP: 1e-300 }), likeliest);
  }
});

Deno.test("both layouts, and a tied head that is written out, are the same model", async () => {
  await using device = openReference();
  const texts: string[] = [];
  for (const layout of [{}, { hf: true }, { head: true }, { hf: true, head: true }]) {
    await using model = await loadLanguageModel(device, tinyCheckpoint(layout));
    assertEquals(model.config.vocabulary, 40);
    texts.push((await all(model, PROMPT, { ...DRAWS, maxTokens: 8 })).join());
  }
  assertEquals(new Set(texts).size, 1);
});

Deno.test("generate() ends at a stop token and at a signal", async () => {
  await using device = openReference();
  await using model = await loadLanguageModel(device, tinyCheckpoint());
  const whole = await all(model, PROMPT, { ...DRAWS, maxTokens: 8 }), stop = whole[4]!;
  assertEquals(await all(model, PROMPT, { ...DRAWS, maxTokens: 8, stop }), whole.slice(0, whole.indexOf(stop)));
  assertEquals(await all(model, PROMPT, { maxTokens: 0 }), []);
  const controller = new AbortController(), seen: number[] = [];
  await assertRejects(
    async () => {
      for await (const id of generate(model, PROMPT, { signal: controller.signal })) {
        if (seen.push(id) === 3) controller.abort(new Error("enough"));
      }
    },
    Error,
    "enough",
  );
  assertEquals(seen.length, 3);
  assertEquals(device.memory().run, 0);
});

Deno.test("generate() refuses bad prompts, options and caches before it computes", async () => {
  await using device = openReference();
  await using model = await loadLanguageModel(device, tinyCheckpoint());
  await using other = await loadLanguageModel(device, tinyCheckpoint({ seed: 6 }));
  await using cache = await other.cache(), pair = await model.cache(2), own = await model.cache();
  const held = device.memory().weights;
  const refusals = [
    [[], {}, RangeError, "the prompt must have at least one token"],
    [[0, 40], {}, RangeError, "a whole number from 0 to 39: current id at position 1 is 40"],
    [[-1], {}, RangeError, "current id at position 0 is -1"],
    [[1.5], {}, RangeError, "current id at position 0 is 1.5"],
    [[1], { temperature: -1 }, RangeError, "temperature must be a number of at least 0"],
    [[1], { temperature: NaN }, RangeError, "temperature must be a number of at least 0"],
    [[1], { topK: -1 }, RangeError, "topK must be a whole number"],
    [[1], { topP: 0 }, RangeError, "topP must be above 0 and at most 1"],
    [[1], { seed: 0.5 }, RangeError, "seed must be a whole number"],
    [[1], { maxTokens: -1 }, RangeError, "maxTokens must be a whole number"],
    [[1], { cache }, TypeError, "the cache must be one of this model"],
    [[1], { cache: pair }, TypeError, "the cache must be for 1 sequences"],
  ] as const;
  for (const [ids, options, kind, message] of refusals) {
    await assertRejects(() => all(model, ids, options), kind, message);
  }
  await assertRejects(() => model.logits([]), RangeError, "at least one token");
  await assertRejects(async () => model.restore(await cache.save()), TypeError, "it must be one of this model");
  const saved = await own.save();
  for (
    const damage of [{ states: saved.states.slice(1) }, { batch: 2 }, { states: [...saved.states] }, { length: NaN }]
  ) {
    await assertRejects(async () => await model.restore({ ...saved, ...damage as object }), TypeError, "be whole");
  }
  await assertRejects(
    () => Array.fromAsync(generateBatch(model, [[1], [1, 2]])),
    TypeError,
    "the prompts must have the same length: current lengths are 1, 2",
  );
  assertEquals(device.memory().weights, held);

  const stopped = AbortSignal.abort(new Error("stopped"));
  await assertRejects(() => all(model, [1], { cache: own, signal: stopped }), Error, "stopped");
  await assertRejects(() => all(model, [1], { cache: own }), Error, "must be whole");
});
