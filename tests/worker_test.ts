import { assert, assertEquals, assertRejects } from "@std/assert";
import * as sidewinder from "../mod.ts";
import { tinyCheckpoint } from "./language/tiny.ts";
import type { WorkerEngineOptions } from "../src/worker/engine.ts";
import { packError, unpackError } from "../src/worker/messages.ts";

const { createWorkerEngine, defaultModel, loadModel, openDevice } = sidewinder;
const photo = "examples/photos/coffee.png";
const ENTRY = new URL("../src/worker/entry.ts", import.meta.url).href;

/** A picture of colours that all differ. */
function picture(width: number, height: number): sidewinder.Pixels {
  const data = Uint8Array.from({ length: 3 * width * height }, (_, i) => (i * 7919) % 251);
  return { data, width, height, channels: 3 };
}

const open = (options: WorkerEngineOptions = {}) =>
  createWorkerEngine({ device: { prefer: "wasm", threads: 1 }, ...options });

Deno.test("an engine in a worker gives the bits of this thread, hears of progress, and frees what is closed", async () => {
  await using engine = await open();
  await using device = await openDevice({ prefer: "wasm", threads: 1 });
  assertEquals([engine.device, engine.kind, engine.threads], [device.name, device.kind, 1]);
  assertEquals(engine.account, device.account);
  const seen: number[] = [], loaded: string[] = [];
  {
    await using there = await engine.loadModel(await engine.defaultModel("classify"), {
      onProgress: ({ phase }) => loaded.push(phase),
    });
    await using here = await loadModel(device, await defaultModel("classify"));
    assertEquals(there.info, here.info);
    assertEquals([there.imageSize, there.classes, there.labels], [here.imageSize, here.classes, here.labels]);
    const got = await engine.classify(there, photo, { top: 2, onProgress: ({ fraction }) => seen.push(fraction) });
    const wanted = await sidewinder.classify(here, photo, { top: 2 });
    assertEquals([got.logits, got.labels], [wanted.logits, wanted.labels]);
    assert(loaded.includes("bind") && seen.at(-1) === 1, `${loaded} ${seen}`);
    const [map, alike] = [
      await engine.features(there, photo, { layers: ["features"] }),
      await sidewinder.features(here, photo, { layers: ["features"] }),
    ];
    assertEquals(map, alike);
    const file = await Deno.readFile(photo), inputs = [file, new Blob([file]), new Response(file), picture(64, 64)];
    const all = await engine.classifyAll(there, inputs, { top: 1 });
    assertEquals(all.map(({ labels }) => labels[0]!.name).slice(0, 3), ["espresso", "espresso", "espresso"]);
    assert((await engine.memory()).weights > 0);
  }
  assertEquals((await engine.memory()).weights, 0);
  assertEquals(await engine.decodeImage(photo), await sidewinder.decodeImage(photo));
  const small = picture(5, 4), bytes = await engine.encodeImage(small, { type: "png" });
  assertEquals((await sidewinder.decodeImage(bytes)).data, small.data);
});

Deno.test("an engine in a worker restores: at once, by tiles, by rows, with the built-in nets", async () => {
  await using engine = await open();
  await using device = await openDevice({ prefer: "wasm", threads: 1 });
  await using there = await engine.loadModel(await defaultModel("upscale"));
  await using here = await loadModel(device, await defaultModel("upscale"));
  const image = picture(90, 20),
    options = { tile: 60 } as const,
    wanted = await sidewinder.restore(here, image, options);
  let fraction = 0;
  const got = await engine.restore(there, image, { ...options, onProgress: (now) => fraction = now.fraction });
  assertEquals([got.data, got.tiles, fraction], [wanted.data, wanted.tiles, 1]);
  const tiles = [];
  for await (const { x, y, pixels } of engine.restoreTiles(there, image, options)) tiles.push([x, y, pixels.data]);
  const alike = [];
  for await (const { x, y, pixels } of sidewinder.restoreTiles(here, image, options)) alike.push([x, y, pixels.data]);
  assertEquals(tiles, alike);
  const { width, height, rows, predict } = await engine.restoreRows(there, image, options);
  let y = 0;
  for await (const band of rows) y += band.height;
  assertEquals([width, height, y], [180, 40, 40]);
  assert(predict(1)! > 0 && predict(2)! < predict(1)!);
  await using nets = await engine.openNets();
  const larger = await engine.restore(nets, picture(8, 8), { scale: 1.5 });
  assertEquals([larger.width, larger.height], [12, 12]);
});

