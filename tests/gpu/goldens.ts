/**
 * Fixtures of the official code on WebGPU: tiny models of every kind, and one of each family at its released size.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { readFixture } from "../../tools/golden/fixture.ts";
import { runFixture } from "../../tools/golden/run.ts";
import { GPU_DEVICES } from "../devices.ts";

const FIXTURES: readonly (readonly [part: string, name: string])[] = [
  ["models_tiny", "mambair_dn_gray_b2"],
  ["models_tiny", "mambair_light_gen1"],
  ["models_tiny", "mambair_light_x2"],
  ["models_tiny", "mambair_unet_tiny"],
  ["models_tiny", "dvmsr_tiny"],
  ["models_tiny", "vim_bidirectional"],
  ["models_tiny", "vim_ln_double_nodiv"],
  ["models_tiny", "vim_nonsquare_stride4"],
  ["models_tiny", "vim_rope_residual"],
  ["models_tiny", "vim_v1"],
  ["models_tiny", "vim_v2_midcls"],
  ["models_full", "vim_tiny_p16_224"],
  ["models_full", "mambair_light_x2"],
];

/** Registers a test over fixtures of the folder `root`, all on one device: a new one would make its pipelines again. */
export function registerGoldens(root: URL): void {
  for (const { name: kind, open } of GPU_DEVICES) {
    Deno.test(`runModel() on ${kind} gives what the official code gave`, async (t) => {
      await using device = await open();
      for (const [part, name] of FIXTURES) {
        await t.step(`${part}/${name}`, async () => {
          const { fixture, outcome, remark } = await runFixture(await readFixture(root, part, name), device);
          assertEquals({ fixture, outcome, remark }, { fixture, outcome: "ok", remark: undefined });
        });
      }
    });
  }
}
