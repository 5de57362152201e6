/**
 * Whole models, one thread: classifiers at 224 × 224, super-resolution ×2 at 64 × 64, a language model over a prompt of 256
 * tokens and over one token after it. The weights are random, which costs the same.
 *
 * @module
 */
import type { Entry } from "../src/checkpoint/checkpoint.ts";
import { bind, type Spec, specKeys } from "../src/checkpoint/weights.ts";
import type { Device } from "../src/device.ts";
import type { KernelName, Operands, Params } from "../src/kernels.ts";
import {
  type LayerState,
  mambaLm,
  type MambaLmWeights,
  mambaLmWeights,
  stateShapes,
} from "../src/models/mamba_lm/forward.ts";
import { MAMBA_LM_VARIANTS, mambaLmConfig, type MambaLmVariant } from "../src/models/mamba_lm/options.ts";
import { mambair, type MambaIRWeights, mambairWeights } from "../src/models/mambair/forward.ts";
import { MAMBAIR_VARIANTS, mambairConfig, type MambaIRVariant } from "../src/models/mambair/options.ts";
import { mambairv2, type MambaIRv2Weights, mambairv2Weights } from "../src/models/mambairv2/forward.ts";
import { MAMBAIRV2_VARIANTS, mambairv2Config, type MambaIRv2Variant } from "../src/models/mambairv2/options.ts";
import { mambaout, type MambaOutWeights, mambaoutWeights } from "../src/models/mambaout/forward.ts";
import { MAMBAOUT_VARIANTS, mambaoutConfig, type MambaOutVariant } from "../src/models/mambaout/options.ts";
import { vmamba, type VMambaWeights, vmambaWeights } from "../src/models/vmamba/forward.ts";
import { VMAMBA_VARIANTS, vmambaConfig, type VMambaVariant } from "../src/models/vmamba/options.ts";
import { vim, type VimWeights, vimWeights } from "../src/models/vim/forward.ts";
import { VIM_VARIANTS, vimConfig, type VimVariant } from "../src/models/vim/options.ts";
import type { Ops } from "../src/ops/ops.ts";
import { planModel, runModel } from "../src/run/run_model.ts";
import { sizeOf, type Tensor, tensorOf } from "../src/tensor.ts";
import type { Limits } from "./limits.ts";

/** What a model took, in milliseconds, beside what this machine could do. */
export interface ModelFigure {
  readonly model: TimedModel;
  readonly median: number;
  readonly fastest: number;
  readonly slowest: number;
  /** Milliseconds by kernel, of one run. */
  readonly phases: Readonly<Record<string, number>>;
  /** Counted multiply-adds, exponentials and state elements at the limits of this run; of a step, reading its weights. */
  readonly limit: number;
  /** `limit / median`. */
  readonly share: number;
  /** The limit in the shared unit: a constant of the model over G. */
  readonly unit?: number;
  /** `unit / median`. */
  readonly unitShare?: number;
  readonly peakRunBytes: number;
}

/** How the weights and the pass of a timed model are made. */
interface Timed {
  /** Constant of the shared unit: limit in ms = this / G, G in GFLOP/s of the ordered tile. */
  readonly perG?: number;
  /** What bounds it is reading its weights once. */
  readonly streamed?: boolean;
  /** Its weights are numbers of 16 bits. */
  readonly half?: boolean;
  readonly spec: Spec;
  /** What a pass needs that lasts longer than it. */
  readonly prepare?: (device: Device) => unknown;
  readonly pass: (ops: Ops, weights: unknown, prepared: unknown) => Generator<void, Tensor>;
}

/** An image of a side with three channels. */
function imageOf(ops: Ops, side: number): Tensor {
  const pixels = new Float32Array(side * side * 3).map((_, i) => Math.sin(i));
  return ops.input(pixels, [1, side, side, 3]);
}

function timedVim(variant: VimVariant, perG: number): Timed {
  const config = vimConfig(VIM_VARIANTS[variant]), [side] = config.imageSize;
  const pass: Timed["pass"] = (ops, weights) => vim(ops, weights as VimWeights, config, imageOf(ops, side));
  return { perG, spec: vimWeights(config), pass };
}

function timedMambaIR(variant: MambaIRVariant, side: number, perG: number): Timed {
  const config = mambairConfig(MAMBAIR_VARIANTS[variant]);
  const pass: Timed["pass"] = (ops, weights) => mambair(ops, weights as MambaIRWeights, config, imageOf(ops, side));
  return { perG, spec: mambairWeights(config), pass };
}

function timedMambaIRv2(variant: MambaIRv2Variant, side: number, perG: number): Timed {
  const config = mambairv2Config(MAMBAIRV2_VARIANTS[variant]);
  const pass: Timed["pass"] = (ops, weights) => mambairv2(ops, weights as MambaIRv2Weights, config, imageOf(ops, side));
  return { perG, spec: mambairv2Weights(config), pass };
}

function timedVMamba(variant: VMambaVariant): Timed {
  const config = vmambaConfig(VMAMBA_VARIANTS[variant]);
  const pass: Timed["pass"] = (ops, weights) =>
    vmamba(ops, weights as VMambaWeights, config, imageOf(ops, config.side));
  return { spec: vmambaWeights(config), pass };
}

