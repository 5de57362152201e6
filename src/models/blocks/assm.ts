/**
 * The attentive state-space module of MambaIRv2: every pixel is given one of a few prompts, the pixels are scanned in the
 * order of their prompts, and the prompts are added to C. Mirrors `ASSM` of csguoh/MambaIR, and its quirk: the prompts are
 * added in the order of the pixels although what is scanned is sorted.
 *
 * Nothing is sorted in memory: the scan walks by a table, and each pixel gets the prompt of the pixel whose number is its
 * place.
 *
 * Glossary: b batch, h × w pixels, l = h·w tokens, d width, e inner width, n states, r rank of Δ, t prompts.
 *
 * @module
 */
import { type Bound, derived, tensor, type Weight } from "../../checkpoint/weights.ts";
import { depthwiseConv2dInBands, linearInBands, selectiveScanInBands } from "../../ops/bands.ts";
import type { LinearOptions, Ops, RowNormOptions, SortedRows } from "../../ops/ops.ts";
import { columns, reshape, rowRange, type Tensor } from "../../tensor.ts";
import { scanConstants } from "./mamba.ts";
import type { Biased } from "./spec.ts";

/** Shape of an attentive state-space module. */
export interface AssmConfig {
  /** Channels in and out, d. */
  readonly width: number;
  /** Channels of the scan, e. */
  readonly inner: number;
  /** States per channel, n. */
  readonly stateSize: number;
  /** Rank of the Δ projection, r. */
  readonly rank: number;
  /** Number of prompts. */
  readonly prompts: number;
  /** Rank of the table of prompts. */
  readonly innerRank: number;
}

const EPSILON = 1e-5;

/** The prompts [t, n], the product of a module's own table [t, rank] and one [rank, n] that the layer holds. */
export function promptTable(
  own: Float32Array,
  shared: Float32Array,
  { stateSize: n, innerRank }: AssmConfig,
): Float32Array {
  return Float32Array.from({ length: own.length / innerRank * n }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < innerRank; k++) sum += own[Math.floor(i / n) * innerRank + k]! * shared[k * n + i % n]!;
    return sum;
  });
}

/** Tree of the weights of a module. */
export type AssmSpec = {
  readonly route: { readonly 0: Biased; readonly 2: Biased };
  readonly in_proj: { readonly 0: Biased };
  readonly CPE: { readonly 0: Biased };
  readonly selectiveScan: { readonly x_proj_weight: Weight; readonly scan: Weight };
  readonly out_norm: Biased;
  readonly out_proj: Biased;
};

/** Weights of a module; the keys are those of the official state dict. The prompts come from elsewhere. */
export function assmWeights({ width: d, inner: e, stateSize: n, rank: r, prompts: t }: AssmConfig): AssmSpec {
  const narrow = Math.floor(d / 3);
  const vector = (length: number) => tensor("plain", [length]);
  return {
    route: {
      0: { weight: tensor("linear", [narrow, d]), bias: vector(narrow) },
      2: { weight: tensor("linear", [t, narrow]), bias: vector(t) },
    },
    in_proj: { 0: { weight: tensor("linear", [e, d], { stored: [e, d, 1, 1] }), bias: vector(e) } },
    CPE: { 0: { weight: tensor("depthwise", [e, 3, 3], { stored: [e, 1, 3, 3] }), bias: vector(e) } },
    selectiveScan: {
      x_proj_weight: tensor("linear", [r + 2 * n, e], { stored: [1, r + 2 * n, e] }),
      scan: derived(
        "scan",
        [1, e, n + 2 + r],
        { A_logs: [e, n], Ds: [e], dt_projs_bias: [1, e], dt_projs_weight: [1, e, r] },
        (p) => scanConstants(p.A_logs!, p.Ds!, p.dt_projs_bias!, p.dt_projs_weight!, e),
        n,
      ),
    },
    out_norm: { weight: vector(e), bias: vector(e) },
    out_proj: { weight: tensor("linear", [d, e]), bias: vector(d) },
  };
}

/** Weights of a module on a device. */
export type AssmWeights = Bound<AssmSpec>;

