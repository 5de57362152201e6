/**
 * GPU times by timestamps: scans and matrix products in the shapes of the models, then whole models, GPU time and wall time
 * apart. Beside each scan stands what the CUDA kernel of mamba_ssm takes on an H100, and beside each model PyTorch as a
 * CUDA graph.
 *
 *     deno run -A bench/gpu_bench.ts [--json FILE] [--only TEXT] [--phases]
 *
 * @module
 */
import { openWebgpu, type WebgpuDevice } from "../src/gpu/device.ts";
import type { ScanOrder } from "../src/kernels.ts";
import type { Configured } from "../src/models/family.ts";
import { family as mambair } from "../src/models/mambair/family.ts";
import { MAMBAIR_VARIANTS } from "../src/models/mambair/options.ts";
import { family as mambairv2 } from "../src/models/mambairv2/family.ts";
import { MAMBAIRV2_VARIANTS } from "../src/models/mambairv2/options.ts";
import { family as vim } from "../src/models/vim/family.ts";
import { VIM_VARIANTS } from "../src/models/vim/options.ts";
import { family as vmamba } from "../src/models/vmamba/family.ts";
import { VMAMBA_VARIANTS } from "../src/models/vmamba/options.ts";
import { Ops } from "../src/ops/ops.ts";
import { type Forward, runModel } from "../src/run/run_model.ts";
import { sizeOf, tensorOf } from "../src/tensor.ts";
import { numbers, randomEntries } from "./random.ts";

/** One line of the result, times in microseconds. */
interface Figure {
  readonly name: string;
  readonly gpu: number;
  readonly fastest: number;
  /** What the named rival takes on an H100. */
  readonly rival?: number;
  readonly rate?: string;
  /** Wall time of a run with its read-back, of models. */
  readonly wall?: number;
  readonly counts?: Readonly<Record<string, number>>;
  readonly phases?: Readonly<Record<string, number>>;
}

const REPEATS = 20, ROUNDS = 9;

/**
 * Issues a few milliseconds of matrix products right before what is timed: a GPU that waited for its next work runs at
 * the clock of an idle one.
 */
function heater(device: WebgpuDevice): () => void {
  const side = 2048, shape = [side, side];
  const weight = tensorOf(device.write(numbers(side * side, -1, 1), { life: "model", role: "linear", shape }), shape);
  const x = tensorOf(device.write(numbers(side * side, -1, 1), { life: "model" }), shape);
  const out = tensorOf(device.write(new Float32Array(side * side), { life: "model" }), shape);
  const products = device.adapter.software ? 0 : 60;
  return () => {
    for (let i = 0; i < products; i++) new Ops(device).linear(x, weight, { out });
  };
}

/** Microseconds of one issue, which `REPEATS` of them in a row share; median and fastest of several rounds. */
async function measure(device: WebgpuDevice, issue: () => void, repeats = REPEATS, rounds = ROUNDS) {
  const times: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    heat();
    const passes = await device.time(() => {
      for (let i = 0; i < repeats; i++) issue();
    });
    const elapsed = Math.max(...passes.map(({ end }) => end)) - Math.min(...passes.map(({ start }) => start));
    // The first round makes the pipelines and brings the clock up.
    if (round > 0) times.push(elapsed / 1000 / repeats);
  }
  times.sort((a, b) => a - b);
  return { gpu: times[times.length >> 1]!, fastest: times[0]! };
}

interface ScanShape {
  readonly name: string;
  readonly batch?: number;
  readonly channels: number;
  readonly length: number;
  readonly states: number;
  readonly groups?: number;
  readonly rank?: number;
  readonly gate?: boolean;
  readonly orders?: readonly ScanOrder[];
  readonly rival?: number;
}

const CROSS = ["row", "column", "rowReversed", "columnReversed"] as const;

const SCANS: readonly ScanShape[] = [
  { name: "scan D384 L197 N16", channels: 384, length: 197, states: 16, gate: true, rival: 11.4 },
  { name: "scan D288 G4 L4096 N10", channels: 288, length: 4096, states: 10, groups: 4, rival: 37.7 },
  { name: "scan D288 L65536 N10", channels: 288, length: 65536, states: 10, groups: 4, rival: 577 },
  { name: "scan D32 L8192 N16", channels: 32, length: 8192, states: 16, rival: 67.6 },
  { name: "scan B64 D384 L197 N16", batch: 64, channels: 384, length: 197, states: 16, gate: true, rival: 196 },
  {
    name: "scan Vim-Ti (K2 R12)",
    channels: 384,
    length: 197,
    states: 16,
    rank: 12,
    gate: true,
    orders: ["row", "rowReversed"],
  },
  {
    name: "scan Vim-Ti B64 (K2 R12)",
    batch: 64,
    channels: 384,
    length: 197,
    states: 16,
    rank: 12,
    gate: true,
    orders: ["row", "rowReversed"],
  },
  { name: "scan MambaIR-light 64 (K4 R4)", channels: 72, length: 4096, states: 10, rank: 4, orders: CROSS },
  { name: "scan MambaIR-light 256 (K4 R4)", channels: 72, length: 65536, states: 10, rank: 4, orders: CROSS },
];

