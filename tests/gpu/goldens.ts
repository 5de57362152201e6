/**
 * Fixtures of the official code on WebGPU: tiny models of every kind, and one of each family at its released size.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { readFixture } from "../../tools/golden/fixture.ts";
import { runFixture } from "../../tools/golden/run.ts";
import type { Device } from "../../src/device.ts";
import { openWebgpu } from "../../src/gpu/device.ts";
import { GPU_DEVICES } from "../devices.ts";

/** One of each family and feature, on every adapter. */
const FEW = [
  "models_tiny/mambair_dn_gray_b2",
  "models_tiny/mambair_light_gen1",
  "models_tiny/mambair_light_x2",
  "models_tiny/mambair_unet_tiny",
  "models_tiny/dvmsr_tiny",
  "models_tiny/vim_bidirectional",
  "models_tiny/vim_ln_double_nodiv",
  "models_tiny/vim_nonsquare_stride4",
  "models_tiny/vim_rope_residual",
  "models_tiny/vim_v1",
  "models_tiny/vim_v2_midcls",
  "models_full/vim_tiny_p16_224",
  "models_full/mambair_light_x2",
];

/** The rest of those that show something else. */
const MORE = [
  "models_tiny/mambair_3conv",
  "models_tiny/mambair_classic_x3",
  "models_tiny/mambair_light_1x1",
  "models_tiny/mambair_light_gen2",
  "models_tiny/mambair_light_x4",
  "models_tiny/mambair_range255",
  "models_tiny/dvmsr_tiny_flat",
  "models_tiny/vim_dstate8",
  "models_tiny/vim_flip2_rope",
  "models_tiny/vim_gamma",
  "models_tiny/vim_odd_grid_midcls",
  "models_tiny/vim_resize_correct",
  "models_tiny/vim_v2_doublecls",
  "models_tiny/vim_v2_nocls_max",
  "trained/mambair_light_x4",
  "trained/vim_micro",
];

/** Registers a test over fixtures of the folder `root`, all on one device: a new one would make its pipelines again. */
export function registerGoldens(root: URL, which: "few" | "all", open: () => Promise<Device> = openWebgpu): void {
  for (const { name: kind } of GPU_DEVICES) {
    Deno.test(`runModel() on ${kind} gives what the official code gave`, async (t) => {
      await using device = await open();
      for (const path of which === "few" ? FEW : [...FEW, ...MORE]) {
        await t.step(path, async () => {
          const [part, name] = path.split("/") as [string, string];
          const { fixture, outcome, remark } = await runFixture(await readFixture(root, part, name), device);
          assertEquals({ fixture, outcome, remark }, { fixture, outcome: "ok", remark: undefined });
        });
      }
    });
  }
}
