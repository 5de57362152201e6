import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { classify } from "../../src/classify.ts";
import { features } from "../../src/features.ts";
import { loadModel } from "../../src/load_model.ts";
import { choose, type VimChoices } from "../../src/models/vim/choices.ts";
import { vimWeights } from "../../src/models/vim/forward.ts";
import { vimConfig, type VimOptions } from "../../src/models/vim/options.ts";
import { runModel } from "../../src/run/run_model.ts";
import { openWasm } from "../../src/wasm/device.ts";
import { checkpointOf } from "./mambair_checkpoint.ts";

/** Sixteen patches of 4 × 4. */
const SMALL: VimOptions = {
  img_size: 16,
  patch_size: 4,
  stride: 4,
  embed_dim: 8,
  depth: 2,
  d_state: 4,
  num_classes: 5,
};

/** The logits of a small model with weights that only its keys decide, for some options and choices. */
async function logits(options: VimOptions, choices?: VimChoices): Promise<Float32Array> {
  await using device = await openWasm();
  const all = { ...SMALL, ...options }, checkpoint = checkpointOf(vimWeights(vimConfig(all)));
  await using model = await loadModel(device, checkpoint, { options: { ...options, img_size: 16 } });
  const image = Float32Array.from({ length: 16 * 16 * 3 }, (_, i) => Math.sin(i * i));
  return await runModel(
    device,
    (ops) => model.forward(ops, ops.input(image, [1, 16, 16, 3]), undefined, choices as Record<string, unknown>),
  );
}

const HEAD: VimOptions = { use_middle_cls_token: false };
const identity = Array.from({ length: 17 }, (_, i) => i);

Deno.test("a class token at the head that is placed in the middle gives the model with it there, and at 0 itself", async () => {
  const head = await logits(HEAD), middle = await logits({});
  assertEquals(await logits(HEAD, { cls_token_position: 0 }), head);
  assertEquals(await logits(HEAD, { cls_token_position: 8 }), middle);
  assertEquals(await logits({}, { cls_token_position: 0 }), head);
  assert(head.some((value, i) => value !== middle[i]));
});

Deno.test("tokens in their own order give the plain model, reversed ones the model that always flips", async () => {
  for (const options of [{}, HEAD, { if_cls_token: false, final_pool_type: "mean" }] as VimOptions[]) {
    const own = options.if_cls_token === false ? identity.slice(0, 16) : identity;
    assertEquals(await logits(options, { token_rank: own }), await logits(options));
  }
  // The class token in the middle of an even number of patches stays where it is.
  const always = await logits({ flip_img_sequences_ratio: 2 });
  assertEquals(await logits({}, { token_rank: identity.toReversed() }), always);
});

Deno.test("a given flip is that of the ratios that always or never flip", async () => {
  for (const options of [{}, HEAD, { if_rope: true }] as VimOptions[]) {
    const always = await logits({ ...options, flip_img_sequences_ratio: 2 }), never = await logits(options);
    assertEquals(await logits(options, { flip: true }), always);
    assertEquals(await logits({ ...options, flip_img_sequences_ratio: 0.5 }, { flip: true }), always);
    assertEquals(await logits({ ...options, flip_img_sequences_ratio: 0.5 }, { flip: false }), never);
    assertEquals(await logits({ ...options, flip_img_sequences_ratio: 2 }, { flip: false }), never);
  }
});

Deno.test("what a seed chooses is what would be given", async () => {
  const chance = { if_random_cls_token_position: true, if_random_token_rank: true, seed: 5 };
  const config = vimConfig({ ...SMALL, ...HEAD }), { position, rank } = choose(config, chance);
  const given = { cls_token_position: position!, token_rank: [...rank!] };
  const first = await logits(HEAD, chance);
  assertEquals(await logits(HEAD, given), first);
  assertEquals(await logits(HEAD, chance), first);
  assert((await logits(HEAD, { ...chance, seed: 6 })).some((value, i) => value !== first[i]));
});

