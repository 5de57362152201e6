/**
 * What this machine can do: loops of the same kind as the kernels' innermost ones on data that stays in the first-level
 * cache. Every figure of a kernel or model stands beside these, measured in the same run, because machines and engines
 * differ by more than kernels do.
 *
 * @module
 */
import { multiplyAdd, range, Routine } from "../tools/asm_routine.ts";
import { EXP2, FLOOR, ROUND, scanSteps } from "../tools/emit_asm.ts";
import { gemmTile } from "../tools/emit_gemm.ts";
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
  /** Bytes read from memory that no cache holds. */
  readonly memory: number;
}

/** Milliseconds of one call in each of several rounds, fastest first. */
export function timesOf(call: () => void, round = 12, rounds = 15): number[] {
  let calls = 1;
  for (let elapsed = 0; elapsed < round / 2; calls *= 2) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) call();
    elapsed = performance.now() - start;
  }
  return Array.from({ length: rounds }, () => {
    const start = performance.now();
    for (let i = 0; i < calls; i++) call();
    return (performance.now() - start) / calls;
  }).sort((a, b) => a - b);
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

/** Bytes that no cache holds. */
const LARGE = 1 << 27;

/**
 * reads(turns, gap): the sum of what `streams` streams of 64 bytes a turn hold, `gap` bytes apart from the 64 KiB mark on.
 * Memory gives several streams faster than one.
 */
function readLoop(streams: number): string {
  const f = new Routine(["turns", "gap"]), chains = range(8), from = range(streams).map((i) => `x${i}`);
  f.integers(...from);
  f.vectors(...chains.map((i) => `s${i}`));
  f.emit("i32.const 65536", "local.set $x0");
  for (const i of range(streams).slice(1)) {
    f.emit(`local.get $x${i - 1}`, "local.get $gap", "i32.add", `local.set $x${i}`);
  }
  f.countDown("turns", 1, () => {
    for (const [i, x] of from.entries()) {
      for (const v of range(4)) {
        const sum = `local.get $s${(4 * i + v) % 8}`;
        f.emit(`local.get $${x}`, `v128.load ${16 * v}`, sum, "f32x4.add", sum.replace("get", "set"));
      }
      f.advance(x, 64);
    }
  });
  f.emit(
    "i32.const 0",
    ...chains.map((i) => `local.get $s${i}`),
    ...chains.slice(1).map(() => "f32x4.add"),
    "v128.store 0",
  );
  return f.text("reads");
}

/**
 * Reads a large memory in so many rounds: gigabytes a second, of one to sixteen streams the best. The memory is written first,
 * as all pages of a new one are the same.
 */
function openMemory(): (rounds: number) => number {
  const memory = new WebAssembly.Memory({ initial: (LARGE + (1 << 16)) / 65536 });
  new Float32Array(memory.buffer).fill(1);
  const loops = [1, 4, 8, 16].map((streams) => ({ streams, reads: assemble(readLoop(streams), memory) }));
  return (rounds) =>
    Math.max(...loops.map(({ streams, reads }) => {
      const bytes = LARGE / streams;
      return LARGE / timesOf(() => reads(bytes / 64, bytes), 1, rounds)[0]! / 1e6;
    }));
}

/** A loop that kernels are held against, and what one call of it counts. */
export interface Rival {
  readonly call: () => void;
  readonly operations: number;
}

/** The ordered matrix tile and the scan step on cached data, with what the other limits are measured on. */
function openLoops(relaxed: boolean) {
  const memory = new WebAssembly.Memory({ initial: 8 }), words = new Uint32Array(memory.buffer);
  const rows = relaxed ? 6 : 4, inner = 512, unroll = relaxed ? 4 : 1, states = 16, steps = 50;
  const tile = assemble(gemmTile(relaxed, rows, unroll), memory),
    scan = assemble(scanSteps(relaxed, states, false), memory);
  const [table, start, x, b, c] = [1024, 2048, 4096, 65536, 131072];
  for (let r = 0; r < rows; r++) words[table / 4 + r] = x + 4 * r * (inner + 16);
  return {
    memory,
    x,
    tile: { call: () => tile(1, inner, table, b, start, c, 32), operations: 2 * rows * 8 * inner },
    scan: {
      call: () => scan(steps, x, 128, x + 16384, 128, c, 128, b, b + 16384, 128, start, c + 16384, x, -1),
      operations: 4 * steps * states,
    },
  };
}

/** The loops that products and scans are held against. */
export function openRivals(relaxed: boolean): { readonly tile: Rival; readonly scan: Rival } {
  return openLoops(relaxed);
}

/**
 * What finds the limits of this engine. Others who use a machine change its speed from one second to the next, so `now` takes
 * a few milliseconds and is called beside each timing; `best` is what the engine gives undisturbed.
 */
export interface Gauge {
  best(): Limits;
  /** `memory`, which takes longer, only if it is asked for. */
  now(memory?: boolean): Limits;
}

/** Makes the loops. `relaxed`: with fused multiply-adds. */
export function openGauge(relaxed: boolean): Gauge {
  const { memory, x, tile, scan } = openLoops(relaxed), read = openMemory();
  const registers = assemble(registerLoop(relaxed), memory), exps = assemble(expLoop(relaxed), memory);
  const loops = {
    registers: { call: () => registers(1000), operations: 96 * 4 * 2 * 1000 },
    tile,
    exp: { call: () => exps(512, x), operations: 2048 },
    scan,
  };
  const rates = (round: number, rounds: number) => {
    const rateOf = ({ call, operations }: Rival): number => operations / timesOf(call, round, rounds)[0]! / 1e6;
    return {
      registers: rateOf(loops.registers),
      tile: rateOf(loops.tile),
      exp: rateOf(loops.exp),
      scan: rateOf(loops.scan),
    };
  };
  return {
    best: () => ({ ...rates(12, 15), memory: read(5) }),
    now: (memory = false) => ({ ...rates(0.5, 2), memory: memory ? read(1) : NaN }),
  };
}
