/**
 * Adapters for the time-invariant scans: S4D and H3. The forms of the laws run in double precision on the host, so they
 * must agree with the stored numbers to the one rounding those have; the blocks run on the device.
 *
 * @module
 */
import { convolveByFft } from "../../src/laws/forms/fft.ts";
import { h3Layer, type Linear, shiftKernel } from "../../src/laws/forms/h3.ts";
import {
  type ComplexRule,
  convolveRows,
  type DiagonalSystem,
  discretiseSystem,
  s4dKernel,
  s4dLayer,
  s4dRecurrence,
} from "../../src/laws/forms/s4d.ts";
import type { Adapter, Produced } from "./adapter.ts";
import type { Fixture } from "./fixture.ts";
import { weight } from "./formula.ts";
import { diagonalForms, h3Forms, s4dForms } from "./sequence.ts";

/** Makes the weights of a fixture by their keys. */
function weightsOf(fixture: Fixture): (key: string) => Float32Array {
  const shapes = JSON.parse(fixture.metadata.weights!) as Record<string, number[]>;
  return (key) => weight(key, shapes[key]!, fixture.seed);
}

/** Produced tensors that must agree to one rounding of f32. */
function exact(fixture: Fixture, values: Readonly<Record<string, Float64Array>>, label = ""): Produced[] {
  return Object.entries(values).map(([name, produced]) => {
    const stored = fixture.peek(name).values;
    let largest = 0;
    for (const value of stored) largest = Math.max(largest, Math.abs(value));
    return {
      name,
      values: produced,
      label: name + label,
      within: (wanted) => 2e-7 * Math.max(Math.abs(wanted), largest),
    };
  });
}

const s4dKernelAdapter: Adapter = {
  run: async (fixture, device) => {
    const { H, N_half, L, disc } = fixture.config as { H: number; N_half: number; L: number; disc: ComplexRule };
    const of = weightsOf(fixture), u = fixture.floats("u"), batch = u.shape[0]!;
    const system: DiagonalSystem = {
      channels: H,
      stateSize: N_half,
      logDt: of("log_dt"),
      logRealA: of("inv_A_real"),
      imagA: of("A_imag"),
      B: of("B"),
      C: of("C"),
    };
    const { decay, drive } = discretiseSystem(system, disc), kernel = s4dKernel(system, disc, L);
    const recurrence = s4dRecurrence(system, disc, u.values, batch);
    return [
      ...exact(fixture, { dA: decay, dB: drive, kernel }),
      ...exact(fixture, { y: convolveRows(kernel, u.values, L) }, " (convolution)"),
      ...exact(fixture, { y: convolveRows(kernel, u.values, L, convolveByFft) }, " (by FFT)"),
      ...exact(fixture, { y: recurrence.y, state_end: recurrence.lastState }, " (recurrence)"),
      ...await diagonalForms(fixture, device, {
        channels: H,
        states: N_half,
        rule: disc,
        framed: true,
        keys: { logDt: "log_dt", logRealA: "inv_A_real", imagA: "A_imag", C: "C", B: "B" },
      }),
    ];
  },
};

const s4dAdapter: Adapter = {
  run: async (fixture, device) => {
    const { H, N, L } = fixture.config as { H: number; N: number; L: number };
    const of = weightsOf(fixture), input = fixture.floats("input"), batch = input.shape[0]!;
    const layer = {
      channels: H,
      stateSize: Math.floor(N / 2),
      logDt: of("kernel.log_dt"),
      logRealA: of("kernel.log_A_real"),
      imagA: of("kernel.A_imag"),
      C: of("kernel.C"),
      D: of("D"),
      weight: of("output_linear.0.weight"),
      bias: of("output_linear.0.bias"),
    };
    return [
      ...exact(fixture, { kernel: s4dKernel(layer, "zoh", L) }),
      ...exact(fixture, { output: s4dLayer(layer, input.values, batch) }),
      ...exact(fixture, { output: s4dLayer(layer, input.values, batch, convolveByFft) }, " (by FFT)"),
      ...await s4dForms(fixture, device, H, N),
    ];
  },
};

const h3Adapter: Adapter = {
  run: async (fixture, device) => {
    const config = fixture.config as {
      L: number;
      d_model: number;
      d_state: number;
      disc: ComplexRule;
      head_dim: number;
    };
    const { L, d_model: width, d_state: taps, head_dim: headSize } = config;
    const of = weightsOf(fixture), input = fixture.floats("input"), batch = input.shape[0]!;
    const linear = (name: string): Linear => ({ weight: of(`${name}.weight`), bias: of(`${name}.bias`) });
    const system: DiagonalSystem = {
      channels: width / headSize,
      stateSize: Math.floor(taps / 2),
      logDt: of("kernel.kernel.log_dt"),
      logRealA: of("kernel.kernel.inv_A_real"),
      imagA: of("kernel.kernel.A_imag"),
      B: of("kernel.kernel.B"),
      C: of("kernel.kernel.C"),
    };
    const shift = { taps, B: of("ssm_k_kernel.kernel.B"), C: of("ssm_k_kernel.kernel.C"), D: of("ssm_k_D") };
    const layer = {
      width,
      headSize,
      q: linear("q_proj"),
      k: linear("k_proj"),
      v: linear("v_proj"),
      output: linear("output_linear"),
      shift,
      system,
      D: of("D"),
    };
    return [
      ...exact(fixture, { kernel: s4dKernel(system, config.disc, L), shift_kernel: shiftKernel(shift, width, L) }),
      ...exact(fixture, { output: h3Layer(layer, input.values, batch) }),
      ...exact(fixture, { output: h3Layer(layer, input.values, batch, convolveByFft) }, " (by FFT)"),
      ...await h3Forms(fixture, device, width, { stateSize: taps, headSize }),
    ];
  },
};

/** Adapters by the `model` of a fixture. */
export const LAW_ADAPTERS: Readonly<Record<string, Adapter>> = {
  s4d_kernel: s4dKernelAdapter,
  s4d: s4dAdapter,
  h3: h3Adapter,
};