Deno.test("features() and classify() take choices, and classify() a tap", async () => {
  await using device = await openWasm();
  const checkpoint = checkpointOf(vimWeights(vimConfig(SMALL)));
  await using model = await loadModel(device, checkpoint, { options: { img_size: 16 } });
  const image = {
    data: Uint8Array.from({ length: 768 }, (_, i) => i * 7),
    width: 16,
    height: 16,
    channels: 3,
  } as const;
  const seen: string[] = [], tap = (name: string) => void seen.push(name), layers = ["features"] as const;
  const choices = { token_rank: identity.toReversed() };
  const [own, chosen] = await Promise.all(
    [{}, { choices }].map((given) => features(model, image, { layers, ...given })),
  );
  assert(own!.features.data.some((value, i) => value !== chosen!.features.data[i]));
  await classify(model, image, { choices, tap });
  assertEquals(seen, ["patch_embed", "tokens", "layer.0", "layer.1", "features"]);
});

Deno.test("classify() and features() refuse a model of channels that no picture has", async () => {
  await using device = await openWasm();
  const options = { ...SMALL, channels: 5 }, checkpoint = checkpointOf(vimWeights(vimConfig(options)));
  await using model = await loadModel(device, checkpoint, { options: { img_size: 16 } });
  const image = { data: new Uint8Array(768), width: 16, height: 16, channels: 3 } as const;
  const told = "must take images of 1 or 3 channels: current vim takes 5";
  await assertRejects(() => classify(model, image), TypeError, told);
  await assertRejects(() => features(model, image, { layers: ["features"] }), TypeError, told);
});

Deno.test("choose() follows the class token, and leaves one in the middle there", () => {
  const head = vimConfig({ ...SMALL, ...HEAD }), rank = identity.toReversed();
  assertEquals(choose(head, { token_rank: rank }).classAt, [16]);
  assertEquals(choose(head, { cls_token_position: 3, token_rank: rank }).classAt, [13]);
  assertEquals(choose(vimConfig(SMALL), { if_random_cls_token_position: true, seed: 9 }).position, 8);
  const double = vimConfig({ ...SMALL, use_double_cls_token: true });
  assertEquals(choose(double, { token_rank: [...Array(18).keys()].toReversed() }).classAt, [17, 0]);
});

Deno.test("choose() spreads evenly: every position, every order, flips by their ratio", () => {
  const head = vimConfig({ ...SMALL, ...HEAD, flip_img_sequences_ratio: 0.3 });
  const positions = new Array<number>(17).fill(0), first = new Array<number>(17).fill(0);
  let flips = 0;
  for (let seed = 0; seed < 3400; seed++) {
    const chosen = choose(head, { seed, if_random_cls_token_position: true, if_random_token_rank: true });
    positions[chosen.position!]!++;
    first[chosen.rank![0]!]!++;
    assertEquals(chosen.rank!.toSorted(), Uint32Array.from(identity));
    flips += chosen.flip ? 1 : 0;
  }
  for (const count of [...positions, ...first]) assertAlmostEquals(count, 200, 70); // five standard deviations
  assertAlmostEquals(flips / 3400, 0.3, 0.04);
  assertEquals(choose(vimConfig({ ...SMALL, flip_img_sequences_ratio: 1 }), { seed: 1 }).flip, true);
});

Deno.test("choose() and a run say what cannot be chosen", async () => {
  const none = vimConfig({ ...SMALL, if_cls_token: false });
  assertThrows(() => choose(none, { cls_token_position: 1 }), TypeError, "one class token: current model has 0");
  assertThrows(() => choose(vimConfig(SMALL), { cls_token_position: 17 }), RangeError, "from 0 to 16");
  assertThrows(() => choose(vimConfig(SMALL), { token_rank: [0, 1] }), TypeError, "each of 17 tokens once");
  assertThrows(() => choose(none, { token_rank: new Array(16).fill(3) }), TypeError, "each of 16 tokens once");
  assertThrows(() => choose(none, { seed: 0.1 }), TypeError, "whole number");
  await assertRejects(() => logits({}, { rank: 1 } as VimChoices), TypeError, "current unknown ones are rank");
});
