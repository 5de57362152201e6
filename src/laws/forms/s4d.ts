/**
 * S4D (Gu et al. 2022): a time-invariant scan with a complex diagonal A. Half of the states are stored, the others are
 * their conjugates, hence 2·Re. Complex tensors are pairs along the last axis. h channels, n stored states, l tokens.
 *
 * @module
 */
import { gelu, sigmoid } from "../../reference/activation.ts";
import { type Complex, expOf, over, plus, scaled, times } from "./complex.ts";
import { type Convolve, convolveDirectly } from "./convolution.ts";
import type { Numbers } from "./scan_inputs.ts";

/** A diagonal system of `channels` independent channels. */
export interface DiagonalSystem {
  readonly channels: number;
  readonly stateSize: number;
  /** log δ [h] */
  readonly logDt: Numbers;
  /** log(−Re A) [h, n] */
  readonly logRealA: Numbers;
  /** Im A [h, n] */
  readonly imagA: Numbers;
  /** [h, n, 2]; ones if absent. */
  readonly B?: Numbers | undefined;
  /** [h, n, 2] */
  readonly C: Numbers;
}

/** How a complex system is discretised; `zoh` here is the true hold. */
export type ComplexRule = "zoh" | "bilinear";

/** Ā and B̄ [h, n, 2] of a system. */
export interface DiscreteSystem {
  readonly decay: Float64Array;
  readonly drive: Float64Array;
}

const pair = (values: Numbers, i: number): Complex => [values[2 * i]!, values[2 * i + 1]!];

/**
 * Discretises a system:
 *
 *     zoh:      Ā = exp(δA),                     B̄ = B·(exp(δA) − 1)/A
 *     bilinear: Ā = (1 + δA/2)/(1 − δA/2),       B̄ = B·δ/(1 − δA/2)
 */
export function discretiseSystem(system: DiagonalSystem, rule: ComplexRule): DiscreteSystem {
  const { channels, stateSize, logDt, logRealA, imagA, B } = system;
  const decay = new Float64Array(2 * channels * stateSize), drive = decay.slice();
  for (let i = 0; i < channels * stateSize; i++) {
    const delta = Math.exp(logDt[Math.floor(i / stateSize)]!);
    const a: Complex = [-Math.exp(logRealA[i]!), imagA[i]!], half = scaled(a, delta / 2);
    const denominator: Complex = [1 - half[0], -half[1]];
    const power = rule === "zoh" ? expOf(scaled(a, delta)) : over([1 + half[0], half[1]], denominator);
    const beta = rule === "zoh" ? over([power[0] - 1, power[1]], a) : over([delta, 0], denominator);
    decay.set(power, 2 * i);
    drive.set(B ? times(pair(B, i), beta) : beta, 2 * i);
  }
  return { decay, drive };
}

/** The convolution kernel K_l = 2·Re Σ_n C_n·B̄_n·Ā_n^l, [h, l]. */
export function s4dKernel(system: DiagonalSystem, rule: ComplexRule, length: number): Float64Array {
  const { channels, stateSize, C } = system, { decay, drive } = discretiseSystem(system, rule);
  const kernel = new Float64Array(channels * length);
  for (let i = 0; i < channels * stateSize; i++) {
    const first = Math.floor(i / stateSize) * length;
    let term = times(pair(C, i), pair(drive, i));
    for (let l = 0; l < length; l++, term = times(term, pair(decay, i))) {
      kernel[first + l] = kernel[first + l]! + 2 * term[0];
    }
  }
  return kernel;
}

/** The recurrence h_t = Ā·h_{t−1} + B̄·u_t, y_t = 2·Re⟨C, h_t⟩ over u [b, h, l]; y like u, last state [b, h, n, 2]. */
export function s4dRecurrence(
  system: DiagonalSystem,
  rule: ComplexRule,
  u: Numbers,
  batch: number,
): { readonly y: Float64Array; readonly lastState: Float64Array } {
  const { channels, stateSize, C } = system, { decay, drive } = discretiseSystem(system, rule);
  const length = u.length / (batch * channels);
  const y = new Float64Array(u.length), lastState = new Float64Array(2 * batch * channels * stateSize);
  for (let row = 0; row < batch * channels; row++) {
    for (let n = 0; n < stateSize; n++) {
      const i = row % channels * stateSize + n;
      let h: Complex = [0, 0];
      for (let t = row * length; t < (row + 1) * length; t++) {
        h = plus(times(pair(decay, i), h), scaled(pair(drive, i), u[t]!));
        y[t] = y[t]! + 2 * times(pair(C, i), h)[0];
      }
      lastState.set(h, 2 * (row * stateSize + n));
    }
  }
  return { y, lastState };
}

/** Every row [b, h, l] of u convolved with the kernel of its channel [h, l]. */
export function convolveRows(
  kernel: Float64Array,
  u: Numbers,
  length: number,
  convolve: Convolve = convolveDirectly,
): Float64Array {
  const y = new Float64Array(u.length), channels = kernel.length / length;
  for (let row = 0; row * length < u.length; row++) {
    const first = row % channels * length;
    const signal = Float64Array.from(u.subarray(row * length, (row + 1) * length));
    y.set(convolve(kernel.subarray(first, first + length), signal), row * length);
  }
  return y;
}

/** Weights of an S4D layer. */
export interface S4dLayer extends DiagonalSystem {
  /** [h] */
  readonly D: Numbers;
  /** 1×1 convolution [2h, h] */
  readonly weight: Numbers;
  /** [2h] */
  readonly bias: Numbers;
}

/**
 * The S4D layer, `S4D.forward` of state-spaces/s4 (models/s4/s4d.py): convolution with the ZOH kernel, D·u, GELU,
 * a 1×1 convolution to 2h channels and a gate, a·sigmoid(b). u and the result are [b, h, l].
 */
export function s4dLayer(
  layer: S4dLayer,
  u: Numbers,
  batch: number,
  convolve: Convolve = convolveDirectly,
): Float64Array {
  const { channels, D, weight, bias } = layer, length = u.length / (batch * channels);
  const convolved = convolveRows(s4dKernel(layer, "zoh", length), u, length, convolve);
  const hidden = convolved.map((value, i) => gelu(value + D[Math.floor(i / length) % channels]! * u[i]!));
  const mixed = (b: number, row: number, t: number): number => {
    let sum = bias[row]!;
    for (let c = 0; c < channels; c++) sum += weight[row * channels + c]! * hidden[(b * channels + c) * length + t]!;
    return sum;
  };
  return Float64Array.from(u, (_, i) => {
    const t = i % length, c = Math.floor(i / length) % channels, b = Math.floor(i / length / channels);
    return mixed(b, c, t) * sigmoid(mixed(b, channels + c, t));
  });
}
