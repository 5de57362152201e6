import { assert, assertEquals, assertRejects } from "@std/assert";
import { openReference } from "../../src/reference/device.ts";
import { openWasm } from "../../src/wasm/device.ts";
import { checkModel, detectModel, loadModel, openModelSource } from "../../src/load_model.ts";
import { openDry } from "../../src/run/dry_device.ts";
import { joinPieces, PthObject, PthTensor, type PthValue, writePth } from "./write_pth.ts";
import { openCheckpoint } from "../../src/checkpoint/open.ts";
import { PickleReader } from "../../src/checkpoint/pickle.ts";
import { writeSafetensors } from "../../src/checkpoint/safetensors.ts";
import { readMetadata } from "../../src/models/metadata.ts";
import { Reading } from "../../src/models/reading.ts";
import { Ops } from "../../src/ops/ops.ts";
import { visible } from "../../src/cli/command.ts";

const hostile = (name: string) => new URL(`../golden/hostile/${name}`, import.meta.url);

/** What `info`, a load and a conversion all ask of a file. */
async function verdict(name: string): Promise<void> {
  const checkpoint = await openModelSource(hostile(name));
  try {
    checkModel(checkpoint, (await detectModel(checkpoint)).detected);
  } finally {
    await checkpoint.close();
  }
}

/** One head weight tells a file whose sign or part was taken wrongly. */
async function headOf(name: string): Promise<number[]> {
  const checkpoint = await openModelSource(hostile(name));
  try {
    return [...await checkpoint.entries.get("head.weight")!.read()];
  } finally {
    await checkpoint.close();
  }
}

const LOADABLE = [
  "orig_mod.pth",
  "lightning.ckpt",
  "model_state_dict.pth",
  "thop.pth",
  "negbit.pth",
  "tensor_attr.pth",
  "legacy_proto4.pth",
  "zip_padded.pth",
  "meta_null.safetensors",
];

for (const name of LOADABLE) {
  Deno.test(`${name} holds the same model as the plain file, and every step says so`, async () => {
    await verdict(name);
    assertEquals(await headOf(name), await headOf("orig_mod.pth"));
    await using device = openReference();
    await using model = await loadModel(device, hostile(name));
    assertEquals(model.info.family, "vim");
  });
}

for (
  const [name, kind, words] of [
    ["pickle_dag_key_duplicate.pth", SyntaxError, "no key may be set twice"],
    ["pickle_dag_key_args.pth", TypeError, "known family"],
    ["pickle_dag_key_no_tensor.pth", SyntaxError, "must hold tensors"],
    ["fuzz_102786.pth", SyntaxError, "no key may be set twice"],
    ["pickle_shared_shape_1000.pth", SyntaxError, "tensors must have"],
    ["pickle_deep_key_overflow.pth", TypeError, "known family"],
    ["vim_depth_claim.safetensors", TypeError, "missing"],
    ["mambair_blocks_claim.safetensors", TypeError, "missing"],
    ["escape_in_key.safetensors", TypeError, "\\u{1b}]0;owned\\u{7}"],
    ["huge_key.safetensors", TypeError, "known family"],
    ["deflated_storage_40MB.pth", RangeError, "deflated storages must have at most"],
    ["whole_legacy.pth", SyntaxError, "save the model's state_dict"],
    ["vim_d_state_3500.pth", RangeError, "76 · stateSize + 32 · rank must be at most 261000"],
    ["vim_d_state_3900.pth", RangeError, "76 · stateSize + 32 · rank must be at most 261000"],
    ["vim_d_state_4200.pth", RangeError, "76 · stateSize + 32 · rank must be at most 261000"],
    ["vim_d_state_6000.pth", RangeError, "76 · stateSize + 32 · rank must be at most 261000"],
  ] as const
) {
  Deno.test(`${name} is refused in words, within a second`, async () => {
    const started = performance.now();
    const error = await assertRejects(() => verdict(name), kind, words);
    assert(error.message.length < 3000 && !/\p{Cc}/u.test(error.message), error.message);
    assert(performance.now() - started < 1000, `took ${performance.now() - started} ms`);
  });
}

Deno.test("a file beyond the scan's limit leaves the weights on a device as they are", async () => {
  await using device = await openWasm();
  await using _kept = await loadModel(device, hostile("orig_mod.pth"));
  const before = device.memory().weights;
  await assertRejects(() => loadModel(device, hostile("vim_d_state_4200.pth")), RangeError);
  assertEquals(device.memory().weights, before);
});

const tensor = (...shape: number[]) =>
  new PthTensor(shape, () => new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1));
const saved = async (value: PthValue) => await joinPieces(writePth(value));

Deno.test("wrappers are taken off keys wherever training tools put them", async () => {
  for (
    const key of [
      "a.w",
      "module.a.w",
      "_orig_mod.a.w",
      "module._orig_mod.a.w",
      "_orig_mod.module.a.w",
      "module.module.a.w",
      "a._orig_mod.w",
      "_forward_module.module.a.w",
      "_fsdp_wrapped_module.a._checkpoint_wrapped_module.w",
    ]
  ) {
    assertEquals([...(await openCheckpoint(await saved(new Map([[key, tensor(2)]])))).entries.keys()], ["a.w"]);
    const written = await joinPieces(
      writeSafetensors([{ name: key, dtype: "F32", shape: [2], bytes: () => new Uint8Array(8) }]),
    );
    assertEquals([...(await openCheckpoint(written)).entries.keys()], ["a.w"]);
  }
});

