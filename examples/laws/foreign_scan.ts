/**
 * A scan of your own, judged: a plain JavaScript kernel goes through all laws that speak of what it has.
 *
 * `deno run examples/laws/foreign_scan.ts`
 *
 * @module
 */
import { describeFailure, type ScanInputs, type ScanOutputs, type Subject, verifyScan } from "sidewinder/laws";

/** The kernel under trial, in single precision: no walking orders, one group, no state that is handed out. */
function plainScan({ batch, channels, stateSize, length, u, dt, A, B, C, D, z, ...more }: ScanInputs): ScanOutputs {
  const y = new Float32Array(u.length), { softplus, dtBias, initialState } = more;
  for (let row = 0; row < batch * channels; row++) {
    const b = Math.floor(row / channels), e = row % channels;
    const h = new Float32Array(stateSize);
    if (initialState) h.set(initialState.subarray(row * stateSize, (row + 1) * stateSize));
    for (let t = 0; t < length; t++) {
      const at = row * length + t, x = dt[at]! + (dtBias?.[e] ?? 0);
      const delta = softplus && x <= 20 ? Math.log1p(Math.exp(x)) : x;
      let sum = (D?.[e] ?? 0) * u[at]!;
      for (let n = 0; n < stateSize; n++) {
        const i = (b * stateSize + n) * length + t;
        h[n] = Math.exp(delta * A[e * stateSize + n]!) * h[n]! + delta * u[at]! * B[i]!;
        sum += C[i]! * h[n]!;
      }
      y[at] = z ? sum * z[at]! / (1 + Math.exp(-z[at]!)) : sum;
    }
  }
  return { y };
}

/** What the judge is told of it. */
export const subject: Subject = { name: "plain scan", scan: plainScan, lacks: ["groups", "orders", "lastState"] };

if (import.meta.main) {
  const reports = await verifyScan(subject, { runs: 200 });
  for (const report of reports) console.log(report.law.padEnd(20), report.outcome, describeFailure(report));
}
