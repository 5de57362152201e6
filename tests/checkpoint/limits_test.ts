import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { openCheckpoint } from "../../src/checkpoint/open.ts";
import { PickleReader } from "../../src/checkpoint/pickle.ts";
import type { Opaque } from "../../src/checkpoint/pickle_value.ts";
import { writeSafetensors } from "../../src/checkpoint/safetensors.ts";
import { torchMeaning } from "../../src/checkpoint/torch.ts";
import { joinPieces, PthTensor, type PthValue, writePth } from "./write_pth.ts";

const text = (value: string) => [...new TextEncoder().encode(value)];
const tensor = (length = 2) => new PthTensor([length], () => new Float32Array(length).fill(1));

async function safetensorsOf(names: readonly string[], metadata = {}): Promise<Uint8Array<ArrayBuffer>> {
  const tensors = names.map((name, i) => ({
    ...{ name, dtype: "F32", shape: [2] } as const,
    bytes: () => new Uint8Array(Float32Array.of(i, i + 0.5).buffer),
  }));
  return await joinPieces(writeSafetensors(tensors, metadata));
}

Deno.test("openCheckpoint() keeps within the limits that it is given, and refuses limits that make no sense", async () => {
  const pth = await joinPieces(writePth(new Map([["a", tensor()], ["b", tensor(4)]])));
  const safetensors = await safetensorsOf(["a", "b"]);
  await (await openCheckpoint(pth, { limits: { pickleBytes: 1 << 20 } })).close();
  for (
    const [bytes, limits, words] of [
      [pth, { pickleBytes: 100 }, "at most 100 bytes"],
      [pth, { pickleValues: 10 }, "at most 10 values"],
      [pth, { directoryBytes: 64 }, "at most 64 bytes"],
      [safetensors, { headerBytes: 32 }, "at most 32 bytes"],
    ] as const
  ) await assertRejects(() => openCheckpoint(bytes, { limits }), RangeError, words);
  for (const limits of [{ pickleBytes: 0 }, { pickleBytes: NaN }, { pickle: 7 }]) {
    await assertRejects(() => openCheckpoint(pth, { limits: limits as object }), RangeError, "limits must be positive");
  }
});

Deno.test("openCheckpoint() can be aborted in the middle of a parse", async () => {
  const names = Array.from({ length: 30_000 }, (_, i) => `layer.${i}.weight`);
  const shared = tensor();
  const files = {
    safetensors: await safetensorsOf(names),
    pth: await joinPieces(writePth(
      new Map<string, PthValue>([["model", new Map([["a", shared]])], ["list", names]]),
    )),
  };
  for (const [kind, bytes] of Object.entries(files)) {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("no longer wanted")), 0);
    await assertRejects(() => openCheckpoint(bytes, { signal: controller.signal }), Error, "no longer wanted", kind);
  }
});

/** Reads a pickle of protocol 4. */
const read = (...body: readonly number[]) => {
  const warnings: string[] = [];
  const reader = new PickleReader("a file", Uint8Array.of(0x80, 4, ...body, 0x2e), torchMeaning("a file", warnings));
  return { value: reader.next(), warnings };
};
const global = (module: string, name: string) => [0x63, ...text(`${module}\n${name}\n`)];
const short = (value: string) => [0x8c, value.length, ...text(value)];
const dictionary = (...items: readonly number[]) => [0x7d, ...items];

Deno.test("a pickle loses no argument by name: it is kept, or refused where it would change a meaning", () => {
  const byName = dictionary(...short("lr"), 0x4b, 7, 0x73);
  const { value } = read(...global("somewhere", "Thing"), 0x29, ...byName, 0x92);
  assertEquals((value as Opaque).args, [new Map([["lr", 7]])]);
  assertThrows(() => read(...global("collections", "OrderedDict"), 0x29, ...byName, 0x92), SyntaxError, "names are lr");
  assertEquals(read(...global("collections", "OrderedDict"), 0x29, ...dictionary(), 0x92).value, new Map());
  assertThrows(() => read(...global("a", "b"), 0x29, 0x4b, 1, 0x92), SyntaxError, "by name must be a dictionary");
});

