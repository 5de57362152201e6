/** Checkpoints of restoration nets whose weights come from the golden formula. */
import type { Checkpoint } from "../../src/checkpoint/checkpoint.ts";
import { type Bound, dryWeights, type Spec, specKeys } from "../../src/checkpoint/weights.ts";
import { mambairWeights } from "../../src/models/mambair/forward.ts";
import { mambairConfig, type MambaIROptions } from "../../src/models/mambair/options.ts";
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

/** Tensors of the shapes of a spec, which lie nowhere. */
export const unplaced = <S extends Spec>(spec: S): Bound<S> => dryWeights(spec, { entries: new Map() });

/** The smallest MambaIR there can be: 30 channels, one block. */
export const SMALLEST = { embed_dim: 30, depths: [1], d_state: 4, mlp_ratio: 1 } as const satisfies MambaIROptions;

/** A checkpoint of a small MambaIR. */
export const smallMambaIR = (options: MambaIROptions): Checkpoint =>
  checkpointOf(mambairWeights(mambairConfig({ ...SMALLEST, ...options })));
