/**
 * Adapters for single operators.
 *
 * @module
 */
import { sizeOf, tensorOf } from "../../src/tensor.ts";
import { type Adapter, onDevice, swapAxes } from "./adapter.ts";

const norm = onDevice((fixture, ops, read) => {
  const { op, eps, residual } = fixture.config as { op: string; eps: number; residual: boolean };
  const x = fixture.floats("x"), weight = fixture.floats("weight");
  const bias = fixture.has("bias") ? fixture.floats("bias") : undefined;
  const carried = residual ? fixture.floats("residual").values : new Float32Array(x.values.length);
  const apply = (sum: boolean) => {
    const stream = sum ? ops.input(carried, x.shape) : undefined;
    const options = { epsilon: eps, residual: stream };
    const input = ops.input(x.values, x.shape), factor = ops.input(weight.values, weight.shape);
    const y = op === "rms_norm"
      ? ops.rmsNorm(input, factor, options)
      : ops.layerNorm(input, factor, { ...options, bias: bias && ops.input(bias.values, bias.shape) });
    read("y", y, undefined, { label: sum ? "y (with residual)" : "y" });
    if (stream) read("residual_out", stream);
  };
  // Without a residual the official residual_out is x, which a residual of zeros must give too.
  if (!residual) apply(false);
  apply(true);
});

const causalConv1d = onDevice((fixture, ops, read) => {
  const x = fixture.floats("x"), [batch, channels, length] = x.shape as [number, number, number];
  const weight = fixture.floats("weight"), width = weight.shape[1]!, history = width - 1;
  const { silu } = fixture.config as { silu: boolean };
  const initial = fixture.has("initial_states") ? fixture.floats("initial_states").values : undefined;
  const shape = [1, channels, width];
  const filters = ops.device.write(weight.values, { role: "conv1d", shape, life: "run" });
  const state = initial
    ? ops.input(swapAxes(initial, batch, channels, history), [batch, 1, history, channels])
    : ops.empty([batch, 1, history, channels]);
  const y = ops.causalConv1d(
    ops.input(swapAxes(x.values, batch, channels, length), [batch, length, channels]),
    tensorOf(filters, shape),
    {
      orders: ["row"],
      activation: silu ? "silu" : "none",
      bias: fixture.has("bias") ? ops.input(fixture.floats("bias").values, [channels]) : undefined,
      carry: { state, read: initial !== undefined, write: true },
    },
  );
  read("y", y, (values) => swapAxes(values, batch, length, channels));
  if (fixture.has("final_states")) read("final_states", state, (values) => swapAxes(values, batch, history, channels));
});

const selectiveScan = onDevice((fixture, ops, read) => {
  const u = fixture.floats("u"), [batch, channels, length] = u.shape as [number, number, number];
  const { G: groups, N: stateSize, softplus, split } = fixture.config as {
    G: number;
    N: number;
    softplus: boolean;
    split: number | null;
  };
  const A = fixture.floats("A").values, width = stateSize + 2, shape = [1, channels, width];
  const optional = (name: string) => fixture.has(name) ? fixture.floats(name).values : new Float32Array(channels);
  const D = optional("D"), bias = optional("dt_bias"), rows = new Float32Array(channels * width);
  for (let e = 0; e < channels; e++) {
    rows.set(A.subarray(e * stateSize, (e + 1) * stateSize), e * width);
    rows.set([D[e]!, bias[e]!], e * width + stateSize);
  }
  const constants = tensorOf(ops.device.write(rows, { role: "scan", shape, stateSize, life: "run" }), shape);

  const tokens = (name: string, count: number) => swapAxes(fixture.floats(name).values, batch, count, length);
  const parts = [[tokens("dt", channels), channels], [tokens("B", groups * stateSize), groups * stateSize], [
    tokens("C", groups * stateSize),
    groups * stateSize,
  ]] as const;
  const step = channels + 2 * groups * stateSize, packed = new Float32Array(batch * length * step);
  for (let row = 0; row < batch * length; row++) {
    let at = row * step;
    for (const [values, count] of parts) {
      packed.set(values.subarray(row * count, (row + 1) * count), at);
      at += count;
    }
  }
  const input = ops.input(tokens("u", channels), [batch, length, channels]);
  const projection = ops.input(packed, [batch, length, step]);
  const z = fixture.has("z") ? ops.input(tokens("z", channels), [batch, length, channels]) : undefined;
  const options = { orders: ["row"], stateSize, groups, softplus, z } as const;
  const back = (values: Float32Array) => swapAxes(values, batch, length, channels);

  const state = ops.empty([batch, 1, channels, stateSize]);
  read(
    "y",
    ops.selectiveScan(input, projection, constants, { ...options, carry: { state, read: false, write: true } }),
    back,
  );
  if (fixture.has("last_state")) read("last_state", state);
  if (split === null) return;

  // In two parts: the second starts from the official state, so that an error in the first cannot hide in it.
  const first = ops.zeros([batch, 1, channels, stateSize]);
  const official = ops.input(Float32Array.from(fixture.peek("state_at_split").values), [batch, 1, channels, stateSize]);
  const y = ops.zeros([batch, length, channels]);
  const continued = (carried: typeof first, from: number, count: number) =>
    ops.selectiveScan(input, projection, constants, {
      ...options,
      carry: { state: carried, read: true, write: true },
      into: y,
      steps: { first: from, count },
    });
  continued(first, 0, split);
  read("state_at_split", first);
  continued(official, split, length - split);
  read("y", y, back, { label: "y (in two parts)" });
  read("last_state", official, undefined, { label: "last_state (in two parts)" });
});

const pixelShuffle = onDevice((fixture, ops, read) => {
  const { r } = fixture.config as { r: number };
  const image = (name: string) => {
    const { shape, values } = fixture.floats(name), [batch, channels, height, width] = shape as number[];
    const pixels = swapAxes(values, batch!, channels!, height! * width!);
    return ops.input(pixels, [batch!, height!, width!, channels!]);
  };
  const toPlanes = (shape: readonly number[]) => (values: Float32Array) =>
    swapAxes(values, shape[0]!, shape[1]! * shape[2]!, sizeOf(shape.slice(3)));
  const shuffled = ops.pixelShuffle(image("x"), r), unshuffled = ops.pixelUnshuffle(image("y"), r);
  read("shuffled", shuffled, toPlanes(shuffled.shape));
  read("unshuffled", unshuffled, toPlanes(unshuffled.shape));
});

/** Adapters by the `model` of a fixture. */
export const OP_ADAPTERS: Readonly<Record<string, Adapter>> = {
  norm,
  causal_conv1d: causalConv1d,
  selective_scan: selectiveScan,
  pixel_shuffle: pixelShuffle,
};
