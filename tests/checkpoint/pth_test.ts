import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import type { Entry } from "../../src/checkpoint/checkpoint.ts";
import type { Dtype } from "../../src/checkpoint/dtype.ts";
import { openCheckpoint } from "../../src/checkpoint/open.ts";
import { joinPieces, PthObject, PthTensor, type PthValue, writePth } from "./write_pth.ts";

interface ExpectedTensor {
  dtype: string;
  shape: number[];
  sum: number;
  abs_sum: number;
  first: number[];
  last: number[];
  f32_bits?: string[];
}
interface Expected {
  ok: boolean;
  optional?: boolean;
  reason?: string;
  tensors?: Record<string, ExpectedTensor>;
}

const folder = new URL("../golden/pth/", import.meta.url);
const { files } = JSON.parse(await Deno.readTextFile(new URL("expected.json", folder))) as {
  files: Record<string, Expected>;
};

const DTYPES: Record<string, Dtype> = {
  float64: "F64",
  float32: "F32",
  float16: "F16",
  bfloat16: "BF16",
  int64: "I64",
  int32: "I32",
  int16: "I16",
  int8: "I8",
  uint8: "U8",
  bool: "BOOL",
};

/** Stored values without the rounding of f64 and i64 to f32 that `read` does. */
async function exactValues(entry: Entry): Promise<number[]> {
  const raw = await entry.readRaw();
  if (entry.dtype === "F64") return [...new Float64Array(raw.buffer)];
  if (entry.dtype === "I64") return [...new BigInt64Array(raw.buffer)].map(Number);
  return [...await entry.read()];
}

async function checkTensor(entry: Entry, expected: ExpectedTensor): Promise<void> {
  assertEquals(entry.dtype, DTYPES[expected.dtype]);
  assertEquals(entry.shape, expected.shape);
  const values = await exactValues(entry);
  assertEquals(values.length, expected.shape.reduce((a, b) => a * b, 1));
  assertEquals([...await entry.read()], values.map(Math.fround));
  if (expected.f32_bits) {
    const bits = [...new Uint32Array(Float32Array.from(values).buffer)].map((b) => b.toString(16).padStart(8, "0"));
    assertEquals(bits.map((b, i) => Number.isNaN(values[i]) ? "nan" : b), expected.f32_bits);
    return;
  }
  const tolerance = 1e-9 * expected.abs_sum;
  assertAlmostEquals(values.reduce((a, b) => a + b, 0), expected.sum, tolerance);
  assertAlmostEquals(values.reduce((a, b) => a + Math.abs(b), 0), expected.abs_sum, tolerance);
  assertEquals(values.slice(0, expected.first.length), expected.first);
  assertEquals(expected.last.length === 0 ? [] : values.slice(-expected.last.length), expected.last);
}

for (const [name, expected] of Object.entries(files)) {
  const stated = expected.ok ? "reads" : `refuses (${expected.reason})`;
  if (name === "crc_mismatch.pth") continue;
  Deno.test(`openCheckpoint() ${stated} ${name}`, async () => {
    const bytes = await Deno.readFile(new URL(name, folder));
    if (expected.ok) {
      const checkpoint = await openCheckpoint(bytes);
      assertEquals([...checkpoint.entries.keys()].sort(), Object.keys(expected.tensors!).sort());
      for (const [key, tensor] of Object.entries(expected.tensors!)) {
        await checkTensor(checkpoint.entries.get(key)!, tensor);
      }
      assertEquals(checkpoint.warnings, []);
      return;
    }
    const started = performance.now();
    const error = await assertRejects(async () => {
      for (const entry of (await openCheckpoint(bytes)).entries.values()) await entry.read();
    });
    assert(performance.now() - started < 1000, `took ${performance.now() - started} ms`);
    assert(
      error instanceof SyntaxError || error instanceof RangeError || error instanceof TypeError,
      `${error}`,
    );
    assert(/^Cannot read .* as .*: current /s.test(error.message), error.message);
    assertEquals(({} as { polluted?: unknown }).polluted, undefined);
  });
}

Deno.test("openCheckpoint() reads a file whose checksum is wrong and says so", async () => {
  const checkpoint = await openCheckpoint(await Deno.readFile(new URL("crc_mismatch.pth", folder)));
  assertEquals(checkpoint.warnings, []);
  for (const entry of checkpoint.entries.values()) await entry.read();
  assertEquals(checkpoint.warnings.length, 1);
  assert(checkpoint.warnings[0]!.includes("checksum"));
});

