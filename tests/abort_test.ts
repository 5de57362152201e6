/**
 * Every verb that takes a signal ends by it, at each moment at which it looks at it: with the signal's reason, no half-written
 * output, no memory of the run kept, and the next answer as before. Moments are counted, no clock is asked: a signal is aborted
 * when it is looked at for the n-th time, and a clock that runs ahead makes every step of a net a moment.
 */
import { assert, assertEquals } from "@std/assert";
import * as sidewinder from "../mod.ts";
import { fetchCached } from "../src/bytes/cache.ts";
import type { Entry } from "../src/checkpoint/checkpoint.ts";
import { classifyAll } from "../src/classify.ts";
import { convertCommand } from "../src/cli/convert.ts";
import { forecastCommand } from "../src/cli/forecast.ts";
import { fuseCommand } from "../src/cli/fuse.ts";
import { restoreCommand } from "../src/cli/restore.ts";
import { geotiffBytes } from "../src/cli/write_geotiff.ts";
import type { Device } from "../src/device.ts";
import { generateBatch } from "../src/generate.ts";
import type { Pixels } from "../src/image/pixels.ts";
import { convertToSrgb } from "../src/image/srgb.ts";
import { restoreFrames } from "../src/restore_frames.ts";
import { openWasm } from "../src/wasm/device.ts";
import { noise, serve } from "./bytes/loopback.ts";
import { inFolder, runStopped, writeCheckpoint, writeGolden } from "./cli/in_process.ts";
import { tinyCheckpoint } from "./language/tiny.ts";
import { smallMambaIR } from "./models/mambair_checkpoint.ts";

const PHOTO = "tests/golden/hostile/sprite_same.png", VIM = "tests/golden/hostile/orig_mod.pth";

/** A signal that is aborted when it is looked at for the n-th time; `onLook` hears of every look. */
function atLook(n: number, reason: Error, onLook = () => {}) {
  const stop = new AbortController(), { signal } = stop;
  let looks = 0;
  signal.throwIfAborted = () => {
    onLook();
    if (++looks === n) stop.abort(reason);
    AbortSignal.prototype.throwIfAborted.call(signal);
  };
  return { signal, looks: () => looks };
}

/** A clock that runs ahead, so that a run looks at its signal at every step of its net. */
async function aheadOfTime<T>(body: () => Promise<T>): Promise<T> {
  const { now } = performance;
  let clock = 0;
  performance.now = () => clock += 60;
  try {
    return await body();
  } finally {
    performance.now = now;
  }
}

type Verb = (signal: AbortSignal) => Promise<unknown>;

/**
 * Does a verb again and again, ended at each of its looks in turn, until it comes through; of many looks some are passed over.
 * What must hold after each end is checked by `after`.
 */
async function endAtEachLook(name: string, verb: Verb, least: number, after: () => Promise<void> | void) {
  const wanted = await verb(new AbortController().signal);
  for (let n = 1;; n = n < 12 ? n + 1 : Math.ceil(1.3 * n)) {
    const reason = new Error(`enough of ${name}`), { signal, looks } = atLook(n, reason);
    const outcome = await verb(signal).then((value) => ({ value }), (error: unknown) => ({ error }));
    await after();
    if ("error" in outcome) {
      assertEquals(outcome.error, reason, name);
      continue;
    }
    assert(looks() < n, `${name} ended well though it was told to stop at look ${n} of ${looks()}`);
    assert(looks() >= least, `${name} looks at its signal ${looks()} times, ${least} are wanted`);
    assertEquals(outcome.value, wanted, name);
    return;
  }
}

const picture = (width: number, height: number, channels: 1 | 3 | 4 = 3): Pixels => (
  { data: Uint8Array.from({ length: width * height * channels }, (_, i) => i % 251), width, height, channels }
);
const drain = async <T>(source: AsyncIterable<T>): Promise<T[]> => await Array.fromAsync(source);
const numbers = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => i * 37 % 997);

