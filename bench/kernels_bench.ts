/**
 * Kernels on the layer shapes of Vim-Ti, Vim-S and MambaIR-light ×2 at 64 × 64, as models call them.
 *
 * @module
 */
import type { Device, Role } from "../src/device.ts";
import type { ScanOrder } from "../src/kernels.ts";
import { openDry } from "../src/run/dry_device.ts";
import { Ops } from "../src/ops/ops.ts";
import { sizeOf, type Tensor, tensorOf } from "../src/tensor.ts";
import { openWasm } from "../src/wasm/device.ts";
import type { Variant } from "../src/wasm/load.ts";
import { type Gauge, timesOf } from "./limits.ts";
import { medianOf, spreadOf } from "./median.ts";
import { numbers } from "./random.ts";

/** What one kernel does on one shape. */
export interface KernelFigure {
  readonly kernel: string;
  /** Median milliseconds of a call. */
  readonly median: number;
  /** Slowest over fastest round, less one. */
  readonly spread: number;
  /** 1e9 a second: floating-point operations, or scan state elements. */
  readonly rate: number;
  readonly unit: "GFLOP/s" | "G states/s";
  /** Share of the limit found right before each round, the median. */
  readonly share: number;
}

/** A call on operands that exist once. */
type Case = readonly [name: string, prepare: (ops: Ops) => () => void];

const input = (ops: Ops, shape: readonly number[]): Tensor => ops.input(numbers(sizeOf(shape)), shape);

const weight = (ops: Ops, role: Role, shape: readonly number[]): Tensor =>
  tensorOf(ops.device.write(numbers(sizeOf(shape)), { role, shape, life: "run" }), shape);

function linear(rows: number, inner: number, outer: number, kind?: "gelu" | "into"): Case {
  return [`linear ${rows} × ${inner} → ${outer}${kind ? ` ${kind}` : ""}`, (ops) => {
    const x = input(ops, [rows, inner]), w = weight(ops, "linear", [outer, inner]), bias = input(ops, [outer]);
    const out = input(ops, [rows, outer]);
    return kind === "into"
      ? () => ops.linear(x, w, { bias, into: out })
      : () => ops.linear(x, w, { bias, out, activation: kind ?? "none" });
  }];
}

function scan(length: number, channels: number, stateSize: number, rank: number, orders: readonly ScanOrder[]): Case {
  const k = orders.length, name = `selective_scan ${length} × ${channels}, ${stateSize} states, ${k} directions`;
  return [name, (ops) => {
    const shared = k === 4, u = input(ops, [1, length, channels * (shared ? 1 : k)]);
    const projection = input(ops, [1, length, k * (rank + 2 * stateSize)]), out = input(ops, [1, length, channels]);
    // A as it is in models: from −1 to −N. Where it may be above 0, the scan takes a path that no model takes.
    const width = stateSize + 2 + rank, shape = [k, channels, width];
    const values = numbers(sizeOf(shape)).map((value, i) => i % width < stateSize ? -1 - i % width : value);
    const constants = tensorOf(ops.device.write(values, { role: "scan", shape, life: "run", stateSize }), shape);
    const z = shared ? undefined : input(ops, [1, length, channels]);
    const gridWidth = shared ? Math.sqrt(length) : length;
    return () =>
      ops.selectiveScan(u, projection, constants, { stateSize, orders, gridWidth, sharedInput: shared, z, out });
  }];
}

const CASES: readonly Case[] = [
  linear(197, 192, 768),
  linear(197, 384, 44),
  linear(197, 384, 192, "into"),
  linear(197, 384, 1536),
  linear(197, 768, 56),
  linear(197, 768, 384, "into"),
  linear(4096, 60, 144),
  linear(4096, 72, 96),
  linear(4096, 72, 60, "into"),
  linear(4096, 60, 30, "gelu"),
  linear(1, 192, 1000),
  ["conv2d 64 × 64, 3 × 3, 60 → 60", (ops) => {
    const x = input(ops, [1, 64, 64, 60]), w = weight(ops, "conv2d", [60, 60, 3, 3]), out = input(ops, [1, 64, 64, 60]);
    return () => ops.conv2d(x, w, { padding: 1, out });
  }],
  ["depthwise_conv2d 64 × 64, 3 × 3, 72 silu", (ops) => {
    const x = input(ops, [1, 64, 64, 72]), w = weight(ops, "depthwise", [72, 3, 3]), out = input(ops, [1, 64, 64, 72]);
    return () => ops.depthwiseConv2d(x, w, { activation: "silu", out });
  }],
  ["causal_conv1d 197 × 384, 2 directions silu", (ops) => {
    const x = input(ops, [1, 197, 384]), w = weight(ops, "conv1d", [2, 384, 4]);
    return () => {
      using _ = ops.scope();
      ops.causalConv1d(x, w, { orders: ["row", "rowReversed"], activation: "silu" });
    };
  }],
  ["rms_norm 197 × 192", (ops) => {
    const x = input(ops, [197, 192]), w = input(ops, [192]), out = input(ops, [197, 192]);
    return () => ops.rmsNorm(x, w, { epsilon: 1e-5, out });
  }],
  scan(197, 384, 16, 12, ["row", "rowReversed"]),
  scan(197, 768, 16, 24, ["row", "rowReversed"]),
  scan(4096, 72, 10, 4, ["row", "column", "rowReversed", "columnReversed"]),
];

/** A kernel's call and what it counts. */
export interface Counted {
  readonly kernel: string;
  readonly call: () => void;
  /** Floating-point operations, or scan state elements. */
  readonly operations: number;
  readonly isScan: boolean;
}

/** Every case whose name has `only` in it, on a device, in a scope of the caller's. */
export function countedCases(device: Device, only: string): Counted[] {
  return CASES.filter(([kernel]) => kernel.includes(only)).map(([kernel, prepare]) => {
    const planned = new Ops(openDry()), call = prepare(planned), before = planned.work;
    call();
    const { multiplyAdds, stateElements } = planned.work, isScan = stateElements > 0;
    const operations = isScan ? stateElements : 2 * (multiplyAdds - before.multiplyAdds);
    return { kernel, call: prepare(new Ops(device)), operations, isScan };
  });
}

/** Times every case whose name has `only` in it, on one build, between looks at the limits. */
export async function timeKernels(variant: Variant, gauge: Gauge, only: string): Promise<KernelFigure[]> {
  await using device = await openWasm({ variant, threads: 1 });
  using _ = device.scope();
  return countedCases(device, only).map(({ kernel, call, operations, isScan }) => {
    const times: number[] = [], shares: number[] = [];
    for (let round = 0; round < 15; round++) {
      const { tile, scan } = gauge.now(), time = timesOf(call, 12, 1)[0]!;
      times.push(time);
      shares.push(operations / time / 1e6 / (isScan ? scan : tile));
    }
    const median = medianOf(times);
    return {
      kernel,
      median,
      spread: spreadOf(times),
      rate: operations / median / 1e6,
      unit: isScan ? "G states/s" : "GFLOP/s",
      share: medianOf(shares),
    };
  });
}