Deno.test("an engine in a worker generates what this thread does, and ends when nobody reads on", async () => {
  await using engine = await open();
  await using device = await openDevice({ prefer: "wasm", threads: 1 });
  const file = new Blob(
    await Array.fromAsync(sidewinder.convertCheckpoint(tinyCheckpoint(), { dtype: "f32" })) as never[],
  );
  await using there = await engine.loadLanguageModel(file);
  await using here = await sidewinder.loadLanguageModel(device, file);
  assertEquals([there.config, there.fingerprint], [here.config, here.fingerprint]);
  const prompt = [3, 1, 4], heard: number[] = [], draws = { maxTokens: 8, temperature: 1.2, seed: 3 };
  const onToken = ({ ids }: { readonly ids: readonly number[] }) => heard.push(ids[0]!);
  const wanted = await Array.fromAsync(sidewinder.generate(here, prompt, draws));
  assertEquals(await Array.fromAsync(engine.generate(there, prompt, { ...draws, onToken })), wanted);
  assertEquals(heard, wanted);
  assertEquals(await there.logits(prompt), await here.logits(prompt));
  for await (const _ of engine.generate(there, prompt)) break; // it would never end
  assertEquals((await engine.memory()).run, 0);
});

Deno.test("several callers share an engine: a classification does not wait for a restoration, an abort ends one alone", async () => {
  await using engine = await open();
  await using model = await engine.loadModel(await engine.defaultModel("upscale"));
  await using vim = await engine.loadModel(await engine.defaultModel("classify"));
  const ended: string[] = [], stop = new AbortController(), reason = new Error("stopped by the test");
  const long = engine.restore(model, picture(200, 80), { tile: 60, signal: stop.signal });
  const other = engine.restore(model, picture(90, 16), { tile: 60 }).then(() => ended.push("other"));
  await engine.classify(vim, picture(64, 64)).then(() => ended.push("classified"));
  stop.abort(reason);
  assertEquals(await long.catch((error) => error), reason);
  await other;
  assertEquals(ended, ["classified", "other"]);
  await assertRejects(() => engine.classify(vim, photo, { signal: stop.signal }), Error, "stopped by the test");
  const stream = engine.restoreTiles(model, picture(150, 60), { tile: 60 });
  for await (const { index } of stream) if (index === 1) break;
  const half = new AbortController();
  await assertRejects(
    async () => {
      for await (const _ of engine.restoreTiles(model, picture(150, 60), { tile: 60, signal: half.signal })) {
        half.abort(reason);
      }
    },
    Error,
    "stopped by the test",
  );
  assertEquals((await engine.restore(model, picture(8, 8))).width, 16);
});

