import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Pixels8 } from "../src/image/colour.ts";
import { decodeImage } from "../src/image/decode.ts";
import { psnr } from "../src/image/metrics.ts";
import type { Channels } from "../src/image/pixels.ts";
import { loadModel, type Model } from "../src/load_model.ts";
import { mambairUNetWeights } from "../src/models/mambair_unet/forward.ts";
import { mambairUNetConfig } from "../src/models/mambair_unet/options.ts";
import type { Progress } from "../src/progress.ts";
import { openReference } from "../src/reference/device.ts";
import { restore, type RestoreOptions, restoreRows, restoreTiles } from "../src/restore.ts";
import { blendedSpans } from "../src/restore/tiling.ts";
import { openWasm } from "../src/wasm/device.ts";
import { checkpointOf, smallMambaIR } from "./models/mambair_checkpoint.ts";

const LIGHT_X2 = new URL("../weights/mambair_light_x2/mambair_light_x2.safetensors", import.meta.url);

/** An image of made-up pixels. */
function image(width: number, height: number, channels: Channels = 3): Pixels8 {
  const data = Uint8Array.from(
    { length: width * height * channels },
    (_, i) => 128 + 100 * Math.sin(i / 7 + i % channels),
  );
  return { data, width, height, channels };
}

/** A part of a photo. */
async function photo(name: string, x: number, y: number, side: number): Promise<Pixels8> {
  const { data, width, channels } = await decodeImage(new URL(`../examples/photos/${name}`, import.meta.url));
  const out = new Uint8Array(side * side * 3);
  for (let p = 0, o = 0; p < side * side; p++) {
    const i = ((y + Math.floor(p / side)) * width + x + p % side) * channels;
    for (let c = 0; c < 3; c++) out[o++] = data[i + c]!;
  }
  return { data: out, width: side, height: side, channels: 3 };
}

/** Runs a body with a small ×2 model on the WASM device. */
async function withSmall(
  body: (model: Model) => Promise<void>,
  options: Parameters<typeof smallMambaIR>[0] = { upsampler: "pixelshuffledirect" },
): Promise<void> {
  await using device = await openWasm();
  await using model = await loadModel(device, smallMambaIR(options));
  await body(model);
}

Deno.test("restore() doubles an image and says where it ran", async () => {
  await withSmall(async (model) => {
    const result = await restore(model, image(13, 7), { task: "upscale" });
    assertEquals([result.width, result.height, result.channels, result.tiles], [26, 14, 3, 1]);
    assertEquals(result.data.length, 26 * 14 * 3);
    assertEquals(result.device, model.device.name);
    assert(result.timings.run > 0);
  });
});

Deno.test("restore() in its one-shot form loads, runs and closes", async () => {
  await using device = openReference();
  const { width } = await restore(device, image(3, 2), { model: smallMambaIR({ upsampler: "pixelshuffledirect" }) });
  assertEquals([width, device.memory().weights], [6, 0]);
});

Deno.test("restore() keeps the channels of every kind of image, down to a single pixel", async () => {
  for (const in_chans of [1, 3]) {
    await withSmall(async (model) => {
      for (const channels of [1, 2, 3, 4] as const) {
        for (const [width, height] of [[1, 1], [5, 3], [1, 9]] as const) {
          const result = await restore(model, image(width, height, channels));
          assertEquals([result.width, result.height, result.channels], [2 * width, 2 * height, channels]);
        }
      }
    }, { in_chans, upsampler: "pixelshuffledirect" });
  }
});

Deno.test("restore() gives 16 bits for 16, the same picture as of their 8, and the depth that is asked for", async () => {
  for (const channels of [1, 2, 3, 4] as const) {
    await withSmall(async (model) => {
      const narrow = image(9, 6, channels),
        wide = { ...narrow, data: Uint16Array.from(narrow.data, (value) => 257 * value) };
      const eight = (await restore(model, narrow)).data, sixteen = (await restore(model, wide)).data;
      assert(eight instanceof Uint8Array && sixteen instanceof Uint16Array);
      assertEquals((await restore(model, wide, { depth: 8 })).data, eight);
      assertEquals((await restore(model, narrow, { depth: 16 })).data, sixteen);
      sixteen.forEach((value, i) => assert(Math.abs(value / 257 - eight[i]!) <= 0.51, `${value} and ${eight[i]}`));
      assert(sixteen.some((value) => value % 257 !== 0));
    });
  }
});

Deno.test("restore() with a model of one channel and scale 1 leaves alpha as it is", async () => {
  await withSmall(async (model) => {
    const source = image(6, 5, 4), { data } = await restore(model, source, { task: "denoise" });
    for (let i = 3; i < data.length; i += 4) assertEquals(data[i], source.data[i]);
  }, { in_chans: 1 });
});

