/**
 * What the authors of a family have published, for people: `info`, the page, `docs/models.md` and the table of released
 * checkpoints say it from here.
 *
 * @module
 */

/** Where a released file is fetched by name. */
export interface ReleasedFile {
  /** Where the authors keep it. */
  readonly url: string;
  /** Approximate size, in MB of 10⁶ bytes. */
  readonly megabytes: number;
  /** SHA-256 of the file in hex, where known. */
  readonly sha256?: string;
  /** Whether the URL has been tried by us; false means that it is as third parties report it. */
  readonly tried: boolean;
}

/** What was published of a variant. */
export interface PublishedVariant {
  /** Numbers of its state dict. */
  readonly parameters: number;
  /** Published results by what was measured, such as `Set5 PSNR`. */
  readonly figures?: Readonly<Record<string, number>>;
  /** Names of its files where the authors keep them. */
  readonly files?: readonly string[];
  /** The file that is fetched by the name of the variant. */
  readonly released?: ReleasedFile;
}

/** What was published of a family. */
export interface Published<V extends string = string> {
  /** Authors, year, title and where it stands. */
  readonly paper: string;
  /** The official code. */
  readonly repository: string;
  /** The official classes; fixtures name one of them. */
  readonly classes: readonly string[];
  /** Terms of the official code and of its weights, SPDX or in words. */
  readonly licence: { readonly code: string; readonly weights: string };
  /** What our tests compare. */
  readonly verified: string;
  /** What could not be compared. */
  readonly unverified: string;
  readonly variants: Readonly<Record<V, PublishedVariant>>;
}

/** Accuracy of a classifier in percent. */
export const top1 = (best: number, five?: number): Readonly<Record<string, number>> => ({
  "ImageNet-1k top-1 %": best,
  ...(five === undefined ? {} : { "ImageNet-1k top-5 %": five }),
});

const SETS = ["Set5", "Set14", "B100", "Urban100", "Manga109"];

/** PSNR of super-resolution on the five usual sets, or the first of them, on luma in dB. */
export const psnrOf = (...values: readonly number[]): Readonly<Record<string, number>> =>
  Object.fromEntries(values.map((value, i) => [`${SETS[i]} PSNR`, value]));