async function timeScan(device: WebgpuDevice, shape: ScanShape): Promise<Figure> {
  const { batch = 1, channels, length, states, groups = 1, rank = 0, gate = false, orders = ["row"] } = shape;
  using _ = device.scope();
  const ops = new Ops(device);
  const k = orders.length, step = (rank || channels) + 2 * groups * states, width = states + 2 + rank;
  const u = ops.input(numbers(batch * length * channels, -1, 1), [batch, length, channels]);
  const projection = ops.input(numbers(batch * length * k * step, -3, 1), [batch, length, k * step]);
  const z = gate ? ops.input(numbers(batch * length * channels, -1, 1), [batch, length, channels]) : undefined;
  const data = numbers(k * channels * width, -0.1, 0.1);
  for (let row = 0; row < k * channels; row++) for (let n = 0; n < states; n++) data[row * width + n] = -1 - n;
  const constants = tensorOf(
    device.write(data, { life: "run", role: "scan", shape: [k, channels, width], stateSize: states }),
    [k, channels, width],
  );
  const out = ops.empty([batch, length, channels]);
  const options = {
    stateSize: states,
    groups,
    z,
    out,
    orders,
    sharedInput: true,
    gridWidth: 2 ** Math.floor(Math.log2(length) / 2),
  };
  const walk = length % options.gridWidth === 0 ? options : { ...options, gridWidth: length };
  const times = await measure(device, () => ops.selectiveScan(u, projection, constants, walk));
  const rate = `${(batch * k * channels * length * states / times.gpu / 1e3).toFixed(0)} G states/s`;
  return { name: shape.name, ...times, ...(shape.rival === undefined ? {} : { rival: shape.rival }), rate };
}

/** Matrix products `rows × groups · outer × inner`, with a norm of x where one is named. */
const PRODUCTS: readonly (readonly [
  name: string,
  rows: number,
  outer: number,
  inner: number,
  groups?: number,
  norm?: "rms" | "layer",
])[] = [
  ["Vim-Ti in_proj", 197, 768, 192],
  ["Vim-Ti in_proj, normed", 197, 768, 192, 1, "rms"],
  ["Vim-Ti x_proj", 197, 44, 384, 2],
  ["Vim-Ti out_proj", 197, 192, 384],
  ["Vim-Ti B64 in_proj", 64 * 197, 768, 192],
  ["Vim-Ti B64 in_proj, normed", 64 * 197, 768, 192, 1, "rms"],
  ["Vim-Ti B64 x_proj", 64 * 197, 44, 384, 2],
  ["Vim-Ti B64 out_proj", 64 * 197, 192, 384],
  ["MambaIR-light in_proj", 4096, 144, 60],
  ["MambaIR-light in_proj, normed", 4096, 144, 60, 1, "layer"],
  ["MambaIR-light x_proj", 4096, 96, 72],
  ["MambaIR-light out_proj", 4096, 60, 72],
  ["VMamba-T fc1 at 56, normed", 3136, 384, 96, 1, "layer"],
  ["VMamba-T fc2 at 56", 3136, 96, 384],
  ["VMamba-T fc1 at 14, normed", 196, 1536, 384, 1, "layer"],
  ["VMamba-T fc2 at 14", 196, 384, 1536],
  ["VMamba-T fc2 at 7", 49, 768, 3072],
  ["square 2048", 2048, 2048, 2048],
];

async function timeProduct(
  device: WebgpuDevice,
  [name, rows, outer, inner, groups = 1, kind]: typeof PRODUCTS[number],
): Promise<Figure> {
  using _ = device.scope();
  const ops = new Ops(device);
  const x = ops.input(numbers(rows * groups * inner, -1, 1), [rows, groups * inner]);
  const shape = groups === 1 ? [outer, inner] : [groups, outer, inner];
  const weight = tensorOf(device.write(numbers(sizeOf(shape), -1, 1), { life: "run", role: "linear", shape }), shape);
  const norm = kind && { kind, weight: ops.input(numbers(inner, 0, 1), [inner]), epsilon: 1e-5 };
  const out = ops.empty([rows, groups * outer]);
  const times = await measure(device, () => ops.linear(x, weight, { out, norm }));
  return {
    name: `linear ${name} ${rows}×${groups > 1 ? `${groups}·` : ""}${outer}×${inner}`,
    ...times,
    rate: `${(2e-6 * rows * groups * outer * inner / times.gpu).toFixed(2)} TFLOP/s`,
  };
}