/** An animation of two pictures. */
async function animation(width: number, height: number, type: "png" | "gif" | "webp"): Promise<Blob> {
  const frames = (async function* () {
    for (const first of [0, 99]) {
      const { data, ...rest } = picture(width, height);
      yield { pixels: { ...rest, data: data.map((value) => first + value) }, duration: 40 };
    }
  })();
  const facts = { width, height, channels: 3, count: 2, plays: 0 } as const;
  return new Blob(await drain(sidewinder.encodeAnimation({ ...facts, frames }, { type })));
}

Deno.test("verbs over a model end at each look at their signal, and the next answer has the same bits", () =>
  inFolder((folder) =>
    aheadOfTime(async () => {
      await using device = await openWasm({ threads: 1 });
      const golden = async (name: string) =>
        await sidewinder.loadModel(device, await writeGolden(`${folder}/${name}.safetensors`, `models_tiny/${name}`));
      await using vim = await sidewinder.loadModel(device, VIM);
      await using net = await sidewinder.loadModel(device, smallMambaIR({ upsampler: "pixelshuffledirect" }));
      await using fusing = await golden("fusionmamba_u2net_d16_x2");
      await using ahead = await golden("timemachine_chind1");
      await using text = await sidewinder.loadLanguageModel(device, tinyCheckpoint());
      const { ms_dim: bands } = fusing.info.options as { ms_dim: number };
      const { seq_len: past, enc_in: columns } = ahead.info.options as { seq_len: number; enc_in: number };
      const pair = {
        pan: { data: numbers(24 * 16), width: 24, height: 16 },
        ms: { data: numbers(12 * 8 * bands), width: 12, height: 8 },
      };
      const small = picture(20, 12), clear = picture(20, 12, 4), tile = 64, frames = [small, picture(9, 14)];
      const spinner = await animation(6, 5, "png");
      const logits = ({ logits }: { readonly logits: Float32Array }) => logits;
      const verbs: Readonly<Record<string, readonly [least: number, verb: Verb]>> = {
        classify: [4, (signal) => sidewinder.classify(vim, PHOTO, { signal }).then(logits)],
        classifyAll: [8, (signal) => classifyAll(vim, [PHOTO, PHOTO], { signal }).then((all) => all.map(logits))],
        features: [4, (signal) => sidewinder.features(vim, PHOTO, { layers: ["features"], signal })],
        forecast: [4, (signal) =>
          sidewinder.forecast(ahead, { values: numbers(past * columns), columns }, { signal }).then((it) =>
            it.values
          )],
        fuse: [20, (signal) => sidewinder.fuse(fusing, pair, { signal }).then(({ data }) => data)],
        generate: [8, (signal) => drain(sidewinder.generate(text, [3, 1, 4], { maxTokens: 4, signal }))],
        generateBatch: [4, (signal) => drain(generateBatch(text, [[3, 1], [2, 5]], { maxTokens: 2, signal }))],
        logits: [3, (signal) => text.logits([3, 1, 4], { signal })],
        restore: [8, (signal) => sidewinder.restore(net, small, { signal }).then(({ data }) => data)],
        "restore with alpha": [8, (signal) => sidewinder.restore(net, clear, { signal }).then(({ data }) => data)],
        restoreTiles: [8, (signal) => drain(sidewinder.restoreTiles(net, small, { tile, signal }))],
        restoreRows: [8, async (signal) => await drain((await sidewinder.restoreRows(net, small, { signal })).rows)],
        restoreFrames: [16, async (signal) =>
          (await drain(restoreFrames(net, frames, { signal }))).map(({ data }) =>
            data
          )],
        restoreAnimation: [16, async (signal) =>
          await drain((await sidewinder.restoreAnimation(net, spinner, { signal }))!.frames)],
        loadModel: [15, async (signal) => {
          await using model = await sidewinder.loadModel(device, VIM, { signal });
          return model.info;
        }],
        loadLanguageModel: [15, async (signal) => {
          await using model = await sidewinder.loadLanguageModel(device, tinyCheckpoint(), { signal });
          return model.fingerprint;
        }],
      };
      const { weights } = device.memory();
      for (const [name, [least, verb]] of Object.entries(verbs)) {
        await endAtEachLook(name, verb, least, () => {
          const { run, weights: kept } = device.memory();
          assertEquals([run, kept], [0, weights], name);
        });
      }
    })
  ));