Deno.test("restore() gives the U-Net any size, reflected to what it divides by", async () => {
  await using device = openReference();
  const config = mambairUNetConfig({ dim: 32, num_blocks: [1, 1, 1, 1], num_refinement_blocks: 1, mlp_ratio: 1 });
  await using model = await loadModel(device, checkpointOf(mambairUNetWeights(config)));
  const { width, height } = await restore(model, image(9, 3), { task: "dejpeg" });
  assertEquals([width, height], [9, 3]);
});

/** Everything that comes out of restoreTiles(), painted into one picture; every pixel must come once. */
async function gather(model: Model, source: Pixels8, options: RestoreOptions): Promise<Uint8Array> {
  let out = new Uint8Array(), seen = new Uint8Array();
  for await (const { x, y, pixels, image } of restoreTiles(model, source, options)) {
    if (out.length === 0) {
      [out, seen] = [new Uint8Array(image.width * image.height * image.channels), new Uint8Array(out)];
    }
    if (seen.length === 0) seen = new Uint8Array(image.width * image.height);
    for (let p = 0; p < pixels.width * pixels.height; p++) {
      const at = (y + Math.floor(p / pixels.width)) * image.width + x + p % pixels.width;
      seen[at]!++;
      for (let c = 0; c < image.channels; c++) out[at * image.channels + c] = pixels.data[p * image.channels + c]!;
    }
  }
  assert(seen.every((count) => count === 1));
  return out;
}

Deno.test("restoreTiles() and restoreRows() give the very picture of restore(), in parts", async () => {
  await withSmall(async (model) => {
    const source = image(150, 131);
    for (const tile of [64, "official", "exact"] as const) {
      const { data, tiles } = await restore(model, source, { tile });
      assertEquals(await gather(model, source, { tile }), data);
      const { rows, ...facts } = await restoreRows(model, source, { tile });
      assertEquals([facts.width, facts.height, facts.channels, facts.tiles], [300, 262, 3, tiles]);
      const written = new Uint8Array(data.length);
      let at = 0;
      for await (const band of rows) {
        written.set(band.data, at);
        at += band.data.length;
      }
      assertEquals([at, written], [data.length, data]);
    }
  });
});

Deno.test("restore() with tile official runs each part alone and cuts it, as the published test does", async () => {
  await withSmall(async (model) => {
    // 210 rows: two parts of 105, seen with 10 more; the second begins at 95.
    const source = image(6, 210), { data, tiles } = await restore(model, source, { tile: "official" });
    assertEquals(tiles, 2);
    const part = (first: number, count: number) => ({
      ...source,
      data: source.data.slice(first * 18, (first + count) * 18),
      height: count,
    });
    const top = await restore(model, part(0, 115)), bottom = await restore(model, part(95, 115));
    assertEquals(data.slice(0, 210 * 36), top.data.slice(0, 210 * 36));
    assertEquals(data.slice(210 * 36), bottom.data.slice(20 * 36));
  });
});

Deno.test("restore() chooses smaller tiles for a smaller memory budget and says when none fits", async () => {
  await withSmall(async (model) => {
    const source = image(500, 400);
    const tiles = async (memory?: number) => (await restoreRows(model, source, memory ? { memory } : {})).tiles;
    const [roomy, tight] = [await tiles(512), await tiles(220)];
    assertEquals(roomy, 1);
    assert(tight > roomy, `${tight} tiles`);
    await assertRejects(() => tiles(100), RangeError, "as memory must be at least");
    await assertRejects(
      () => restore(model, source, { tile: "exact", memory: 180 }),
      RangeError,
      `let tile be "blend"`,
    );
  });
});

Deno.test("restore() counts the memory beside the runtime where it is told that it takes none of it", async () => {
  await withSmall(async (model) => {
    const tiles = async (options: RestoreOptions) => (await restoreRows(model, image(400, 300), options)).tiles;
    assertEquals(await tiles({ memory: 20, runtime: 0 }), await tiles({ memory: 220 }));
    assert(await tiles({ memory: 20, runtime: 0 }) > await tiles({}));
    await assertRejects(() => restore(model, image(8, 8), { runtime: -1 }), RangeError, "runtime must be a number");
  });
});

Deno.test("restore() refuses what makes no sense, in words", async () => {
  await withSmall(async (model) => {
    const run = (options: object) => () => restore(model, image(4, 4), options);
    await assertRejects(run({ task: "denoise" }), TypeError, "Cannot denoise as the model must have a scale of 1");
    await assertRejects(run({ task: "sharpen" }), RangeError, "task must be");
    await assertRejects(run({ tile: "best" }), RangeError, "tile must be");
    await assertRejects(run({ tile: 20 }), RangeError, "tile must be at least");
    await assertRejects(run({ memory: 0 }), RangeError, "memory must be");
    await assertRejects(run({ maxPixels: 15 }), RangeError, "megapixels");
    await assertRejects(run({ scale: 2, width: 9 }), RangeError, "one size at most");
    await assertRejects(run({ fit: { width: 9 } }), RangeError, "fit.height must be a whole number");
    await assertRejects(run({ width: 1.5 }), RangeError, "width must be a whole number");
    await assertRejects(run({ fit: { width: 0, height: 9 } }), RangeError, "fit.width must be");
    await assertRejects(run({ megapixels: -1 }), RangeError, "megapixels must be");
    await assertRejects(run({ scale: 65 }), RangeError, "grow by 64 at most");
    await assertRejects(run({ depth: 12 }), RangeError, "depth must be");
    await assertRejects(run({ alpha: "nearest" }), RangeError, "alpha must be");
    await assertRejects(() => restore(model.device, image(4, 4), { task: "dejpeg" }), RangeError, "no built-in one");
    const task = "denoising" as "denoise";
    await assertRejects(
      () => restore(model.device, image(4, 4), { task }),
      RangeError,
      "task must be upscale, denoise",
    );
  });
});

