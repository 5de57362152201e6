/**
 * The plain Mamba block as a plug-in: `create_block` of `models_mamba.py` (hustvl/Vim) with its defaults, over token
 * sequences or over feature maps of any height and width.
 *
 * @module
 */
import { bind, specKeys } from "../../checkpoint/weights.ts";
import type { Device } from "../../device.ts";
import { runModel, type RunOptions } from "../../run/run_model.ts";
import { sizeOf } from "../../tensor.ts";
import { entryOf, uniform } from "./block_state.ts";
import { block, blockConfig, blockOverMap, blockWeights, type MixerConfig } from "./mamba.ts";

/** Weights by their names in the official state dict: `norm.weight`, `mixer.in_proj.weight`, … */
export type BlockState = Readonly<Record<string, Float32Array>>;

/** How a block is made. */
export interface BlockOptions {
  /** Its weights; initialised as the official module does it unless given. */
  readonly state?: BlockState;
  /** Seed of the initialisation; 0 unless said. */
  readonly seed?: number;
  /** RMSNorm instead of LayerNorm. */
  readonly rmsNorm?: boolean;
  /** Added to the variance; 1e-5 unless said. */
  readonly epsilon?: number;
  /** Shape of the mixer where it is not the default. */
  readonly mixer?: Partial<MixerConfig>;
}

/** Sizes of a feature map [batch, height, width, channels], channels last. */
export type MapShape = readonly [batch: number, height: number, width: number, channels: number];

/** Sizes of token sequences [batch, length, channels]. */
export type SequenceShape = readonly [batch: number, length: number, channels: number];

/** A block on a device. */
export interface Block {
  /**
   * mixer(norm(x)) over the pixels of a feature map, row by row, as the published demo plugs it in; `residual` adds x.
   * The result has the shape of the map.
   */
  overMap(
    map: Float32Array,
    shape: MapShape,
    options?: RunOptions & { readonly residual?: boolean },
  ): Promise<Float32Array>;
  /** The official forward: residual + hidden becomes the residual, mixer(norm(residual)) the hidden state. */
  forward(
    hidden: Float32Array,
    shape: SequenceShape,
    options?: RunOptions & { readonly residual?: Float32Array },
  ): Promise<{ readonly hidden: Float32Array; readonly residual: Float32Array }>;
  /** Frees the device memory. */
  close(): void;
  /** Same as {@linkcode Block.close}. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Makes a block of `width` channels.
 *
 * @throws {TypeError} When `state` lacks a weight, has one of another size or one too many.
 *
 * @example
 * ```ts
 * import { createBlock, openDevice } from "@sidewinder/sidewinder";
 *
 * await using device = await openDevice();
 * await using block = await createBlock(device, 16);
 * const map = new Float32Array(10 * 64 * 128 * 16).fill(0.5); // [batch, height, width, channels]
 * const out = await block.overMap(map, [10, 64, 128, 16]);
 * console.log(out.length === map.length); // true
 * ```
 */
export async function createBlock(device: Device, width: number, options: BlockOptions = {}): Promise<Block> {
  const config = blockConfig(width, {
    mixer: { layerScale: false, ...options.mixer },
    ...(options.rmsNorm === undefined ? {} : { rmsNorm: options.rmsNorm }),
    ...(options.epsilon === undefined ? {} : { epsilon: options.epsilon }),
  });
  const spec = blockWeights(config);
  const shapes = new Map(specKeys(spec));
  const state = options.state ?? initialState(shapes, options.seed ?? 0);
  const entries = new Map(Object.entries(state).map(([name, data]) => [name, entryOf(name, data, shapes.get(name))]));
  const { weights, dispose } = await device.exclusive(() => bind(spec, { entries }, device));
  const made: Block = {
    overMap(map, shape, { residual = false, ...run } = {}) {
      return runModel(device, function* (ops) {
        const out = blockOverMap(ops, weights, config, ops.input(map, shape), { residual });
        yield;
        return out;
      }, run);
    },
    async forward(hidden, shape, { residual, ...run } = {}) {
      let sum: Promise<Float32Array> | undefined;
      const mixed = await runModel(device, function* (ops, tap) {
        const result = block(
          ops,
          weights,
          config,
          ops.input(hidden, shape),
          residual && ops.input(residual, shape),
        );
        tap?.("residual", result.residual);
        yield;
        return result.hidden;
      }, { ...run, tap: (_, tensor) => void (sum = device.read(tensor)) });
      return { hidden: mixed, residual: await sum! };
    },
    close: dispose,
    [Symbol.asyncDispose]() {
      dispose();
      return Promise.resolve();
    },
  };
  return made;
}

/**
 * Weights as `Mamba.__init__` makes them: A_log = ln(1…n), D = 1, Δ bias so that softplus gives 0.001…0.1, Δ weight
 * uniform in ±r^−½, the rest uniform in ±fan^−½ as in torch; norms 1 and 0.
 */
function initialState(shapes: ReadonlyMap<string, readonly number[]>, seed: number): BlockState {
  const next = uniform(seed);
  const around = (bound: number): number => (2 * next() - 1) * bound;
  const value = (name: string, shape: readonly number[], i: number): number => {
    if (/A(_b)?_log$/.test(name)) return Math.log(i % shape[1]! + 1);
    if (/\.D(_b)?$/.test(name) || name === "norm.weight") return 1;
    if (name === "norm.bias") return 0;
    if (/dt_proj(_b)?\.bias$/.test(name)) {
      const delta = Math.max(1e-4, Math.exp(Math.log(0.001) + next() * Math.log(100)));
      return delta + Math.log(-Math.expm1(-delta)); // the inverse of softplus
    }
    if (/conv1d(_b)?\.bias$/.test(name)) return around(shapes.get(name.replace("bias", "weight"))![2]! ** -0.5);
    return around(sizeOf(shape.slice(1)) ** -0.5);
  };
  return Object.fromEntries(
    [...shapes].map((
      [name, shape],
    ) => [name, Float32Array.from({ length: sizeOf(shape) }, (_, i) => value(name, shape, i))]),
  );
}