/** What a module does besides. */
export interface AssmOptions extends Pick<LinearOptions, "into"> {
  /** The norm of its input. */
  readonly norm?: RowNormOptions | undefined;
  /** What is added to the prompts' scores, for x [b, l, d]: given noise, or a seed for Gumbel noise; nothing by default. */
  readonly noise?: { readonly seed: number } | { readonly values: Float32Array } | undefined;
  /** Sees the sorted pixels of each image. */
  readonly onSorted?: ((sorted: readonly SortedRows[]) => void) | undefined;
}

/**
 * The module over x [b, h, w, d] with prompts [t, n] → [b, h, w, d].
 *
 * @example
 * ```ts
 * import { openDevice } from "@sidewinder/sidewinder";
 * import { runModel } from "@sidewinder/sidewinder/kernels";
 * import { assm, assmWeights, bind, initialWeights } from "@sidewinder/sidewinder/blocks";
 *
 * await using device = await openDevice();
 * const config = { width: 24, inner: 32, stateSize: 8, rank: 2, prompts: 6, innerRank: 4 };
 * const spec = assmWeights(config), { weights } = await bind(spec, initialWeights(spec), device);
 * const map = new Float32Array(8 * 12 * 24).fill(0.5), prompts = new Float32Array(6 * 8).fill(0.1);
 * const out = await runModel(device, (ops) => {
 *   return assm(ops, weights, config, ops.input(map, [1, 8, 12, 24]), ops.input(prompts, [6, 8]), { noise: { seed: 1 } });
 * });
 * console.log(out.length === map.length); // true
 * ```
 */
export function* assm(
  ops: Ops,
  w: AssmWeights,
  c: AssmConfig,
  x: Tensor,
  prompts: Tensor,
  { norm, noise, onSorted, ...target }: AssmOptions = {},
): Generator<void, Tensor> {
  const [b, height, width] = x.shape as [number, number, number, number], l = height * width;
  const { inner: e, stateSize: n, rank: r } = c;
  const [first, second] = [w.route[0], w.route[2]];
  const hidden = yield* linearInBands(ops, x, first.weight, { bias: first.bias, activation: "gelu", norm });
  const scores = yield* linearInBands(ops, hidden, second.weight, { bias: second.bias }); // [b, h, w, t]
  const sorted = ops.sort(reshape(scores, [b, l, c.prompts]), {
    noise: noise && "values" in noise ? ops.input(noise.values, [b, l, c.prompts]) : undefined,
    seed: noise && "seed" in noise ? noise.seed : undefined,
  });
  onSorted?.(sorted);

  const { weight, bias } = w.in_proj[0], v = yield* linearInBands(ops, x, weight, { bias, norm }); // [b, h, w, e]
  const gated = { bias: w.CPE[0].bias, activation: "sigmoid", factor: v } as const;
  const u = reshape(yield* depthwiseConv2dInBands(ops, v, w.CPE[0].weight, gated), [b, l, e]);
  const projection = yield* linearInBands(ops, u, w.selectiveScan.x_proj_weight); // [b, l, r + 2n]
  const y = b === 1 ? undefined : ops.empty([b, l, e]);
  for (const [image, { order, places, classes }] of sorted.entries()) {
    const part = (tensor: Tensor) => {
      const rows = rowRange(tensor, image * l, l);
      return { ...rows, shape: [1, ...rows.shape] };
    };
    const into = columns(part(projection), r + n, n); // [1, l, n]
    ops.gatherRows(reshape(prompts, [1, c.prompts, n]), classes, { through: places, into });
    const scanned = yield* selectiveScanInBands(ops, part(u), part(projection), w.selectiveScan.scan, {
      stateSize: n,
      orders: ["table"],
      table: order,
    }); // [1, l, e]
    if (!y) return yield* project(ops, w, reshape(scanned, [b, height, width, e]), target);
    ops.unary(scanned, "none", { out: part(y) });
  }
  return yield* project(ops, w, reshape(y!, [b, height, width, e]), target);
}

/** The norm and projection at the end. */
function* project(
  ops: Ops,
  { out_norm, out_proj }: AssmWeights,
  y: Tensor,
  target: Pick<LinearOptions, "into">,
): Generator<void, Tensor> {
  const norm = { kind: "layer", ...out_norm, epsilon: EPSILON } as const;
  return yield* linearInBands(ops, y, out_proj.weight, { bias: out_proj.bias, norm, ...target }); // [b, h, w, d]
}