async function timeConvolution(device: WebgpuDevice, side: number, channels: number): Promise<Figure> {
  using _ = device.scope();
  const ops = new Ops(device);
  const x = ops.input(numbers(side * side * channels, -1, 1), [1, side, side, channels]);
  const shape = [channels, channels, 3, 3];
  const weight = tensorOf(device.write(numbers(sizeOf(shape), -1, 1), { life: "run", role: "conv2d", shape }), shape);
  const out = ops.empty([1, side, side, channels]);
  const times = await measure(device, () => ops.conv2d(x, weight, { padding: 1, out }));
  return {
    name: `conv2d 3×3 ${channels} at ${side}`,
    ...times,
    rate: `${(18e-6 * side * side * channels ** 2 / times.gpu).toFixed(2)} TFLOP/s`,
  };
}

/** Kernels that move data: norms, causal and depthwise convolutions. */
async function timeMovers(device: WebgpuDevice): Promise<Figure[]> {
  using _ = device.scope();
  const ops = new Ops(device), figures: Figure[] = [];
  for (const [name, rows, columns] of [["Vim-Ti", 197, 192], ["MambaIR-light 256", 65536, 60]] as const) {
    const x = ops.input(numbers(rows * columns, -1, 1), [rows, columns]),
      weight = ops.input(numbers(columns, 0, 1), [columns]);
    const out = ops.empty([rows, columns]);
    const times = await measure(device, () => ops.rmsNorm(x, weight, { epsilon: 1e-5, out }));
    figures.push({
      name: `rms_norm ${name} ${rows}×${columns}`,
      ...times,
      rate: `${(8e-3 * rows * columns / times.gpu).toFixed(0)} GB/s`,
    });
  }
  for (const [name, batch, length, channels] of [["Vim-Ti", 1, 197, 384], ["Vim-Ti B64", 64, 197, 384]] as const) {
    const x = ops.input(numbers(batch * length * channels, -1, 1), [batch, length, channels]), shape = [2, channels, 4];
    const weight = tensorOf(device.write(numbers(sizeOf(shape), -1, 1), { life: "run", role: "conv1d", shape }), shape);
    const times = await measure(device, () => {
      using _ = ops.scope();
      ops.causalConv1d(x, weight, { orders: ["row", "rowReversed"], activation: "silu" });
    });
    figures.push({
      name: `causal_conv1d ${name}`,
      ...times,
      rate: `${(12e-3 * batch * length * channels / times.gpu).toFixed(0)} GB/s`,
    });
  }
  for (const side of [64, 256]) {
    const x = ops.input(numbers(side * side * 72, -1, 1), [1, side, side, 72]), shape = [72, 3, 3];
    const weight = tensorOf(
      device.write(numbers(sizeOf(shape), -1, 1), { life: "run", role: "depthwise", shape }),
      shape,
    );
    const times = await measure(device, () => {
      using _ = ops.scope();
      ops.depthwiseConv2d(x, weight, { activation: "silu" });
    });
    figures.push({
      name: `depthwise_conv2d 3×3 72 at ${side}`,
      ...times,
      rate: `${(8e-3 * side * side * 72 / times.gpu).toFixed(0)} GB/s`,
    });
  }
  return figures;
}

/** Nets with the side of their images, what PyTorch takes as a CUDA graph (the last two on an H200), and how many images there are. */
const NETS: readonly (readonly [
  name: string,
  model: Configured<"classify"> | Configured<"restore">,
  side: number,
  rival: number,
  batch?: number,
])[] = [
  ["vim-tiny 224 batch 1", vim.configure(VIM_VARIANTS["vim-tiny"]), 224, 3420],
  ["vim-tiny 224 batch 64", vim.configure(VIM_VARIANTS["vim-tiny"]), 224, 18300, 64],
  ["vim-small 224 batch 1", vim.configure(VIM_VARIANTS["vim-small"]), 224, 4040],
  ["mambair-light-x2 64 × 64", mambair.configure(MAMBAIR_VARIANTS["mambair-light-x2"]), 64, 5370],
  ["mambair-light-x2 256 × 256", mambair.configure(MAMBAIR_VARIANTS["mambair-light-x2"]), 256, 42400],
  ["vmamba-tiny-s1l8 224", vmamba.configure(VMAMBA_VARIANTS["vmamba-tiny-s1l8"]), 224, 2110],
  ["mambairv2-light-x2 64 × 64", mambairv2.configure(MAMBAIRV2_VARIANTS["mambairv2-light-x2"]), 64, 6480],
];

