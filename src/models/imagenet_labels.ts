/**
 * Names of the ImageNet-1k classes, fetched when first needed.
 *
 * @module
 */
import { lazyImport } from "../lazy_import.ts";

/** The 1000 names in the order of the released models' outputs (ILSVRC synsets, sorted). */
export async function loadImagenetLabels(): Promise<readonly string[]> {
  const { IMAGENET_LABELS } = await lazyImport<typeof import("./imagenet_labels.gen.ts")>(
    "./models/imagenet_labels.gen.ts",
  );
  return IMAGENET_LABELS;
}
