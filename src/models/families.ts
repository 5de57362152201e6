/**
 * The families that the loader knows, one line each. A family's code is fetched when a checkpoint has its marks.
 *
 * @module
 */
import type { AnyKnown } from "./family.ts";
import { DVMSR } from "./dvmsr/marks.ts";
import { FUSIONMAMBA } from "./fusionmamba/marks.ts";
import { MAMBA_LM } from "./mamba_lm/marks.ts";
import { MAMBAIR } from "./mambair/marks.ts";
import { MAMBAIR_UNET } from "./mambair_unet/marks.ts";
import { MAMBAIRV2 } from "./mambairv2/marks.ts";
import { MAMBAOUT } from "./mambaout/marks.ts";
import { TIMEMACHINE } from "./timemachine/marks.ts";
import { VIM } from "./vim/marks.ts";
import { VMAMBA } from "./vmamba/marks.ts";

/** All families. */
export const FAMILIES: readonly AnyKnown[] = [
  VIM,
  MAMBAIR,
  MAMBAIRV2,
  MAMBAIR_UNET,
  DVMSR,
  FUSIONMAMBA,
  TIMEMACHINE,
  VMAMBA,
  MAMBAOUT,
  MAMBA_LM,
];

/** Whether a checkpoint has the marks of a family. */
export const hasMarks = ({ marks }: AnyKnown, keys: { has(key: string): boolean }): boolean =>
  marks.some((list) => list.every((mark) => keys.has(mark)));
