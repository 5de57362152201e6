/**
 * What passes over a whole picture stands still now and then, so that an abort is heard. How far it goes between two turns is
 * counted in bytes: no clock is asked.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { atOnce, inTurns, nextTask, type Steps } from "../../src/bytes/turns.ts";
import { prepared } from "../../src/classify/prepare.ts";
import { classify } from "../../src/classify.ts";
import { openCanvas, type Patch } from "../../src/image/animation/compose.ts";
import { bleedColours } from "../../src/image/bleed.ts";
import { byRows, overWhite, someAlpha, toChannels } from "../../src/image/colour.ts";
import { decodeImage } from "../../src/image/decode.ts";
import { encodeImage } from "../../src/image/encode.ts";
import { separatePlanes } from "../../src/image/inks/planes.ts";
import { upsample } from "../../src/image/inks/upsample.ts";
import { turnUpright } from "../../src/image/orient.ts";
import type { Channels, Pixels } from "../../src/image/pixels.ts";
import { evaluation, IMAGENET_EVALUATION } from "../../src/image/preprocess.ts";
import { convertToSrgb } from "../../src/image/srgb.ts";
import { loadModel } from "../../src/load_model.ts";
import { openReference } from "../../src/reference/device.ts";
import { restore } from "../../src/restore.ts";
import { openPainter } from "../../src/restore/samples.ts";
import { openWasm } from "../../src/wasm/device.ts";

/** Bytes that a step may pass over: a hundredth of what 100 ms of a modest core are. */
const LONGEST = 100_000;

const picture = (width: number, height: number, channels: Channels): Pixels => (
  { data: new Uint8Array(width * height * channels), width, height, channels }
);
const small = picture(600, 400, 3), large = picture(2000, 1500, 3);

const STEPS: Readonly<Record<string, () => Steps<unknown>>> = {
  "turning upright": () => turnUpright(small, 6),
  "preparing for a classifier": () => evaluation(small, IMAGENET_EVALUATION),
  "filling what is transparent": () => bleedColours(picture(600, 400, 4)),
  "making chroma larger": () => openPainter(small, 1, 2),
  "flattening for an encoder": () => byRows(picture(600, 400, 4), (rows) => toChannels(overWhite(rows), 4)),
  "copying": () => byRows(small, (rows) => ({ ...rows })),
  "looking for what is transparent": () => someAlpha(picture(700, 600, 4), (alpha) => alpha === 1),
  "laying a frame on a canvas": () => openCanvas(600, 400, 3, false)(frame("keep")),
  "taking a frame off a canvas again": () => afterTheFirst("restore"),
  "clearing a frame's place": () => afterTheFirst("clear"),
  "making planes of inks larger": () => upsample(new Uint8Array(600 * 400), HALVED, 1200, 800),
};

/** A plane of half the size. */
const HALVED = { width: 600, height: 400, factors: [2, 2] } as const;

const frame = (after: Patch["after"]): Patch => ({ pixels: picture(600, 400, 4), x: 0, y: 0, blend: true, after });

/** The steps of a second frame, which begin with what the first one leaves. */
function afterTheFirst(after: Patch["after"]): Steps<unknown> {
  const place = openCanvas(600, 400, 4, false);
  atOnce(place(frame(after)));
  return place(frame("keep"));
}

for (const [name, steps] of Object.entries(STEPS)) {
  Deno.test(`${name} tells of every row that it has passed over`, () => {
    const walk = steps();
    let all = 0, longest = 0;
    for (let step = walk.next(); !step.done; step = walk.next()) {
      all += step.value;
      longest = Math.max(longest, step.value);
    }
    assert(longest <= LONGEST, `${longest} bytes at once`);
    assert(all >= small.data.length, `${all} bytes were told of`);
  });
}

Deno.test("taking inks apart tells of every block, whatever the scans are like", async () => {
  for (const name of ["cmyk_420_restart", "ycck_420_progressive", "ycck_422", "cmyk_3x1"]) {
    const file = await Deno.readFile(`${FILES}${name}.jpg`);
    let all = 0, longest = 0;
    const walk = separatePlanes(file);
    for (let step = walk.next(); !step.done; step = walk.next()) {
      all += step.value;
      longest = Math.max(longest, step.value);
    }
    assert(longest <= LONGEST && all >= file.length, `${name}: ${longest} of ${all} bytes at once`);
  }
});

