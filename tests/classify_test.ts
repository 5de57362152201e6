import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { classify, classifyAll, preprocessingOf } from "../src/classify.ts";
import { defaultModel } from "../src/default_model.ts";
import { loadModel, type Model } from "../src/load_model.ts";
import { openReference } from "../src/reference/device.ts";
import { openWasm } from "../src/wasm/device.ts";
import { IMAGENET_EVALUATION, type Preprocessing } from "../src/image/preprocess.ts";
import { reshape } from "../src/tensor.ts";

const PHOTOS = ["astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg"].map((name) => `examples/photos/${name}`);

Deno.test("classify() names the cup of coffee and gives probabilities that add up", async () => {
  await using device = await openWasm();
  await using vim = await loadModel(device, await defaultModel("classify"));
  const { labels, logits } = await classify(vim, "examples/photos/coffee.png", { top: 200 });
  assertEquals(labels[0]!.name, "espresso");
  assertEquals([labels.length, logits.length], [200, 200]);
  assertAlmostEquals(labels.reduce((sum, { probability }) => sum + probability, 0), 1, 1e-9);
  assert(labels.every(({ probability }, i) => i === 0 || probability <= labels[i - 1]!.probability));
});

Deno.test("classify() gives the same answer on every CPU device", async () => {
  await using fast = await openWasm();
  await using plain = await openWasm({ variant: "simd128" });
  await using slow = openReference();
  const bytes = await defaultModel("classify");
  const answers: Float32Array[] = [];
  for (const device of [fast, plain, slow]) {
    await using vim = await loadModel(device, bytes);
    answers.push((await classify(vim, PHOTOS[3]!)).logits);
  }
  for (const answer of answers.slice(1)) answer.forEach((value, i) => assertAlmostEquals(value, answers[0]![i]!, 1e-3));
});

Deno.test("defaultModel() refuses a task that no built-in model is for", async () => {
  await assertRejects(() => defaultModel("dejpeg" as "denoise"), RangeError, "current value is dejpeg");
  await assertRejects(() => defaultModel("upscale", { scale: 5 as 4 }), RangeError, "scale must be 2, 3 or 4");
});

Deno.test("classify() takes the one-shot form and frees the model", async () => {
  await using device = await openWasm();
  const before = device.memory().weights;
  const { labels } = await classify(device, PHOTOS[2]!, { model: await defaultModel("classify"), top: 1 });
  assertEquals(labels.map(({ name }) => name), ["espresso"]);
  assertEquals(device.memory().weights, before);
  assertEquals(device.memory().run, 0);
});

Deno.test("classify() queues runs that start at once, and each is right", async () => {
  await using device = await openWasm();
  await using vim = await loadModel(device, await defaultModel("classify"));
  const alone: Float32Array[] = [];
  for (const photo of PHOTOS) alone.push((await classify(vim, photo)).logits);
  const together = await Promise.all(PHOTOS.map((photo) => classify(vim, photo)));
  together.forEach(({ logits }, i) => assertEquals(logits, alone[i]));
  assertEquals((await classifyAll(vim, PHOTOS)).map(({ logits }) => logits), alone);
});

Deno.test("classify() takes a 1 × 1 image and refuses bad ones with one sentence", async () => {
  await using device = await openWasm();
  await using vim = await loadModel(device, await defaultModel("classify"));
  const one = { data: new Uint8Array([10, 20, 30]), width: 1, height: 1, channels: 3 } as const;
  assertEquals((await classify(vim, one)).labels.length, 5);
  const empty = { data: new Uint8Array(0), width: 0, height: 0, channels: 3 } as const;
  await assertRejects(() => classify(vim, empty), RangeError, "Cannot");
  await assertRejects(() => classify(vim, new TextEncoder().encode("just a text")), SyntaxError, "Cannot");
  await assertRejects(() => classify(vim, PHOTOS[0]!, { top: 0 }), RangeError, "top");
  await assertRejects(() => classify(vim, PHOTOS[0]!, { maxPixels: 100 }), RangeError, "maxPixels");
  await assertRejects(() => classify(vim, PHOTOS[0]!, { signal: AbortSignal.abort() }), DOMException);
  assertEquals(device.memory().run, 0);
});

Deno.test("classify() holds its memory flat over many runs and gives it back", async () => {
  await using device = await openWasm();
  const vim = await loadModel(device, await defaultModel("classify"));
  const one = { data: new Uint8Array([10, 20, 30]), width: 1, height: 1, channels: 3 } as const;
  await classify(vim, one);
  const { reserved, peak } = device.memory();
  for (let i = 0; i < 20; i++) await classify(vim, one);
  assertEquals([device.memory().reserved, device.memory().peak, device.memory().run], [reserved, peak, 0]);
  vim.close();
  assertEquals(device.memory().weights, 0);
  await assertRejects(() => classify(vim, one), Error, "closed");
});

Deno.test("preprocessingOf() follows the model: its file, or ImageNet evaluation at its size", async () => {
  await using device = openReference();
  await using vim = await loadModel(device, await defaultModel("classify"));
  assertEquals(preprocessingOf(vim).resize, 64);
  assertEquals(preprocessingOf({ ...vim, preprocessing: undefined, imageSize: [224, 224] }).resize, 256);
  await using larger = await loadModel(device, await defaultModel("classify"), { options: { img_size: 96 } });
  assertEquals([preprocessingOf(larger).resize, preprocessingOf(larger).crop], [96, [96, 96]]);
});

Deno.test("classify() runs a model of any size at the size its preprocessing says", async () => {
  await using device = openReference();
  await using vim = await loadModel(device, await defaultModel("classify"));
  const sizes: (readonly number[])[] = [];
  // A classifier of any size: its scores are the mean of each channel.
  const anySize: Model = {
    ...vim,
    imageSize: undefined,
    classes: 3,
    labels: ["red", "green", "blue"],
    *forward(ops, image) {
      const [batch, height, width, channels] = image.shape as [number, number, number, number];
      sizes.push(image.shape);
      yield;
      return ops.meanRows(reshape(image, [batch, height * width, channels]));
    },
  };
  const blue = { data: new Uint8Array(40 * 30 * 3).map((_, i) => i % 3 === 2 ? 255 : 0), width: 40, height: 30 };
  const run = async (preprocessing: Preprocessing | undefined) => {
    const { labels } = await classify({ ...anySize, preprocessing }, { ...blue, channels: 3 }, { top: 1 });
    return [labels[0]!.name, ...sizes.at(-1)!];
  };
  assertEquals(await run({ ...IMAGENET_EVALUATION, resize: 20, crop: [16, 12] }), ["blue", 1, 16, 12, 3]);
  assertEquals(await run(undefined), ["blue", 1, 224, 224, 3]);
});
