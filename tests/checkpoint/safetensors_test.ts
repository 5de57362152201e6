import { assert, assertEquals, assertRejects } from "@std/assert";
import { openCheckpoint } from "../../src/checkpoint/open.ts";
import { writeSafetensors } from "../../src/checkpoint/safetensors.ts";
import { joinPieces } from "./write_pth.ts";

/** A file with any header text and any bytes after it. */
function fileOf(header: string | object, body = new Uint8Array(0), length?: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + body.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length ?? text.length), true);
  bytes.set(text, 8);
  bytes.set(body, 8 + text.length);
  return bytes;
}

const f32 = (shape: unknown, ...offsets: number[]) => ({ dtype: "F32", shape, data_offsets: offsets });

Deno.test("writeSafetensors() writes what openCheckpoint() reads, wide numbers first and aligned", async () => {
  const tensors = [
    { name: "half", dtype: "F16", shape: [3], bytes: () => new Uint8Array(Uint16Array.of(0x3c00, 0xc000, 1).buffer) },
    { name: "a.weight", dtype: "F32", shape: [2, 1], bytes: () => new Uint8Array(Float32Array.of(1.5, -2).buffer) },
    { name: "count", dtype: "I64", shape: [], bytes: () => new Uint8Array(BigInt64Array.of(7n).buffer) },
    { name: "empty", dtype: "F32", shape: [0, 4], bytes: () => new Uint8Array(0) },
  ] as const;
  const bytes = await joinPieces(writeSafetensors(tensors, { labels: '["cat"]', "é": "ü" }));
  const { entries, metadata, format } = await openCheckpoint(bytes);
  assertEquals(format, "safetensors");
  assertEquals(metadata, { labels: '["cat"]', "é": "ü" });
  assertEquals([...entries.keys()], ["count", "a.weight", "empty", "half"]);
  assertEquals([...await entries.get("a.weight")!.read()], [1.5, -2]);
  assertEquals([...await entries.get("half")!.read()], [1, -2, 2 ** -24]);
  assertEquals([...await entries.get("count")!.read()], [7]);
  assertEquals((await entries.get("empty")!.read()).length, 0);
  assertEquals(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8, 0);
});

Deno.test("writeSafetensors() refuses a tensor that has not the bytes of its shape", async () => {
  const wrong = { name: "w", dtype: "F32", shape: [2], bytes: () => new Uint8Array(7) } as const;
  await assertRejects(() => joinPieces(writeSafetensors([wrong])), TypeError, "must take 8 bytes: current length is 7");
});

Deno.test("openCheckpoint() strips module. from safetensors keys and can take the tensors below a key", async () => {
  const header = { "module.a": f32([1], 0, 4), "ema.a": f32([1], 4, 8) };
  const bytes = fileOf(header, new Uint8Array(Float32Array.of(1, 2).buffer));
  assertEquals([...(await openCheckpoint(bytes)).entries.keys()], ["a", "ema.a"]);
  const { entries, ignored, root } = await openCheckpoint(bytes, { key: "ema" });
  assertEquals([...await entries.get("a")!.read()], [2]);
  assertEquals(ignored, ["module.a"]);
  assertEquals(root, "ema");
  await assertRejects(() => openCheckpoint(bytes, { key: "none" }), SyntaxError, 'below "none"');
});

const eight = new Uint8Array(8);
const refused: Record<
  string,
  [bytes: Uint8Array, error: typeof SyntaxError | typeof RangeError | typeof TypeError, text: string]
