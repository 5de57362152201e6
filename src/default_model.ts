/**
 * The small models that ship with the project, each a module of its own that is fetched when first needed.
 *
 * @module
 */
import { fromBase64 } from "./bytes/base64.ts";
import { lazyImport } from "./bytes/lazy_import.ts";

/** What a built-in model is for. */
export type DefaultTask = "classify" | "upscale" | "denoise";

/** Which of the built-in models of a task is wanted. */
export interface DefaultModelOptions {
  /** `upscale`: how many times larger; 2 by default. */
  readonly scale?: 2 | 3 | 4;
}

/** What a module of weights has: a checkpoint in base64. */
interface PackedWeights {
  readonly default: string;
}

const UPSCALE: Readonly<Record<number, () => Promise<PackedWeights>>> = {
  2: () => lazyImport("../weights/mambair_light_x2/mambair_light_x2.gen.js"),
  3: () => lazyImport("../weights/mambair_light_x3/mambair_light_x3.gen.js"),
  4: () => lazyImport("../weights/mambair_light_x4/mambair_light_x4.gen.js"),
};

/**
 * The built-in checkpoint for a task, as safetensors bytes for `loadModel`; their model cards stand in `weights/`.
 *
 * - `classify`: a small Vim of 200 classes at 64 × 64 pixels, trained on Tiny-ImageNet;
 * - `upscale`: MambaIR-light, ×2, ×3 or ×4;
 * - `denoise`: a small MambaIR for colour noise of any strength.
 *
 * @throws {RangeError} When there is no built-in model of that scale.
 */
export async function defaultModel(
  task: DefaultTask,
  { scale = 2 }: DefaultModelOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { default: packed } = await moduleOf(task, scale);
  return fromBase64(packed);
}

function moduleOf(task: DefaultTask, scale: number): Promise<PackedWeights> {
  switch (task) {
    case "classify":
      return lazyImport("../weights/vim_micro/vim_micro.gen.js");
    case "denoise":
      return lazyImport("../weights/mambair_denoise/mambair_denoise.gen.js");
    case "upscale": {
      const load = UPSCALE[scale];
      if (load) return load();
      throw new RangeError(`Cannot take the built-in model as scale must be 2, 3 or 4: current value is ${scale}`);
    }
  }
}