Deno.test("what waits for a busy device ends at once: a run, and a model that is loaded", async () => {
  await using device = await openWasm({ threads: 1 });
  await using net = await sidewinder.loadModel(device, smallMambaIR({ upsampler: "pixelshuffledirect" }));
  let free = (): void => {};
  const busy = device.exclusive(() => new Promise<void>((resolve) => free = resolve));
  const stop = new AbortController(), reason = new Error("enough"), { signal } = stop;
  const waiting = [
    sidewinder.restore(net, picture(8, 8), { signal }),
    sidewinder.loadModel(device, VIM, { signal }),
    sidewinder.loadLanguageModel(device, tinyCheckpoint(), { signal }),
  ];
  const outcomes = Promise.all(waiting.map((it) => it.then(() => "came through", (error: unknown) => error)));
  await new Promise((resolve) => setTimeout(resolve, 50)); // their pictures and files are read meanwhile
  stop.abort(reason);
  assertEquals(await outcomes, waiting.map(() => reason));
  free();
  await busy;
  assertEquals((await sidewinder.restore(net, picture(8, 8))).width, 16);
});

Deno.test("pictures are decoded, coloured and encoded until the signal is aborted", async () => {
  const large = picture(800, 450), { attached } = await sidewinder.decodeImage("tests/golden/image/reported/p3.jpg");
  const coloured = { ...large, attached: { profile: attached!.profile! } }, types = ["png", "jpeg", "webp"] as const;
  const files = await Promise.all(types.map((type) => sidewinder.encodeImage(large, { type })));
  const verbs: Record<string, readonly [least: number, verb: Verb]> = {
    convertToSrgb: [4, (signal) => convertToSrgb(coloured, { signal })],
    toBlob: [3, async (signal) => (await sidewinder.toBlob(large, { type: "png", signal })).size],
  };
  for (const type of ["png", "webp", "gif"] as const) {
    const file = await animation(420, 420, type);
    verbs[`decodeAnimation of ${type}`] = [
      6,
      async (signal) => (await drain((await sidewinder.decodeAnimation(file, { signal }))!.frames)).length,
    ];
  }
  for (const [i, type] of types.entries()) {
    verbs[`encode ${type}`] = [3, (signal) => sidewinder.encodeImage(large, { type, signal })];
    verbs[`decode ${type}`] = [3, async (signal) => (await sidewinder.decodeImage(files[i]!, { signal })).data.length];
  }
  for (const [name, [least, verb]] of Object.entries(verbs)) await endAtEachLook(name, verb, least, () => {});
});

Deno.test("a checkpoint is loaded and converted one weight between two looks at the signal", async () => {
  let reads = 0, most = 0;
  const checkpoint = tinyCheckpoint(),
    counted = (entry: Entry): Entry => ({
      ...entry,
      read: () => (reads++, entry.read()),
      readRaw: () => (reads++, entry.readRaw()),
    });
  const watched = { ...checkpoint, entries: new Map([...checkpoint.entries].map(([key, it]) => [key, counted(it)])) };
  const onLook = () => {
    most = Math.max(most, reads);
    reads = 0;
  };
  const { signal } = atLook(Infinity, new Error(), onLook);
  await using device = await openWasm({ threads: 1 });
  await using _ = await sidewinder.loadLanguageModel(device, watched, { signal });
  for (const dtype of ["f32", "f16", "int8"] as const) {
    await drain(sidewinder.convertCheckpoint(watched, { dtype, signal }));
  }
  // The constants of a scan are made of four tensors.
  assert(most >= 1 && most <= 4, `${most} tensors were read between two looks`);
});

