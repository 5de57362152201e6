/**
 * MambaIR's block as a plug-in: `VSSBlock` of csguoh/MambaIR with its defaults, over feature maps of any height and
 * width.
 *
 * @module
 */
import { bind, specKeys } from "../../checkpoint/weights.ts";
import type { Device } from "../../device.ts";
import { runModel, type RunOptions } from "../../run/run_model.ts";
import { sizeOf } from "../../tensor.ts";
import type { BlockState, MapShape } from "./block.ts";
import { entryOf, uniform } from "./block_state.ts";
import { vssBlock, vssBlockConfig, type VssBlockOptions, vssBlockWeights } from "./vss_block.ts";

/** How a VSS block is made. */
export interface CreateVssBlockOptions extends VssBlockOptions {
  /** Its weights; initialised as the official module does it unless given. */
  readonly state?: BlockState;
  /** Seed of the initialisation; 0 unless said. */
  readonly seed?: number;
}

/** A VSS block on a device. */
export interface VssBlock {
  /** The block over a feature map, channels last; the result has the shape of the map. */
  overMap(map: Float32Array, shape: MapShape, options?: RunOptions): Promise<Float32Array>;
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
  const config = vssBlockConfig(width, rest), spec = vssBlockWeights(config), shapes = new Map(specKeys(spec));
  const entries = new Map(
    Object.entries(state ?? initialState(shapes, seed)).map((
      [name, values],
    ) => [name, entryOf(name, values, shapes.get(name))]),
  );
  const { weights, dispose } = await device.exclusive(() => bind(spec, { entries }, device));
  return {
    overMap: (map, shape, run) => runModel(device, (ops) => vssBlock(ops, weights, config, ops.input(map, shape)), run),
    close: dispose,
    [Symbol.asyncDispose]() {
      dispose();
      return Promise.resolve();
    },
  };
}

/**
 * Weights as `SS2D.__init__` and `CAB.__init__` make them: A_logs = ln(1…n), Ds = 1, Δ bias so that softplus gives
 * 0.001…0.1, Δ weights uniform in ±r^−½, the rest uniform in ±fan^−½ as in torch; norms 1 and 0, scales 1.
 */
function initialState(shapes: ReadonlyMap<string, readonly number[]>, seed: number): BlockState {
  const next = uniform(seed);
  const around = (bound: number): number => (2 * next() - 1) * bound;
  const value = (name: string, shape: readonly number[], i: number): number => {
    if (name.endsWith("A_logs")) return Math.log(i % shape[1]! + 1);
    if (/Ds$|skip_scale2?$|(ln_[12]|out_norm)\.weight$/.test(name)) return 1;
    if (/(ln_[12]|out_norm)\.bias$/.test(name)) return 0;
    if (name.endsWith("dt_projs_bias")) {
      const delta = Math.max(1e-4, Math.exp(Math.log(0.001) + next() * Math.log(100)));
      return delta + Math.log(-Math.expm1(-delta)); // the inverse of softplus
    }
    if (/x_proj_weight$|dt_projs_weight$/.test(name)) return around(shape[2]! ** -0.5);
    const weight = name.endsWith(".bias") ? shapes.get(name.replace(/bias$/, "weight"))! : shape;
    return around(sizeOf(weight.slice(1)) ** -0.5);
  };
  return Object.fromEntries(
    [...shapes].map(([name, shape]) => [
      name,
      Float32Array.from({ length: sizeOf(shape) }, (_, i) => value(name, shape, i)),
    ]),
  );
}
