/**
 * Whole models on one image, one thread: Vim-Ti/16 and Vim-S/16 at 224 × 224, MambaIR-light ×2 and MambaIRv2-light ×2 at 64 × 64.
 * The weights are random, which costs the same.
 *
 * @module
 */
import type { Entry } from "../src/checkpoint/checkpoint.ts";
import { bind, type Spec, specKeys } from "../src/checkpoint/weights.ts";
import type { Device } from "../src/device.ts";
import type { KernelName, Operands, Params } from "../src/kernels.ts";
import { mambair, type MambaIRWeights, mambairWeights } from "../src/models/mambair/forward.ts";
import { MAMBAIR_VARIANTS, mambairConfig, type MambaIRVariant } from "../src/models/mambair/options.ts";
import { mambairv2, type MambaIRv2Weights, mambairv2Weights } from "../src/models/mambairv2/forward.ts";
import { MAMBAIRV2_VARIANTS, mambairv2Config, type MambaIRv2Variant } from "../src/models/mambairv2/options.ts";
import { vim, type VimWeights, vimWeights } from "../src/models/vim/forward.ts";
import { VIM_VARIANTS, vimConfig, type VimVariant } from "../src/models/vim/options.ts";
import type { Ops } from "../src/ops/ops.ts";
import { planModel, runModel } from "../src/run/run_model.ts";
import { sizeOf, type Tensor } from "../src/tensor.ts";
import type { Limits } from "./limits.ts";

/** What a model took, in milliseconds, beside what this machine could do. */
export interface ModelFigure {
  readonly model: TimedModel;
  readonly median: number;
  readonly fastest: number;
  readonly slowest: number;
  /** Milliseconds by kernel, of one run. */
  readonly phases: Readonly<Record<string, number>>;
  /** Counted multiply-adds, exponentials and state elements at the limits of this run. */
  readonly limit: number;
  /** `limit / median`. */
  readonly share: number;
  /** The limit in the shared unit: a constant of the model over G. */
  readonly unit: number;
  /** `unit / median`. */
  readonly unitShare: number;
  readonly peakRunBytes: number;
}

/** How the weights and the pass of a timed model are made. */
interface Timed {
  /** Constant of the shared unit: limit in ms = this / G, G in GFLOP/s of the ordered tile. */
  readonly perG: number;
  readonly side: number;
  readonly spec: Spec;
  readonly forward: (ops: Ops, weights: unknown, image: Tensor) => Generator<void, Tensor>;
}

function timedVim(variant: VimVariant, perG: number): Timed {
  const config = vimConfig(VIM_VARIANTS[variant]);
  return {
    perG,
    side: config.imageSize[0],
    spec: vimWeights(config),
    forward: (ops, weights, image) => vim(ops, weights as VimWeights, config, image),
  };
}

function timedMambaIR(variant: MambaIRVariant, side: number, perG: number): Timed {
  const config = mambairConfig(MAMBAIR_VARIANTS[variant]);
  return {
    perG,
    side,
    spec: mambairWeights(config),
    forward: (ops, weights, image) => mambair(ops, weights as MambaIRWeights, config, image),
  };
}

function timedMambaIRv2(variant: MambaIRv2Variant, side: number, perG: number): Timed {
  const config = mambairv2Config(MAMBAIRV2_VARIANTS[variant]);
  return {
    perG,
    side,
    spec: mambairv2Weights(config),
    forward: (ops, weights, image) => mambairv2(ops, weights as MambaIRv2Weights, config, image),
  };
}

/** Models that are timed, by name. */
export const TIMED_MODELS = {
  "vim-tiny 224 × 224": timedVim("vim-tiny", 4350),
  "vim-small 224 × 224": timedVim("vim-small", 13240),
  "mambair-light-x2 64 × 64": timedMambaIR("mambair-light-x2", 64, 15640),
  "mambairv2-light-x2 64 × 64": timedMambaIRv2("mambairv2-light-x2", 64, 13510),
} as const satisfies Record<string, Timed>;

/** Name of a timed model. */
export type TimedModel = keyof typeof TIMED_MODELS;

function randomEntries(spec: Spec): Map<string, Entry> {
  let state = 1;
  const next = (): number => (state = Math.imul(state, 1103515245) + 12345 & 0x7fffffff) / 0x7fffffff - 0.5;
  const entries = new Map<string, Entry>();
  for (const [name, shape] of specKeys(spec)) {
    const read = () => {
      const bound = name.includes("A_") ? 1 : (shape.at(-1) ?? 1) ** -0.5;
      return Promise.resolve(Float32Array.from({ length: sizeOf(shape) }, () => next() * bound));
    };
    entries.set(name, { name, shape, dtype: "F32", bytes: 4 * sizeOf(shape), read, readRaw: () => Promise.reject() });
  }
  return entries;
}

/** Times one model: the median of `runs` after warming up for two seconds at most. */
export async function timeModel(device: Device, name: TimedModel, limits: Limits, runs = 25): Promise<ModelFigure> {
  const { spec, side, forward: pass, perG }: Timed = TIMED_MODELS[name];
  const { weights, dispose } = await bind(spec, { entries: randomEntries(spec) }, device);
  const image = new Float32Array(side * side * 3).map((_, i) => Math.sin(i));
  const forward = function* (ops: Ops): Generator<void, Tensor> {
    return yield* pass(ops, weights, ops.input(image, [1, side, side, 3]));
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
  const limit = (2 * plan.multiplyAdds / limits.tile + plan.exps / limits.exp + plan.stateElements / limits.scan) / 1e6;
  return {
    model: name,
    median,
    fastest: times[0]!,
    slowest: times.at(-1)!,
    phases,
    limit,
    share: limit / median,
    unit: perG / limits.tile,
    unitShare: perG / limits.tile / median,
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
