import { assertEquals, assertThrows } from "@std/assert";
import { specKeys } from "../../src/checkpoint/weights.ts";
import { vimWeights } from "../../src/models/vim/forward.ts";
import { VIM_VARIANTS, vimConfig } from "../../src/models/vim/options.ts";

Deno.test("vimConfig() gives the released variants their published number of tensors", () => {
  for (const [name, options] of Object.entries(VIM_VARIANTS)) {
    assertEquals([...specKeys(vimWeights(vimConfig(options)))].length, 415, name);
  }
});

Deno.test("vimConfig() refuses an unknown option by name", () => {
  const options = { bimamba_typo: "v2" } as Parameters<typeof vimConfig>[0];
  assertThrows(() => vimConfig(options), TypeError, "current unknown ones are bimamba_typo");
  const nested = { ssm_cfg: { d_convolution: 4 } } as Parameters<typeof vimConfig>[0];
  assertThrows(() => vimConfig(nested), TypeError, "d_convolution");
});

Deno.test("vimConfig() refuses values of the wrong kind, one sentence each", () => {
  const wrong: Record<string, unknown>[] = [
    { depth: 0 },
    { embed_dim: 1.5 },
    { bimamba_type: "v9" },
    { final_pool_type: "sum" },
    { rms_norm: "yes" },
    { norm_epsilon: -1 },
    { num_classes: 2.5 },
    { img_size: 0 },
    { img_size: "224" },
    { img_size: [224] },
    { img_size: null },
    { pos_embed_resized_from: {} },
    { pos_embed_resized_from: 0.5 },
    { norm_epsilon: "1e-5" },
    { resize_mode: "official" },
    { if_devide_out: "no" },
    { ssm_cfg: { expand: 0 } },
  ];
  for (const options of wrong) {
    const name = Object.keys(options)[0]!;
    assertThrows(() => vimConfig(options), TypeError, name === "ssm_cfg" ? "expand" : name);
  }
});

Deno.test("vimConfig() refuses what has no meaning at inference", () => {
  assertThrows(() => vimConfig({ flip_img_sequences_ratio: NaN }), TypeError, "must be a number");
  assertThrows(() => vimConfig({ img_size: 8 }), RangeError, "at least patch_size 16");
  assertThrows(() => vimConfig({ if_rope: true, stride: 8 }), RangeError, "stride equal to patch_size");
  assertThrows(() => vimConfig({ if_rope: true, use_double_cls_token: true }), RangeError, "class token");
  assertThrows(() => vimConfig({ if_rope: true, img_size: [224, 240] }), RangeError, "square grid");
  assertThrows(() => vimConfig({ if_rope: true, img_size: 48 }), RangeError, "even number of patches");
});

Deno.test("vimConfig() takes the old spelling of if_divide_out", () => {
  assertEquals(vimConfig({ if_devide_out: false }).mixer.divide, false);
  assertEquals(vimConfig({ if_divide_out: false }).mixer.divide, false);
  assertEquals(vimConfig({}).mixer.divide, true);
});

Deno.test("vimConfig() lays a grid over images that are not square", () => {
  assertEquals(vimConfig({ img_size: [224, 320] }).grid, [14, 20]);
  assertEquals(vimConfig({ img_size: [224, 320], stride: 8 }).grid, [27, 39]);
});
