/**
 * What passes over a whole picture stands still now and then, so that an abort is heard. How far it goes between two turns is
 * counted in bytes: no clock is asked.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { inTurns, nextTask, type Steps } from "../../src/bytes/turns.ts";
import { prepared } from "../../src/classify/prepare.ts";
import { classify } from "../../src/classify.ts";
import { bleedColours } from "../../src/image/bleed.ts";
import { decodeImage } from "../../src/image/decode.ts";
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
};

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
