import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { convertCheckpoint } from "../../src/checkpoint/convert.ts";
import { openCheckpoint } from "../../src/checkpoint/open.ts";
import { joinPieces, PthObject, PthTensor, type PthValue, writePth } from "./write_pth.ts";

const golden = new URL("../golden/pth/", import.meta.url);

async function convert(name: string, dtype: "f16" | "f32", metadata?: Record<string, string>) {
  const before = await openCheckpoint(await Deno.readFile(new URL(name, golden)));
  const bytes = await joinPieces(convertCheckpoint(before, { dtype, metadata }));
  return { before, after: await openCheckpoint(bytes) };
}

Deno.test("convertCheckpoint() to f32 keeps every number, the metadata and the command line", async () => {
  const { before, after } = await convert("vim_training.pth", "f32", { labels: "[]" });
  assertEquals([...after.entries.keys()].sort(), [...before.entries.keys()].sort());
  for (const [name, entry] of after.entries) {
    assertEquals(entry.dtype, "F32");
    assertEquals(entry.shape, before.entries.get(name)!.shape);
    assertEquals(await entry.readRaw(), await before.entries.get(name)!.readRaw());
  }
  assertEquals(after.metadata["labels"], "[]");
  assertEquals(after.metadata["epoch"], before.metadata["epoch"]);
  assertEquals(after.trainingArgs, JSON.parse(JSON.stringify(before.trainingArgs)));
  assert(after.trainingArgs !== undefined);
});

Deno.test("convertCheckpoint() to f16 rounds by at most half a unit", async () => {
  const { before, after } = await convert("vim_training.pth", "f16");
  for (const [name, entry] of after.entries) {
    assertEquals(entry.dtype, "F16");
    const wanted = await before.entries.get(name)!.read();
    const got = await entry.read();
    for (let i = 0; i < wanted.length; i++) {
      assertAlmostEquals(got[i]!, wanted[i]!, Math.max(2 ** -11 * Math.abs(wanted[i]!), 2 ** -25));
    }
  }
});

Deno.test("convertCheckpoint() refuses a type that it does not know, which would cost digits", async () => {
  for (const dtype of ["F32", "f64", undefined]) {
    await assertRejects(() => convert("vim_training.pth", dtype as "f32"), RangeError, "dtype must be");
  }
});

Deno.test("convertCheckpoint() keeps whole numbers as they are", async () => {
  const { before, after } = await convert("dtypes.pth", "f32");
  for (const name of ["i64", "i32", "i16", "i8", "u8", "bool"]) {
    assertEquals(after.entries.get(name)!.dtype, before.entries.get(name)!.dtype);
    assertEquals(await after.entries.get(name)!.readRaw(), await before.entries.get(name)!.readRaw());
  }
  for (const name of ["f64", "f16", "bf16"]) {
    assertEquals(after.entries.get(name)!.dtype, "F32");
    assertEquals(await after.entries.get(name)!.read(), await before.entries.get(name)!.read());
  }
});

Deno.test("convertCheckpoint() refuses a number that f16 cannot hold and reports progress", async () => {
  const tensor = (...values: number[]) => new PthTensor([values.length], () => Float32Array.from(values));
  const saved = new Map<string, PthValue>([["a", tensor(1)], ["big", tensor(1, -70000)]]);
  const checkpoint = await openCheckpoint(await joinPieces(writePth(saved)));
  await assertRejects(
    () => joinPieces(convertCheckpoint(checkpoint, { dtype: "f16" })),
    RangeError,
    'tensor "big" to f16 as its numbers must be below 65520, use f32: current value at index 1 is -70000',
  );
  const seen: number[] = [];
  await joinPieces(convertCheckpoint(checkpoint, { dtype: "f32", onProgress: ({ loaded }) => seen.push(loaded) }));
  assertEquals(seen, [4, 12]);
  const signal = AbortSignal.abort();
  await assertRejects(() => joinPieces(convertCheckpoint(checkpoint, { dtype: "f32", signal })), DOMException);
});

Deno.test("openCheckpoint() reads plain values of the command line and leaves metadata that is no JSON", async () => {
  const args = new PthObject(
    "argparse",
    "Namespace",
    new Map<string, PthValue>([
      ["lr", 0.5],
      ["drop", null],
      ["sizes", [1, 2]],
      ["path", new PthObject("pathlib", "PosixPath", null)],
    ]),
  );
  const saved = new Map<string, PthValue>([["model", new Map([["w", new PthTensor([1], () => Float32Array.of(1))]])], [
    "args",
    args,
  ]]);
  const { trainingArgs } = await openCheckpoint(await joinPieces(writePth(saved)));
  assertEquals(trainingArgs, { lr: 0.5, drop: null, sizes: [1, 2], path: "<an object of pathlib.PosixPath>" });

  const { after } = await convert("bare_dict.pth", "f32", { training_args: "not JSON" });
  assertEquals(after.trainingArgs, undefined);
  assertEquals(after.metadata["training_args"], "not JSON");
});
