/**
 * Whole models, one thread: classifiers at 224 × 224, super-resolution ×2 at 64 × 64, a language model over a prompt of 256
 * tokens and over one token after it. The weights are random, which costs the same.
 *
 * @module
 */
import type { Checkpoint } from "../src/checkpoint/checkpoint.ts";
import type { Spec } from "../src/checkpoint/weights.ts";
import type { Device } from "../src/device.ts";
import type { KernelName, Operands, Params } from "../src/kernels.ts";
import type { Configured } from "../src/models/family.ts";
import { stateShapes } from "../src/models/mamba_lm/cache.ts";
import { family as mamba } from "../src/models/mamba_lm/family.ts";
import { MAMBA_LM_VARIANTS, type MambaLmVariant } from "../src/models/mamba_lm/options.ts";
import { family as mambair } from "../src/models/mambair/family.ts";
import { MAMBAIR_VARIANTS } from "../src/models/mambair/options.ts";
import { family as mambairv2 } from "../src/models/mambairv2/family.ts";
import { MAMBAIRV2_VARIANTS } from "../src/models/mambairv2/options.ts";
import { family as mambaout } from "../src/models/mambaout/family.ts";
import { MAMBAOUT_VARIANTS } from "../src/models/mambaout/options.ts";
import { family as vim } from "../src/models/vim/family.ts";
import { VIM_VARIANTS } from "../src/models/vim/options.ts";
import type { LayerState } from "../src/models/takes.ts";
import { family as vmamba } from "../src/models/vmamba/family.ts";
import { VMAMBA_VARIANTS } from "../src/models/vmamba/options.ts";
import type { Ops } from "../src/ops/ops.ts";
import { planModel, runModel } from "../src/run/run_model.ts";
import { sizeOf, type Tensor, tensorOf } from "../src/tensor.ts";
import type { Gauge, Limits } from "./limits.ts";
import { medianOf } from "./median.ts";
import { randomEntries } from "./random.ts";

/** What a model took, in milliseconds, beside what this machine could do. */
export interface ModelFigure {
  readonly model: TimedModel;
  readonly median: number;
  readonly fastest: number;
  readonly slowest: number;
  /** Milliseconds by kernel, of one run. */
  readonly phases: Readonly<Record<string, number>>;
  /**
   * Counted multiply-adds, exponentials and state elements at the limits found right before and after each run, the median; of a
   * step, reading its weights.
   */
  readonly limit: number;
  /** Limit over time of each run, the median. */
  readonly share: number;
  /** The same in the shared unit: a constant of the model over G. */
  readonly unitShare?: number;
  readonly peakRunBytes: number;
}

/** How a timed model is loaded, and how it is judged. */
interface Timed {
  /** Constant of the shared unit: limit in ms = this / G, G in GFLOP/s of the ordered tile. */
  readonly perG?: number;
  /** What bounds it is reading its weights once. */
  readonly streamed?: boolean;
  /** Its weights are numbers of 16 bits. */
  readonly half?: boolean;
  readonly spec: Spec;
  readonly load: (device: Device, checkpoint: Pick<Checkpoint, "entries">) => Promise<Loaded>;
}

/** A timed model on a device. */
interface Loaded {
  readonly pass: (ops: Ops) => Generator<void, Tensor>;
  dispose(): void;
}

function timedImage(model: Configured<"classify"> | Configured<"restore">, side: number, perG?: number): Timed {
  const pixels = new Float32Array(side * side * 3).map((_, i) => Math.sin(i));
  return {
    ...(perG === undefined ? {} : { perG }),
    spec: model.spec,
    async load(device, checkpoint) {
      const { forward, dispose } = await model.bind(checkpoint, device);
      return { pass: (ops) => forward(ops, ops.input(pixels, [1, side, side, 3])), dispose };
    },
  };
}

