/**
 * The small models that ship with the project, each a package of its own that is read when first needed.
 *
 * @module
 */
import { shippedBytes, type ShippedName } from "./bytes/shipped.ts";

/** What a built-in model is for. */
export type DefaultTask = "classify" | "upscale" | "denoise";

/** Which of the built-in models of a task is wanted. */
export interface DefaultModelOptions {
  /** `upscale`: how many times larger; 2 by default. */
  readonly scale?: 2 | 3 | 4;
}

/**
 * The built-in checkpoint for a task, as safetensors bytes for `loadModel`; their model cards stand in `weights/`.
 *
 * - `classify`: a small Vim of 200 classes at 64 × 64 pixels, trained on Tiny-ImageNet;
 * - `upscale`: MambaIR-light, ×2, ×3 or ×4;
 * - `denoise`: a small MambaIR for colour noise of any strength.
 *
 * @throws {RangeError} When there is no built-in model for that task, or of that scale.
 * @throws {Error} When its package is not installed; the message names it.
 */
export async function defaultModel(
  task: DefaultTask,
  { scale = 2 }: DefaultModelOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  return await shippedBytes(nameOf(task, scale));
}

function nameOf(task: DefaultTask, scale: number): ShippedName {
  switch (task) {
    case "classify":
      return "vim_micro";
    case "denoise":
      return "mambair_denoise";
    case "upscale":
      if (scale === 2 || scale === 3 || scale === 4) return `mambair_light_x${scale}`;
      throw new RangeError(`Cannot take the built-in model as scale must be 2, 3 or 4: current value is ${scale}`);
    default:
      throw new RangeError(
        `Cannot take the built-in model as task must be "classify", "upscale" or "denoise": current value is ${task}`,
      );
  }
}
