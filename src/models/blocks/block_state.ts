/**
 * Weights of a block that stands alone: given as arrays, or drawn from a seed.
 *
 * @module
 */
import type { Checkpoint, Entry } from "../../checkpoint/checkpoint.ts";
import { type Spec, specKeys } from "../../checkpoint/weights.ts";
import { uniform } from "../../kernels/random.ts";
import { sizeOf } from "../../tensor.ts";

/** An array as a checkpoint entry; without a known shape it is reported as unexpected by its length. */
function entryOf(name: string, data: Float32Array, shape: readonly number[] | undefined): Entry {
  const fits = shape && sizeOf(shape) === data.length;
  return {
    name,
    dtype: "F32",
    shape: fits ? shape : [data.length],
    bytes: data.byteLength,
    read: () => Promise.resolve(data.slice()),
    readRaw: () => Promise.resolve(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  };
}

/** Given arrays by the names of a tree's weights, as a checkpoint for `bind`. */
export function givenWeights(
  spec: Spec,
  state: Readonly<Record<string, Float32Array>>,
): Pick<Checkpoint, "entries"> {
  const shapes = new Map(specKeys(spec));
  return {
    entries: new Map(Object.entries(state).map(([name, data]) => [name, entryOf(name, data, shapes.get(name))])),
  };
}

/**
 * Weights for a tree of blocks, as their official constructors make them, by the names: A_log = ln(1…n), D = 1, Δ bias so
 * that softplus gives 0.001…0.1, Im A = π·0…n − 1, norms and scales 1 and 0, the rest uniform in ±fan^−½ as in torch.
 *
 * @example
 * ```ts
 * import { initialWeights, mixerConfig, mixerWeights } from "@sidewinder/sidewinder/blocks";
 *
 * const { entries } = initialWeights(mixerWeights(mixerConfig(16)), { seed: 7 });
 * console.log([...entries.keys()]); // in_proj.weight, conv1d.weight, …
 * ```
 */
export function initialWeights(
  spec: Spec,
  { seed = 0 }: { readonly seed?: number } = {},
): Pick<Checkpoint, "entries"> {
  const shapes = new Map(specKeys(spec)), next = uniform(seed);
  const around = (bound: number): number => (2 * next() - 1) * bound;
  const step = (): number => Math.max(1e-4, Math.exp(Math.log(0.001) + next() * Math.log(100)));
  const value = (name: string, shape: readonly number[], i: number): number => {
    const last = name.split(".").at(-1)!, columns = shape.at(-1)!;
    if (/^A(_[bcd])?_logs?$/.test(last)) return Math.log(i % columns + 1);
    if (/^(D|D_[bcd]|Ds|ssm_k_D)$/.test(last)) return 1;
    if (/dt_proj(_[bcd])?\.bias$|dt_projs_bias$/.test(name)) {
      const delta = step();
      return delta + Math.log(-Math.expm1(-delta)); // the inverse of softplus
    }
    if (last === "log_dt") return Math.log(step());
    if (/^(log|inv)_A_real$/.test(last)) return Math.log(0.5);
    if (last === "A_imag") return Math.PI * (i % columns);
    if (/^[BC]$/.test(last)) return around(1);
    if (/_weight$/.test(last)) return around(columns ** -0.5);
    const weight = last === "bias" ? shapes.get(name.replace(/bias$/, "weight")) ?? shape : shape;
    if (weight.length === 1) return last === "bias" ? 0 : 1;
    return around(sizeOf(weight.slice(1)) ** -0.5);
  };
  const state = [...shapes].map(([name, shape]) =>
    [name, Float32Array.from({ length: sizeOf(shape) }, (_, i) => value(name, shape, i))] as const
  );
  return givenWeights(spec, Object.fromEntries(state));
}
