/**
 * The layouts in which the WASM kernels want their weights: channels side by side, so that four lanes are four channels,
 * padded with zeros where a vector would reach past the end.
 *
 * @module
 */
import type { WriteOptions } from "../device.ts";
import { packHalves } from "../device/half_weights.ts";
import { type Layouts, packInto } from "../device/pack_weights.ts";

/** Outputs in a panel of a `linear` or `conv2d` weight; `COLUMNS` of `rust-kernels/src/gemm.rs`. */
const PANEL = 8;

/** Panels `[⌈outer / 8⌉][taps · inner][8]` of a weight `[outer, inner, taps]`: the inputs of one tap lie together. */
function packPanels(data: Float32Array, outer: number, inner: number, taps: number): Float32Array {
  const depth = inner * taps;
  const packed = new Float32Array(Math.ceil(outer / PANEL) * PANEL * depth);
  for (let o = 0; o < outer; o++) {
    const panel = (o - o % PANEL) * depth + o % PANEL;
    for (let i = 0; i < inner; i++) {
      for (let tap = 0; tap < taps; tap++) {
        packed[panel + (tap * inner + i) * PANEL] = data[(o * inner + i) * taps + tap]!;
      }
    }
  }
  return packed;
}

/** `[directions][A·log₂e… | D | Δ bias | Δ weight…][channels, padded to 4]`: the scan computes 2^(δ·A·log₂e). */
function packScan(data: Float32Array, shape: readonly number[], stateSize: number): Float32Array {
  const [directions = 0, channels = 0, width = 0] = shape;
  const padded = Math.ceil(channels / 4) * 4;
  const packed = new Float32Array(directions * width * padded);
  for (let k = 0; k < directions; k++) {
    for (let e = 0; e < channels; e++) {
      for (let i = 0; i < width; i++) {
        const value = data[(k * channels + e) * width + i]!;
        packed[(k * width + i) * padded + e] = i < stateSize ? value * Math.LOG2E : value;
      }
    }
  }
  return packed;
}

/** The layouts of the WASM kernels. */
const LAYOUTS: Layouts = { outputs: PANEL, product: packPanels, scan: packScan };

/** Packs a weight for the kernel that its role names; see {@linkcode packInto}. */
export const packWeight = (data: Float32Array, options: WriteOptions): Float32Array => packInto(LAYOUTS, data, options);

/** Inputs of the widest product whose weight may stay in 16 bits: eight outputs of it are widened in scratch, beside normed rows. */
const WIDEST_HALF = 15_200;

/** The words of a packed weight that is kept in 16 bits: one product, not too wide, of numbers of 16 bits. */
export function halvesOf(packed: Float32Array, { compact, shape = [] }: WriteOptions): Uint32Array | undefined {
  return compact && shape.length === 2 && shape[1]! <= WIDEST_HALF ? packHalves(packed) : undefined;
}
