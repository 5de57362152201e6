/**
 * Types of the weight trees that several blocks have parts of.
 *
 * @module
 */
import type { Weight } from "../../checkpoint/weights.ts";

/** A weight and a bias. */
export type Biased = { readonly weight: Weight; readonly bias: Weight };

/** A weight, and a bias where the configuration has one. */
export type MaybeBiased = { readonly weight: Weight; readonly bias: Weight | undefined };