Deno.test("errors of an engine keep their class and words", async () => {
  await using engine = await open();
  await using vim = await engine.loadModel(await engine.defaultModel("classify"));
  await assertRejects(() => engine.classify(vim, new Uint8Array(9)), SyntaxError, "Cannot decode image");
  await assertRejects(() => engine.classify(vim, photo, { top: 0 }), RangeError, "top must be a whole number");
  await assertRejects(() => engine.restore(vim, photo), TypeError, "must be one that restores");
  await assertRejects(() => engine.loadModel("no/such/file.pth"), Error, "no/such/file.pth");
  await assertRejects(() => engine.classify({ ...vim }, photo), TypeError, "must be one that this engine has loaded");
  const other = await engine.loadModel(await engine.defaultModel("upscale"));
  other.close();
  await assertRejects(() => engine.restore(other, photo), Error, "Cannot restore in a worker as the model is closed");
  await assertRejects(() => other.warmup({ height: 8, width: 8 }), Error, "the model is closed");
  const tap = { tap: () => {} } as never;
  await assertRejects(() => engine.classify(vim, photo, tap), TypeError, "tap must be data or a listener");
  const bytes = new Uint8Array(100);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  await assertRejects(() => engine.classify(vim, { data: bytes, width: 5, height: 5, channels: 4 }), TypeError);
  await assertRejects(
    () => createWorkerEngine({ device: { require: "abacus" as never } }),
    Error,
    "Cannot open a device",
  );
  const error = new RangeError("too large", { cause: new DOMException("no", "AbortError") });
  const again = unpackError(structuredClone(packError(error)));
  assertEquals([again.constructor, again.message, again.stack], [RangeError, error.message, error.stack]);
  assert(again.cause instanceof DOMException && again.cause.name === "AbortError");
  class Own extends Error {
    override name = "Own";
  }
  assertEquals(unpackError(packError(new Own("words"))).name, "Own");
});

Deno.test("a listener that throws ends its call with what it threw, as in this thread, and the engine goes on", async () => {
  await using engine = await open();
  await using model = await engine.loadModel(await engine.defaultModel("upscale"));
  const own = new Error("mine"),
    onProgress = () => {
      throw own;
    };
  const image = picture(200, 70), same = (error: unknown) => assertEquals(error === own, true, `${error}`);
  await engine.restore(model, image, { tile: 60, onProgress }).then(() => same(undefined), same);
  const walked = Array.fromAsync(engine.restoreTiles(model, image, { tile: 60, onProgress }));
  await walked.then(() => same(undefined), same);
  assertEquals((await engine.restore(model, picture(8, 8))).width, 16);
  assertEquals((await engine.memory()).run, 0);
});

Deno.test("a picture is copied into the worker, or handed over when that is wished", async () => {
  await using engine = await open();
  const image = picture(16, 16), roomy = { ...image, data: new Uint8Array(1000).subarray(100, 868) };
  assertEquals((await engine.decodeImage(image)).data, image.data);
  assertEquals((await engine.decodeImage(roomy)).data.length, 768);
  assertEquals([image.data.length, roomy.data.length], [768, 768]);
  await engine.decodeImage(image, { transfer: true });
  assertEquals(image.data.length, 0);
});

Deno.test("a worker that dies rejects what waits, and another engine can be opened", async () => {
  const text = `import ${JSON.stringify(ENTRY)};
    addEventListener("message", ({ data }) => data === "die" && setTimeout(() => { throw new Error("out of memory") }));`;
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const worker = new Worker(url, { type: "module" }), engine = await open({ worker });
  const model = await engine.loadModel(await engine.defaultModel("upscale"));
  const waiting = [engine.restore(model, picture(64, 64)), engine.restore(model, picture(64, 64))];
  worker.postMessage("die");
  for (const call of waiting) {
    await assertRejects(() => call, Error, "Cannot restore as the engine must be open: its worker has failed");
  }
  await assertRejects(() => engine.memory(), Error, "createWorkerEngine() opens another");
  model.close();
  engine.close();
  URL.revokeObjectURL(url);
  const next = await open();
  const late = next.decodeImage(photo);
  next.close();
  await assertRejects(() => late, Error, "Cannot decodeImage as the engine must be open: it was closed");
});

Deno.test("an engine says why no worker comes up", async () => {
  await assertRejects(
    () => open({ worker: "data:text/javascript,throw new Error('not this one')" }),
    Error,
    "(worker-src): current answers are",
  );
  const own = globalThis.Worker;
  try {
    Object.assign(globalThis, { Worker: undefined });
    await assertRejects(() => open(), TypeError, "current one has none, as a service worker and Node");
  } finally {
    globalThis.Worker = own;
  }
});
