/**
 * The GPU suite as one module for runtimes without Deno: the law of every kernel, the device's own behaviour, fixtures of
 * the official code. `tests/gpu/elsewhere.ts` bundles it.
 *
 * @module
 */
import { collected, host } from "./shim.ts";
import "../../kernels/binary_test.ts";
import "../../kernels/causal_conv1d_test.ts";
import "../../kernels/conv2d_test.ts";
import "../../kernels/depthwise_conv2d_test.ts";
import "../../kernels/gather_rows_test.ts";
import "../../kernels/layer_norm_test.ts";
import "../../kernels/linear_test.ts";
import "../../kernels/max_rows_test.ts";
import "../../kernels/mean_rows_test.ts";
import "../../kernels/pixel_shuffle_test.ts";
import "../../kernels/rms_norm_test.ts";
import "../../kernels/selective_scan_test.ts";
import "../../kernels/unary_test.ts";
import "../../laws/laws_test.ts";
import "../device_test.ts";
import { registerGoldens } from "../goldens.ts";

registerGoldens(new URL("tests/golden/", host.root));

/** What became of a test. */
export interface TestReport {
  readonly name: string;
  /** Absent when it passed. */
  readonly error?: string;
  readonly milliseconds: number;
}

/** Runs every collected test, one after the other. */
export async function runSuite(report: (done: TestReport) => void): Promise<void> {
  for (const { name, fn, ignore } of collected) {
    const started = performance.now();
    let error: string | undefined = ignore ? "it was left out" : undefined;
    if (!ignore) {
      try {
        await fn({ step: async (_, run) => await run() });
      } catch (thrown) {
        error = String((thrown as Error)?.stack ?? thrown);
      }
    }
    report({ name, ...(error === undefined ? {} : { error }), milliseconds: Math.round(performance.now() - started) });
  }
}
