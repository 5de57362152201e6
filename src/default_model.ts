/**
 * The small models that ship with the project, each a module of its own that is fetched when first needed.
 *
 * @module
 */
import { fromBase64 } from "./base64.ts";
import { lazyImport } from "./lazy_import.ts";

/** What a built-in model is for. */
export type DefaultTask = "classify";

const MODULES: Readonly<Record<DefaultTask, string>> = {
  classify: "../weights/vim_micro/vim_micro.gen.js",
};

/**
 * The built-in checkpoint for a task, as safetensors bytes for `loadModel`.
 *
 * `classify`: a small Vim of 200 classes at 64 × 64 pixels, trained on Tiny-ImageNet (`weights/vim_micro`).
 */
export async function defaultModel(task: DefaultTask): Promise<Uint8Array<ArrayBuffer>> {
  const { default: base64 } = await lazyImport<{ readonly default: string }>(MODULES[task]);
  return fromBase64(base64);
}
