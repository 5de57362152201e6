/**
 * `deno task bench [--json] [--variant simd128] [--runs N] [--only TEXT] [--gpu]`: limits of this machine, kernels and models beside them.
 * `--gpu` runs the WebGPU benchmark instead, with the flags of `gpu_bench.ts`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { openWasm } from "../src/wasm/device.ts";
import type { Variant } from "../src/wasm/load.ts";
import { type KernelFigure, timeKernels } from "./kernels_bench.ts";
import { type Limits, measureLimits } from "./limits.ts";
import { type ModelFigure, TIMED_MODELS, type TimedModel, timeModel } from "./models_bench.ts";

/** All figures of a run. */
interface Report {
  readonly engine: string;
  readonly device: string;
  readonly limits: Limits;
  readonly kernels: readonly KernelFigure[];
  readonly models: readonly ModelFigure[];
}

async function measure(variant: Variant, runs: number, only: string): Promise<Report> {
  const limits = measureLimits(variant === "relaxed-simd"), kernels = await timeKernels(variant, limits, only);
  await using device = await openWasm({ variant, threads: 1 });
  const models: ModelFigure[] = [];
  const names = Object.keys(TIMED_MODELS).filter((name) => name.includes(only));
  for (const name of names) models.push(await timeModel(device, name as TimedModel, limits, runs));
  return { engine: navigator.userAgent, device: device.name, limits, kernels, models };
}

const percent = (share: number): string => `${(100 * share).toFixed(0).padStart(3)} %`;

function print({ engine, device, limits, kernels, models }: Report): void {
  console.log(`${device}, ${engine}, one thread`);
  console.log(
    `limits of this run: tile G ${limits.tile.toFixed(1)} GFLOP/s (registers only ${limits.registers.toFixed(1)}), ` +
      `exp ${limits.exp.toFixed(2)} G/s, scan ${limits.scan.toFixed(2)} G states/s, memory ${
        limits.memory.toFixed(1)
      } GB/s\n`,
  );
  for (const { kernel, median, spread, rate, unit, share } of kernels) {
    const time = `${(1000 * median).toFixed(0).padStart(6)} µs ±${percent(spread)}`;
    console.log(`${kernel.padEnd(52)} ${time}  ${rate.toFixed(2).padStart(6)} ${unit.padEnd(10)} ${percent(share)}`);
  }
  for (const { model, median, fastest, slowest, phases, limit, share, unit, unitShare } of models) {
    console.log(
      `\n${model}: median ${median.toFixed(1)} ms (${fastest.toFixed(1)} to ${slowest.toFixed(1)}); counted limit ` +
        `${limit.toFixed(1)} ms: ${percent(share)}` +
        (unit === undefined ? "" : `; limit by G ${unit.toFixed(1)} ms: ${percent(unitShare!)}`),
    );
    const parts = Object.entries(phases).sort(([, a], [, b]) => b - a);
    console.log(`  ${parts.map(([kernel, ms]) => `${kernel} ${ms.toFixed(1)}`).join(", ")} ms`);
  }
}

if (Deno.args.includes("--gpu")) await import("./gpu_bench.ts");
else {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean" },
      only: { type: "string", default: "" },
      runs: { type: "string", default: "25" },
      variant: { type: "string", default: "relaxed-simd" },
    },
  });
  const report = await measure(values.variant as Variant, Number(values.runs), values.only);
  if (values.json) console.log(JSON.stringify(report));
  else print(report);
}