Deno.test("encodeImage() and the pictures of an animation end between two parts of a large picture", async () => {
  const reason = new Error("enough"), clear = picture(1500, 1200, 4);
  for (const type of ["jpeg", "webp", "png"] as const) {
    const run = encodeImage(clear, { type, signal: atFirstTurn(reason) });
    assertEquals(await run.catch((error) => error), reason, type);
  }
});

Deno.test("inTurns() gives others a turn every megabyte and ends with the reason of its signal", async () => {
  let done = 0, turns = 0, counting = true;
  const count = (async () => {
    for (; counting; turns++) await nextTask();
  })();
  const steps = function* (): Steps<string> {
    for (; done < 100; done++) yield 1 << 18;
    return "all";
  };
  assertEquals(await inTurns(steps(), undefined), "all");
  counting = false;
  await count;
  assert(turns >= 10, `${turns} turns`);
  const stop = new AbortController(), reason = new Error("enough");
  done = 0;
  const walk = inTurns(steps(), stop.signal);
  stop.abort(reason);
  assertEquals(await walk.catch((error) => error), reason);
  assert(done <= 4, `${done} steps were done`);
});

/** A signal that is aborted in the first turn that others get. */
function atFirstTurn(reason: Error): AbortSignal {
  const stop = new AbortController();
  setTimeout(() => stop.abort(reason), 0);
  return stop.signal;
}

const FILES = "tests/golden/image/pictures/";
const P3 = "tests/golden/image/reported/p3.jpg";

Deno.test("a photo that is prepared, coloured, classified or restored ends when it is told to", async () => {
  const { attached } = await decodeImage(P3), reason = new Error("enough");
  const coloured = { ...large, attached: { profile: attached!.profile! } };
  await using device = openReference(), wasm = await openWasm({ threads: 1 });
  await using model = await loadModel(device, "tests/golden/hostile/orig_mod.pth");
  await using net = await loadModel(wasm, "weights/mambair_light_x2/mambair_light_x2.safetensors");
  const clear = picture(1200, 1000, 4);
  for (
    const run of [
      () => prepared(model, large, atFirstTurn(reason)),
      () => convertToSrgb(coloured, { signal: atFirstTurn(reason) }),
      () => classify(model, coloured, { signal: atFirstTurn(reason) }),
      () => restore(net, clear, { signal: atFirstTurn(reason) }),
    ]
  ) {
    assertEquals(await run().then(() => run.toString(), (error: unknown) => error), reason, run.toString());
  }
});

Deno.test("decodeImage() ends a long GIF in its middle", async () => {
  // Pixels of one colour, a code each, and a clear code before codes get longer.
  const side = 1200, packed = new Uint8Array(Math.ceil((side * side * 255 / 253 + 9) * 9 / 8));
  let at = 0;
  const put = (code: number): void => {
    for (let i = 0; i < 9; i++, at++) packed[at >> 3]! |= ((code >> i) & 1) << (at & 7);
  };
  for (let i = 0; i < side * side; i++) {
    if (i % 253 === 0) put(256);
    put(7);
  }
  put(257);
  const blocks: number[] = [];
  for (let from = 0; from < packed.length; from += 255) {
    const part = packed.subarray(from, from + 255);
    blocks.push(part.length, ...part);
  }
  const size = [side & 255, side >> 8];
  const file = Uint8Array.from([
    ...[...new TextEncoder().encode("GIF89a"), ...size, ...size, 0xf7, 0, 0],
    ...Array.from({ length: 768 }, (_, i) => i / 3 & 255),
    ...[0x2c, 0, 0, 0, 0, ...size, ...size, 0, 8, ...blocks, 0, 0x3b],
  ]);
  const { data, width, height } = await decodeImage(file);
  assertEquals([width, height, data[0], data.at(-1)], [side, side, 7, 7]);
  const reason = new Error("enough");
  const error = await assertRejects(() => decodeImage(file, { signal: atFirstTurn(reason) }));
  assertEquals(error, reason);
});