Deno.test("a pickle's attributes of known objects are named, but for the versions of a state dict", () => {
  const state = (name: string) => dictionary(...short(name), 0x4b, 1, 0x73);
  const made = [...global("collections", "OrderedDict"), 0x29, 0x52];
  assertEquals(read(...made, ...state("_metadata"), 0x62).warnings, []);
  const { warnings } = read(...made, ...state("secret"), 0x62);
  assertEquals(warnings.length, 1);
  assert(warnings[0]!.includes("attribute secret"), warnings[0]);
});

/** An index and its shards. */
async function shards(change: (map: Record<string, string>) => void = () => {}) {
  const files = new Map([
    ["m-1.safetensors", await safetensorsOf(["a", "b"], { first: "yes" })],
    ["m-2.safetensors", await safetensorsOf(["c"], { second: "yes" })],
  ]);
  const weight_map: Record<string, string> = { a: "m-1.safetensors", b: "m-1.safetensors", c: "m-2.safetensors" };
  change(weight_map);
  return { index: text(JSON.stringify({ metadata: { total_size: 24 }, weight_map })), files };
}

Deno.test("openCheckpoint() opens the index of a model in several files, by path, URL and function", async () => {
  const { index, files } = await shards(), folder = await Deno.makeTempDir();
  try {
    for (const [name, bytes] of files) await Deno.writeFile(`${folder}/${name}`, bytes);
    const path = `${folder}/model.safetensors.index.json`;
    await Deno.writeFile(path, Uint8Array.from(index));
    const inputs = [[path, {}], [new URL(`file://${path}`), {}], [Uint8Array.from(index), {
      openShard: (name: string) => files.get(name)!,
    }]] as const;
    for (const [input, options] of inputs) {
      const checkpoint = await openCheckpoint(input, options);
      assertEquals([...checkpoint.entries.keys()], ["a", "b", "c"]);
      assertEquals([...await checkpoint.entries.get("b")!.read()], [1, 1.5]);
      assertEquals(checkpoint.metadata, { first: "yes", second: "yes" });
      await checkpoint.close();
    }
    await Deno.remove(`${folder}/m-2.safetensors`);
    await assertRejects(() => openCheckpoint(path), Error, "m-2.safetensors");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("openCheckpoint() refuses an index that does not say what is in its files", async () => {
  for (
    const [change, kind, words] of [
      [(map) => map["d"] = "m-2.safetensors", SyntaxError, 'tensor "d" is missing'],
      [(map) => delete map["b"], SyntaxError, 'tensor "b" is one more'],
      [(map) => map["c"] = "../m-2.safetensors", SyntaxError, "files beside it"],
      [(map) => map["c"] = "/etc/passwd", SyntaxError, "files beside it"],
      [(map) => map["c"] = 7 as unknown as string, SyntaxError, "files beside it"],
      [(map) => Object.keys(map).forEach((key) => delete map[key]), SyntaxError, "names none"],
    ] as readonly [(map: Record<string, string>) => void, typeof SyntaxError, string][]
  ) {
    const { index, files } = await shards(change);
    const openShard = (name: string) => files.get(name)!;
    await assertRejects(() => openCheckpoint(Uint8Array.from(index), { openShard }), kind, words);
  }
  const { index, files } = await shards();
  const openShard = (name: string) => files.get(name)!, bytes = Uint8Array.from(index);
  await assertRejects(() => openCheckpoint(bytes, { openShard, limits: { shards: 1 } }), RangeError, "at most 1 files");
  await assertRejects(
    () => openCheckpoint(bytes, { openShard, limits: { headerBytes: 40 } }),
    RangeError,
    "at most 40",
  );
  await assertRejects(() => openCheckpoint(bytes), TypeError, "an index must be a path or a URL");
  const other = Uint8Array.from(text('{"a model": "but no index"}'));
  await assertRejects(() => openCheckpoint(other, { openShard }), SyntaxError, "weight_map");
});
