import { type Numbers, type ScanInputs, shapeOf, type TensorName, type View } from "./scan_inputs.ts";

/** Numbers of a type like that of others. */
const like = (values: Numbers, count: number): Numbers => new (values.constructor as Float32ArrayConstructor)(count);

/** The elements of a view, row by row. */
export function gather(memory: Numbers, shape: readonly number[], { offset, strides }: View): Numbers {
  const out = like(memory, shape.reduce((a, b) => a * b, 1));
  for (let i = 0; i < out.length; i++) {
    let rest = i, at = offset;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += rest % shape[axis]! * strides[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    out[i] = memory[at]!;
  }
  return out;
}

/** B or C of one group a channel: constant ones [e, n] repeated, others [b, g, n, l] handed to the channels of their group. */
function perChannel(inputs: ScanInputs, name: "B" | "C"): Numbers {
  const { batch, channels, groups, stateSize, length, constant = [] } = inputs, values = inputs[name];
  const out = like(values, batch * channels * stateSize * length);
  for (let i = 0; i < out.length; i++) {
    const token = i % length, n = Math.floor(i / length) % stateSize;
    const e = Math.floor(i / length / stateSize) % channels, b = Math.floor(i / length / stateSize / channels);
    const group = Math.floor(e * groups / channels);
    out[i] = values[
      constant.includes(name) ? e * stateSize + n : ((b * groups + group) * stateSize + n) * length + token
    ]!;
  }
  return out;
}

/** The same inputs in dense tensors, B and C for every token: what the views and constants stand for. */
export function plainInputs(inputs: ScanInputs): ScanInputs {
  const { views = {}, constant = [] } = inputs;
  const dense: Record<string, unknown> = { ...inputs, views: undefined };
  for (const [name, view] of Object.entries(views) as [TensorName, View][]) {
    dense[name] = gather(inputs[name]!, shapeOf(name, inputs), view);
  }
  const given = dense as unknown as ScanInputs;
  if (constant.length === 0) return Object.keys(views).length > 0 ? given : inputs;
  const B = perChannel(given, "B"), C = perChannel(given, "C");
  return { ...given, B, C, groups: inputs.channels, constant: undefined };
}
