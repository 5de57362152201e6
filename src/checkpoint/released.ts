/**
 * Checkpoints that the authors of the models have released, by name. The rows follow from the families' records.
 *
 * @module
 */
import { RELEASED_ROWS } from "./released.gen.ts";

/** A released checkpoint. */
export interface Released {
  /** What users call it. */
  readonly name: string;
  /** Family of the model in it. */
  readonly model: string;
  /** Where the authors keep it. */
  readonly url: string;
  /** Its file name, also in the cache. */
  readonly file: string;
  /** Approximate size, in MB of 10⁶ bytes. */
  readonly megabytes: number;
  /** Terms of the weights, SPDX. */
  readonly licence: string;
  /** Classifiers: published ImageNet-1k accuracy in percent, best guess. */
  readonly top1?: number;
  /** Classifiers: published ImageNet-1k accuracy in percent, five guesses. */
  readonly top5?: number;
  /** SHA-256 of the file in hex, where known. */
  readonly sha256?: string;
  /** Whether the URL has been tried by us; false means that it is as third parties report it. */
  readonly tried: boolean;
}

/** The released checkpoints; `plus` are the ones fine-tuned at stride 8. */
export const RELEASED: readonly Released[] = RELEASED_ROWS;

/** Whether a text names a released checkpoint rather than a file. */
export const isReleased = (name: string): boolean => RELEASED.some((released) => released.name === name);

/**
 * Finds a released checkpoint.
 *
 * @throws {RangeError} When there is none of this name; the message lists the names.
 *
 * @example
 * ```ts ignore
 * const path = await fetchCached(resolveReleased("vim-tiny"));
 * ```
 */
export function resolveReleased(name: string): Released {
  const released = RELEASED.find((released) => released.name === name);
  if (released) return released;
  throw new RangeError(
    `Cannot find a released checkpoint as its name must be one of ${
      RELEASED.map(({ name }) => name).join(", ")
    }: current name is ${JSON.stringify(name)}`,
  );
}