> = {
  "a hole between tensors": [
    fileOf({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, new Uint8Array(12)),
    SyntaxError,
    "at 4",
  ],
  "overlapping tensors": [fileOf({ a: f32([1], 0, 4), b: f32([1], 2, 6) }, eight), SyntaxError, "at 4"],
  "a hole at the start": [fileOf({ a: f32([1], 4, 8) }, eight), SyntaxError, "at 0"],
  "bytes after the last tensor": [fileOf({ a: f32([1], 0, 4) }, eight), SyntaxError, "the 8 bytes"],
  "a cut body": [fileOf({ a: f32([4], 0, 16) }, eight), SyntaxError, "truncated"],
  "a size that is not that of the shape": [fileOf({ a: f32([2], 0, 4) }, eight), SyntaxError, "must take 8 bytes"],
  "a shape that overflows": [fileOf({ a: f32([2 ** 40, 2 ** 40], 0, 8) }, eight), SyntaxError, "must take"],
  "a negative size": [fileOf({ a: f32([-1], 0, 4) }, eight), SyntaxError, "list of sizes"],
  "a fractional size": [fileOf({ a: f32([0.5], 0, 2) }, eight), SyntaxError, "list of sizes"],
  "offsets that run backwards": [fileOf({ a: f32([1], 4, 0) }, eight), SyntaxError, "length is -4"],
  "three offsets": [fileOf({ a: f32([1], 0, 4, 8) }, eight), SyntaxError, "two positions"],
  "an unknown dtype": [
    fileOf({ a: { dtype: "F8_E4M3", shape: [8], data_offsets: [0, 8] } }, eight),
    TypeError,
    "F8_E4M3",
  ],
  "a duplicate tensor": [
    fileOf(
      '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\\u0061"                      :{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
      eight,
    ),
    SyntaxError,
    '"a" twice',
  ],
  "a duplicate field": [
    fileOf('{"a":{"dtype":"F32","dtype":"I32","shape":[2],"data_offsets":[0,8]}}', eight),
    SyntaxError,
    '"dtype" twice',
  ],
  "metadata that is no text": [fileOf({ __metadata__: { n: 1 }, a: f32([2], 0, 8) }, eight), SyntaxError, "texts only"],
  "an entry that is no object": [fileOf({ a: [1] }, eight), SyntaxError, "must be an object"],
  "no tensors": [fileOf({}), SyntaxError, "must hold tensors"],
  "a header that is no JSON": [fileOf("{nonsense"), SyntaxError, "JSON"],
  "a header that is no UTF-8": [
    (() => {
      const bytes = fileOf('{"x":1}');
      bytes[10] = 0xff;
      return bytes;
    })(),
    SyntaxError,
    "UTF-8",
  ],
  "deep nesting": [fileOf(`{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`), SyntaxError, ""],
  "a header longer than the file": [fileOf("{}", eight, 2 ** 40), SyntaxError, "truncated"],
  "a header length of 2^64 - 1": [fileOf("{}", eight, -1), SyntaxError, "truncated"],
  "keys that collide without module.": [
    fileOf({ a: f32([1], 0, 4), "module.a": f32([1], 4, 8) }, eight),
    SyntaxError,
    "twice",
  ],
};

for (const [what, [bytes, type, text]] of Object.entries(refused)) {
  Deno.test(`openCheckpoint() refuses a safetensors file with ${what}`, async () => {
    const error = await assertRejects(() => openCheckpoint(bytes), type, text);
    assert(/^Cannot read .* as .*: current /s.test(error.message), error.message);
  });
}

Deno.test("openCheckpoint() refuses a huge safetensors header before reading it", async () => {
  const head = fileOf("{}", undefined, 30_000_000);
  const reads: number[] = [];
  const source = {
    name: "huge",
    size: 40_000_000,
    read: (_: number, length: number) => (reads.push(length), Promise.resolve(head.slice(0, length))),
    close: () => Promise.resolve(),
  };
  await assertRejects(() => openCheckpoint(source), RangeError, "at most 25000000 bytes");
  assert(reads.every((length) => length <= 64));
});

Deno.test("openCheckpoint() keeps keys such as __proto__ harmless", async () => {
  const bytes = fileOf('{"__proto__":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', eight);
  assertEquals([...(await openCheckpoint(bytes)).entries.keys()], ["__proto__"]);
  assertEquals(({} as { dtype?: unknown }).dtype, undefined);
});
