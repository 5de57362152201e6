/**
 * Small files that ask for much: what is shared in a pickle, what names lead into each other, keys in keys. Each is read or
 * refused in words, for work and memory in proportion to its bytes; a reader that did more would not come to an end here.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { deflateRawSync } from "node:zlib";
import { crc32 } from "../../src/bytes/crc32.ts";
import { convertCheckpoint } from "../../src/checkpoint/convert.ts";
import { openCheckpoint } from "../../src/checkpoint/open.ts";
import { writeSafetensors } from "../../src/checkpoint/safetensors.ts";
import { checkModel, detectModel, openModelSource } from "../../src/load_model.ts";
import { Reading } from "../../src/models/reading.ts";
import { zipOf } from "../fuzz/structures.ts";
import { joinPieces } from "./write_pth.ts";

type Bytes = readonly number[];
const ascii = (text: string): Bytes => [...new TextEncoder().encode(text)];
const four = (value: number): Bytes => [value & 255, value >> 8 & 255, value >> 16 & 255, value >>> 24];

// Opcodes of pickle.
const MARK = 0x28,
  REDUCE = 0x52,
  NEWOBJ_EX = 0x92,
  BUILD = 0x62,
  APPEND = 0x61,
  SET_ITEM = 0x73,
  TUPLE = 0x74,
  POP = 0x30;
const EMPTY_DICT = 0x7d, EMPTY_LIST = 0x5d, EMPTY_TUPLE = 0x29, NONE = 0x4e, STOP = 0x2e, SET_ITEMS = 0x75;
const text = (value: string): Bytes => [0x58, ...four(value.length), ...ascii(value)];
const int = (value: number): Bytes => [0x4a, ...four(value)];
const global = (module: string, name: string): Bytes => [0x63, ...ascii(`${module}\n${name}\n`)];
const put = (slot: number): Bytes => [0x72, ...four(slot)];
const get = (slot: number): Bytes => [0x6a, ...four(slot)];
const tuple = (...items: readonly Bytes[]): Bytes => [MARK, ...items.flat(), TUPLE];
const call = (
  module: string,
  name: string,
  ...args: readonly Bytes[]
): Bytes => [...global(module, name), ...tuple(...args), REDUCE];
const dictionary = (
  ...rows: readonly (readonly [string, Bytes])[]
): Bytes => [EMPTY_DICT, MARK, ...rows.flatMap(([key, value]) => [...text(key), ...value]), SET_ITEMS];
const times = (count: number, item: Bytes | ((i: number) => Bytes)): number[] => {
  const all: number[] = [];
  for (let i = 0; i < count; i++) for (const byte of typeof item === "function" ? item(i) : item) all.push(byte);
  return all;
};

/** A tensor on storage `0`, of so many numbers. */
const tensor = (length: number, sizes: Bytes, strides: Bytes, offset = 0): Bytes =>
  call(
    ...["torch._utils", "_rebuild_tensor_v2"] as const,
    [...tuple(text("storage"), global("torch", "FloatStorage"), text("0"), text("cpu"), int(length)), 0x51],
    ...[int(offset), sizes, strides, [0x89], call("collections", "OrderedDict")],
  );
const SMALL = tensor(2, tuple(int(2)), tuple(int(1)));

/** The zip and the older container of a pickle. */
function filesOf(pickle: Bytes, storage = new Uint8Array(8)): Readonly<Record<string, Uint8Array<ArrayBuffer>>> {
  const body = [0x80, 2, ...pickle, STOP], length = new Uint8Array(BigInt64Array.of(BigInt(storage.length / 4)).buffer);
  const magic = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, STOP];
  const system = [0x80, 2, ...dictionary(["little_endian", [0x88]]), STOP];
  const keys = [0x80, 2, EMPTY_LIST, ...text("0"), APPEND, STOP];
  const legacy = [...magic, 0x80, 2, ...int(1001), STOP, ...system, ...body, ...keys, ...length, ...storage];
  return {
    zip: zipOf({ "a/data.pkl": Uint8Array.from(body), "a/data/0": storage }),
    legacy: Uint8Array.from(legacy),
  };
}

/** What `info`, a load and a conversion ask of a file. */
async function verdict(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const checkpoint = await openModelSource(bytes);
  try {
    checkModel(checkpoint, (await detectModel(checkpoint)).detected);
  } finally {
    await checkpoint.close();
  }
}

/** Values that a call is given again and again. */
const LONG = times(60_000, [NONE]);
const longList = [EMPTY_LIST, MARK, ...LONG, 0x65, ...put(1), POP];
const longDictionary = [EMPTY_DICT, MARK, ...times(60_000, (i) => [...int(i), NONE]), SET_ITEMS, ...put(1), POP];
const AGAIN = 2_000;

