import { assertEquals, assertThrows } from "@std/assert";
import { specKeys } from "../../src/checkpoint/weights.ts";
import type { ModelFacts } from "../../src/models/family.ts";
import { vimWeights } from "../../src/models/vim/forward.ts";
import { type VimConfig, vimConfig, type VimOptions } from "../../src/models/vim/options.ts";
import { family } from "../../src/models/vim/family.ts";

const facts = (options: VimOptions, rest: Partial<ModelFacts> = {}): ModelFacts => ({
  shapes: new Map(specKeys(vimWeights(vimConfig(options)))),
  metadata: undefined,
  trainingArgs: undefined,
  options: {},
  ...rest,
});

Deno.test("the record of Vim reads every flag that leaves a trace in keys and shapes", () => {
  const flags: VimOptions[] = [
    { bimamba_type: "none" },
    { bimamba_type: "v1" },
    { rms_norm: false },
    { init_layer_scale: 1 },
    { if_cls_token: false },
    { use_double_cls_token: true },
    { if_abs_pos_embed: false },
    { num_classes: 0 },
    { channels: 1 },
    { d_state: 8 },
    { ssm_cfg: { d_conv: 3, dt_rank: 5, expand: 1, conv_bias: false, bias: true } },
    { patch_size: 8, stride: 8, img_size: 64 },
    { depth: 3 },
  ];
  for (const flag of flags) {
    const options = { embed_dim: 32, depth: 2, img_size: 224, ...flag };
    assertEquals(family.detect(facts(options))!.config, vimConfig(options), JSON.stringify(flag));
  }
});

Deno.test("the record of Vim leaves other models alone", () => {
  assertEquals(family.detect({ ...facts({}), shapes: new Map([["conv_first.weight", [60, 3, 3, 3]]]) }), undefined);
});

Deno.test("the record of Vim asks the caller, the metadata, the training arguments, the released defaults, in this order", () => {
  const config = (rest: Partial<ModelFacts>): VimConfig => family.detect(facts({}, rest))!.config;
  const trainingArgs = {
    model: "vim_tiny_patch16_224_bimambav2_final_pool_mean_abs_pos_embed_with_clstok_head",
    input_size: 224,
  };
  assertEquals(config({}).classToken, "middle");
  assertEquals(config({ trainingArgs }).classToken, "head");
  assertEquals(config({ trainingArgs, metadata: { options: { use_middle_cls_token: true } } }).classToken, "middle");
  const metadata = { options: { use_middle_cls_token: true, norm_epsilon: 1e-3 } };
  const asked = { trainingArgs, metadata, options: { use_middle_cls_token: false } };
  assertEquals([config(asked).classToken, config(asked).epsilon], ["head", 1e-3]);
  const { sources } = family.detect(facts({}, asked))!;
  assertEquals(
    [sources.use_middle_cls_token, sources.norm_epsilon, sources.final_pool_type, sources.if_divide_out, sources.depth],
    ["caller", "file metadata", "training arguments", "training arguments", "keys and shapes"],
  );
  assertEquals(sources.if_bidirectional, "released defaults");
});

Deno.test("the record of Vim refuses options that contradict the checkpoint, and unknown ones", () => {
  assertThrows(
    () => family.detect(facts({}, { options: { depth: 12 } })),
    TypeError,
    "depth from the caller must agree",
  );
  assertThrows(() => family.detect(facts({}, { options: { dept: 12 } })), TypeError, "current unknown ones are dept");
  const contradicting = { metadata: { options: { ssm_cfg: { d_conv: 3 } } } };
  assertThrows(() => family.detect(facts({}, contradicting)), TypeError, "ssm_cfg from the file metadata");
  assertEquals(family.detect(facts({}, { options: { depth: 24, ssm_cfg: { d_conv: 4 } } }))!.variant, "vim-tiny");
});

Deno.test("the record of Vim resizes the position embedding for another image size", () => {
  const larger = family.detect(facts({}, { options: { img_size: 384 } }))!.config;
  assertEquals([larger.grid, larger.posEmbedGrid, larger.posEmbedResize], [[24, 24], [14, 14], "correct"]);
  const faithful = family.detect(facts({}, { options: { img_size: 384, resize_mode: "faithful" } }))!.config;
  assertEquals(faithful.posEmbedResize, "faithful");
  const wide = family.detect(facts({}, { options: { img_size: [224, 448] } }))!.config;
  assertEquals([wide.grid, wide.posEmbedGrid], [[14, 28], [14, 14]]);
});

Deno.test("the record of Vim takes a grid that is not square from the caller", () => {
  const options = { img_size: [112, 448], embed_dim: 32, depth: 1 } as const;
  const config = family.detect(facts(options, { options: { img_size: [112, 448] } }))!.config;
  assertEquals([config.grid, config.posEmbedGrid], [[7, 28], [7, 28]]);
});

Deno.test("the record of Vim marks image size and stride as a guess where shapes allow several", () => {
  const { options, sources, variant } = family.detect(facts({ img_size: 384, stride: 8 }))!;
  assertEquals([options.img_size, options.stride, variant], [384, 8, undefined]);
  assertEquals([sources.img_size, sources.stride], ["guess from shapes", "guess from shapes"]);
  const asked = family.detect(facts({ img_size: 752 }, { options: { img_size: 752, stride: 16 } }))!;
  assertEquals([asked.config.posEmbedGrid, asked.sources.img_size], [[47, 47], "caller"]);
});

Deno.test("the record of Vim takes the image size that training arguments name before its own guess", () => {
  const trainingArgs = { model: "vim_tiny_patch16_224", input_size: 752 };
  const { sources, options } = family.detect(facts({ img_size: 752 }, { trainingArgs, options: { stride: 16 } }))!;
  assertEquals([options.img_size, sources.img_size, sources.stride], [752, "training arguments", "caller"]);
});
