/**
 * Tables of positions: the learned embedding resized to another grid, and Vim's rotary angles.
 *
 * @module
 */
import { resizeBicubicTorch } from "../../image/resize.ts";

/** Where class tokens stand. */
export type ClassToken = "none" | "head" | "middle" | "double";

/** Sizes of a patch grid. */
export type Grid = readonly [height: number, width: number];

/** How the position embedding of another grid is resized: as it should be, or as the official code does it. */
export type PosEmbedResize = "correct" | "faithful";

/** What rotary angles depend on. */
export interface RotaryConfig {
  readonly grid: Grid;
  /** Grid side the frequencies were made for. */
  readonly ropePretrained: number;
  readonly mixer: { readonly width: number };
}

/** Index of the class token among the tokens; undefined where there is not exactly one. */
export function classTokenIndex(token: ClassToken, patches: number): number | undefined {
  return token === "middle" ? Math.floor(patches / 2) : token === "head" ? 0 : undefined;
}

/**
 * A position embedding [M + class tokens, width] for another grid. `correct` cuts the rows of the class tokens where they
 * stand, resizes the rest and puts them back; `faithful` mirrors `interpolate_pos_embed` of hustvl/Vim, which takes the
 * first rows for the class tokens wherever those stand.
 */
export function resizePosEmbed(
  embedding: Float32Array,
  width: number,
  from: Grid,
  to: Grid,
  token: ClassToken,
  mode: PosEmbedResize,
): Float32Array {
  if (from[0] === to[0] && from[1] === to[1]) return embedding;
  const old = from[0] * from[1], patches = to[0] * to[1];
  const extra = token === "none" ? 0 : token === "double" ? 2 : 1;
  const extraAt = (count: number) =>
    mode === "faithful" ? [0, 1].slice(0, extra) : token === "double" ? [0, count + 1] : [
      classTokenIndex(token, count),
    ].filter((index) => index !== undefined);
  const row = (table: Float32Array, index: number) => table.subarray(index * width, (index + 1) * width);

  const cut = extraAt(old), table = new Float32Array(old * width);
  let at = 0;
  for (let i = 0; i < old + extra; i++) if (!cut.includes(i)) table.set(row(embedding, i), width * at++);
  const resized = resizeBicubicTorch(table, [...from, width], to);

  const put = extraAt(patches), result = new Float32Array((patches + extra) * width);
  at = 0;
  for (let i = 0; i < patches + extra; i++) {
    const extraRow = put.indexOf(i);
    result.set(extraRow < 0 ? row(resized, at++) : row(embedding, cut[extraRow]!), i * width);
  }
  return result;
}

/**
 * Rotations of Vim's `rope.py` for every token, as interleaved (cos, sin) pairs [tokens, width]. Half of the pairs turn
 * with the row of the patch, half with its column. With an odd number of tokens the first one, taken for the class token
 * wherever that stands, is not turned.
 */
export function rotaryTable({ grid, mixer: { width }, ropePretrained }: RotaryConfig, tokens: number): Float32Array {
  const [side] = grid, frequencies = width / 4, table = new Float32Array(tokens * width);
  const lead = tokens % 2;
  for (let l = 0; l < tokens; l++) {
    for (let pair = 0; pair < width / 2; pair++) {
      const patch = l - lead, position = pair < frequencies ? Math.floor(patch / side) : patch % side;
      const frequency = 10000 ** (-2 * (pair % frequencies) / (width / 2));
      const angle = l < lead ? 0 : position / side * ropePretrained * frequency;
      table[l * width + 2 * pair] = Math.cos(angle);
      table[l * width + 2 * pair + 1] = Math.sin(angle);
    }
  }
  return table;
}
