/**
 * Names of the ImageNet-1k classes, fetched when first needed.
 *
 * @module
 */
import { lazyImport } from "../bytes/lazy_import.ts";
import { unpackText } from "../bytes/unpack.ts";
import type { AnswerMetadata } from "./family.ts";

/** What is said of the answers of a model with these classes that says nothing of its own. */
export const IMAGENET_ANSWERS: AnswerMetadata = {
  kind: "animals, plants and everyday things (ImageNet)",
  unsureBelow: 0.2,
  chosen: "a rule of thumb: no released model spreads a clear picture of one of its classes so thinly",
};

/** What the module holds; written out, since `typeof import()` would have Deno fetch it for its types. */
interface LabelModule {
  readonly default: string;
}

/** The 1000 names in the order of the released models' outputs (ILSVRC synsets, sorted). */
export async function loadImagenetLabels(): Promise<readonly string[]> {
  const { default: packed } = await lazyImport<LabelModule>("./models/imagenet_labels.gen.ts");
  return (await unpackText(packed)).split("\n");
}
