/**
 * The plain Mamba block as a plug-in: `create_block` of `models_mamba.py` (hustvl/Vim) with its defaults, over token
 * sequences or over feature maps of any height and width.
 *
 * @module
 */
import { bind } from "../../checkpoint/weights.ts";
import type { Device } from "../../device.ts";
import { runModel, type RunOptions } from "../../run/run_model.ts";
import { givenWeights, initialWeights } from "./block_state.ts";
import { block, blockConfig, blockOverMap, blockWeights, type MixerConfig } from "./mamba.ts";

/** Weights by their names in the official state dict: `norm.weight`, `mixer.in_proj.weight`, … */
export type BlockState = Readonly<Record<string, Float32Array>>;

/** How a block is made. */
export interface BlockOptions {
  /** Its weights; initialised as the official module does it unless given. */
  readonly state?: BlockState;
  /** Seed of the initialisation; 0 by default. */
  readonly seed?: number;
  /** RMSNorm instead of LayerNorm. */
  readonly rmsNorm?: boolean;
  /** Added to the variance; 1e-5 by default. */
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
    options?: Omit<RunOptions, "tap"> & { readonly residual?: boolean },
  ): Promise<Float32Array>;
  /** The official forward: residual + hidden becomes the residual, mixer(norm(residual)) the hidden state. */
  forward(
    hidden: Float32Array,
    shape: SequenceShape,
    options?: Omit<RunOptions, "tap"> & { readonly residual?: Float32Array },
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
  const { state, seed = 0 } = options;
  const given = state ? givenWeights(spec, state) : initialWeights(spec, { seed });
  const { weights, dispose } = await device.exclusive(() => bind(spec, given, device));
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