Deno.test("long conversions and bindings of bytes in memory give others a turn, in which they can be aborted", async () => {
  const entry = (name: string): Entry => ({
    ...{ name, shape: [1 << 19], dtype: "F32", bytes: 1 << 21 },
    read: () => Promise.resolve(new Float32Array(1 << 19)),
    readRaw: () => Promise.resolve(new Uint8Array(1 << 21)),
  });
  const entries = new Map(Array.from({ length: 40 }, (_, i) => [`w${i}`, entry(`w${i}`)]));
  for (const dtype of ["f32", "f16"] as const) {
    const stop = new AbortController(), reason = new Error("enough");
    let bytes = 0;
    setTimeout(() => stop.abort(reason), 0);
    const all = (async () => {
      for await (
        const part of sidewinder.convertCheckpoint({ entries, metadata: {} }, { dtype, signal: stop.signal })
      ) {
        bytes += part.length;
      }
    })();
    assertEquals(await all.catch((error) => error), reason);
    assert(bytes < 1 << 25, `${bytes} bytes were converted`);
  }
});

Deno.test("downloads end by their signal, keep no file that is not whole, and go on later", () =>
  inFolder(async (folder) => {
    const bytes = noise(3_000_000), sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
    await using server = serve(bytes, { tag: () => '"v1"' });
    await using device = await openWasm({ threads: 1 });
    await using models = serve(await Deno.readFile(VIM), { tag: () => '"v1"' });
    const wanted = { url: server.url.href, file: "model.pth", sha256: sum };
    const kept = () => [...Deno.readDirSync(folder)].some(({ name }) => name === "model.pth");
    await endAtEachLook(
      "fetchCached",
      async (signal) => {
        if (kept()) await Deno.remove(`${folder}/model.pth`);
        await fetchCached(wanted, { cacheDir: folder, signal });
        return Deno.statSync(`${folder}/model.pth`).size;
      },
      5,
      () => {
        if (kept()) assertEquals(Deno.readFileSync(`${folder}/model.pth`), bytes);
      },
    );
    await endAtEachLook(
      "loadModel by URL",
      async (signal) => {
        await using model = await sidewinder.loadModel(device, models.url, { signal });
        return model.info.parameters;
      },
      15,
      () => assertEquals(device.memory().weights, 0),
    );
    await endAtEachLook(
      "openModelSource",
      async (signal) => {
        const checkpoint = await sidewinder.openModelSource(models.url, { signal });
        await checkpoint.close();
        return checkpoint.entries.size;
      },
      2,
      () => {},
    );
  }));

Deno.test("commands end by their signal and leave neither a file nor a part of one", () =>
  inFolder((folder) =>
    aheadOfTime(async () => {
      const out = `${folder}/out`, name = "models_tiny";
      await Deno.mkdir(out);
      const fusing = await writeGolden(`${folder}/f.safetensors`, `${name}/fusionmamba_u2net_d16_x2`);
      const series = await writeGolden(`${folder}/t.safetensors`, `${name}/timemachine_chind1`);
      const net = await writeCheckpoint(`${folder}/n.safetensors`, smallMambaIR({ upsampler: "pixelshuffledirect" }));
      const facts = async (path: string, device: Device) => {
        await using model = await sidewinder.loadModel(device, path);
        return model.info.options as Record<string, number>;
      };
      await using device = await openWasm({ threads: 1 });
      const { ms_dim: bands } = await facts(fusing, device), { seq_len: past, enc_in } = await facts(series, device);
      const tiff = async (path: string, width: number, height: number, count: number) => {
        const data = Uint16Array.from(numbers(width * height * count));
        const parts = geotiffBytes({ data, width, height, bands: count, place: {} }) as BlobPart[];
        await Deno.writeFile(path, new Uint8Array(await new Blob(parts).arrayBuffer()));
        return path;
      };
      const pan = await tiff(`${folder}/pan.tif`, 24, 16, 1), ms = await tiff(`${folder}/ms.tif`, 12, 8, bands!);
      const line = (row: number) => Array.from({ length: enc_in! }, (_, c) => row + c).join();
      await Deno.writeTextFile(`${folder}/past.csv`, Array.from({ length: past! + 1 }, (_, i) => line(i)).join("\n"));
      const png = await sidewinder.encodeImage(picture(20, 12), { type: "png" });
      await Deno.writeFile(`${folder}/in.png`, png);
      const one = ["--threads", "1"];
      const commands = [
        [convertCommand, 15, [VIM, `${out}/v.safetensors`]],
        [fuseCommand, 10, [pan, ms, "-o", `${out}/o.tif`, "--model", fusing, ...one]],
        [forecastCommand, 4, [`${folder}/past.csv`, "-o", `${out}/o.csv`, "--model", series, ...one]],
        [restoreCommand, 10, [`${folder}/in.png`, "-o", `${out}/o.png`, "--model", net, ...one]],
        [restoreCommand, 10, [`${folder}/in.png`, "-o", `${out}/o.webp`, "--model", net, ...one]],
      ] as const;
      for (const [command, least, args] of commands) {
        await endAtEachLook(
          command.summary,
          async (signal) => {
            for (const { name } of Deno.readDirSync(out)) await Deno.remove(`${out}/${name}`);
            await runStopped(signal, command, ...args);
            return [...Deno.readDirSync(out)].map(({ name }) => name);
          },
          least,
          () => {
            const left = [...Deno.readDirSync(out)].map(({ name }) => name);
            assert(
              left.length === 0 || left.join() === args.find((it) => it.startsWith(out))!.slice(out.length + 1),
              `${left}`,
            );
          },
        );
      }
    })
  ));

