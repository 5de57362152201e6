import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { classify, defaultModel, loadModel, openDevice, restore } from "../../mod.ts";
import { convertCheckpoint, type ConvertOptions } from "../../src/checkpoint/convert.ts";
import type { Dtype } from "../../src/checkpoint/dtype.ts";
import { chooseInt8, factorsOf, isMatrix, narrowInt8, scaleShape } from "../../src/checkpoint/narrow_int8.ts";
import { type Checkpoint, openCheckpoint } from "../../src/checkpoint/open.ts";
import { writeSafetensors } from "../../src/checkpoint/safetensors.ts";
import { decodeImage } from "../../src/image/decode.ts";
import { psnr } from "../../src/image/metrics.ts";
import { checkModel, detectModel } from "../../src/load_model.ts";
import { openModelSource } from "../../src/load_model.ts";
import { sizeOf } from "../../src/tensor.ts";
import { Draw, SETTINGS } from "../arbitraries.ts";
import { DEVICES } from "../devices.ts";
import { joinPieces } from "./write_pth.ts";

const bytesOf = (checkpoint: Checkpoint, dtype: ConvertOptions["dtype"]) =>
  joinPieces(convertCheckpoint(checkpoint, { dtype }));

interface Stored {
  readonly name: string;
  readonly dtype?: Dtype;
  readonly shape: readonly number[];
  readonly values: ArrayBufferView<ArrayBuffer>;
}
const fileOf = (...tensors: Stored[]) =>
  joinPieces(writeSafetensors(tensors.map(({ name, dtype = "F32", shape, values }) => ({
    ...{ name, dtype, shape },
    bytes: () => new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  }))));

Deno.test("LAW: a weight of 8 bits is at most half of its channel's factor away, whatever its numbers", async () => {
  const shapes = fc.constantFrom([1, 32], [5, 33], [2, 3, 40], [3, 4, 3, 3], [2, 64]);
  await fc.assert(
    fc.asyncProperty(
      shapes,
      fc.nat(0xffff),
      fc.constantFrom(1, 1e-3, 1e30, 1e-38, 1e-44, 0),
      fc.constantFrom(0, 3, 60),
      fc.constantFrom("a", "a", "A_log"),
      async (shape, seed, size, outlier, name) => {
        const draw = new Draw({ mood: "ordinary", viewed: false, seed });
        const data = Float32Array.from({ length: sizeOf(shape) }, () => (2 * draw.next() - 1) * size);
        if (outlier) data[draw.below(data.length)]! *= outlier;
        const scale = scaleShape(name, shape), { values: factors } = factorsOf(name, data, shape);
        const values = narrowInt8(data, shape, scale, factors), inner = data.length / factors.length;
        const factorAt = (i: number) => factors[name === "A_log" ? i % factors.length : Math.floor(i / inner)]!;
        for (const [i, value] of data.entries()) {
          const factor = factorAt(i);
          assert(Math.abs(value - values[i]! * factor) <= factor / 2, `${value} by ${factor} became ${values[i]}`);
        }
        if (!isMatrix({ name, shape })) return;
        // What is read back is the product, rounded once; and what is read back stays what it is.
        const first = await openCheckpoint(await fileOf({ name, shape, values: data }));
        const once = await openCheckpoint(await bytesOf(first, "int8"));
        const read = await once.entries.get(name)!.read();
        assertEquals(read, Float32Array.from(values, (whole, i) => whole * factorAt(i)));
        assertEquals(await bytesOf(once, "int8"), await bytesOf(first, "int8"));
        const wide = await openCheckpoint(await bytesOf(once, "f32"));
        assertEquals(wide.entries.get(name)!.dtype, "F32");
        assertEquals(await wide.entries.get(name)!.read(), read);
      },
    ),
    { ...SETTINGS, numRuns: 60 },
  );
});

Deno.test("matrices and filters with channels of four elements and more go to 8 bits, what is added does not", () => {
  for (const shape of [[3, 32], [2, 3, 4], [8, 4, 3, 3], [16, 1, 3, 3]]) {
    assert(isMatrix({ name: "a", shape }), `${shape}`);
  }
  for (const shape of [[64], [3, 3], [0, 64], []]) assert(!isMatrix({ name: "a", shape }), `${shape}`);
  assert(!isMatrix({ name: "dt_projs_bias", shape: [4, 72] }));
  const shapes = [[5, 32], [2, 3, 32], [8, 4, 3, 3]];
  assertEquals(shapes.map((shape) => scaleShape("a", shape)), [[5, 1], [2, 3, 1], [8, 1, 1, 1]]);
  for (const name of ["A_log", "b.A_logs", "b.A_b_log", "x_A_logs"]) assertEquals(scaleShape(name, [72, 8]), [1, 8]);
});

Deno.test("what is next to the picture stays in 16 bits where the file is small enough with it", () => {
  const block = (i: number) => ({ name: `layers.${i}.out_proj.weight`, shape: [200, 300] });
  const blocks = Array.from({ length: 60 }, (_, i) => block(i)),
    first = { name: "conv_first.weight", shape: [64, 3, 3, 3] };
  const chosen = chooseInt8([first, ...blocks]);
  assert(!chosen.has(first.name));
  // With room for a few more, they are of the last and the first block.
  assert(!chosen.has(block(59).name) && !chosen.has(block(0).name));
  assert(chosen.has(block(30).name));
  const wide = { ...first, shape: [6400, 30, 3, 3] };
  assert(chooseInt8([wide, ...blocks]).has(wide.name));
});

