/**
 * Gradients of a scan by its adjoint recurrence, walked backwards, in double precision.
 *
 * @module
 */
import { sigmoid, silu } from "../../reference/activation.ts";
import { plainInputs } from "./plain.ts";
import { deltaAt, finish } from "./recurrence.ts";
import { type ScanInputs, shapeOf, type TensorName, TENSORS, walkOf } from "./scan_inputs.ts";

/** A gradient, and the sum of the absolute values of all that was added up for it. */
export interface Gradient {
  /** ∂L, in the shape of the input. */
  readonly values: Float64Array;
  /** Σ of absolute values: roundoff is relative to that. */
  readonly around: Float64Array;
}

/** Gradients by the input that they are of. */
export type Gradients = Partial<Record<TensorName, Gradient>>;

/**
 * The gradients of L = Σ upstream·y by all inputs, for Mamba's discretisation. With g the adjoint of the state,
 *
 *     ȳ = upstream·silu(z),   g_t = C_t·ȳ_t + Ā_{t+1}·g_{t+1}
 *     ∂u = D·ȳ + δ⟨B, g⟩,  ∂δ = ⟨A Ā h₋, g⟩ + u⟨B, g⟩,  ∂A = δ Ā h₋ g,  ∂B = δ u g,  ∂C = ȳ h
 */
export function gradientsOf(given: ScanInputs): Gradients {
  const inputs = plainInputs(given), { batch, channels, groups, stateSize, length, u, A, B, C, D, z } = inputs;
  const upstream = inputs.upstream ?? new Float64Array(u.length);
  const grads: Gradients = {};
  for (const name of TENSORS) {
    const count = shapeOf(name, inputs).reduce((a, b) => a * b, 1);
    if (inputs[name]) grads[name] = { values: new Float64Array(count), around: new Float64Array(count) };
  }
  const add = (name: TensorName, at: number, value: number, around = Math.abs(value)) => {
    const grad = grads[name];
    if (!grad) return;
    grad.values[at] = grad.values[at]! + value;
    grad.around[at] = grad.around[at]! + around;
  };
  const walk = walkOf(inputs);
  for (let row = 0; row < batch * channels; row++) {
    const b = Math.floor(row / channels), e = row % channels, group = Math.floor(e * groups / channels);
    const index = (n: number, token: number) => ((b * groups + group) * stateSize + n) * length + token;
    const states = [
      Float64Array.from({ length: stateSize }, (_, n) => inputs.initialState?.[row * stateSize + n] ?? 0),
    ];
    walk.forEach((token, t) => {
      const delta = deltaAt(inputs, b, e, token);
      states.push(
        states[t]!.map((h, n) =>
          Math.exp(delta * A[e * stateSize + n]!) * h + delta * B[index(n, token)]! * u[row * length + token]!
        ),
      );
    });
    const g = new Float64Array(stateSize), gAround = g.slice();
    for (let t = length - 1; t >= 0; t--) {
      const token = walk[t]!, at = row * length + token, h = states[t + 1]!, before = states[t]!;
      const delta = deltaAt(inputs, b, e, token), gate = z ? silu(z[at]!) : 1, bar = upstream[at]! * gate;
      if (z) {
        const open = sigmoid(z[at]!), read = h.reduce((sum, value, n) => sum + value * C[index(n, token)]!, 0);
        const slope = open * (1 + z[at]! * (1 - open));
        const size = h.reduce((sum, v, n) => sum + Math.abs(v * C[index(n, token)]!), Math.abs((D?.[e] ?? 0) * u[at]!));
        const ungated = finish({ ...inputs, z: undefined }, b, e, token, read);
        add("z", at, upstream[at]! * slope * ungated, Math.abs(upstream[at]! * size));
      }
      add("u", at, (D?.[e] ?? 0) * bar);
      add("D", e, u[at]! * bar);
      let step = 0, stepAround = 0;
      for (let n = 0; n < stateSize; n++) {
        const a = A[e * stateSize + n]!, i = index(n, token), decay = Math.exp(delta * a);
        g[n] = g[n]! + C[i]! * bar;
        gAround[n] = gAround[n]! + Math.abs(C[i]! * bar);
        add("C", i, bar * h[n]!);
        add("B", i, delta * u[at]! * g[n]!, Math.abs(delta * u[at]!) * gAround[n]!);
        add("u", at, delta * B[i]! * g[n]!, Math.abs(delta * B[i]!) * gAround[n]!);
        add(
          "A",
          e * stateSize + n,
          delta * decay * before[n]! * g[n]!,
          Math.abs(delta * decay * before[n]!) * gAround[n]!,
        );
        step += (a * decay * before[n]! + u[at]! * B[i]!) * g[n]!;
        stepAround += (Math.abs(a * decay * before[n]!) + Math.abs(u[at]! * B[i]!)) * gAround[n]!;
        g[n] = g[n]! * decay;
        gAround[n] = gAround[n]! * decay;
      }
      const x = inputs.dt[at]! + (inputs.dtBias?.[e] ?? 0), slope = inputs.softplus && x <= 20 ? sigmoid(x) : 1;
      add("dt", at, step * slope, stepAround * slope);
      add("dtBias", e, step * slope, stepAround * slope);
    }
    for (let n = 0; n < stateSize; n++) add("initialState", row * stateSize + n, g[n]!, gAround[n]!);
  }
  return grads;
}
