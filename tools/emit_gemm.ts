/**
 * The inner loops of the matrix product, as WebAssembly assembly.
 *
 * @module
 */
import { multiplyAdd, range, Routine } from "./asm_routine.ts";

/**
 * gemm_tile(taps, segment, table, b, start, c, cStride): c[r][0..8) = start[0..8) + Σ x·b over `taps` segments, whose
 * `rows` addresses stand in the table. `unroll` steps of k a turn, the rest one by one. With `into` the routine is gemm_into(…,
 * scale): c = c·scale[0..8) + that.
 */
export function gemmTile(relaxed: boolean, rows: number, unroll: number, into = false): string {
  const f = new Routine(["taps", "segment", "table", "b", "start", "c", "cStride", ...into ? ["scale"] : []]);
  const sum = (r: number, v: number) => `s${r}_${v}`, half = ["left", "right"] as const;
  f.integers(...range(rows).map((r) => `x${r}`), "k");
  f.vectors(...range(rows).flatMap((r) => [sum(r, 0), sum(r, 1)]), "left", "right", "x");
  const step = (k: number) => {
    for (const [v, name] of half.entries()) {
      f.emit("local.get $b", `v128.load ${k * 32 + v * 16}:p2align=2`, `local.set $${name}`);
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
  };
  const steps = (count: number) => {
    for (const k of range(count)) step(k);
    for (const r of range(rows)) f.advance(`x${r}`, 4 * count);
    f.advance("b", 32 * count);
  };
  for (const v of [0, 1]) {
    for (const r of range(rows)) f.emit("local.get $start", `v128.load ${v * 16}:p2align=2`, `local.set $${sum(r, v)}`);
  }
  f.countDown("taps", 1, () => {
    for (const r of range(rows)) f.emit("local.get $table", `i32.load ${4 * r}`, `local.set $x${r}`);
    f.advance("table", 4 * rows);
    if (unroll === 1) {
      f.emit("local.get $segment", "local.set $k");
      f.countDown("k", 1, () => steps(1));
      return;
    }
    f.emit("local.get $segment", `i32.const ${-unroll}`, "i32.and", "local.set $k");
    f.unlessZero("k", () => f.countDown("k", unroll, () => steps(unroll)));
    f.emit("local.get $segment", `i32.const ${unroll - 1}`, "i32.and", "local.set $k");
    f.unlessZero("k", () => f.countDown("k", 1, () => steps(1)));
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
