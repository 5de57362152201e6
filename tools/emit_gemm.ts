/**
 * The inner loops of the matrix product, as WebAssembly assembly.
 *
 * @module
 */
import { multiplyAdd, range, Routine } from "./asm_routine.ts";

/** The sum of row r, left or right half. */
const sum = (r: number, v: number): string => `s${r}_${v}`;
const half = ["left", "right"] as const;

/** Declares the locals of a tile: addresses of its rows, sums, and what a step holds. */
function declareTile(f: Routine, rows: number): void {
  f.integers(...range(rows).map((r) => `x${r}`), "k");
  f.vectors(...range(rows).flatMap((r) => [sum(r, 0), sum(r, 1)]), "left", "right", "x");
}

/** Adds the products of the next `count` numbers at each row's address with the rows of eight at `b`. */
function multiplySteps(f: Routine, relaxed: boolean, rows: number, b: string, count: number): void {
  for (const k of range(count)) {
    for (const [v, name] of half.entries()) {
      f.emit(`local.get $${b}`, `v128.load ${k * 32 + v * 16}:p2align=2`, `local.set $${name}`);
    }
    for (const r of range(rows)) {
      f.emit(`local.get $x${r}`, `v128.load32_splat ${k * 4}:p2align=2`, "local.set $x");
      for (const [v, name] of half.entries()) {
        f.emit(
          ...multiplyAdd(relaxed, ["local.get $x", `local.get $${name}`], `local.get $${sum(r, v)}`),
          `local.set $${sum(r, v)}`,
        );
      }
    }
  }
  for (const r of range(rows)) f.advance(`x${r}`, 4 * count);
  f.advance(b, 32 * count);
}

/**
 * gemm_tile(taps, segment, table, b, start, c, cStride): c[r][0..8) = start[0..8) + Σ x·b over `taps` segments, whose
 * `rows` addresses stand in the table. `unroll` steps of k a turn, the rest one by one. With `into` the routine is gemm_into(…,
 * scale): c = c·scale[0..8) + that.
 */
export function gemmTile(relaxed: boolean, rows: number, unroll: number, into = false): string {
  const f = new Routine(["taps", "segment", "table", "b", "start", "c", "cStride", ...into ? ["scale"] : []]);
  declareTile(f, rows);
  for (const v of [0, 1]) {
    for (const r of range(rows)) f.emit("local.get $start", `v128.load ${v * 16}:p2align=2`, `local.set $${sum(r, v)}`);
  }
  f.countDown("taps", 1, () => {
    for (const r of range(rows)) f.emit("local.get $table", `i32.load ${4 * r}`, `local.set $x${r}`);
    f.advance("table", 4 * rows);
    const steps = (count: number) => f.countDown("k", count, () => multiplySteps(f, relaxed, rows, "b", count));
    if (unroll === 1) {
      f.emit("local.get $segment", "local.set $k");
      steps(1);
      return;
    }
    f.emit("local.get $segment", `i32.const ${-unroll}`, "i32.and", "local.set $k");
    f.unlessZero("k", () => steps(unroll));
    f.emit("local.get $segment", `i32.const ${unroll - 1}`, "i32.and", "local.set $k");
    f.unlessZero("k", () => steps(1));
  });
  if (into) {
    for (const v of [0, 1]) f.emit("local.get $scale", `v128.load ${v * 16}:p2align=2`, `local.set $${half[v]}`);
  }
  for (const r of range(rows)) {
    for (const v of [0, 1]) {
      const at = `${v * 16}:p2align=2`, factors = ["local.get $c", `v128.load ${at}`, `local.get $${half[v]}`];
      const value = `local.get $${sum(r, v)}`;
      f.emit("local.get $c", ...(into ? multiplyAdd(relaxed, factors, value) : [value]), `v128.store ${at}`);
    }
    f.advance("c", "cStride");
  }
  return f.text(into ? "gemm_into" : "gemm_tile");
}

/**
 * attention_scores(tiles, segment, from, stride, b, bias, offsets, c, edges): the products of rows, from `from` on and `stride`
 * bytes apart, `rows` a tile, with the eight columns of b, to c: rows of eight. A product has `segment` terms, a multiple of 4.
 * Row j begins with the eight numbers at bias + offsets[j] (bytes); `edges` takes the largest of each column.
 */
export function attentionScores(relaxed: boolean, rows: number): string {
  const f = new Routine(["tiles", "segment", "from", "stride", "b", "bias", "offsets", "c", "edges"]);
  declareTile(f, rows);
  f.integers("at");
  f.countDown("tiles", 1, () => {
    for (const r of range(rows)) {
      f.emit("local.get $from", `local.set $x${r}`);
      f.advance("from", "stride");
      f.emit("local.get $bias", "local.get $offsets", `i32.load ${4 * r}`, "i32.add", "local.set $at");
      for (const v of [0, 1]) f.emit("local.get $at", `v128.load ${16 * v}:p2align=2`, `local.set $${sum(r, v)}`);
    }
    f.advance("offsets", 4 * rows);
    f.emit("local.get $b", "local.set $at");
    f.emit("local.get $segment", "local.set $k");
    f.countDown("k", 4, () => multiplySteps(f, relaxed, rows, "at", 4));
    for (const v of [0, 1]) {
      f.emit("local.get $edges", "local.get $edges", `v128.load ${16 * v}:p2align=2`);
      for (const r of range(rows)) f.emit(`local.get $${sum(r, v)}`, "f32x4.pmax");
      f.emit(`v128.store ${16 * v}:p2align=2`);
      for (const r of range(rows)) {
        f.emit("local.get $c", `local.get $${sum(r, v)}`, `v128.store ${32 * r + 16 * v}:p2align=2`);
      }
    }
    f.advance("c", 32 * rows);
  });
  return f.text("attention_scores");
}

/**
 * gemm_row(segment, x, b0, b1, b2, b3, start, c): the same for one row and four panels side by side. One panel alone would
 * wait for its own sums, and memory gives several streams faster than one.
 */
export function gemmRow(relaxed: boolean): string {
  const panels = range(4).map((i) => `b${i}`), f = new Routine(["segment", "x", ...panels, "start", "c"]);
  const halves = panels.flatMap((panel, i) =>
    [0, 16].map((at) => ({ panel, at, sum: `s${i}_${at}`, to: 32 * i + at }))
  );
  f.integers("k");
  f.vectors(...halves.map(({ sum }) => sum), "value");
  for (const { sum, to } of halves) f.emit("local.get $start", `v128.load ${to}:p2align=2`, `local.set $${sum}`);
  const steps = (count: number) => {
    for (const k of range(count)) {
      f.emit("local.get $x", `v128.load32_splat ${4 * k}:p2align=2`, "local.set $value");
      for (const { panel, at, sum } of halves) {
        const factors = ["local.get $value", `local.get $${panel}`, `v128.load ${32 * k + at}:p2align=2`];
        f.emit(...multiplyAdd(relaxed, factors, `local.get $${sum}`), `local.set $${sum}`);
      }
    }
    f.advance("x", 4 * count);
    for (const panel of panels) f.advance(panel, 32 * count);
  };
  f.emit("local.get $segment", "i32.const -2", "i32.and", "local.set $k");
  f.unlessZero("k", () => f.countDown("k", 2, () => steps(2)));
  f.emit("local.get $segment", "i32.const 1", "i32.and", "local.set $k");
  f.unlessZero("k", () => f.countDown("k", 1, () => steps(1)));
  for (const { sum, to } of halves) f.emit("local.get $c", `local.get $${sum}`, `v128.store ${to}:p2align=2`);
  return f.text("gemm_row");
}
