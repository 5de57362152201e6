/**
 * `deno task bench [--json] [--variant simd128] [--runs N] [--only TEXT] [--gpu]`: limits of this machine, kernels and models beside them.
 * `--gpu` runs the WebGPU benchmark instead, with the flags of `gpu_bench.ts`; `--peers` this project beside its rivals
 * (`peers/peers.ts`); `--check` holds kernels against rival kernels of the same run (`check.ts`); `--docs` measures all that
 * `docs/performance.md` tells and writes it there, with `--peers` only the rivals.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { openWasm } from "../src/wasm/device.ts";
import type { Variant } from "../src/wasm/load.ts";
import { type KernelFigure, timeKernels } from "./kernels_bench.ts";
import { checkRatios } from "./check.ts";
import { document, machine } from "./documents.ts";
import { type Limits, openGauge } from "./limits.ts";
import { type ModelFigure, TIMED_MODELS, type TimedModel, timeModel } from "./models_bench.ts";
import { benchPeers, PEER_NETS } from "./peers/peers.ts";
import { restoreParts } from "./restore_bench.ts";
import { timeThreads } from "./threads_bench.ts";

/** All figures of a run. */
interface Report {
  readonly engine: string;
  readonly device: string;
  readonly limits: Limits;
  readonly kernels: readonly KernelFigure[];
  readonly models: readonly ModelFigure[];
}

async function measure(variant: Variant, runs: number, only: string): Promise<Report> {
  const gauge = openGauge(variant === "relaxed-simd"), limits = gauge.best();
  const kernels = await timeKernels(variant, gauge, only);
  await using device = await openWasm({ variant, threads: 1 });
  const models: ModelFigure[] = [];
  const names = Object.keys(TIMED_MODELS).filter((name) => name.includes(only));
  for (const name of names) models.push(await timeModel(device, name as TimedModel, gauge, runs));
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
  for (const { model, median, fastest, slowest, phases, limit, share, unitShare } of models) {
    console.log(
      `\n${model}: median ${median.toFixed(1)} ms (${fastest.toFixed(1)} to ${slowest.toFixed(1)}); counted limit ` +
        `${limit.toFixed(1)} ms: ${percent(share)}` +
        (unitShare === undefined ? "" : `; of the limit by G ${percent(unitShare)}`),
    );
    const parts = Object.entries(phases).sort(([, a], [, b]) => b - a);
    console.log(`  ${parts.map(([kernel, ms]) => `${kernel} ${ms.toFixed(1)}`).join(", ")} ms`);
  }
}

/** Lines of tables: kernels by their layer, and models, beside the limits of the run. */
function layerTables({ limits, kernels, models, device, engine }: Report, where: string): string[] {
  return [
    `${where}; ${device}, ${engine}, one thread; tile G ${limits.tile.toFixed(1)} GFLOP/s, exp ${
      limits.exp.toFixed(2)
    } G/s, ` +
    `scan ${limits.scan.toFixed(2)} G states/s, memory ${limits.memory.toFixed(1)} GB/s.`,
    "",
    "| layer | µs | rate | share of the limit |",
    "|---|---|---|---|",
    ...kernels.map(({ kernel, median, rate, unit, share }) =>
      `| ${kernel} | ${(1000 * median).toFixed(0)} | ${rate.toFixed(2)} ${unit} | ${(100 * share).toFixed(0)} % |`
    ),
    "",
    "| net | ms | share of the counted limit |",
    "|---|---|---|",
    ...models.map(({ model, median, share }) => `| ${model} | ${median.toFixed(1)} | ${(100 * share).toFixed(0)} % |`),
  ];
}

/** Writes all tables of the document, one after the other. */
async function writeDocument(report: () => Promise<Report>, counts: readonly number[]): Promise<void> {
  await document("layers", layerTables(await report(), await machine()));
  await document("threads", [`${await machine()}.`, "", ...await timeThreads(counts)]);
  await document("restore", [`${await machine()}.`, "", ...await restoreParts(640)]);
}

if (Deno.args.includes("--gpu")) await import("./gpu_bench.ts");
else {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      only: { type: "string", default: "" },
      runs: { type: "string", default: "25" },
      variant: { type: "string", default: "relaxed-simd" },
      peers: { type: "boolean", default: false },
      docs: { type: "boolean", default: false },
      check: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      rounds: { type: "string", default: "9" },
      nets: { type: "string" },
      threads: { type: "string", default: "1,2" },
    },
  });
  const threads = values.threads.split(",").map(Number);
  const report = () => measure(values.variant as Variant, Number(values.runs), values.only);
  if (values.check) Deno.exit(await checkRatios(values.write, values.only));
  if (values.docs && !values.peers) await writeDocument(report, threads);
  if (values.peers || values.docs) {
    const nets = values.nets?.split(",") ?? PEER_NETS;
    await benchPeers({ json: values.json, docs: values.docs, rounds: Number(values.rounds), nets, threads });
  } else if (values.json) console.log(JSON.stringify(await report()));
  else print(await report());
}
