/**
 * Same input, same bits: alone and among others, in whatever order they come, at once and one after the other, on a device
 * that is new and on one that has worked. Threads and shares have tests of their own (tests/wasm/threads_test.ts,
 * tests/wasm/checked_test.ts).
 */
import { assertEquals } from "@std/assert";
import { classifyAll } from "../src/classify.ts";
import { generate, generateBatch } from "../src/generate.ts";
import type { Pixels } from "../src/image/pixels.ts";
import { loadLanguageModel } from "../src/language_model.ts";
import { loadModel } from "../src/load_model.ts";
import { restore, restoreTiles } from "../src/restore.ts";
import { DEVICES } from "./devices.ts";
import { tinyCheckpoint } from "./language/tiny.ts";
import { smallMambaIR } from "./models/mambair_checkpoint.ts";

const VIM = "tests/golden/hostile/orig_mod.pth";

const picture = (seed: number, width = 40, height = 30): Pixels => ({
  data: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * (seed + 7) * 37 + i * i) % 251),
  ...{ width, height, channels: 3 },
});
const bitsOf = (numbers: Float32Array): string => new Uint32Array(numbers.slice().buffer).join();

for (const { name, open } of DEVICES) {
  Deno.test(`a picture gets the same bits alone and in any batch, on ${name}`, async () => {
    await using device = await open();
    await using model = await loadModel(device, VIM);
    const pictures = Array.from({ length: 5 }, (_, i) => picture(i));
    const alone: string[] = [];
    for (const one of pictures) alone.push(bitsOf((await classifyAll(model, [one]))[0]!.logits));
    for (const order of [[0, 1, 2, 3, 4], [4, 2, 0, 3, 1], [3, 3, 3], [1, 0]]) {
      const together = await classifyAll(model, order.map((i) => pictures[i]!));
      assertEquals(together.map(({ logits }) => bitsOf(logits)), order.map((i) => alone[i]!), `${order}`);
    }
  });

  Deno.test(`a text is drawn alike alone and beside others of its length, on ${name}`, async () => {
    await using device = await open();
    await using model = await loadLanguageModel(device, tinyCheckpoint());
    const prompts = [[3, 1, 4], [2, 7, 1], [9, 9, 9]], draws = { maxTokens: 6 };
    const alone = await Promise.all(prompts.map((ids) => Array.fromAsync(generate(model, ids, draws))));
    for (const order of [[0, 1, 2], [2, 0]]) {
      const rows = await Array.fromAsync(generateBatch(model, order.map((i) => prompts[i]!), draws));
      assertEquals(order.map((_, at) => rows.map((row) => row[at])), order.map((i) => alone[i]!));
    }
  });

  if (!name.startsWith("wasm")) continue; // a picture of several tiles takes the others a minute
  Deno.test(`a restoration has the same bits again, beside others, and from a new device, on ${name}`, async () => {
    const source = picture(1, 100, 90), options = { tile: 64 };
    let wanted: Pixels["data"] | undefined;
    for (let opened = 0; opened < 2; opened++) {
      await using device = await open();
      await using net = await loadModel(device, smallMambaIR({ upsampler: "pixelshuffledirect" }));
      await using vim = await loadModel(device, VIM);
      wanted ??= (await restore(net, source, options)).data;
      // Tiles wait behind other runs, whose number and order they do not depend on.
      const [one, , two] = await Promise.all([
        restore(net, source, options),
        classifyAll(vim, [picture(2), picture(3)]),
        restore(net, source, options),
        restore(net, picture(4, 70, 20), options),
      ]);
      assertEquals([one.data, two.data], [wanted, wanted]);
    }
  });

  Deno.test(`tiles of a picture are run in one order, whoever reads them, on ${name}`, async () => {
    await using device = await open();
    await using net = await loadModel(device, smallMambaIR({ upsampler: "pixelshuffledirect" }));
    const source = picture(1, 130, 90), orders: string[] = [];
    for (const wait of [0, 1]) {
      const places: string[] = [];
      for await (const { x, y } of restoreTiles(net, source, { tile: 64 })) {
        places.push(`${x} ${y}`);
        if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      }
      orders.push(places.join());
    }
    assertEquals(new Set(orders).size, 1);
    const rows = orders[0]!.split(",").map((place) => place.split(" ").map(Number) as [number, number]);
    assertEquals(rows.toSorted(([ax, ay], [bx, by]) => ay - by || ax - bx), rows);
  });
}