function timedMambaOut(variant: MambaOutVariant, side: number): Timed {
  const config = mambaoutConfig(MAMBAOUT_VARIANTS[variant]);
  const pass: Timed["pass"] = (ops, weights) => mambaout(ops, weights as MambaOutWeights, config, imageOf(ops, side));
  return { spec: mambaoutWeights(config), pass };
}

/** A prompt of so many tokens; one is a step after others, for which the weights are read once. */
function timedLanguage(variant: MambaLmVariant, tokens: number, half = false): Timed {
  const config = mambaLmConfig(MAMBA_LM_VARIANTS[variant]), shapes = stateShapes(config, 1);
  const ids = Uint32Array.from({ length: tokens }, (_, i) => i * 7919 % config.vocabulary), resumes = tokens === 1;
  const state = (device: Device, shape: readonly number[]): Tensor =>
    tensorOf(device.write(new Float32Array(sizeOf(shape)), { life: "model" }), shape);
  return {
    streamed: resumes,
    half,
    spec: mambaLmWeights(config),
    prepare: (device) =>
      Array.from({ length: config.layers }, () => ({
        conv: state(device, shapes.conv),
        scan: state(device, shapes.scan),
      })),
    pass: (ops, weights, states) =>
      mambaLm(ops, weights as MambaLmWeights, config, ids, 1, { states: states as LayerState[], resumes }),
  };
}

/** Models that are timed, by name. */
export const TIMED_MODELS = {
  "vim-tiny 224 × 224": timedVim("vim-tiny", 4350),
  "vim-small 224 × 224": timedVim("vim-small", 13240),
  "mambair-light-x2 64 × 64": timedMambaIR("mambair-light-x2", 64, 15640),
  "mambairv2-light-x2 64 × 64": timedMambaIRv2("mambairv2-light-x2", 64, 13510),
  "vmamba-tiny-s1l8 224 × 224": timedVMamba("vmamba-tiny-s1l8"),
  "mambaout-tiny 224 × 224": timedMambaOut("mambaout-tiny", 224),
  "mamba-130m prompt of 256 tokens": timedLanguage("mamba-130m", 256),
  "mamba-130m one token": timedLanguage("mamba-130m", 1),
  "mamba-130m one token, f16": timedLanguage("mamba-130m", 1, true),
} as const satisfies Record<string, Timed>;

/** Name of a timed model. */
export type TimedModel = keyof typeof TIMED_MODELS;

function randomEntries(spec: Spec, half = false): Map<string, Entry> {
  let state = 1;
  const next = (): number => (state = Math.imul(state, 1103515245) + 12345 & 0x7fffffff) / 0x7fffffff - 0.5;
  const entries = new Map<string, Entry>();
  for (const [name, shape] of specKeys(spec)) {
    const read = () => {
      const bound = name.includes("A_") ? 1 : (shape.at(-1) ?? 1) ** -0.5;
      const values = Float32Array.from({ length: sizeOf(shape) }, () => next() * bound);
      return Promise.resolve(half ? Float32Array.from(new Float16Array(values)) : values);
    };
    entries.set(name, { name, shape, dtype: "F32", bytes: 4 * sizeOf(shape), read, readRaw: () => Promise.reject() });
  }
  return entries;
}

/** Times one model: the median of `runs` after warming up for two seconds at most. */
export async function timeModel(device: Device, name: TimedModel, limits: Limits, runs = 25): Promise<ModelFigure> {
  const { spec, pass, perG, prepare, streamed, half }: Timed = TIMED_MODELS[name];
  const before = device.memory().weights;
  const { weights, dispose } = await bind(spec, { entries: randomEntries(spec, half) }, device);
  const bytes = device.memory().weights - before, prepared = prepare?.(device);
  const forward = function* (ops: Ops): Generator<void, Tensor> {
    return yield* pass(ops, weights, prepared);
  };
  const times: number[] = [];
  const warm = performance.now();
  for (let i = 0; i < 50 && performance.now() - warm < 2000; i++) await runModel(device, forward);
  for (let i = 0; i < runs; i++) {
    const started = performance.now();
    await runModel(device, forward);
    times.push(performance.now() - started);
  }
  const phases = await timePhases(device, forward);
  const plan = planModel(forward);
  dispose();
  times.sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)]!;
  const { multiplyAdds, exps, stateElements } = plan;
  const limit = streamed
    ? bytes / limits.memory / 1e6
    : (2 * multiplyAdds / limits.tile + exps / limits.exp + stateElements / limits.scan) / 1e6;
  const unit = perG === undefined ? undefined : perG / limits.tile;
  return {
    model: name,
    median,
    fastest: times[0]!,
    slowest: times.at(-1)!,
    phases,
    limit,
    share: limit / median,
    ...(unit === undefined ? {} : { unit, unitShare: unit / median }),
    peakRunBytes: plan.peak,
  };
}

/** Milliseconds by kernel; meaningful where a call is done when it returns. */
async function timePhases(
  device: Device,
  forward: (ops: Ops) => Generator<void, Tensor>,
): Promise<Record<string, number>> {
  const phases: Record<string, number> = {};
  const timed: Device = {
    ...device,
    run<K extends KernelName>(kernel: K, operands: Operands<K, Tensor>, params: Params<K>): void {
      const started = performance.now();
      device.run(kernel, operands, params);
      phases[kernel] = (phases[kernel] ?? 0) + performance.now() - started;
    },
  };
  await runModel(timed, forward);
  return phases;
}
