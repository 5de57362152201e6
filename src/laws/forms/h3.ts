/**
 * H3 (Fu et al. 2023): two time-invariant scans between gates. b batch, l tokens, d width, hd head size, h = d/hd heads.
 *
 * @module
 */
import { type Convolve, convolveDirectly } from "./convolution.ts";
import { convolveRows, type DiagonalSystem, s4dKernel } from "./s4d.ts";
import type { Numbers } from "./scan_inputs.ts";

/** A linear layer: weight [d, d], bias [d]. */
export interface Linear {
  readonly weight: Numbers;
  readonly bias: Numbers;
}

/** Weights of an H3 layer. */
export interface H3Layer {
  readonly width: number;
  readonly headSize: number;
  readonly q: Linear;
  readonly k: Linear;
  readonly v: Linear;
  readonly output: Linear;
  /** The shift system: B and C [d, taps], D [d]. */
  readonly shift: { readonly taps: number; readonly B: Numbers; readonly C: Numbers; readonly D: Numbers };
  /** The diagonal system of the heads, with its D [h]. */
  readonly system: DiagonalSystem;
  readonly D: Numbers;
}

/** The kernel of a shift system, k_j = Σ_i B_i·C_{i+j} for j < taps, 0 beyond; [d, l]. */
export function shiftKernel({ taps, B, C }: H3Layer["shift"], width: number, length: number): Float64Array {
  const kernel = new Float64Array(width * length);
  for (let c = 0; c < width; c++) {
    for (let j = 0; j < Math.min(taps, length); j++) {
      for (let i = 0; i + j < taps; i++) {
        kernel[c * length + j] = kernel[c * length + j]! + B[c * taps + i]! * C[c * taps + i + j]!;
      }
    }
  }
  return kernel;
}

/** x [b, l, d] through a linear layer, to [b, d, l]. */
function project(x: Numbers, { weight, bias }: Linear, width: number, length: number): Float64Array {
  const out = new Float64Array(x.length);
  for (let row = 0; row * width < x.length; row++) {
    const b = Math.floor(row / length), t = row % length;
    for (let o = 0; o < width; o++) {
      let sum = bias[o]!;
      for (let i = 0; i < width; i++) sum += weight[o * width + i]! * x[row * width + i]!;
      out[(b * width + o) * length + t] = sum;
    }
  }
  return out;
}

/**
 * The H3 layer, `H3.forward` of HazyResearch/H3 (src/models/ssm/h3.py), input and result [b, l, d]:
 *
 *     q, k, v = Linear(x)
 *     k′ = shift(k) + D_k·k
 *     kv[d₁, d₂] = k′[d₁]·v[d₂]                        per head
 *     s = S4D(kv) + D·kv                               bilinear, one kernel per head
 *     out = Linear(Σ_{d₁} q[d₁]·s[d₁, d₂])
 *
 * Channels go in as (head, d₁) and, a quirk of the official code that weights rely on, come out as (d₂, head).
 */
export function h3Layer(
  layer: H3Layer,
  x: Numbers,
  batch: number,
  convolve: Convolve = convolveDirectly,
): Float64Array {
  const { width, headSize, shift, system, D } = layer, heads = width / headSize, length = x.length / (batch * width);
  const [q, k, v] = [layer.q, layer.k, layer.v].map((linear) => project(x, linear, width, length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const shifted = convolveRows(shiftKernel(shift, width, length), k, length, convolve)
    .map((value, i) => value + shift.D[Math.floor(i / length) % width]! * k[i]!);
  const kernel = s4dKernel(system, "bilinear", length);
  const gated = new Float64Array(x.length);
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      for (let d1 = 0; d1 < headSize; d1++) {
        for (let d2 = 0; d2 < headSize; d2++) {
          const left = (b * width + h * headSize + d1) * length, right = (b * width + h * headSize + d2) * length;
          const kv = Float64Array.from({ length }, (_, t) => shifted[left + t]! * v[right + t]!);
          const s = convolve(kernel.subarray(h * length, (h + 1) * length), kv);
          for (let t = 0; t < length; t++) {
            const at = (b * length + t) * width + d2 * heads + h;
            gated[at] = gated[at]! + q[left + t]! * (s[t]! + D[h]! * kv[t]!);
          }
        }
      }
    }
  }
  const out = project(gated, layer.output, width, length);
  return Float64Array.from(x, (_, i) => {
    const c = i % width, t = Math.floor(i / width) % length, b = Math.floor(i / width / length);
    return out[(b * width + c) * length + t]!;
  });
}
