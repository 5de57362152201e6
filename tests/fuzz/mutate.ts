/**
 * Bytes that are nearly right: files of a corpus with a few things changed.
 *
 * @module
 */
import type { Draw } from "../draw.ts";

/** Numbers at which sizes and offsets go wrong. */
const EDGES = [0, 1, 2, 127, 128, 255, 256, 32_767, 32_768, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];

/** One of a list. */
export const pick = <T>(draw: Draw, list: ArrayLike<T>): T => list[draw.below(list.length)]!;

/** Concatenates. */
export function join(...parts: readonly ArrayLike<number>[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function number(draw: Draw, width: number): Uint8Array {
  const bytes = new Uint8Array(8), view = new DataView(bytes.buffer), little = draw.below(2) === 1;
  const value = pick(draw, EDGES);
  if (width === 1) bytes[0] = value;
  else if (width === 2) view.setUint16(0, value, little);
  else if (width === 4) view.setUint32(0, value, little);
  else {view.setBigUint64(
      0,
      draw.below(3) ? BigInt(value) : 2n ** BigInt(draw.below(64)) - BigInt(draw.below(2)),
      little,
    );}
  return bytes.subarray(0, width);
}

/** One change. */
function change(draw: Draw, bytes: Uint8Array, others: readonly Uint8Array[]): Uint8Array {
  const from = draw.below(bytes.length + 1), length = 1 + draw.below(draw.below(4) ? 8 : 64);
  const to = Math.min(bytes.length, from + length), before = bytes.subarray(0, from);
  switch (draw.below(8)) {
    case 0:
    case 1: {
      const copy = bytes.slice();
      if (from < copy.length) copy[from] = draw.below(2) ? draw.below(256) : copy[from]! ^ (1 << draw.below(8));
      return copy;
    }
    case 2: {
      const put = number(draw, pick(draw, [1, 2, 4, 8]));
      return join(before, put, bytes.subarray(Math.min(bytes.length, from + put.length)));
    }
    case 3:
      return join(before, bytes.subarray(to));
    case 4:
      return join(before, new Uint8Array(length).fill(draw.below(256)), bytes.subarray(from));
    case 5:
      return join(bytes.subarray(0, to), bytes.subarray(from));
    case 6: {
      const other = pick(draw, others), at = draw.below(other.length + 1);
      return join(before, other.subarray(at, at + 4 * length), bytes.subarray(draw.below(2) ? from : to));
    }
    default:
      return draw.below(4) ? bytes : before;
  }
}

/** A file of the corpus with one to six changes, or at most so many. */
export function mutate(draw: Draw, corpus: readonly Uint8Array[], most = 6): Uint8Array<ArrayBuffer> {
  let bytes: Uint8Array = pick(draw, corpus);
  for (let left = 1 + draw.below(most); left > 0; left--) bytes = change(draw, bytes, corpus);
  return new Uint8Array(bytes);
}
