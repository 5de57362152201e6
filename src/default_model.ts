/**
 * The small models that ship with the project, each a module of its own that is fetched when first needed.
 *
 * @module
 */
import { fromBase64 } from "./base64.ts";
import { lazyImport } from "./lazy_import.ts";

/** What a built-in model is for. */
export type DefaultTask = "classify";

/** What a module of weights has: a checkpoint in base64. */
interface PackedWeights {
  readonly default: string;
}

const MODULES: Readonly<Record<DefaultTask, () => Promise<PackedWeights>>> = {
  classify: () => lazyImport("../weights/vim_micro/vim_micro.gen.js"),
};

/**
 * The built-in checkpoint for a task, as safetensors bytes for `loadModel`.
 *
 * `classify`: a small Vim of 200 classes at 64 × 64 pixels, trained on Tiny-ImageNet (`weights/vim_micro`).
 */
export async function defaultModel(task: DefaultTask): Promise<Uint8Array<ArrayBuffer>> {
  const { default: packed } = await MODULES[task]();
  return fromBase64(packed);
}
