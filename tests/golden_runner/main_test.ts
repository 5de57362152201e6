import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { openReference } from "../../src/reference/device.ts";
import { golden } from "./main.ts";
import { Fixture, readFixture, type Stored } from "./fixture.ts";
import { uniform, weight } from "./formula.ts";
import { readFixtures, runFixture } from "./run.ts";

const root = new URL("../golden/", import.meta.url);

/** A fixture with one number of one tensor changed. */
async function doctored(name: string, index: number, change: (value: number) => number): Promise<Fixture> {
  const fixture = await readFixture(root, "models_tiny", "vim_none");
  const tensors = new Map<string, Stored>(fixture.names().map((key) => [key, fixture.peek(key)]));
  const { shape, values } = tensors.get(name)!;
  const changed = Float32Array.from(values);
  changed[index] = change(changed[index]!);
  tensors.set(name, { shape, values: changed });
  return new Fixture(fixture.folder, fixture.name, fixture.metadata, tensors);
}

Deno.test("weight() gives the bits of all tensors of weights_check.json", async () => {
  const rows = JSON.parse(await Deno.readTextFile(new URL("weights_check.json", root))) as {
    key: string;
    shape: number[];
    seed: number;
    sha256: string;
    lo?: number;
    hi?: number;
  }[];
  assertEquals(rows.length, 104);
  for (const { key, shape, seed, sha256, lo, hi } of rows) {
    const values = lo === undefined
      ? weight(key, shape, seed)
      : uniform(key, shape, seed, { lo, hi: hi!, along: "nothing" });
    const digest = await crypto.subtle.digest("SHA-256", values.slice());
    assertEquals([...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, "0")).join(""), sha256, key);
  }
});

Deno.test("runFixture() passes a whole model and reports the tightest difference", async () => {
  const verdict = await runFixture(await readFixture(root, "models_tiny", "vim_none"), openReference());
  assertEquals(verdict.outcome, "ok");
  assert(verdict.difference! < verdict.allowance!);
});

Deno.test("runFixture() names the first diverging tap with index and values", async () => {
  const fixture = await doctored("layer.0", 16 + 3, (value) => value + 1e-3);
  const { outcome, remark } = await runFixture(fixture, openReference());
  assertEquals(outcome, "FAIL");
  assert(remark!.startsWith("first diverging: layer.0 at [0, 1, 3] is "), remark);
});

Deno.test("runFixture() fails on NaN", async () => {
  const { outcome, remark } = await runFixture(await doctored("output", 0, () => NaN), openReference());
  assertEquals(outcome, "FAIL");
  assert(remark!.includes("output at [0, 0]") && remark!.endsWith("should be NaN"), remark);
});

Deno.test("runFixture() fails when a stored tensor is produced by nobody", async () => {
  const fixture = await readFixture(root, "ops", "rms_norm");
  const tensors = new Map(fixture.names().map((key) => [key, fixture.peek(key)]));
  tensors.set("extra", { shape: [1], values: Float32Array.of(0) });
  const extended = new Fixture(fixture.folder, fixture.name, fixture.metadata, tensors);
  const { outcome, remark } = await runFixture(extended, openReference());
  assertEquals([outcome, remark], ["FAIL", "nothing produced extra"]);
});

Deno.test("runFixture() counts a fixture of an unknown model as failed, by name", async () => {
  const fixture = new Fixture(root, "ops/novelty", { model: "novelty" }, new Map());
  const { outcome, remark } = await runFixture(fixture, openReference());
  assertEquals([outcome, remark], ["FAIL", "no adapter for novelty yet"]);
});

Deno.test("Fixture.allowance() is the rule of the fixtures' README", async () => {
  const fixture = await readFixture(root, "ops", "selective_scan_mini");
  const [noise, largest] = JSON.parse(fixture.metadata.tensor_stats!).y;
  assertEquals(fixture.allowance("y", -2, "f32"), Math.max(8 * noise, 4e-6 * largest) + 2e-5);
  assertEquals(fixture.allowance("y", -20, "f64"), 2e-7 * 20);
});

Deno.test("readFixtures() takes parts that are there and passes over the others", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/ops`);
    await Deno.copyFile(new URL("ops/rope_ft2_L5.safetensors", root), `${folder}/ops/rope_ft2_L5.safetensors`);
    assertEquals((await readFixtures(new URL(`file://${folder}/`))).map(({ name }) => name), ["ops/rope_ft2_L5"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("golden() prints a line per fixture and device, then the count", async () => {
  const lines: string[] = [];
  const code = await golden(["--only", "ops/rope*", "--device", "reference f64"], (text) => lines.push(text));
  assertEquals([code, lines.length, lines.at(-1)], [0, 4, "3 passed, 0 failed"]);
  assert(/^ops\/rope_ft2_L5 +reference f64 +\d\.\d\de-\d+ +\d\.\d\de-\d+ {2}ok$/.test(lines[0]!), lines[0]);
});

Deno.test("golden() fails when nothing was run", async () => {
  assertEquals(await golden(["--only", "no/such*"], () => {}), 1);
});

Deno.test("golden() refuses an unknown device or argument", async () => {
  await assertRejects(() => golden(["--device", "abacus"]), RangeError, "--device must be one of reference, wasm");
  await assertRejects(() => golden(["--fast"]), TypeError, "usage is golden [DIR]");
  await assertRejects(() => golden(["--only"]), TypeError, "--only must have a value");
});

Deno.test("Fixture.take() refuses a tensor that is neither stored nor made by a formula", async () => {
  const fixture = await readFixture(root, "ops", "rope_ft2_L5");
  assertThrows(() => fixture.take("weight"), TypeError, "Cannot take weight");
});
