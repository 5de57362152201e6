/**
 * A kernel of another engine, judged: the selective scan as an ONNX graph, run by onnxruntime-web.
 *
 * `deno run -A examples/laws/onnxruntime_web.ts`
 *
 * The laws found that its op Sigmoid gives 0 from about −20 on, where the sigmoid is 2e-9: a gate made with it breaks the
 * law of skip and gate, one made with Exp holds. Both are judged here.
 *
 * @module
 */
import { InferenceSession, Tensor } from "onnxruntime-web/wasm";
import { describeFailure, type ScanInputs, type ScanOutputs, shapeOf, type Subject, verifyScan } from "sidewinder/laws";
import { type OnnxOptions, onnxScan } from "./onnx_scan.ts";

const sessions = new Map<string, Promise<InferenceSession>>();

/** The model with these parts, made once. */
function sessionOf(options: OnnxOptions): Promise<InferenceSession> {
  const key = JSON.stringify(options);
  const session = sessions.get(key) ?? InferenceSession.create(onnxScan(options));
  sessions.set(key, session);
  return session;
}

async function scanBy(form: "sigmoid" | "exponential", inputs: ScanInputs): Promise<ScanOutputs> {
  const { batch, channels, stateSize, length, softplus, z } = inputs;
  const tensor = (values: ArrayLike<number>, ...dims: number[]) =>
    new Tensor("float32", Float32Array.from(values), dims);
  const perChannel = (values: ArrayLike<number> | undefined) =>
    tensor(values ?? new Float32Array(channels), channels, 1);
  const states = shapeOf("initialState", inputs);
  const session = await sessionOf({ softplus, gate: z ? form : "none" });
  const { y, last_state } = await session.run({
    u: tensor(inputs.u, batch, channels, length),
    dt: tensor(inputs.dt, batch, channels, length),
    A: tensor(inputs.A, channels, stateSize),
    B: tensor(inputs.B, batch, stateSize, length),
    C: tensor(inputs.C, batch, stateSize, length),
    D: perChannel(inputs.D),
    dt_bias: perChannel(inputs.dtBias),
    initial_state: tensor(inputs.initialState ?? new Float32Array(batch * channels * stateSize), ...states),
    ...(z ? { z: tensor(z, batch, channels, length) } : {}),
  });
  return { y: y!.data as Float32Array, lastState: last_state!.data as Float32Array };
}

/** What the judge is told of it, by how the gate is made. */
export const subjectWith = (gate: "sigmoid" | "exponential"): Subject => ({
  name: `onnxruntime-web, gate by ${gate}`,
  scan: (inputs) => scanBy(gate, inputs),
  lacks: ["groups", "orders"],
});

if (import.meta.main) {
  for (const gate of ["exponential", "sigmoid"] as const) {
    const subject = subjectWith(gate);
    console.log(subject.name);
    const reports = await verifyScan(subject, { runs: 50 });
    for (const report of reports) console.log(" ", report.law.padEnd(20), report.outcome, describeFailure(report));
  }
}
