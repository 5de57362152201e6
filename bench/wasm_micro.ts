/**
 * What this machine can do, and how near the kernels come to it. The limits are loops of the same kind as the kernels'
 * innermost ones on data that stays in the first-level cache; every figure of a kernel stands beside its limit of the
 * same run, because machines and engines differ by more than kernels do.
 *
 *     deno run -A bench/wasm_micro.ts [relaxed-simd | simd128] [FILE.wasm]
 *
 * @module
 */
import { encodeOrders, type KernelName, type Params, SCAN_ORDERS, workOf } from "../src/kernels.ts";
import { instantiate, type Variant, type WasmInstance } from "../src/wasm/load.ts";
import { EXP2, FLOOR, gemmTile, multiplyAdd, range, ROUND, Routine, scanSteps } from "../tools/emit_asm.ts";
import { assemble } from "./assemble.ts";

/** Rates of one thread, in units of 1e9 a second. */
export interface Limits {
  /** Floating-point operations (two a multiply-add) of twelve independent chains in registers. */
  readonly registers: number;
  /** Floating-point operations of the ordered matrix tile on cached data: the unit G. */
  readonly tile: number;
  /** Exponentials. */
  readonly exp: number;
  /** Scan state elements. */
  readonly scan: number;
}

/** Milliseconds of one call, the best of several rounds. */
export function bestOf(call: () => void, round = 1, rounds = 150): number {
  let calls = 1, best = Infinity;
  for (let elapsed = 0; elapsed < round / 2; calls *= 2) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) call();
    elapsed = performance.now() - start;
  }
  for (let r = 0; r < rounds; r++) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) call();
    best = Math.min(best, (performance.now() - start) / calls);
  }
  return best;
}

/** registers(turns): twelve chains of multiply-adds, eight a turn each. */
function registerLoop(relaxed: boolean): string {
  const f = new Routine(["turns"]), chains = range(12);
  f.vectors(...chains.map((i) => `s${i}`), "x", "y");
  f.constant("x", 0.5);
  f.constant("y", 0.5);
  f.countDown("turns", 1, () => {
    for (const i of range(96).map((i) => i % 12)) {
      f.emit(...multiplyAdd(relaxed, [`local.get $s${i}`, "local.get $x"], "local.get $y"), `local.set $s${i}`);
    }
  });
  f.emit(
    "i32.const 0",
    ...chains.map((i) => `local.get $s${i}`),
    ...chains.slice(1).map(() => "f32x4.add"),
    "v128.store 0",
  );
  return f.text("registers");
}

/** exps(count, x): x = 2^x for 4·count floats, two vectors at a time. */
function expLoop(relaxed: boolean): string {
  const f = new Routine(["count", "x"]);
  f.vectors("round", "floor", ...EXP2.map((_, i) => `p${i}`), ...range(2).flatMap((i) => [`e${i}`, `f${i}`]));
  f.constant("round", ROUND);
  f.constant("floor", FLOOR);
  EXP2.forEach((value, i) => f.constant(`p${i}`, value));
  f.countDown("count", 2, () => {
    for (const i of range(2)) {
      f.emit("local.get $x", `v128.load ${16 * i}`, "local.get $floor", "f32x4.pmax", `local.set $f${i}`);
      f.emit(`local.get $f${i}`, "local.get $round", "f32x4.add", `local.set $e${i}`);
      f.emit(`local.get $f${i}`, `local.get $e${i}`, "local.get $round", "f32x4.sub", "f32x4.sub", `local.set $f${i}`);
    }
    for (const i of range(2)) {
      f.emit("local.get $x", "local.get $p0");
      for (const p of range(EXP2.length).slice(1)) {
        f.emit(...multiplyAdd(relaxed, [`local.get $f${i}`], `local.get $p${p}`));
      }
      f.emit(`local.get $e${i}`, "i32.const 23", "i32x4.shl", "i32x4.add", `v128.store ${16 * i}`);
    }
    f.advance("x", 32);
  });
  return f.text("exps");
}

