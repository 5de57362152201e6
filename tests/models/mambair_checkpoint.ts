/** Checkpoints of restoration nets whose weights come from the golden formula. */
import type { Checkpoint } from "../../src/checkpoint/checkpoint.ts";
import { type Leaf, type Spec, specKeys } from "../../src/checkpoint/weights.ts";
import type { Device } from "../../src/device.ts";
import { mambairWeights } from "../../src/models/mambair/forward.ts";
import { mambairConfig, type MambaIROptions } from "../../src/models/mambair/options.ts";
import { sizeOf, tensorOf } from "../../src/tensor.ts";
import { formulaCheckpoint } from "../golden_runner/formula.ts";

/** A whole checkpoint with the tensors of a spec. */
export function checkpointOf(spec: Spec): Checkpoint {
  return {
    ...formulaCheckpoint(specKeys(spec), 7),
    format: "safetensors",
    root: "",
    metadata: {},
    ignored: [],
    warnings: [],
    close: () => Promise.resolve(),
  };
}

/** Tensors of the shapes of a spec, on a device that computes nothing. */
export function dryWeights(spec: Spec, dry: Device): unknown {
  if (typeof spec !== "object") return undefined;
  if ("kind" in spec && spec.kind === "leaf") {
    const { shape } = spec as Leaf;
    return tensorOf(dry.write(new Float32Array(sizeOf(shape)), { life: "model" }), shape);
  }
  if (Array.isArray(spec)) return spec.map((child) => dryWeights(child, dry));
  return Object.fromEntries(Object.entries(spec).map(([name, child]) => [name, dryWeights(child, dry)]));
}

/** The smallest MambaIR there can be: 30 channels, one block. */
export const SMALLEST = { embed_dim: 30, depths: [1], d_state: 4, mlp_ratio: 1 } as const satisfies MambaIROptions;

/** A checkpoint of a small MambaIR. */
export const smallMambaIR = (options: MambaIROptions): Checkpoint =>
  checkpointOf(mambairWeights(mambairConfig({ ...SMALLEST, ...options })));
