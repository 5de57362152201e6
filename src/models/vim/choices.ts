/**
 * What Vision Mamba's code can leave to chance at inference: where the class token stands, the order of the tokens, whether
 * the sequence is reversed. Mirrors the keyword arguments of `VisionMamba.forward_features` and `flip_img_sequences_ratio`
 * (hustvl/Vim); here a seed decides what is not given.
 *
 * @module
 */
import { mixBits } from "../../kernels.ts";
import type { Choices } from "../family.ts";
import { classTokenIndex } from "../blocks/pos_embed.ts";
import { classTokens, type VimConfig } from "./options.ts";

/** Choices of one run; official names where there are such. */
export interface VimChoices {
  /** A whole number that decides what is left to chance; 0 by default. */
  readonly seed?: number;
  /** The class token stands anywhere, in a model that has it at the head (as in the official code the others ignore this). */
  readonly if_random_cls_token_position?: boolean;
  /** The tokens come in any order, after the position embedding. */
  readonly if_random_token_rank?: boolean;
  /** Patches before the class token, in a model with one. */
  readonly cls_token_position?: number;
  /** Which token stands at each place, after the position embedding. */
  readonly token_rank?: readonly number[];
  /** Whether the sequence is reversed, instead of what `flip_img_sequences_ratio` makes of the seed. */
  readonly flip?: boolean;
}

/** Names of all choices. */
export const VIM_CHOICES = [
  "seed",
  "if_random_cls_token_position",
  "if_random_token_rank",
  "cls_token_position",
  "token_rank",
  "flip",
] as const satisfies readonly (keyof VimChoices)[];

/**
 * Choices as a run is given them.
 *
 * @throws {TypeError} When one is of the wrong kind.
 */
export function vimChoices(given: Choices): VimChoices {
  const { seed, cls_token_position, token_rank, flip, if_random_cls_token_position, if_random_token_rank } = given;
  return {
    ...known("seed", "be a whole number", seed, isNumber),
    ...known("cls_token_position", "be a whole number", cls_token_position, isNumber),
    ...known("token_rank", "be a list of whole numbers", token_rank, isNumbers),
    ...known("flip", "be true or false", flip, isFlag),
    ...known("if_random_cls_token_position", "be true or false", if_random_cls_token_position, isFlag),
    ...known("if_random_token_rank", "be true or false", if_random_token_rank, isFlag),
  };
}

const isNumber = (value: unknown): value is number => typeof value === "number";
const isFlag = (value: unknown): value is boolean => typeof value === "boolean";
const isNumbers = (value: unknown): value is readonly number[] =>
  (Array.isArray(value) || ArrayBuffer.isView(value)) && Array.from(value as Iterable<unknown>).every(isNumber);

/** One choice under its name, where it is given. */
function known<N extends string, V>(
  name: N,
  wish: string,
  value: unknown,
  fits: (value: unknown) => value is V,
): { readonly [K in N]?: V } {
  if (value === undefined) return {};
  if (fits(value)) return { [name]: value } as { readonly [K in N]: V };
  throw new TypeError(`Cannot run Vim as ${name} must ${wish}: current value is ${JSON.stringify(value)}`);
}

/** Choices, made. */
export interface Chosen {
  /** Patches before the class token; undefined where there is none, or two. */
  readonly position: number | undefined;
  /** Which token stands at each place; undefined: its own. */
  readonly rank: Uint32Array | undefined;
  /** Where the result reads the class tokens. The official code does not mirror it when the sequence is reversed. */
  readonly classAt: readonly number[];
  readonly flip: boolean;
}

/** What a seed is drawn for. */
const POSITION = 1, RANK = 2, FLIP = 3;

/** Number `i` in [0, 1) of those that a seed decides for a purpose. */
const drawn = (seed: number, purpose: number, i = 0): number =>
  mixBits(mixBits(mixBits(seed | 0) + purpose) + i) / 2 ** 32;

/** Any order of `length` things (Fisher and Yates). */
function shuffled(length: number, seed: number): Uint32Array {
  const order = Uint32Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const other = Math.floor(drawn(seed, RANK, i) * (i + 1)), here = order[i]!;
    order[i] = order[other]!;
    order[other] = here;
  }
  return order;
}

/**
 * Makes the choices of a run.
 *
 * @throws {TypeError} When there is no class token to place, or an order is not one of all tokens.
 * @throws {RangeError} When the class token would stand outside.
 *
 * @example
 * ```ts
 * import { vimConfig } from "@sidewinder/sidewinder/kernels";
 *
 * const { position } = choose(vimConfig({ use_middle_cls_token: false }), { if_random_cls_token_position: true, seed: 3 });
 * ```
 */
export function choose(c: VimConfig, given: VimChoices = {}): Chosen {
  const { seed = 0, cls_token_position: asked, token_rank } = given, m = c.grid[0] * c.grid[1], l = m + classTokens(c);
  if (!Number.isSafeInteger(seed)) {
    throw new TypeError(`Cannot run Vim as seed must be a whole number: current value is ${seed}`);
  }
  const own = classTokenIndex(c.classToken, m);
  if (asked !== undefined && own === undefined) {
    throw new TypeError(
      `Cannot run Vim as cls_token_position must be given for a model with one class token: current model has ${
        classTokens(c)
      }`,
    );
  }
  if (asked !== undefined && !(Number.isInteger(asked) && asked >= 0 && asked <= m)) {
    throw new RangeError(`Cannot run Vim as cls_token_position must be from 0 to ${m}: current value is ${asked}`);
  }
  if (
    token_rank &&
    (token_rank.length !== l || new Set(token_rank.filter((i) => i >= 0 && i < l && i % 1 === 0)).size !== l)
  ) {
    throw new TypeError(
      `Cannot run Vim as token_rank must name each of ${l} tokens once: current one names ${token_rank.length}`,
    );
  }
  const random = given.if_random_cls_token_position && c.classToken === "head";
  const position = asked ?? (random ? Math.floor(drawn(seed, POSITION) * (m + 1)) : own);
  const rank = token_rank ? Uint32Array.from(token_rank) : given.if_random_token_rank ? shuffled(l, seed) : undefined;
  const before = c.classToken === "double" ? [0, m + 1] : position === undefined ? [] : [position];
  return {
    position,
    rank,
    classAt: rank ? before.map((at) => rank.indexOf(at)) : before,
    flip: given.flip ?? (c.flipRatio > 0 && c.flipRatio - drawn(seed, FLIP) > 1e-5),
  };
}
