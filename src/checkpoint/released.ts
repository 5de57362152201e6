/**
 * Checkpoints that the authors of the models have released, by name.
 *
 * @module
 */

/** A released checkpoint. */
export interface Released {
  /** What users call it. */
  readonly name: string;
  /** Kind of model in it. */
  readonly model: "vim";
  /** Where the authors keep it. */
  readonly url: string;
  /** Its file name, also in the cache. */
  readonly file: string;
  /** Approximate size, in MB of 10⁶ bytes: four times the weights, with EMA and optimizer. */
  readonly megabytes: number;
  /** Terms of the weights, SPDX. */
  readonly licence: string;
  /** Published ImageNet-1k accuracy in percent, best guess. */
  readonly top1: number;
  /** Published ImageNet-1k accuracy in percent, five guesses. */
  readonly top5: number;
  /** SHA-256 of the file in hex, where known. */
  readonly sha256?: string;
  /** Whether the URL has been tried by us; false means that it is as third parties report it. */
  readonly tried: boolean;
}

function vim(
  name: string,
  repository: string,
  file: string,
  megabytes: number,
  top1: number,
  top5: number,
): Released {
  const url = `https://huggingface.co/hustvl/${repository}/resolve/main/${file}`;
  return { name, model: "vim", url, file, megabytes, licence: "Apache-2.0", top1, top5, tried: false };
}

/** The released checkpoints; `plus` are the ones fine-tuned at stride 8. */
export const RELEASED: readonly Released[] = [
  vim("vim-tiny", "Vim-tiny-midclstok", "vim_t_midclstok_76p1acc.pth", 109.7, 76.1, 93.0),
  vim("vim-tiny-plus", "Vim-tiny-midclstok", "vim_t_midclstok_ft_78p3acc.pth", 111.2, 78.3, 94.2),
  vim("vim-small", "Vim-small-midclstok", "vim_s_midclstok_80p5acc.pth", 394.2, 80.5, 95.1),
  vim("vim-small-plus", "Vim-small-midclstok", "vim_s_midclstok_ft_81p6acc.pth", 397.4, 81.6, 95.4),
  vim("vim-base", "Vim-base-midclstok", "vim_b_midclstok_81p9acc.pth", 1489.8, 81.9, 95.8),
];

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
