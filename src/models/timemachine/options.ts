/**
 * Options of TimeMachine, resolved to a configuration.
 *
 * @module
 */
import { type MixerConfig, mixerConfig } from "../blocks/mamba.ts";
import { checkCount, refuseUnknown, wrongOption } from "../options.ts";

/** Constructor options of `TimeMachine` that have a meaning at inference, official names. */
export interface TimeMachineOptions {
  /** Values of the past that it sees; 96 by default. */
  readonly seq_len?: number;
  /** Values of the future that it gives; 96 by default. */
  readonly pred_len?: number;
  /** Columns of the series; 7 by default. */
  readonly enc_in?: number;
  /** Width of the first level; 512 by default. */
  readonly n1?: number;
  /** Width of the second level; 32 by default. */
  readonly n2?: number;
  /** States per channel of the scans; 256 by default. */
  readonly d_state?: number;
  /** Taps of the causal convolutions; 2 by default. */
  readonly dconv?: number;
  /** Inner width of the mixers per channel; 1 by default. */
  readonly e_fact?: number;
  /** 1: every column on its own; 0: all columns together. 1 by default. */
  readonly ch_ind?: number;
  /** Whether the levels are added to what comes back from below; 1 by default. */
  readonly residual?: number;
  /** Whether the series is normalised by RevIN with its learnt factors (1), or plainly (0); 1 by default. */
  readonly revin?: number;
  /** Training only. */
  readonly dropout?: number;
}

/** A TimeMachine, resolved. */
export interface TimeMachineConfig {
  readonly past: number;
  readonly future: number;
  readonly columns: number;
  readonly n1: number;
  readonly n2: number;
  readonly independent: boolean;
  readonly residual: boolean;
  readonly revin: boolean;
  /** The four mixers: two at the second level (1, 2), two at the first (3, 4). */
  readonly mixers: readonly [MixerConfig, MixerConfig, MixerConfig, MixerConfig];
}

/** Defaults of the official training scripts. */
export const TIMEMACHINE_DEFAULTS = {
  seq_len: 96,
  pred_len: 96,
  enc_in: 7,
  n1: 512,
  n2: 32,
  d_state: 256,
  dconv: 2,
  e_fact: 1,
  ch_ind: 1,
  residual: 1,
  revin: 1,
  dropout: 0,
} as const satisfies Required<TimeMachineOptions>;

/** Sizes of the published scripts for ETTh1, by how far they look ahead. No checkpoint was ever published. */
export const TIMEMACHINE_VARIANTS = {
  "timemachine-etth1-96": { pred_len: 96, n1: 512, n2: 32 },
  "timemachine-etth1-192": { pred_len: 192, n1: 512, n2: 64 },
  "timemachine-etth1-336": { pred_len: 336, n1: 512, n2: 128 },
  "timemachine-etth1-720": { pred_len: 720, n1: 128, n2: 16 },
} as const satisfies Record<string, TimeMachineOptions>;

/**
 * Resolves options.
 *
 * @throws {TypeError} For an unknown option or a value of the wrong kind.
 */
export function timeMachineConfig(options: TimeMachineOptions = {}): TimeMachineConfig {
  refuseUnknown("TimeMachine", Object.keys(options), Object.keys(TIMEMACHINE_DEFAULTS));
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const o: Required<TimeMachineOptions> = { ...TIMEMACHINE_DEFAULTS, ...given };
  for (const name of ["seq_len", "pred_len", "enc_in", "n1", "n2", "d_state", "dconv", "e_fact"] as const) {
    checkCount("TimeMachine", name, o[name]);
  }
  for (const name of ["ch_ind", "residual", "revin"] as const) {
    if (o[name] !== 0 && o[name] !== 1) wrongOption("TimeMachine", name, "be 0 or 1", o[name]);
  }
  const mixer = (width: number) =>
    mixerConfig(width, { inner: o.e_fact * width, stateSize: o.d_state, convWidth: o.dconv });
  // On its own a column is one token, or, turned, as many tokens of one channel as it has values.
  const turned = (width: number) => mixer(o.ch_ind === 1 ? 1 : width);
  return {
    past: o.seq_len,
    future: o.pred_len,
    columns: o.enc_in,
    n1: o.n1,
    n2: o.n2,
    independent: o.ch_ind === 1,
    residual: o.residual === 1,
    revin: o.revin === 1,
    mixers: [turned(o.n2), mixer(o.n2), mixer(o.n1), turned(o.n1)],
  };
}