const PICKLES: Readonly<Record<string, Bytes>> = {
  "a long list that is made a dictionary again and again": [
    ...[EMPTY_LIST, MARK, ...times(30_000, [...tuple(int(1), [NONE])]), 0x65, ...put(1), POP],
    ...times(AGAIN, [...call("collections", "OrderedDict", get(1)), POP]),
    ...SMALL,
  ],
  "a long dictionary that is copied again and again": [
    ...longDictionary,
    ...times(AGAIN, [...call("collections", "OrderedDict", get(1)), POP]),
    ...SMALL,
  ],
  "a long list as the second argument of a default dictionary": [
    ...[EMPTY_LIST, MARK, ...times(30_000, (i) => tuple(int(i), [NONE])), 0x65, ...put(1), POP],
    ...times(AGAIN, [...call("collections", "defaultdict", [NONE], get(1)), POP]),
    ...SMALL,
  ],
  "a long tuple of arguments by name that is spread again and again": [
    ...[MARK, ...LONG, TUPLE, ...put(1), POP],
    ...times(AGAIN, [...global("a", "b"), ...get(1), ...dictionary(["x", [NONE]]), NEWOBJ_EX, POP]),
    ...SMALL,
  ],
  "a long dictionary as the state of many objects": [
    ...longDictionary,
    ...times(AGAIN, [...call("collections", "OrderedDict"), ...get(1), BUILD, POP]),
    ...SMALL,
  ],
  "a tensor whose state is set for ever": [
    ...[...dictionary(...Array.from("abcdefgh", (name) => [name.repeat(70), [NONE]] as const)), ...put(1), POP],
    ...[...SMALL, ...times(200_000, [...get(1), BUILD])],
  ],
  "a tensor made of a type of a type, without end": times(20_000, [
    ...global("torch._tensor", "_rebuild_from_type"),
    MARK,
    ...global("torch._tensor", "_rebuild_from_type"),
    NONE,
  ]),
  "a tensor made of a type whose arguments are themselves": [
    ...[
      EMPTY_LIST,
      ...put(1),
      ...global("torch._tensor", "_rebuild_from_type"),
      APPEND,
      NONE,
      APPEND,
      ...get(1),
      APPEND,
    ],
    ...[POP, ...global("torch._tensor", "_rebuild_from_type"), ...get(1), REDUCE],
  ],
  "a type whose maker copies a long list": [
    ...longList,
    ...times(
      AGAIN,
      [
        ...call("torch._tensor", "_rebuild_from_type", global("collections", "OrderedDict"), [NONE], tuple(get(1))),
        POP,
      ],
    ),
    ...SMALL,
  ],
  "dictionaries in dictionaries that are shared, with tensors below": [
    ...[...dictionary(["a", SMALL], ["b", SMALL]), ...put(1)],
    ...times(19, (i) => [...dictionary(["a", get(1 + i)], ["b", get(1 + i)]), ...put(2 + i)]),
  ],
  "dictionaries in dictionaries that are shared, below a name that is preferred": [
    ...[...dictionary(["a", SMALL], ["b", SMALL]), ...put(1)],
    ...times(19, (i) => [...dictionary(["a", get(1 + i)], ["b", get(1 + i)]), ...put(2 + i)]),
    ...[...dictionary(["params_ema", get(20)], ["params", get(20)], ["model", get(20)], ["state_dict", get(20)])],
  ],
  "long keys in shared dictionaries": [
    ...[...dictionary(["k".repeat(3000), SMALL]), ...put(1)],
    ...times(25, (i) => [
      ...dictionary(["k".repeat(3000), get(1 + i)], ["l".repeat(3000), get(1 + i)]),
      ...put(2 + i),
    ]),
  ],
  "a dictionary that holds itself": [EMPTY_DICT, ...put(1), ...text("a"), ...get(1), SET_ITEM],
  "a list that holds itself as the sizes of a tensor": [
    ...[EMPTY_LIST, ...put(1), ...get(1), APPEND, POP],
    ...tensor(2, get(1), get(1)),
  ],
  "a command line that holds itself": [
    ...[EMPTY_DICT, ...put(1), ...text("again"), ...get(1), SET_ITEM, POP],
    ...dictionary(["model", dictionary(["a", SMALL])], ["args", get(1)]),
  ],
  "long whole numbers": times(4000, [0x8b, ...four(1024), ...times(1024, [0x7f]), POP]),
  "marks without end": times(100_000, [MARK]),
  "a name made of everything": [...text("x".repeat(100_000)), ...text("y".repeat(100_000)), 0x93],
  "tuples in tuples, as a key": [EMPTY_DICT, ...times(50_000, [EMPTY_TUPLE]), ...times(50_000, [0x85]), NONE, SET_ITEM],
};

for (const [name, pickle] of Object.entries(PICKLES)) {
  Deno.test(`${name}: refused in words, in either container`, async () => {
    for (const [kind, bytes] of Object.entries(filesOf(pickle))) {
      const error = await verdict(bytes).then(() => new Error("it was taken"), (error: Error) => error);
      assert(error instanceof SyntaxError || error instanceof RangeError || error instanceof TypeError, `${error}`);
      assert(/^Cannot .*: \w/s.test(error.message) && error.message.length < 3000, `${kind}: ${error}`);
      assert(!/\p{Cc}/u.test(error.message), error.message);
    }
  });
}

