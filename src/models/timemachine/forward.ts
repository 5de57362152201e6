/**
 * TimeMachine (Ahamed and Cheng 2024, arXiv 2403.09898): the future of a series from four Mamba mixers at two levels.
 * Mirrors `TimeMachine` of Atik-Ahamed/TimeMachine; its mean and deviation are taken out and put back by
 * `normaliseSeries` and `restoreSeries`, the learnt factors of RevIN by the net.
 *
 * Glossary: b series at once, m columns, s values of the past, p values of the future, n level width.
 *
 * @module
 */
import { type Bound, derived, tensor } from "../../checkpoint/weights.ts";
import type { Ops } from "../../ops/ops.ts";
import type { Tap } from "../../run/run_model.ts";
import { columns, reshape, type Tensor } from "../../tensor.ts";
import { mixer, type MixerConfig, type MixerWeights, mixerWeights } from "../blocks/mamba.ts";
import type { TimeMachineConfig } from "./options.ts";

const EPSILON = 1e-5;

const linear = (outer: number, inner: number) => ({
  weight: tensor("linear", [outer, inner]),
  bias: tensor("plain", [outer]),
});

/** A table of one value per column, each repeated for so many values. */
const repeated = (c: TimeMachineConfig, length: number, value: (weight: number, bias: number) => number) =>
  derived("plain", [c.columns, length], { affine_weight: [c.columns], affine_bias: [c.columns] }, (parts) => {
    return Float32Array.from({ length: c.columns * length }, (_, i) => {
      const column = Math.floor(i / length);
      return value(parts.affine_weight![column]!, parts.affine_bias![column]!);
    });
  });

/** Weights of a TimeMachine; the keys are those of the official state dict. */
export function timeMachineWeights(c: TimeMachineConfig) {
  const [first, second, third, fourth] = c.mixers;
  const back = (weight: number) => 1 / (weight + EPSILON ** 2);
  return {
    revin_layer: c.revin
      ? {
        factor: repeated(c, c.past, (weight) => weight),
        summand: repeated(c, c.past, (_, bias) => bias),
        factor_back: repeated(c, c.future, back),
        summand_back: repeated(c, c.future, (weight, bias) => -bias * back(weight)),
      }
      : undefined,
    lin1: linear(c.n1, c.past),
    lin2: linear(c.n2, c.n1),
    lin3: linear(c.n1, c.n2),
    lin4: linear(c.future, 2 * c.n1),
    mamba1: mixerWeights(first),
    mamba2: mixerWeights(second),
    mamba3: mixerWeights(third),
    mamba4: mixerWeights(fourth),
  } as const;
}

/** Weights of a TimeMachine on a device. */
export type TimeMachineWeights = Bound<ReturnType<typeof timeMachineWeights>>;

/**
 * Series [b, m, s] without mean and deviation to their future [b, m, p], likewise without.
 *
 * @throws {TypeError} When the series have another shape.
 */
export function* timeMachine(
  ops: Ops,
  w: TimeMachineWeights,
  c: TimeMachineConfig,
  series: Tensor,
  tap?: Tap,
): Generator<void, Tensor> {
  const [b, m, s] = series.shape as [number, number, number];
  if (series.shape.length !== 3 || s !== c.past || (c.revin && m !== c.columns)) {
    throw new TypeError(
      `Cannot run TimeMachine as series must have the shape [batch, ${c.columns}, ${c.past}]: current shape is [${
        series.shape.join(", ")
      }]`,
    );
  }
  const named = (name: string, x: Tensor): Tensor => {
    tap?.(name, x);
    return x;
  };
  const { revin_layer: revin } = w;
  const x = revin ? ops.add(ops.binary("multiply", series, revin.factor), revin.summand) : series; // [b, m, s]
  const [rows, length] = c.independent ? [b * m, 1] : [b, m];
  const [first, second, third, fourth] = c.mixers;
  const run = (name: string, weights: MixerWeights, config: MixerConfig, input: Tensor) =>
    named(name, mixer(ops, weights, config, input));
  /** The same values as tokens of one channel where each column is on its own. */
  const turned = (input: Tensor) => c.independent ? reshape(input, [rows, input.shape[2]!, 1]) : input;

  const level1 = named("lin1", ops.linear(reshape(x, [rows, length, s]), w.lin1.weight, { bias: w.lin1.bias }));
  const along1 = run("mamba3", w.mamba3, third, level1); // [rows, length, n1]
  yield;
  const across1 = reshape(run("mamba4", w.mamba4, fourth, turned(level1)), level1.shape); // [rows, length, n1]
  yield;
  const level2 = named("lin2", ops.linear(level1, w.lin2.weight, { bias: w.lin2.bias })); // [rows, length, n2]
  const across2 = reshape(run("mamba1", w.mamba1, first, turned(level2)), level2.shape); // [rows, length, n2]
  const along2 = run("mamba2", w.mamba2, second, level2); // [rows, length, n2]
  yield;
  const sum = ops.add(across2, along2); // [rows, length, n2]
  const inner = c.residual ? ops.add(sum, level2) : sum;

  const joined = ops.empty([rows, length, 2 * c.n1]);
  const left = columns(joined, 0, c.n1), right = columns(joined, c.n1, c.n1);
  const back = named("lin3", ops.linear(inner, w.lin3.weight, { bias: w.lin3.bias })); // [rows, length, n1]
  if (c.residual) ops.binary("add", back, level1, { out: left });
  else ops.unary(back, "none", { out: left });
  ops.binary("add", along1, across1, { out: right });
  const future = named("lin4", ops.linear(joined, w.lin4.weight, { bias: w.lin4.bias })); // [rows, length, p]
  const y = reshape(future, [b, m, c.future]); // [b, m, p]
  return revin ? ops.add(ops.binary("multiply", y, revin.factor_back), revin.summand_back) : y;
}
