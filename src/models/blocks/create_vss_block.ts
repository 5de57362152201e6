/**
 * MambaIR's block as a plug-in: `VSSBlock` of csguoh/MambaIR with its defaults, over feature maps of any height and
 * width.
 *
 * @module
 */
import { bind } from "../../checkpoint/weights.ts";
import type { Device } from "../../device.ts";
import { runModel, type RunOptions } from "../../run/run_model.ts";
import type { BlockState, MapShape } from "./block.ts";
import { givenWeights, initialWeights } from "./block_state.ts";
import { vssBlock, vssBlockConfig, type VssBlockOptions, vssBlockWeights } from "./vss_block.ts";

/** How a VSS block is made. */
export interface CreateVssBlockOptions extends VssBlockOptions {
  /** Its weights; initialised as the official module does it unless given. */
  readonly state?: BlockState;
  /** Seed of the initialisation; 0 by default. */
  readonly seed?: number;
}

/** A VSS block on a device. */
export interface VssBlock {
  /** The block over a feature map, channels last; the result has the shape of the map. */
  overMap(map: Float32Array, shape: MapShape, options?: Omit<RunOptions, "tap">): Promise<Float32Array>;
  /** Frees the device memory. */
  close(): void;
  /** Same as {@linkcode VssBlock.close}. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Makes a VSS block of `width` channels.
 *
 * @throws {RangeError} When the width is below 30: the channel attention would have no hidden unit.
 * @throws {TypeError} When `state` lacks a weight, has one of another size or one too many.
 *
 * @example
 * ```ts
 * import { createVssBlock, openDevice } from "@sidewinder/sidewinder";
 *
 * await using device = await openDevice();
 * await using block = await createVssBlock(device, 64);
 * const map = new Float32Array(16 * 16 * 64).fill(0.5); // [batch, height, width, channels]
 * const out = await block.overMap(map, [1, 16, 16, 64]);
 * console.log(out.length === map.length); // true
 * ```
 */
export async function createVssBlock(
  device: Device,
  width: number,
  options: CreateVssBlockOptions = {},
): Promise<VssBlock> {
  const { state, seed = 0, ...rest } = options;
  const config = vssBlockConfig(width, rest), spec = vssBlockWeights(config);
  const given = state ? givenWeights(spec, state) : initialWeights(spec, { seed });
  const { weights, dispose } = await device.exclusive(() => bind(spec, given, device));
  return {
    overMap: (map, shape, run) => runModel(device, (ops) => vssBlock(ops, weights, config, ops.input(map, shape)), run),
    close: dispose,
    [Symbol.asyncDispose]() {
      dispose();
      return Promise.resolve();
    },
  };
}
