/**
 * Fixtures of the official code on WebGPU.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { readFixture } from "../golden_runner/fixture.ts";
import { runFixture } from "../golden_runner/run.ts";
import type { Device } from "../../src/device.ts";
import { openWebgpu } from "../../src/gpu/device.ts";
import { GPU_DEVICES } from "../devices.ts";

/** Registers a test over fixtures of the folder `root`, all on one device: a new one would make its pipelines again. */
export function registerGoldens(
  root: URL,
  paths: readonly string[],
  open: () => Promise<Device> = openWebgpu,
): void {
  for (const { name: kind } of GPU_DEVICES) {
    Deno.test(`runModel() on ${kind} gives what the official code gave`, async (t) => {
      await using device = await open();
      for (const path of paths) {
        await t.step(path, async () => {
          const [part, name] = path.split("/") as [string, string];
          const { fixture, outcome, remark } = await runFixture(await readFixture(root, part, name), device);
          assertEquals({ fixture, outcome, remark }, { fixture, outcome: "ok", remark: undefined });
        });
      }
    });
  }
}