Deno.test("convertCheckpoint() to int8 says what it cannot take", async () => {
  const values = new Float32Array(64).fill(1);
  const infinite = values.slice();
  infinite[40] = Infinity;
  const convert = async (...tensors: Stored[]) => await bytesOf(await openCheckpoint(await fileOf(...tensors)), "int8");
  await assertRejects(
    () => convert({ name: "a", shape: [2, 32], values: infinite }),
    RangeError,
    'Cannot convert tensor "a" to int8 as its numbers must be finite: current value at index 40 is Infinity',
  );
  await assertRejects(
    () => convert({ name: "a", shape: [2, 32], values }, { name: "a_scale", shape: [64], values }),
    RangeError,
    'as "a_scale" must be free: it is a tensor',
  );
});

Deno.test("scales that do not fit their weight, or are no factors, are refused in words", async () => {
  const weight = { name: "a", dtype: "I8", shape: [2, 32], values: new Int8Array(64).fill(3) } as const;
  const scale = (shape: number[], values: ArrayBufferView<ArrayBuffer>, dtype: Dtype = "F32"): Stored => ({
    ...{ name: "a_scale", shape, values, dtype },
  });
  const open = async (...tensors: Stored[]) => await openCheckpoint(await fileOf(...tensors));
  const right = await open(weight, scale([2, 1], Float32Array.of(0.5, 2)));
  assertEquals([...right.entries.keys()], ["a"]);
  assertEquals((await right.entries.get("a")!.read()).slice(31, 33), Float32Array.of(1.5, 6));
  for (const shape of [[2], [1, 2], [2, 1, 1], [3, 1], [1, 0]]) {
    const values = new Float32Array(sizeOf(shape)).fill(1);
    await assertRejects(
      () => open(weight, scale(shape, values)),
      SyntaxError,
      `the scale of int8 [2, 32] must have its first sizes and then ones, or ones and then its last sizes: current shape is [${
        shape.join(", ")
      }]`,
    );
  }
  await assertRejects(() => open(weight, scale([2, 1], Int8Array.of(1, 2), "I8")), TypeError, "dtype is I8");
  for (const value of [NaN, Infinity, 0, -1]) {
    const damaged = await open(weight, scale([2, 1], Float32Array.of(1, value)));
    await assertRejects(
      () => damaged.entries.get("a")!.read(),
      SyntaxError,
      `a scale must hold positive numbers: current value at index 1 is ${value}`,
    );
  }
});

Deno.test("a model whose weights of 8 bits have lost their scale has one verdict: refused by name", async () => {
  const checkpoint = await openModelSource(await defaultModel("upscale", { scale: 2 }));
  const small = await openCheckpoint(await bytesOf(checkpoint, "int8"));
  const { detected } = await detectModel(small);
  checkModel(small, detected);
  const [name, entry] = [...small.entries].find(([, { scale }]) => scale)!;
  const { scale: _, ...bare } = entry;
  const broken = { ...small, entries: new Map([...small.entries, [name, bare]]) };
  const missing = `missing ${name}_scale of the int8 ${name}`;
  const error = await assertRejects(() => Promise.resolve().then(() => checkModel(broken, detected)), TypeError);
  assert(error.message.includes(missing), error.message);
});

const PHOTO = new URL("../../examples/photos/coffee.png", import.meta.url);
/** A square of a picture. */
function crop({ data, width, channels }: Awaited<ReturnType<typeof decodeImage>>, x: number, y: number, side: number) {
  const cut = new Uint8Array(side * side * channels);
  for (let row = 0; row < side; row++) {
    const from = ((y + row) * width + x) * channels;
    cut.set(data.subarray(from, from + side * channels), row * side * channels);
  }
  return { data: cut, width: side, height: side, channels };
}

Deno.test("the shipped weights in 8 bits take at most 0.3 of f32 and give nearly what they gave, on every device", async () => {
  const photo = await decodeImage(PHOTO), piece = crop(photo, 200, 120, 12), whole = crop(photo, 150, 60, 256);
  for (const task of ["classify", "upscale"] as const) {
    const checkpoint = await openModelSource(
      await (task === "classify" ? defaultModel(task) : defaultModel(task, { scale: 2 })),
    );
    const bytes = await bytesOf(checkpoint, "int8"), full = await bytesOf(checkpoint, "f32");
    assert(bytes.length <= 0.3 * full.length, `${task}: ${bytes.length} of ${full.length} bytes`);
    for (const { name, open } of DEVICES) {
      await using device = await open();
      await using before = await loadModel(device, full);
      await using after = await loadModel(device, bytes);
      if (task === "upscale") {
        const [a, b] = [await restore(before, piece), await restore(after, piece)];
        const near = psnr(a, b);
        assert(near > 46, `${name}: ${near} dB`);
      } else if (!name.startsWith("reference")) {
        const [a, b] = [await classify(before, whole), await classify(after, whole)];
        assertEquals(a.labels[0]!.index, b.labels[0]!.index, name);
      }
    }
  }
});

Deno.test("openDevice() has weights of 8 bits in f32: arithmetic and bits are those of the f32 file", async () => {
  const checkpoint = await openModelSource(await defaultModel("upscale", { scale: 2 }));
  const small = await bytesOf(checkpoint, "int8"), wide = await bytesOf(await openCheckpoint(small), "f32");
  await using device = await openDevice({ require: "wasm" });
  await using one = await loadModel(device, small);
  await using other = await loadModel(device, wide);
  const piece = crop(await decodeImage(PHOTO), 90, 90, 24);
  assertEquals((await restore(one, piece)).data, (await restore(other, piece)).data);
});