Deno.test("restore() reports progress that rises to 1, also between tiles", async () => {
  await withSmall(async (model) => {
    const seen: number[] = [];
    const onProgress = ({ phase, fraction, loaded, total }: Progress) => {
      assertEquals([phase, total], ["restore", 4]);
      assert(loaded <= 4 && fraction >= (loaded - 1) / 4);
      seen.push(fraction);
    };
    await restore(model, image(100, 100), { tile: 80, onProgress });
    assert(seen.length >= 4);
    assertEquals([...seen].sort((a, b) => a - b), seen);
    assertEquals(seen.at(-1), 1);
  });
});

Deno.test("restore() aborted at 200 random moments leaks nothing, and the next run is right", async () => {
  await withSmall(async (model) => {
    const source = image(70, 60), options = { tile: 64 };
    const wanted = await restore(model, source, options), { weights } = model.device.memory();
    // A clock that runs ahead makes every step of the model one where a run reports and can be stopped.
    const now = performance.now;
    let clock = 0;
    performance.now = () => clock += 100;
    try {
      let steps = 0;
      await restore(model, source, { ...options, onProgress: () => steps++ });
      assert(steps > 30, `${steps} steps`);
      for (let i = 0, random = 1; i < 200; i++) {
        random = random * 48271 % 2147483647;
        const controller = new AbortController();
        let left = random % (steps - 2);
        const onProgress = () => left-- === 0 && controller.abort();
        await assertRejects(
          () => restore(model, source, { ...options, signal: controller.signal, onProgress }),
          "AbortError",
        );
        assertEquals([model.device.memory().run, model.device.memory().weights], [0, weights]);
      }
    } finally {
      performance.now = now;
    }
    assertEquals((await restore(model, source, options)).data, wanted.data);
  });
});

Deno.test("restore() ends at once for a signal that is aborted before, and for a reader that stops", async () => {
  await withSmall(async (model) => {
    await assertRejects(
      () => restore(model, image(4, 4), { signal: AbortSignal.abort(new Error("enough")) }),
      Error,
      "enough",
    );
    for await (const { index } of restoreTiles(model, image(150, 150), { tile: 64 })) if (index === 1) break;
    assertEquals(model.device.memory().run, 0);
  });
});

Deno.test("restore() blends without seams: fades differ from one piece no more than the rest does", async () => {
  await using device = await openWasm();
  await using model = await loadModel(device, LIGHT_X2);
  const side = 100, sums = [0, 0], counts = [0, 0], figures: number[] = [];
  const spans = blendedSpans(side, 2), fade = spans[1]!.rise;
  const near = (at: number) => at >= 2 * (fade[0] - 4) && at < 2 * (fade[1] + 4);
  for (const [name, x, y] of [["astronaut.png", 100, 40], ["chelsea.png", 150, 100]] as const) {
    const source = await photo(name, x, y, side);
    const exact = await restore(model, source, { tile: "exact" });
    const blend = await restore(model, source, { tile: spans[0]!.end });
    assertEquals([exact.tiles, blend.tiles], [1, 4]);
    figures.push(psnr(exact, blend));
    for (let p = 0; p < 4 * side * side; p++) {
      const border = near(p % (2 * side)) || near(Math.floor(p / (2 * side))) ? 1 : 0;
      for (let c = 0; c < 3; c++) sums[border]! += Math.abs(exact.data[3 * p + c]! - blend.data[3 * p + c]!);
      counts[border]! += 3;
    }
  }
  const [elsewhere, border] = [sums[0]! / counts[0]!, sums[1]! / counts[1]!];
  console.log(`      blend against exact: ${figures.map((dB) => dB.toFixed(1)).join(" and ")} dB`);
  assert(border <= 1.1 * elsewhere, `${border} at borders, ${elsewhere} elsewhere`);
  // A scan sees the whole image and a tile only itself: what that costs is the net's, not the fades' (wider margins change it
  // by 0.2 dB), and stays below what rounding to 8 bits does, 20 log₁₀(255 √12) = 58.92 dB.
  assert(Math.min(...figures) >= 20 * Math.log10(255 * Math.sqrt(12)), `PSNR ${figures.join(", ")} dB`);
});