Deno.test("a part is named by a path of dictionaries and of keys", async () => {
  const file = await saved(new Map([["state_dict", new Map([["model.a", tensor(2)], ["loss.b", tensor(3)]])]]));
  for (const key of ["state_dict.model", "model"]) {
    assertEquals([...(await openCheckpoint(file, { key })).entries.keys()], ["a"], key);
  }
  const error = await assertRejects(() => openCheckpoint(file, { key: "teacher" }), RangeError);
  assert(error.message.includes("state_dict"), error.message);
});

Deno.test("what a part holds beside tensors is named, and a tensor of another kind refused", async () => {
  const extra = await openCheckpoint(
    await saved(new Map<string, PthValue>([["w", tensor(2)], ["extra", new PthObject("my", "Thing", null)]])),
  );
  assertEquals(extra.ignored, ["extra (an object of my.Thing)"]);
  await assertRejects(
    async () =>
      await openCheckpoint(
        await saved(
          new Map<string, PthValue>([["w", tensor(2)], ["q", new PthObject("torch._utils", "_rebuild_qtensor", null)]]),
        ),
      ),
    TypeError,
    "must be a dense tensor",
  );
});

Deno.test("a pickle has a budget", () => {
  const lists = new Uint8Array(3_000_000).fill(0x5d);
  const meaning = { call: () => undefined, persistent: () => null };
  let message = "";
  try {
    new PickleReader("lists", lists, meaning).next();
  } catch (error) {
    message = `${error}`;
  }
  assert(message.startsWith("RangeError: Cannot read the pickle of lists as it must have at most"), message);
});

Deno.test("numbered entries count up to the first that is missing", () => {
  const keys = ["a.0.w", "a.1.w", "a.3.w", "a.999999999.w", "b.5.w", `${"x.".repeat(200)}0.w`];
  const numbered = new Reading(new Map(keys.map((key) => [key, []])));
  assertEquals(["a", "b", "c"].map((name) => numbered.count(name)), [2, 0, 0]);
  assertEquals(numbered.present("a"), 3);
});

Deno.test("metadata is of the right kinds and within limits", () => {
  const good = { resize: 256, crop: [224, 224], mean: [0.5, 0.5, 0.5], std: [0.2, 0.2, 0.2] };
  readMetadata("f", JSON.stringify({ family: "vim", options: { depth: 3 }, preprocessing: good, labels: ["a"] }));
  for (
    const wrong of [
      "[]",
      "{",
      '{"labels": "cat"}',
      '{"labels": [1]}',
      '{"family": 1}',
      '{"options": []}',
      '{"options": {"a": {"b": {"c": {"d": 1}}}}}',
      ...[
        { std: [0, 1, 1] },
        { std: [-1, 1, 1] },
        { std: [1, 1] },
        { mean: ["0", 1, 1] },
        { mean: [null, 1, 1] },
        {
          resize: 0,
        },
        { resize: 1e9 },
        { crop: [224] },
        { crop: 1.5 },
      ].map((part) => JSON.stringify({ preprocessing: { ...good, ...part } })),
    ]
  ) {
    let thrown: unknown;
    try {
      readMetadata("f", wrong);
    } catch (error) {
      thrown = error;
    }
    assert(thrown instanceof SyntaxError && thrown.message.startsWith("Cannot read f as "), `${wrong}: ${thrown}`);
  }
});

Deno.test("terminals get control characters written out, and JSON stays JSON", () => {
  assertEquals(visible("a\u001b[31m\u0007\n\tb"), "a\\u{1b}[31m\\u{7}\n\tb");
  assertEquals(JSON.parse(visible(JSON.stringify("\u001b\u009b\u202e"))), "\u001b\u009b\u202e");
});

Deno.test("ops refuse sizes beyond the limits of docs/numerics.md", () => {
  const wrong = (words: string, body: (ops: Ops) => unknown) => {
    let thrown: unknown;
    try {
      body(new Ops(openDry()));
    } catch (error) {
      thrown = error;
    }
    assert(thrown instanceof RangeError && thrown.message.includes(words), `${words}: ${thrown}`);
  };
  const scan = (stateSize: number, rank: number) => (ops: Ops) =>
    ops.selectiveScan(
      ops.empty([1, 1, 1]),
      ops.empty([1, 1, rank + 2 * stateSize]),
      ops.empty([1, 1, stateSize + 2 + rank]),
      { stateSize, orders: ["row"] },
    );
  scan(3433, 2)(new Ops(openDry()));
  scan(1, 8153)(new Ops(openDry()));
  wrong("76 · stateSize + 32 · rank", scan(3434, 1));
  wrong("76 · stateSize + 32 · rank", scan(1, 8154));
  wrong("number of taps", (ops) => ops.conv2d(ops.empty([1, 105, 105, 1]), ops.empty([1, 1, 105, 104]), {}));
  wrong("input channels", (ops) => ops.conv2d(ops.empty([1, 1, 1, 190_001]), ops.empty([1, 190_001, 1, 1]), {}));
  wrong("stride", (ops) => ops.conv2d(ops.empty([1, 1, 1, 1]), ops.empty([1, 1, 1, 1]), { stride: 0 }));
  wrong(
    "width + channels",
    (ops) => ops.causalConv1d(ops.empty([1, 1, 1]), ops.empty([1, 1, 261_000]), { orders: ["row"] }),
  );
});