/** A prompt of so many tokens; one is a step after others, for which the weights are read once. */
function timedLanguage(variant: MambaLmVariant, tokens: number, half = false): Timed {
  const model = mamba.configure(MAMBA_LM_VARIANTS[variant]), { config } = model, shapes = stateShapes(config, 1);
  const ids = Uint32Array.from({ length: tokens }, (_, i) => i * 7919 % config.vocabulary), resumes = tokens === 1;
  const stateOf = (device: Device, shape: readonly number[]): Tensor =>
    tensorOf(device.write(new Float32Array(sizeOf(shape)), { life: "model" }), shape);
  return {
    streamed: resumes,
    half,
    spec: model.spec,
    async load(device, checkpoint) {
      const { forward, dispose } = await model.bind(checkpoint, device, { compact: half });
      // Made by the first pass: what is loaded until then are the weights.
      let made: LayerState[] | undefined;
      const states = () =>
        made ??= Array.from({ length: config.layers }, () => ({
          conv: stateOf(device, shapes.conv),
          scan: stateOf(device, shapes.scan),
        }));
      return { pass: (ops) => forward(ops, { ids, batch: 1, pass: { states: states(), resumes } }), dispose };
    },
  };
}

/** Models that are timed, by name. */
export const TIMED_MODELS = {
  "vim-tiny 224 × 224": timedImage(vim.configure(VIM_VARIANTS["vim-tiny"]), 224, 4350),
  "vim-small 224 × 224": timedImage(vim.configure(VIM_VARIANTS["vim-small"]), 224, 13240),
  "mambair-light-x2 64 × 64": timedImage(mambair.configure(MAMBAIR_VARIANTS["mambair-light-x2"]), 64, 15640),
  "mambairv2-light-x2 64 × 64": timedImage(mambairv2.configure(MAMBAIRV2_VARIANTS["mambairv2-light-x2"]), 64, 13510),
  "vmamba-tiny-s1l8 224 × 224": timedImage(vmamba.configure(VMAMBA_VARIANTS["vmamba-tiny-s1l8"]), 224),
  "mambaout-tiny 224 × 224": timedImage(mambaout.configure(MAMBAOUT_VARIANTS["mambaout-tiny"]), 224),
  "mamba-130m prompt of 256 tokens": timedLanguage("mamba-130m", 256),
  "mamba-130m one token": timedLanguage("mamba-130m", 1),
  "mamba-130m one token, f16": timedLanguage("mamba-130m", 1, true),
} as const satisfies Record<string, Timed>;

/** Name of a timed model. */
export type TimedModel = keyof typeof TIMED_MODELS;

/** Times one model between looks at the limits: the median of `runs` after warming up for two seconds at most. */
export async function timeModel(device: Device, name: TimedModel, gauge: Gauge, runs = 25): Promise<ModelFigure> {
  const { spec, load, perG, streamed, half }: Timed = TIMED_MODELS[name];
  const before = device.memory().weights;
  const { pass: forward, dispose } = await load(device, { entries: randomEntries(spec, half) });
  const bytes = device.memory().weights - before;
  const plan = planModel(forward), { multiplyAdds, exps, stateElements } = plan, like = { model: forward, key: "" };
  const limitOf = ({ memory, tile, exp, scan }: Limits): number =>
    streamed ? bytes / memory / 1e6 : (2 * multiplyAdds / tile + exps / exp + stateElements / scan) / 1e6;
  const warm = performance.now();
  for (let i = 0; i < 50 && performance.now() - warm < 2000; i++) await runModel(device, forward, { like });
  const times: number[] = [], limits: number[] = [], units: number[] = [];
  for (let i = 0, then = gauge.now(streamed); i < runs; i++) {
    const started = performance.now();
    await runModel(device, forward, { like });
    times.push(performance.now() - started);
    const now = gauge.now(streamed);
    limits.push((limitOf(then) + limitOf(now)) / 2);
    units.push((1 / then.tile + 1 / now.tile) / 2);
    then = now;
  }
  const phases = await timePhases(device, forward);
  dispose();
  const shareOf = (limits: readonly number[]): number => medianOf(limits.map((limit, i) => limit / times[i]!));
  return {
    model: name,
    median: medianOf(times),
    fastest: Math.min(...times),
    slowest: Math.max(...times),
    phases,
    limit: medianOf(limits),
    share: shareOf(limits),
    ...(perG === undefined ? {} : { unitShare: shareOf(units.map((unit) => perG * unit)) }),
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
  await runModel(timed, forward, { like: { model: forward, key: "" } });
  return phases;
}