/** Measures the limits of this engine. `relaxed`: with fused multiply-adds. */
export function measureLimits(relaxed: boolean): Limits {
  const memory = new WebAssembly.Memory({ initial: 8 }), words = new Uint32Array(memory.buffer);
  const rows = relaxed ? 6 : 4, inner = 512, unroll = relaxed ? 4 : 1, states = 16, steps = 50;
  const registers = assemble(registerLoop(relaxed), memory), exps = assemble(expLoop(relaxed), memory);
  const tile = assemble(gemmTile(relaxed, rows, unroll), memory),
    scan = assemble(scanSteps(relaxed, states, 128, false), memory);
  const [table, start, x, b, c] = [1024, 2048, 4096, 65536, 131072];
  for (let r = 0; r < rows; r++) words[table / 4 + r] = x + 4 * r * (inner + 16);
  return {
    registers: 96 * 4 * 2 * 1000 / bestOf(() => registers(1000)) / 1e6,
    tile: 2 * rows * 8 * inner / bestOf(() => tile(1, inner, table, b, start, c, 32)) / 1e6,
    exp: 2048 / bestOf(() => exps(512, x)) / 1e6,
    scan: 4 * steps * states / bestOf(() => scan(steps, x, x + 16384, c, b, b + 16384, 128, start, start + 1024)) / 1e6,
  };
}

/** One kernel call on fresh random operands; `operands` are lengths in floats, 0 for an absent one. */
function timeKernel<K extends KernelName>(
  { kernels, memory, heapBase }: WasmInstance,
  kernel: K,
  operands: readonly number[],
  params: Params<K>,
): number {
  let next = Math.ceil(heapBase / 64) * 64;
  const take = (floats: number): number => {
    const at = next;
    next += Math.ceil(floats / 16) * 64 + 64;
    return at;
  };
  const scratch = take(1 << 18), offsets = operands.map((floats) => floats ? take(floats) : 0);
  const missing = next - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / 65536) + 1);
  const floats = new Float32Array(memory.buffer);
  for (let i = offsets.find((at) => at > 0)! / 4; i < next / 4; i++) floats[i] = -Math.random();
  const args = [...offsets, ...Object.values(params as Record<string, number>), scratch];
  return bestOf(() => kernels[kernel](...args));
}

/** Layer shapes: Vim-Ti, Vim-S and MambaIR-light ×2 on 64 × 64. */
const LINEAR:
  readonly (readonly [rows: number, inner: number, outer: number, activation?: number, accumulate?: number])[] = [
    [197, 192, 768],
    [197, 384, 44],
    [197, 384, 192],
    [197, 384, 192, 0, 1],
    [197, 384, 1536],
    [197, 768, 56],
    [197, 768, 384],
    [4096, 60, 144],
    [4096, 72, 96],
    [4096, 72, 60, 0, 1],
    [4096, 60, 30, 2],
    [1, 192, 1000],
  ];
const SCANS:
  readonly (readonly [length: number, channels: number, states: number, rank: number, directions: number])[] = [
    [197, 384, 16, 12, 1],
    [197, 384, 16, 12, 2],
    [197, 768, 16, 24, 2],
    [4096, 72, 10, 4, 4],
  ];