async function timeModel(
  device: WebgpuDevice,
  name: string,
  forward: Forward,
  rival: number,
  phases: boolean,
): Promise<Figure> {
  const issue = () => {
    using _ = device.scope();
    const steps = forward(new Ops(device));
    while (!steps.next().done) continue;
  };
  const times = await measure(device, issue, 1);
  const before = device.counts();
  issue();
  await device.flush();
  const after = device.counts();
  const walls: number[] = [];
  for (let i = 0; i < 10; i++) {
    const started = performance.now();
    await runModel(device, forward, { like: { model: forward, key: "" } });
    walls.push(1000 * (performance.now() - started));
  }
  const calls = (counts: typeof after) => Object.values(counts.calls).reduce((sum, n) => sum + n, 0);
  const figure = {
    name,
    ...times,
    rival,
    wall: walls.sort((a, b) => a - b)[5]!,
    counts: {
      calls: calls(after) - calls(before),
      dispatches: after.dispatches - before.dispatches,
      submits: after.submits - before.submits,
      runBytes: device.memory().peak,
      weightBytes: device.memory().weights,
    },
  };
  if (!phases) return figure;
  const byKernel: Record<string, number> = {};
  heat();
  for (const { kernel, start, end } of await device.time(issue, { perKernel: true })) {
    byKernel[kernel] = (byKernel[kernel] ?? 0) + (end - start) / 1000;
  }
  return { ...figure, phases: byKernel };
}

/** A released net with random weights over so many images of a side. */
async function timeNet(
  device: WebgpuDevice,
  name: string,
  model: Configured<"classify"> | Configured<"restore">,
  side: number,
  rival: number,
  batch = 1,
): Promise<Figure> {
  const { forward, dispose } = await model.bind({ entries: randomEntries(model.spec) }, device);
  const pixels = numbers(batch * side * side * 3, 0, 1);
  const figure = await timeModel(
    device,
    name,
    (ops) => forward(ops, ops.input(pixels, [batch, side, side, 3])),
    rival,
    phases,
  );
  dispose();
  return figure;
}

function print({ name, gpu, fastest, rival, rate, wall, counts, phases }: Figure): void {
  const beside = rival === undefined ? "" : `  rival ${rival} µs (${(rival / gpu).toFixed(2)}×)`;
  console.log(
    `${name.padEnd(44)} ${gpu.toFixed(1).padStart(10)} µs  fastest ${fastest.toFixed(1)}${beside}${
      rate ? `  ${rate}` : ""
    }${wall === undefined ? "" : `  wall ${(wall / 1000).toFixed(2)} ms`}`,
  );
  if (counts) console.log(`    ${Object.entries(counts).map(([key, value]) => `${key} ${value}`).join(", ")}`);
  if (!phases) return;
  const sorted = Object.entries(phases).sort(([, a], [, b]) => b - a);
  console.log(`    ${sorted.map(([kernel, time]) => `${kernel} ${time.toFixed(0)}`).join(", ")} µs`);
}

const argument = (name: string): string | undefined => {
  const at = Deno.args.indexOf(name);
  return at < 0 ? undefined : Deno.args[at + 1];
};
const only = argument("--only") ?? "", json = argument("--json"), phases = Deno.args.includes("--phases");
const device = await openWebgpu();
const heat = heater(device);
// A GPU that nobody used takes about a second to reach its clock.
for (const started = performance.now(); performance.now() - started < 1500 && !device.adapter.software;) {
  heat();
  await device.flush();
}
console.log(`${device.name}: ${device.adapter.features.join(" ")}`);
const figures: Figure[] = [];
const plan: readonly (readonly [name: string, run: () => Promise<Figure | Figure[]>])[] = [
  ...SCANS.map((shape) => [shape.name, () => timeScan(device, shape)] as const),
  ...PRODUCTS.map((product) => [`linear ${product[0]}`, () => timeProduct(device, product)] as const),
  ["conv2d", () => timeConvolution(device, 64, 60)],
  ["conv2d", () => timeConvolution(device, 256, 60)],
  ["movers", () => timeMovers(device)],
  ...NETS.map(([name, model, side, rival, batch]) =>
    [`model ${name}`, () => timeNet(device, name, model, side, rival, batch)] as const
  ),
];
for (const [name, run] of plan) {
  if (!name.includes(only)) continue;
  try {
    for (const figure of [await run()].flat()) {
      figures.push(figure);
      print(figure);
    }
  } catch (error) {
    console.log(`${name}: ${(error as Error).message}`);
  }
}
if (json) {
  const result = { adapter: device.adapter, runtime: navigator.userAgent, figures };
  await Deno.writeTextFile(json, `${JSON.stringify(result, undefined, 2)}\n`);
}
device.close();
