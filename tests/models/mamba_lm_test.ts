import { assert, assertEquals, assertRejects } from "@std/assert";
import { bytesOf, compacted, countParameters } from "../../src/checkpoint/weights.ts";
import type { Checkpoint } from "../../src/checkpoint/checkpoint.ts";
import { loadLanguageModel } from "../../src/language_model.ts";
import { mambaLm, mambaLmWeights } from "../../src/models/mamba_lm/forward.ts";
import { MAMBA_LM_VARIANTS, mambaLmConfig, type MambaLmVariant } from "../../src/models/mamba_lm/options.ts";
import { specKeys } from "../../src/checkpoint/weights.ts";
import { planModel } from "../../src/run/run_model.ts";
import { sizeOf } from "../../src/tensor.ts";
import { openWasm } from "../../src/wasm/device.ts";
import { unplaced } from "./mambair_checkpoint.ts";

const names = Object.keys(MAMBA_LM_VARIANTS) as MambaLmVariant[];
const specOf = (name: MambaLmVariant) => mambaLmWeights(mambaLmConfig(MAMBA_LM_VARIANTS[name]));

/** A checkpoint of a variant whose tensors nobody may read but the final norm. */
function unread(name: MambaLmVariant, dtype: "F16" | "F32" = "F16"): Checkpoint {
  const keys = [...specKeys(specOf(name))];
  const entries = new Map(keys.map(([key, shape]) => [key, {
    name: key,
    dtype,
    shape,
    bytes: 2 * sizeOf(shape),
    read: () =>
      key === "backbone.norm_f.weight"
        ? Promise.resolve(new Float32Array(sizeOf(shape)))
        : Promise.reject(new Error(`${key} was read`)),
  }]));
  return {
    entries,
    root: "",
    metadata: {},
    ignored: [],
    warnings: [],
    close: () => Promise.resolve(),
  } as unknown as Checkpoint;
}

for (const name of names) {
  Deno.test(`${name} is planned without a device, and every weight of it can be bound by any WebGPU device`, () => {
    const config = mambaLmConfig(MAMBA_LM_VARIANTS[name]), weights = unplaced(mambaLmWeights(config));
    const plan = planModel((ops) => mambaLm(ops, weights, config, Uint32Array.of(50279), 1));
    const parameters = countParameters(specOf(name)), { multiplyAdds } = plan;
    assertEquals(config.vocabulary, 50280);
    assert(multiplyAdds > 0.99 * parameters && multiplyAdds < 1.2 * parameters, `${multiplyAdds}`);
    const check = (node: unknown): void => {
      const { buffer } = node as { buffer?: { length: number } };
      if (buffer) assert(4 * buffer.length <= 128 * 2 ** 20, `${4 * buffer.length} bytes`);
      else if (typeof node === "object" && node) Object.values(node).filter((child) => child).forEach(check);
    };
    check(weights);
  });
}

Deno.test("loadLanguageModel() refuses what 4 GiB cannot hold before it reads, with both numbers", async () => {
  await using device = await openWasm();
  const needs = (name: MambaLmVariant, dtype: "F16" | "F32") => bytesOf(compacted(specOf(name)), unread(name, dtype));
  assert(bytesOf(compacted(specOf("mamba-1.4b"))) > 2 ** 32);
  for (const [name, dtype] of [["mamba-2.8b", "F16"], ["mamba-1.4b", "F32"]] as const) {
    await assertRejects(
      () => loadLanguageModel(device, unread(name, dtype)),
      RangeError,
      `its ${needs(name, dtype)} bytes must fit into the memory of wasm relaxed-simd: 4294967296 bytes are available`,
    );
  }
  assert(needs("mamba-790m", "F32") < 2 ** 32);
  assert(needs("mamba-1.4b", "F16") < 2 ** 32);
});

Deno.test("loadLanguageModel() refuses a checkpoint of another family", async () => {
  await using device = await openWasm();
  const vim = { ...unread("mamba-130m"), entries: new Map() } as unknown as Checkpoint;
  await assertRejects(() => loadLanguageModel(device, vim), TypeError, "the mixers of Mamba");
});
