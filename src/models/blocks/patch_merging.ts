/**
 * Four pixels to one: `PatchMerging2D` of MzeroMiko/VMamba. An image of odd sides gets a row or column of zeros at its end,
 * as the classification code does it.
 *
 * Glossary: b batch, h × w pixels, d width.
 *
 * @module
 */
import { linearInBands } from "../../ops/bands.ts";
import { type Bound, derived, type Weight } from "../../checkpoint/weights.ts";
import type { Ops } from "../../ops/ops.ts";
import { reshape, type Tensor } from "../../tensor.ts";

const EPSILON = 1e-5;

/**
 * Columns of pixel unshuffle's order, where the official ones come pixel after pixel, down before right: column
 * c·4 + row·2 + column of ours is (column·2 + row)·d + c of theirs.
 */
function reorder(values: Float32Array, d: number): Float32Array {
  return values.map((_, i) => {
    const at = i % (4 * d), pixel = at % 4, row = pixel >> 1, column = pixel & 1;
    return values[i - at + (2 * column + row) * d + (at >> 2)]!;
  });
}

/** Tree of the weights of a merging. */
export type PatchMergingSpec = { readonly norm_weight: Weight; readonly norm_bias: Weight; readonly reduction: Weight };

/** Weights of a merging of images of `width` channels to `out`; the keys are those of the official `Sequential`. */
export function patchMergingWeights(width: number, out = 2 * width): PatchMergingSpec {
  const four = 4 * width;
  const one = (key: string, role: "plain" | "linear", shape: readonly number[]) =>
    derived(role, shape, { [key]: shape }, (parts) => reorder(parts[key]!, width));
  return {
    norm_weight: one("1.weight", "plain", [four]),
    norm_bias: one("1.bias", "plain", [four]),
    reduction: one("2.weight", "linear", [out, four]),
  };
}

/** Weights of a merging on a device. */
export type PatchMergingWeights = Bound<PatchMergingSpec>;

/**
 * x [b, h, w, d] → [b, ⌈h/2⌉, ⌈w/2⌉, 2d], or as many channels as its weights say.
 *
 * @example
 * ```ts
 * import { openDevice } from "@sidewinder/sidewinder";
 * import { runModel } from "@sidewinder/sidewinder/kernels";
 * import { bind, initialWeights, patchMerging, patchMergingWeights } from "@sidewinder/sidewinder/blocks";
 *
 * await using device = await openDevice();
 * const spec = patchMergingWeights(16);
 * const { weights } = await bind(spec, initialWeights(spec), device);
 * const map = new Float32Array(7 * 12 * 16).fill(0.5); // [b, h, w, d]
 * const out = await runModel(device, (ops) => patchMerging(ops, weights, ops.input(map, [1, 7, 12, 16])));
 * console.log(out.length === 4 * 6 * 32); // true
 * ```
 */
export function* patchMerging(ops: Ops, w: PatchMergingWeights, x: Tensor): Generator<void, Tensor> {
  const merged = ops.pixelUnshuffle(padToEven(ops, x), 2); // [b, h/2, w/2, 4d]
  const norm = { kind: "layer", weight: w.norm_weight, bias: w.norm_bias, epsilon: EPSILON } as const;
  return yield* linearInBands(ops, merged, w.reduction, { norm });
}

function padToEven(ops: Ops, x: Tensor): Tensor {
  const [b, height, width, d] = x.shape as [number, number, number, number];
  const tall = height + height % 2, wide = width + width % 2, pixels = height * width;
  if (tall === height && wide === width) return x;
  const from = Uint32Array.from({ length: tall * wide }, (_, i) => {
    const row = Math.floor(i / wide), column = i % wide;
    return row < height && column < width ? row * width + column : pixels; // past the pixels: the row of zeros
  });
  const padded = ops.gatherRows(reshape(x, [b, pixels, d]), ops.input(from, [from.length]), {
    extra: ops.zeros([1, d]),
  });
  return reshape(padded, [b, tall, wide, d]);
}
