/** Every fixture of `tests/golden` on every CPU device: what the official code gave, within its measured f32 noise. */
import { assertEquals } from "@std/assert";
import { adapterOf, readFixtures, runFixture } from "./golden_runner/run.ts";
import { CPU_DEVICES } from "./devices.ts";

const LONG = Deno.env.get("SIDEWINDER_LONG") !== undefined;
/** Under guard, one device and the small models are enough unless there is time. */
const guarded = CPU_DEVICES.some(({ touches }) => touches !== undefined) && !LONG;

const fixtures = await readFixtures(new URL("golden/", import.meta.url));

Deno.test("readFixtures() finds the fixtures of every operator and model, each with an adapter", () => {
  const count = (prefix: string) => fixtures.filter(({ name }) => name.startsWith(prefix)).length;
  const counts = {
    "ops/rms_norm": 3,
    "ops/layer_norm": 5,
    "ops/causal_conv1d": 7,
    "ops/selective_scan": 21,
    "ops/mixer": 11,
    "ops/mamba_step": 3,
    "ops/gated_mlp": 1,
    "models_tiny/mamba_lm": 4,
    "ops/rope": 3,
    "ops/pos_embed": 5,
    "models_tiny/vim": 42,
    "models_full/vim": 4,
    "ops/cross_scan": 4,
    "ops/patch_merging": 1,
    "models_tiny/vmamba": 8,
    "models_tiny/mambaout": 3,
    "models_full/mambaout": 5,
    "ops/assm": 2,
    "ops/window_attention": 3,
    "models_tiny/mambairv2": 9,
    "models_full/mambairv2": 2,
    "trained/vim_micro": 1,
    "image/": 4,
    "pth/": 68,
  };
  assertEquals(Object.fromEntries(Object.keys(counts).map((prefix) => [prefix, count(prefix)])), counts);
  assertEquals(fixtures.filter((fixture) => !adapterOf(fixture)).map(({ name }) => name), []);
});

for (const fixture of fixtures) {
  if (adapterOf(fixture)?.host) {
    Deno.test(`golden ${fixture.name}`, async () => {
      const { outcome, remark } = await runFixture(fixture, "host");
      assertEquals(outcome, "ok", remark);
    });
    continue;
  }
  if (guarded && !/^(ops|models_tiny)\//.test(fixture.name)) continue;
  for (const opener of guarded ? CPU_DEVICES.slice(0, 1) : CPU_DEVICES) {
    Deno.test(`golden ${fixture.name} on ${opener.name}`, async () => {
      const device = await opener.open();
      try {
        const { outcome, remark } = await runFixture(fixture, device);
        const left = opener.name === "reference" && fixture.name.startsWith("models_full/");
        assertEquals(outcome, left ? "left" : "ok", remark);
      } finally {
        device.close();
      }
    });
  }
}
