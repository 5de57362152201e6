/**
 * TimeMachine as one record.
 *
 * @module
 */
import { defineFamily, type ReadOptions } from "../define_family.ts";
import type { Reading } from "../reading.ts";
import { takesSeries } from "../takes.ts";
import { timeMachine, timeMachineWeights } from "./forward.ts";
import { TIMEMACHINE } from "./marks.ts";
import { TIMEMACHINE_DEFAULTS, TIMEMACHINE_VARIANTS, timeMachineConfig, type TimeMachineOptions } from "./options.ts";
import { published } from "./published.ts";

function read(file: Reading): ReadOptions<TimeMachineOptions> | undefined {
  const first = file.sizes("lin1.weight", 2), revin = file.shape("revin_layer.affine_weight");
  if (!first || !file.has("lin4.weight") || !file.has("mamba4.A_log")) return undefined;
  const [n1, past] = first, n2 = file.shape("lin2.weight")?.[0] ?? TIMEMACHINE_DEFAULTS.n2;
  return {
    fixed: {
      seq_len: past,
      pred_len: file.shape("lin4.weight")?.[0] ?? TIMEMACHINE_DEFAULTS.pred_len,
      n1,
      n2,
      d_state: file.shape("mamba2.A_log")?.[1] ?? TIMEMACHINE_DEFAULTS.d_state,
      dconv: file.shape("mamba2.conv1d.weight")?.[2] ?? TIMEMACHINE_DEFAULTS.dconv,
      e_fact: (file.shape("mamba2.out_proj.weight")?.[1] ?? n2) / n2,
      ch_ind: file.shape("mamba4.in_proj.weight")?.[1] === 1 ? 1 : 0,
      revin: revin ? 1 : 0,
      ...(revin ? { enc_in: revin[0]! } : {}),
    },
  };
}

/** TimeMachine. */
export const family = defineFamily({
  ...TIMEMACHINE,
  defaults: TIMEMACHINE_DEFAULTS,
  variants: TIMEMACHINE_VARIANTS,
  published,
  resolve: timeMachineConfig,
  read,
  weights: timeMachineWeights,
  takes: ({ columns, past }) => takesSeries(columns, past),
  gives: ({ future }) => ({ kind: "series", rows: future }),
  forward: (ops, weights, config, series, { tap }) => timeMachine(ops, weights, config, series, tap),
});
