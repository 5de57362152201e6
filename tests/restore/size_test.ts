import { assert, assertEquals, assertRejects } from "@std/assert";
import { defaultModel } from "../../src/default_model.ts";
import { decodeAnimation } from "../../src/image/animation.ts";
import type { Pixels8 } from "../../src/image/colour.ts";
import { decodeImage } from "../../src/image/decode.ts";
import type { Channels, Pixels } from "../../src/image/pixels.ts";
import { resizeBicubic, resizeLanczos } from "../../src/image/resize.ts";
import { loadModel, type Model } from "../../src/load_model.ts";
import { openNets, restore, type RestoredRows, type RestoreOptions, restoreRows } from "../../src/restore.ts";
import { restoreAnimation, restoreFrames } from "../../src/restore_frames.ts";
import { openWasm } from "../../src/wasm/device.ts";
import { maxDifference } from "../image/fixtures.ts";
import { smallMambaIR } from "../models/mambair_checkpoint.ts";

const LIGHT_X2 = new URL("../../weights/mambair_light_x2/mambair_light_x2.safetensors", import.meta.url);

/** An image of made-up pixels. */
function image(width: number, height: number, channels: Channels = 3): Pixels8 {
  const data = Uint8Array.from(
    { length: width * height * channels },
    (_, i) => 128 + 100 * Math.sin(i / 7 + i % channels),
  );
  return { data, width, height, channels };
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

/** A result joined from its rows. */
async function joined({ width, height, channels, rows }: RestoredRows): Promise<Pixels> {
  const data = new Uint8Array(width * height * channels);
  let at = 0;
  for await (const band of rows) {
    data.set(band.data, at);
    at += band.data.length;
  }
  assertEquals(at, data.length);
  return { data, width, height, channels };
}

Deno.test("restore() reaches any size: the net, often enough, then Pillow's Lanczos", async () => {
  await withSmall(async (model) => {
    for (const channels of [1, 3, 4] as const) {
      const source = image(24, 20, channels), bare = ({ data, width, height }: Pixels) => ({ data, width, height });
      const once = await restore(model, source, { tile: 60 }), twice = await restore(model, once, { tile: 60 });
      const cases: [RestoreOptions, Pixels, number, number][] = [
        [{ scale: 1.5 }, once, 36, 30],
        [{ width: 40 }, once, 40, 33],
        [{ height: 33 }, once, 40, 33],
        [{ fit: { width: 40, height: 30 } }, once, 36, 30],
        [{ megapixels: 0.0015 }, once, 42, 35],
        [{ scale: 2 }, once, 48, 40],
        [{ scale: 2.6 }, twice, 62, 52],
        [{ width: 12 }, source, 12, 10],
      ];
      for (const [wish, made, width, height] of cases) {
        const wanted = bare(resizeLanczos(made, width, height)), options = { ...wish, tile: 60 };
        const { data, ...size } = bare(await restore(model, source, options));
        assertEquals(size, { width, height });
        assert(maxDifference(data, wanted.data) === 0, `${channels} channels, ${JSON.stringify(wish)}`);
        const rows = await restoreRows(model, source, options);
        assertEquals([rows.width, rows.height], [width, height]);
        if (channels === 4) assert(maxDifference((await joined(rows)).data, wanted.data) === 0);
      }
    }
  });
});

Deno.test("restore() with the built-in nets takes the smallest that reaches a size", async () => {
  await using device = await openWasm();
  await using nets = openNets(device);
  const source = image(12, 9);
  const made = async (scale: number, whole: number) => {
    await using model = await loadModel(device, await defaultModel("upscale", { scale: whole as 2 }));
    return resizeLanczos(await restore(model, source), Math.round(12 * scale), Math.round(9 * scale)).data;
  };
  for (const [scale, whole] of [[1.5, 2], [2.5, 3], [3.3, 4]] as const) {
    assertEquals((await restore(nets, source, { scale })).data, await made(scale, whole), `${scale}`);
  }
  assertEquals((await restore(nets, source)).width, 24);
  const { width, tiles } = await restore(device, source, { scale: 5 });
  assertEquals([width, tiles], [60, 2]);
  await using denoiser = openNets(device, "denoise");
  await assertRejects(
    () => restore(denoiser, source, { scale: 2 }),
    RangeError,
    "must not be asked for a larger image",
  );
  assertEquals((await restore(denoiser, source, { width: 6 })).height, 5);
});

Deno.test("restore() carries what is attached, and leaves out what is to be stripped", async () => {
  await withSmall(async (model) => {
    const all = new URL("../golden/image/pictures/all.png", import.meta.url);
    const { attached, channels } = await restore(model, all), own = (await decodeImage(all)).attached!;
    assertEquals([channels, attached], [3, own]);
    assertEquals(Object.keys((await restore(model, all, { strip: true })).attached!), ["profile"]);
    const { rows: _, ...facts } = await restoreRows(model, all, { strip: "gps" });
    assertEquals([facts.attached!.profile, facts.attached!.exif!.length], [own.profile, own.exif!.length]);
  });
});

Deno.test("restore() makes alpha larger by the net where it has edges, and by bicubic if asked", async () => {
  await using device = await openWasm();
  await using model = await loadModel(device, LIGHT_X2);
  const side = 24, data = new Uint8Array(side * side * 4).fill(180);
  const disc = (x: number, y: number, scale: number) => Math.hypot(x - 11.5 * scale, y - 11.5 * scale) < 8 * scale;
  for (let p = 0; p < side * side; p++) data[4 * p + 3] = disc(p % side, Math.floor(p / side), 1) ? 255 : 0;
  const source = { data, width: side, height: side, channels: 4 } as const;
  const alphaOf = ({ data }: Pixels) => Uint8Array.from(data).filter((_, i) => i % 4 === 3);
  const net = alphaOf(await restore(model, source)),
    bicubic = alphaOf(await restore(model, source, { alpha: "bicubic" }));
  const plane = {
    data: Uint8Array.from(data).filter((_, i) => i % 4 === 3),
    width: side,
    height: side,
    channels: 1,
  } as const;
  assertEquals(bicubic, resizeBicubic(plane, 2 * side, 2 * side).data);
  const alone = (await restore(model, plane)).data, at = (x: number, y: number) => y * 2 * side + x;
  assertEquals([net[at(24, 24)], net[at(0, 0)]], [255, 0]);
  let edge = 0;
  for (let p = 0; p < net.length; p++) {
    if (net[p] !== 0 && net[p] !== 255) edge += Number(Math.abs(net[p]! - alone[p]!) <= 1);
  }
  assert(edge > 20, `${edge} pixels of the edge are the net's`);
});

Deno.test("restoreFrames() keeps the order and has two frames in flight", async () => {
  await withSmall(async (model) => {
    const sources = Array.from(
      { length: 5 },
      (_, i) => ({ ...image(8, 6), data: new Uint8Array(8 * 6 * 3).fill(50 * i) }),
    );
    let asked = 0, made = 0, most = 0;
    function* frames() {
      for (const source of sources) {
        most = Math.max(most, ++asked - made);
        yield source;
      }
    }
    for await (const { data } of restoreFrames(model, frames())) {
      assertEquals(data, (await restore(model, sources[made]!)).data);
      made++;
    }
    assertEquals([made, most], [5, 2]);
  });
});

Deno.test("restoreAnimation() restores every frame with its time; a still picture is none", async () => {
  await withSmall(async (model) => {
    const folder = new URL("../golden/image/pictures/", import.meta.url);
    const animation = (await restoreAnimation(model, new URL("anim_clear.gif", folder), { scale: 1.5 }))!;
    assertEquals([animation.width, animation.height, animation.count, animation.plays], [45, 27, 4, 5]);
    const durations: number[] = [], before = (await decodeAnimation(new URL("anim_clear.gif", folder)))!;
    const originals = await Array.fromAsync(before.frames);
    for await (const { pixels, duration } of animation.frames) {
      assertEquals(pixels.data, (await restore(model, originals[durations.length]!.pixels, { scale: 1.5 })).data);
      durations.push(duration);
    }
    assertEquals(durations, [40, 120, 500, 1000]);
    assertEquals(await restoreAnimation(model, new URL("adobe.png", folder)), undefined);
  });
});
