/**
 * The selective scan as an ONNX model, built from its graph: a `Scan` node walks over the tokens.
 *
 * @module
 */
import type { onnx } from "onnx-proto";
// The package is CommonJS, whose names only the default import is sure to have.
import proto from "onnx-proto";

/** Parts of the model that are there or not. */
export interface OnnxOptions {
  readonly softplus: boolean;
  /** How silu(z) is made, if there is a gate: by the op Sigmoid, or as z/(1 + exp(−z)). */
  readonly gate: "none" | "sigmoid" | "exponential";
}

const { FLOAT, INT64 } = proto.onnx.TensorProto.DataType;
const { INT, INTS, GRAPH } = proto.onnx.AttributeProto.AttributeType;

const ints = (name: string, values: readonly number[]) => ({ name, type: INTS, ints: [...values] });
const int = (name: string, i: number) => ({ name, type: INT, i });
const node = (
  opType: string,
  input: readonly string[],
  output: string | readonly string[],
  attribute: onnx.IAttributeProto[] = [],
) => ({
  opType,
  input: [...input],
  output: [output].flat(),
  name: [output].flat()[0]!,
  attribute,
});

/** A float tensor of named dimensions. */
const value = (name: string, ...dims: string[]): onnx.IValueInfoProto => ({
  name,
  type: { tensorType: { elemType: FLOAT, shape: { dim: dims.map((dimParam) => ({ dimParam })) } } },
});
const axis = (name: string, at: number): onnx.ITensorProto => ({ name, dataType: INT64, dims: [1], int64Data: [at] });

/** One step: h [b, e, n], δ and δ·u [b, e], B and C [b, n]; A comes from around. Gives h and y [b, e]. */
const STEP: onnx.IGraphProto = {
  name: "step",
  input: [
    value("h", "b", "e", "n"),
    value("delta_t", "b", "e"),
    value("w_t", "b", "e"),
    value("B_t", "b", "n"),
    value("C_t", "b", "n"),
  ],
  output: [value("h_t", "b", "e", "n"), value("y_t", "b", "e")],
  initializer: [axis("last", 2), axis("middle", 1)],
  node: [
    node("Unsqueeze", ["delta_t", "last"], "delta_column"),
    node("Unsqueeze", ["w_t", "last"], "w_column"),
    node("Unsqueeze", ["B_t", "middle"], "B_row"),
    node("Unsqueeze", ["C_t", "middle"], "C_row"),
    node("Mul", ["delta_column", "A"], "delta_A"),
    node("Exp", ["delta_A"], "decay"),
    node("Mul", ["decay", "h"], "kept"),
    node("Mul", ["w_column", "B_row"], "driven"),
    node("Add", ["kept", "driven"], "h_t"),
    node("Mul", ["h_t", "C_row"], "read"),
    node("ReduceSum", ["read", "last"], "y_t", [int("keepdims", 0)]),
  ],
};

/** From z and the ungated y to y. */
const GATES: Readonly<Record<OnnxOptions["gate"], readonly onnx.INodeProto[]>> = {
  none: [],
  sigmoid: [
    node("Sigmoid", ["z"], "open"),
    node("Mul", ["z", "open"], "silu"),
    node("Mul", ["ungated", "silu"], "y"),
  ],
  exponential: [
    node("Neg", ["z"], "minus_z"),
    node("Exp", ["minus_z"], "closing"),
    node("Add", ["closing", "one"], "denominator"),
    node("Div", ["z", "denominator"], "silu"),
    node("Mul", ["ungated", "silu"], "y"),
  ],
};

/**
 * The bytes of a model with inputs u, dt [b, e, l], A [e, n], B, C [b, n, l], D, dt_bias [e, 1], z [b, e, l] (with a gate)
 * and initial_state [b, e, n]; outputs y [b, e, l] and last_state [b, e, n].
 */
export function onnxScan({ softplus, gate }: OnnxOptions): Uint8Array {
  const scan = node("Scan", ["initial_state", "delta", "w", "B", "C"], ["last_state", "read_out"], [
    { name: "body", type: GRAPH, g: STEP },
    int("num_scan_inputs", 4),
    ints("scan_input_axes", [2, 2, 2, 2]),
    ints("scan_output_axes", [2]),
  ]);
  const graph: onnx.IGraphProto = {
    name: "selective_scan",
    input: [
      value("u", "b", "e", "l"),
      value("dt", "b", "e", "l"),
      value("A", "e", "n"),
      value("B", "b", "n", "l"),
      value("C", "b", "n", "l"),
      value("D", "e", "unit"),
      value("dt_bias", "e", "unit"),
      value("initial_state", "b", "e", "n"),
      ...(gate === "none" ? [] : [value("z", "b", "e", "l")]),
    ],
    initializer: gate === "exponential" ? [{ name: "one", dataType: FLOAT, dims: [], floatData: [1] }] : [],
    output: [value("y", "b", "e", "l"), value("last_state", "b", "e", "n")],
    node: [
      node("Add", ["dt", "dt_bias"], "x"),
      node(softplus ? "Softplus" : "Identity", ["x"], "delta"),
      node("Mul", ["delta", "u"], "w"),
      scan,
      node("Mul", ["D", "u"], "skip"),
      node("Add", ["read_out", "skip"], gate === "none" ? "y" : "ungated"),
      ...GATES[gate],
    ],
  };
  return proto.onnx.ModelProto.encode({
    irVersion: 8,
    opsetImport: [{ domain: "", version: 17 }],
    graph,
  }).finish();
}