/** Measures the kernels of one build and prints them beside the limits. */
export async function printMicro(variant: Variant, module?: WebAssembly.Module): Promise<void> {
  const relaxed = variant === "relaxed-simd", limits = measureLimits(relaxed);
  const wasm = await instantiate(module ? { variant, module } : { variant });
  const line = (name: string, rate: number, limit: number, unit: string) =>
    console.log(
      `${name.padEnd(44)} ${rate.toFixed(2).padStart(7)} ${unit}  ${(100 * rate / limit).toFixed(0).padStart(3)} %`,
    );
  console.log(variant, limits);
  for (const [rows, inner, outer, activation = 0, accumulate = 0] of LINEAR) {
    const params = { rows, inner, outer, xStride: inner, outStride: outer, activation, slope: 0, accumulate };
    const ms = timeKernel(
      wasm,
      "linear",
      [rows * inner, (outer + 7) * inner, outer, accumulate * outer, rows * outer],
      params,
    );
    const name = `linear ${rows}×${inner}→${outer}${activation ? " gelu" : ""}${accumulate ? " accumulate" : ""}`;
    line(name, 2 * workOf("linear", params).multiplyAdds / ms / 1e6, limits.tile, "GFLOP/s");
  }
  for (const [channels, size] of [[60, 64]] as const) {
    const pixels = size * size, side = { batch: 1, height: size, width: size, xStride: channels, outStride: channels };
    const rows = { activation: 0, slope: 0, firstRow: 0, rowCount: size };
    const filter = {
      inChannels: channels,
      outChannels: channels,
      kernelHeight: 3,
      kernelWidth: 3,
      stride: 1,
      padding: 1,
    };
    const dense = { ...side, ...filter, ...rows, accumulate: 0 };
    const { batch, height, width, xStride, outStride } = side, { activation, slope, firstRow, rowCount } = rows;
    const ordered = {
      ...{ batch, height, width, ...filter, xStride, outStride, activation, slope, accumulate: 0, firstRow, rowCount },
    };
    const denseMs = timeKernel(
      wasm,
      "conv2d",
      [pixels * channels, 9 * 64 * channels, channels, 0, pixels * channels],
      ordered,
    );
    line(
      `conv2d 3×3 ${channels} channels ${size}²`,
      2 * workOf("conv2d", dense).multiplyAdds / denseMs / 1e6,
      limits.tile,
      "GFLOP/s",
    );
    const depthwise = {
      ...{ batch, height, width, channels: 72, size: 3, dilation: 1, xStride: 72, outStride: 72 },
      ...{ activation: 1, slope, firstRow, rowCount },
    };
    const ms = timeKernel(wasm, "depthwise_conv2d", [pixels * 72, 9 * 72, 72, pixels * 72], depthwise);
    line(
      `depthwise_conv2d 3×3 silu 72 channels ${size}²`,
      2 * workOf("depthwise_conv2d", depthwise).multiplyAdds / ms / 1e6,
      limits.tile,
      "GFLOP/s",
    );
  }
  const conv = {
    ...{ batch: 1, length: 197, channels: 384, width: 4, directions: 2, orders: encodeOrders(["row", "rowReversed"]) },
    ...{ gridWidth: 197, xStride: 768, xStep: 0, outStride: 768, activation: 1, carry: 0 },
  };
  const convMs = timeKernel(wasm, "causal_conv1d", [197 * 768, 2 * 384 * 4, 768, 0, 0, 197 * 768], conv);
  line(
    "causal_conv1d 197×384 2 directions silu",
    2 * workOf("causal_conv1d", conv).multiplyAdds / convMs / 1e6,
    limits.tile,
    "GFLOP/s",
  );
  for (const [length, channels, stateSize, rank, directions] of SCANS) {
    const width = rank + 2 * stateSize, shared = length > 1000;
    const projected = width * directions, inputs = channels * (shared ? 1 : directions);
    const params = {
      ...{ batch: 1, length, channels, stateSize, rank, groups: 1, directions },
      orders: encodeOrders(shared ? SCAN_ORDERS.slice(0, directions) : SCAN_ORDERS.slice(0, directions)),
      ...{ gridWidth: shared ? 64 : length, softplus: 1, uStride: inputs, uStep: shared ? 0 : channels },
      ...{ projectionStride: projected, projectionStep: width, zStride: shared ? 0 : channels, outStride: channels },
      ...{ accumulate: 0, carry: 0, firstStep: 0, stepCount: length },
    };
    const constants = directions * (stateSize + 2 + rank) * channels;
    const operands = [
      length * inputs,
      length * projected,
      constants,
      shared ? 0 : length * channels,
      0,
      0,
      length * channels,
    ];
    const ms = timeKernel(wasm, "selective_scan", operands, params);
    line(
      `scan L${length} D${channels} N${stateSize} R${rank} ×${directions}`,
      workOf("selective_scan", params).stateElements / ms / 1e6,
      limits.scan,
      "G el/s",
    );
  }
  for (const kernel of ["rms_norm", "layer_norm"] as const) {
    const params = {
      ...{ rows: 197, columns: 192, epsilon: 1e-5, xStride: 192, residualStride: 192, gateStride: 192, outStride: 192 },
    };
    const ms = timeKernel(
      wasm,
      kernel,
      kernel === "rms_norm" ? [37824, 37824, 192, 0, 37824] : [37824, 37824, 192, 192, 0, 37824],
      params,
    );
    console.log(`${kernel} 197×192 with residual: ${(1000 * ms).toFixed(1)} µs`);
  }
}

if (import.meta.main) {
  const [variant = "relaxed-simd", file] = Deno.args;
  await printMicro(variant as Variant, file ? new WebAssembly.Module(Deno.readFileSync(file)) : undefined);
}