Deno.test("tensors that reach over a storage which they hardly touch cost what they reach over", async () => {
  const storage = new Uint8Array(4 << 20), count = storage.length / 4;
  const wide = (rows: number) =>
    dictionary(
      ...Array.from(
        { length: rows },
        (_, i) => [`t${i}`, tensor(count, tuple(int(2)), tuple(int(count - 1)))] as const,
      ),
    );
  const { zip, legacy } = filesOf(wide(2000), storage);
  for (const bytes of [zip!, legacy!]) {
    await assertRejects(() => openCheckpoint(bytes), RangeError, "tensors must have");
  }
  const few = await openCheckpoint(filesOf(wide(4), storage).zip!);
  assertEquals([...await few.entries.get("t3")!.read()], [0, 0]);
});

Deno.test("deflated storages that are asked for in turn are inflated twice at most", async () => {
  const deflated = new Uint8Array(deflateRawSync(new Uint8Array(1 << 20)));
  const count = (1 << 20) / 4,
    on = (key: string): Bytes => {
      const storage = tuple(text("storage"), global("torch", "FloatStorage"), text(key), text("cpu"), int(count));
      const rest = [int(0), tuple(int(2)), tuple(int(1)), [0x89], call("collections", "OrderedDict")];
      return call("torch._utils", "_rebuild_tensor_v2", [...storage, 0x51], ...rest);
    };
  const rows = Array.from({ length: 50 }, (_, i) => [`t${i}`, on(`${i % 2}`)] as const);
  const pickle = Uint8Array.from([0x80, 2, ...dictionary(...rows), STOP]);
  const crc = crc32(new Uint8Array(1 << 20));
  const file = deflatedZip({ "a/data.pkl": pickle }, { "a/data/0": deflated, "a/data/1": deflated }, 1 << 20, crc);
  const checkpoint = await openCheckpoint(file), { DecompressionStream: Inflater } = globalThis;
  let inflations = 0;
  globalThis.DecompressionStream = class extends Inflater {
    constructor(...args: ConstructorParameters<typeof Inflater>) {
      super(...args);
      inflations++;
    }
  };
  try {
    for (const entry of checkpoint.entries.values()) assertEquals([...await entry.read()], [0, 0]);
  } finally {
    globalThis.DecompressionStream = Inflater;
  }
  assert(inflations <= 4, `${inflations} times`);
});

/** An archive of which some entries are deflated. */
function deflatedZip(
  stored: Readonly<Record<string, Uint8Array>>,
  deflated: Readonly<Record<string, Uint8Array>>,
  size: number,
  crc: number,
): Uint8Array<ArrayBuffer> {
  const all = zipOf({ ...stored, ...deflated }), view = new DataView(all.buffer);
  for (let at = 0; at + 4 <= all.length; at++) {
    const mark = view.getUint32(at, true), local = mark === 0x04034b50;
    if (!local && mark !== 0x02014b50) continue;
    const [method, sizes, nameAt, length] = local ? [8, 22, 30, 26] : [10, 24, 46, 28];
    const name = new TextDecoder().decode(
      all.subarray(at + nameAt!, at + nameAt! + view.getUint16(at + length!, true)),
    );
    if (!(name in deflated)) continue;
    view.setUint16(at + method!, 8, true);
    view.setUint32(at + sizes!, size, true);
    view.setUint32(at + sizes! - 8, crc, true);
  }
  return all;
}

const safetensors = async (names: Iterable<string>, metadata: Readonly<Record<string, string>> = {}) =>
  await joinPieces(writeSafetensors(
    [...names].map((name) => ({ name, dtype: "F32", shape: [0], bytes: () => new Uint8Array() } as const)),
    metadata,
  ));

Deno.test("keys below keys below keys are looked through once a level", async () => {
  const names = function* () {
    for (let i = 0; i < 60_000; i++) yield `${i % 50}.${Math.floor(i / 50) % 50}.${i % 7}.${i}.w`;
  };
  await assertRejects(async () => await verdict(await safetensors(names())), TypeError, "known family");
});

Deno.test("a key of many numbers is looked at for a few of them", () => {
  const keys = Array.from({ length: 20_000 }, (_, i) => [`${i}${".1".repeat(95)}.w`, []] as const);
  const reading = new Reading(new Map(keys));
  assertEquals([reading.present("0"), reading.present(`0${".1".repeat(3)}`), reading.present(`0${".1".repeat(9)}`)], [
    1,
    1,
    0,
  ]);
});

Deno.test("a command line in the metadata that is nested without end stays a text", async () => {
  const deep = "[".repeat(50_000) + "]".repeat(50_000);
  const checkpoint = await openCheckpoint(await safetensors(["w"], { training_args: deep }));
  assertEquals([checkpoint.trainingArgs, checkpoint.metadata.training_args], [undefined, deep]);
  for await (const _ of convertCheckpoint(checkpoint, { dtype: "f32" })) continue;
});
