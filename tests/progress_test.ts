import { assert, assertEquals } from "@std/assert";
import { classify, convertCheckpoint, createWorkerEngine, defaultModel, loadModel, openDevice } from "../mod.ts";
import {
  decodeImage,
  encodeAnimation,
  openModelSource,
  type Progress,
  restore,
  restoreAnimation,
  watchBatch,
} from "../mod.ts";
import { openSource } from "../src/bytes/source.ts";

const photo = { data: new Uint8Array(8 * 6 * 3).fill(90), width: 8, height: 6, channels: 3 } as const;

/** What a listener heard, as the phases in their order. */
function listen() {
  const heard: Progress[] = [];
  const phases = () => heard.map(({ phase }) => phase).filter((phase, i, all) => phase !== all[i - 1]);
  return { heard, phases, onProgress: (progress: Progress) => void heard.push(progress) };
}

/** Progress is of one form, rises in each phase, and ends whole. */
function assertProgress(heard: readonly Progress[]): void {
  assert(heard.length > 0);
  for (const [i, now] of heard.entries()) {
    assertEquals(Object.keys(now), ["phase", "fraction", "loaded", "total", "left", "megapixelsPerSecond"]);
    assert(now.fraction >= 0 && now.fraction <= 1 && now.loaded <= now.total!, JSON.stringify(now));
    const next = heard[i + 1];
    if (next?.phase === now.phase) assert(next.fraction >= now.fraction, `${now.phase} goes back`);
    else assertEquals([now.phase, now.fraction], [now.phase, 1]);
  }
}

Deno.test("progress has one form in loading, running and restoring, whose one-shot forms tell of both", async () => {
  await using device = await openDevice({ prefer: "wasm", threads: 1 });
  const { heard, phases, onProgress } = listen();
  await classify(device, photo, { model: await defaultModel("classify"), onProgress });
  await restore(device, photo, { scale: 2, onProgress });
  assertEquals(phases(), ["bind", "run", "bind", "restore"]);
  assertProgress(heard);
  assertEquals([heard.at(-1)!.loaded, heard.at(-1)!.total, heard.at(-1)!.left], [1, 1, 0]);
});

Deno.test("progress has one form in downloads, conversions, animations and batches", async () => {
  const { heard, phases, onProgress } = listen(), bytes = await defaultModel("classify");
  await using server = Deno.serve({ port: 0, onListen: () => {} }, () => new Response(bytes));
  await (await openSource(`http://127.0.0.1:${server.addr.port}/model`, { onProgress })).close();
  const checkpoint = await openModelSource(bytes);
  for await (const _ of convertCheckpoint(checkpoint, { dtype: "f16", onProgress })) continue;
  await using device = await openDevice({ prefer: "wasm", threads: 1 });
  await using model = await loadModel(device, await defaultModel("upscale", { scale: 2 }));
  const still = await decodeImage(photo), { width, height, channels } = still;
  async function* frames() {
    for (let i = 0; i < 2; i++) {
      yield { pixels: { ...still, data: still.data.map((value) => value + i) }, duration: 40 };
    }
  }
  const parts = encodeAnimation({ width, height, channels, count: 2, plays: 0, frames: frames() }, { type: "png" });
  const file = new Blob(await Array.fromAsync(parts) as BlobPart[]);
  const animation = await restoreAnimation(model, file, { onProgress });
  assertEquals((await Array.fromAsync(animation!.frames)).length, 2);
  const batch = watchBatch([1, 3]);
  batch.done(0);
  onProgress(batch.at(1, { fraction: 0.5 }));
  batch.done(1);
  onProgress(batch.now());
  assertEquals(phases(), ["download", "convert", "animate", "batch"]);
  assertProgress(heard);
});

Deno.test("progress has the same form from the worker of an engine", async () => {
  await using engine = await createWorkerEngine({ device: { prefer: "wasm", threads: 1 } });
  const { heard, phases, onProgress } = listen();
  await using model = await engine.loadModel(await engine.defaultModel("classify"), { onProgress });
  await engine.classify(model, photo, { onProgress });
  assertEquals(phases(), ["bind", "run"]);
  assertProgress(heard);
});
