/**
 * Recognises a TimeMachine from keys and shapes.
 *
 * @module
 */
import type { Detected, ModelFacts } from "../family.ts";
import { mergeOptions, variantOf } from "../options.ts";
import { timeMachine, type TimeMachineWeights, timeMachineWeights } from "./forward.ts";
import { TIMEMACHINE_DEFAULTS, TIMEMACHINE_VARIANTS, timeMachineConfig, type TimeMachineOptions } from "./options.ts";

/** Options that keys and shapes decide. */
function optionsFromShapes(shape: (key: string) => readonly number[] | undefined): TimeMachineOptions {
  const [n1, past] = shape("lin1.weight")!, revin = shape("revin_layer.affine_weight");
  const n2 = shape("lin2.weight")?.[0] ?? TIMEMACHINE_DEFAULTS.n2;
  return {
    seq_len: past!,
    pred_len: shape("lin4.weight")?.[0] ?? TIMEMACHINE_DEFAULTS.pred_len,
    n1: n1!,
    n2,
    d_state: shape("mamba2.A_log")?.[1] ?? TIMEMACHINE_DEFAULTS.d_state,
    dconv: shape("mamba2.conv1d.weight")?.[2] ?? TIMEMACHINE_DEFAULTS.dconv,
    e_fact: (shape("mamba2.out_proj.weight")?.[1] ?? n2) / n2,
    ch_ind: shape("mamba4.in_proj.weight")?.[1] === 1 ? 1 : 0,
    revin: revin ? 1 : 0,
    ...(revin ? { enc_in: revin[0]! } : {}),
  };
}

/**
 * Recognises a TimeMachine; undefined when the checkpoint is something else.
 *
 * @throws {TypeError} When the caller or the metadata contradict the shapes or name an unknown option.
 */
export function detectTimeMachine(facts: ModelFacts): Detected | undefined {
  const shape = (key: string) => facts.shapes.get(key);
  if (shape("lin1.weight")?.length !== 2 || !shape("lin4.weight") || !shape("mamba4.A_log")) return undefined;
  const { options, sources } = mergeOptions<TimeMachineOptions>(facts, {
    model: "TimeMachine",
    names: Object.keys(TIMEMACHINE_DEFAULTS),
    fixed: optionsFromShapes(shape),
    resolve: timeMachineConfig,
  });
  const config = timeMachineConfig(options);
  const variant = variantOf<TimeMachineOptions, keyof typeof TIMEMACHINE_VARIANTS>(
    TIMEMACHINE_VARIANTS,
    timeMachineConfig,
    options,
  );
  return {
    family: "timemachine",
    task: "forecast",
    ...(variant ? { variant } : {}),
    config,
    options: options as Record<string, unknown>,
    sources,
    spec: timeMachineWeights(config),
    ignored: [],
    channels: config.columns,
    example: { input: [1, config.columns, config.past] },
    forward: (ops, weights, series, tap) => timeMachine(ops, weights as TimeMachineWeights, config, series, tap),
  };
}