Deno.test("an engine in a worker ends every verb by its signal, and goes on", () =>
  inFolder(async (folder) => {
    await using engine = await sidewinder.createWorkerEngine({ device: { prefer: "wasm", threads: 1 } });
    const golden = (name: string) => writeGolden(`${folder}/${name}.safetensors`, `models_tiny/${name}`);
    await using vim = await engine.loadModel(VIM);
    await using net = await engine.loadModel(await engine.defaultModel("upscale"));
    await using fusing = await engine.loadModel(await golden("fusionmamba_u2net_d16_x2"));
    await using ahead = await engine.loadModel(await golden("timemachine_chind1"));
    const tokens = await writeCheckpoint(`${folder}/l.safetensors`, tinyCheckpoint());
    await using text = await engine.loadLanguageModel(tokens);
    const { ms_dim: bands } = fusing.info.options as { ms_dim: number };
    const { seq_len: past, enc_in: columns } = ahead.info.options as { seq_len: number; enc_in: number };
    const pair = {
      pan: { data: numbers(24 * 16), width: 24, height: 16 },
      ms: { data: numbers(12 * 8 * bands), width: 12, height: 8 },
    };
    const large = picture(400, 300), { weights } = await engine.memory();
    const verbs: readonly Verb[] = [
      (signal) => engine.loadModel(VIM, { signal }),
      (signal) => engine.loadLanguageModel(tokens, { signal }),
      (signal) => engine.classify(vim, PHOTO, { signal }),
      (signal) => engine.classifyAll(vim, [PHOTO, PHOTO], { signal }),
      (signal) => engine.features(vim, PHOTO, { layers: ["features"], signal }),
      (signal) => engine.forecast(ahead, { values: numbers(past * columns), columns }, { signal }),
      (signal) => engine.fuse(fusing, pair, { signal }),
      (signal) => drain(engine.generate(text, [3, 1, 4], { signal })),
      (signal) => text.logits([3, 1, 4], { signal }),
      (signal) => engine.restore(net, large, { signal }),
      (signal) => drain(engine.restoreTiles(net, large, { signal })),
      async (signal) => await drain((await engine.restoreRows(net, large, { signal })).rows),
      (signal) => engine.decodeImage(PHOTO, { signal }),
      (signal) => engine.encodeImage(large, { type: "webp", signal }),
    ];
    // Aborted before it is sent, as soon as it is, and while the worker is at it.
    for (const wait of [() => {}, () => Promise.resolve(), () => engine.memory()]) {
      for (const verb of verbs) {
        const stop = new AbortController(), reason = new Error(`enough of ${verb}`);
        const run = verb(stop.signal).then(() => "came through", (error: unknown) => error);
        await wait();
        stop.abort(reason);
        const outcome = await run;
        if (outcome !== "came through") assertEquals(outcome, reason);
      }
    }
    assertEquals((await engine.restore(net, picture(8, 8))).width, 16);
    const after = await engine.memory();
    assert(after.run === 0 && after.weights >= weights, `${after.run} bytes of runs are kept`);
  }));