Deno.test("openCheckpoint() names what a file is that is no checkpoint", async () => {
  const messageOf = async (name: string) =>
    (await assertRejects(() => openCheckpoint(new URL(name, folder)), SyntaxError)).message;
  assert((await messageOf("lfs_pointer.pth")).includes("git LFS pointer"));
  assert((await messageOf("not_a_checkpoint.pth")).includes("web page"));
  assert((await messageOf("empty_file.pth")).includes("empty"));
  assert((await messageOf("bare_pickle.pth")).includes("bare pickle"));
  assert((await messageOf("evil_os_system.pth")).includes("system"));
});

Deno.test("openCheckpoint() reads a Vim training checkpoint with its command line", async () => {
  const checkpoint = await openCheckpoint(new URL("vim_training.pth", folder));
  assertEquals(checkpoint.root, "model");
  assert(checkpoint.ignored.includes("model_ema") && checkpoint.ignored.includes("optimizer"));
  assertEquals(typeof checkpoint.trainingArgs?.["model"], "string");
  assert(/^\d+$/.test(checkpoint.metadata["epoch"]!));
  await checkpoint.close();
});

Deno.test("openCheckpoint() takes the part that is named and lists the parts when there is no such", async () => {
  const ema = await openCheckpoint(new URL("vim_training.pth", folder), { key: "model_ema" });
  assertEquals(ema.root, "model_ema");
  await ema.close();
  const error = await assertRejects(
    () => openCheckpoint(new URL("vim_training.pth", folder), { key: "teacher" }),
    RangeError,
  );
  assert(error.message.includes("model, ") && error.message.includes("model_ema"), error.message);
});

const saved = async (value: PthValue) => await joinPieces(writePth(value));
const tensor = (...shape: number[]) =>
  new PthTensor(shape, () => new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1));

Deno.test("openCheckpoint() keeps control characters and endless names out of its messages", async () => {
  const name = `\u001b[31mred\n${"x".repeat(100_000)}`;
  const error = await assertRejects(
    async () => await openCheckpoint(await saved(new PthObject("m", name.replace("\n", ""), null))),
    SyntaxError,
  );
  assert(error.message.includes("\\u{1b}[31mred") && error.message.length < 1000, error.message);
  assert(!/\p{C}/u.test(error.message));
});

Deno.test("openCheckpoint() refuses a deflated entry that would fill the memory", async () => {
  const bytes = await saved(new Map([["w", tensor(1 << 20)]]));
  const view = new DataView(bytes.buffer);
  const title = new TextEncoder().encode("archive/data/0");
  const row = bytes.findLastIndex((_, at) => title.every((byte, i) => bytes[at + i] === byte)) - 46;
  view.setUint16(row + 10, 8, true);
  view.setUint32(row + 24, 2 ** 31, true);
  const { entries } = await openCheckpoint(bytes);
  await assertRejects(async () => await entries.get("w")!.read(), RangeError, "deflated entries must have at most");
});

Deno.test("openCheckpoint() prefers params_ema, params, model, state_dict, DeepSpeed's module and then the whole, skipping parts without tensors", async () => {
  const part = (size: number) => new Map([["module.w", tensor(size)]]);
  const order: [string, PthValue][] = [["params_ema", part(1)], ["params", part(2)], ["model", part(3)], [
    "state_dict",
    part(4),
  ], ["module", part(5)]];
  for (const [i, [root]] of order.entries()) {
    const parts = new Map([["optimizer", part(9)], ...order.slice(i).toReversed()]);
    const checkpoint = await openCheckpoint(await saved(parts));
    assertEquals([checkpoint.root, checkpoint.entries.get("w")?.shape], [root, [i + 1]]);
    assertEquals(checkpoint.ignored.length, 5 - i);
  }
  const bare = await openCheckpoint(
    await saved(new Map<string, PthValue>([["params", new Map()], ["net", part(5)], ["epoch", 3]])),
  );
  assertEquals([bare.root, [...bare.entries.keys()], bare.metadata], ["", ["net.module.w"], { epoch: "3" }]);
});

Deno.test("openCheckpoint() refuses keys that are the same without module.", async () => {
  const twice = new Map([["w", tensor(1)], ["module.w", tensor(1)]]);
  await assertRejects(async () => await openCheckpoint(await saved(twice)), SyntaxError, "no tensor may come twice");
});
