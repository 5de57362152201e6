/**
 * Prints the inner loops whose instruction order matters as WebAssembly assembly for `global_asm!`. V8 does not
 * schedule: what the module says is what runs, and a compiler that hoists the broadcasts out of order spills half of a
 * large tile. Here every value is made right before its last use is possible, within fifteen vector registers.
 * `tools/build_wasm.ts` writes the texts.
 *
 * @module
 */

import { multiplyAdd, range, Routine } from "./asm_routine.ts";
import { attentionScores, gemmRow, gemmTile } from "./emit_gemm.ts";

/** Coefficients of 2^f on [−½, ½] after the leading 1, highest power first; the same as `exp2` of `simd.rs`. */
export const EXP2 = [0.0013264727, 0.009671513, 0.055507337, 0.24022242, 0.693147, 1];
/** 1.5·2²³: adding it rounds to an integer, which is then in the low bits. */
export const ROUND = 12582912;
/** Below this power of two the result is 0. */
export const FLOOR = -127;

/**
 * scan_steps_N(steps, delta, stride, u, uStep, y, yStep, b, c, width, a, h, skip, keep): `steps` steps of four channels and
 * N states. Rows of delta, a and h (a row a state) are `stride` bytes apart, those of u `uStep`, of y `yStep`, of b and c
 * `width`; these three may be negative, so that any straight walk over an image needs no copy. `keep` is −1, or 0 where y
 * holds nothing yet.
 *
 *     h = 2^(δ·A)·h + (δ·u)·B;   y = y + skip·u + h·C
 *
 * for −125 ≤ δ·A ≤ 0: the power is put together by adding the rounded δ·A to the exponent bits. `clamped` (the routine is
 * then scan_clamped_N) takes any δ·A ≤ 0.
 */
export function scanSteps(relaxed: boolean, states: number, clamped: boolean): string {
  const walks = [["delta", "stride"], ["u", "uStep"], ["y", "yStep"], ["b", "width"], ["c", "width"]] as const;
  const f = new Routine(["steps", ...walks.slice(0, 3).flat(), "b", "c", "width", "a", "h", "skip", "keep"]);
  const each = range(states), pair = range(states % 2 === 0 ? 2 : 1);
  const constants = EXP2.map((_, i) => `p${i}`);
  f.integers("at");
  f.vectors(
    ...each.map((n) => `h${n}`),
    ...each.map((n) => `a${n}`),
    ...constants,
    ...["round", "floor", "through", "old", "d", "x", "sum"],
    ...pair.flatMap((i) => [`e${i}`, `f${i}`]),
  );
  EXP2.forEach((value, i) => f.constant(constants[i]!, value));
  f.constant("round", ROUND);
  if (clamped) f.constant("floor", FLOOR);
  f.emit("local.get $skip", "v128.load 0:p2align=2", "local.set $through");
  f.emit("local.get $keep", "i32x4.splat", "local.set $old");
  f.emit("local.get $h", "local.set $at");
  for (const n of each) {
    f.emit("local.get $a", "v128.load 0:p2align=2", `local.set $a${n}`);
    f.emit("local.get $at", "v128.load 0:p2align=2", `local.set $h${n}`);
    f.advance("a", "stride");
    f.advance("at", "stride");
  }
  /** e = round(δ·A) + ROUND, f = δ·A − round(δ·A). */
  const reduce = (n: number, i: number) => {
    const product = ["local.get $d", `local.get $a${n}`];
    if (relaxed && !clamped) {
      f.emit(...product, "local.get $round", "f32x4.relaxed_madd", `local.set $e${i}`);
      f.emit(...product, "local.get $round", `local.get $e${i}`, "f32x4.sub", "f32x4.relaxed_madd", `local.set $f${i}`);
      return;
    }
    f.emit(...product, "f32x4.mul", ...(clamped ? ["local.get $floor", "f32x4.pmax"] : []), `local.tee $f${i}`);
    f.emit("local.get $round", "f32x4.add", `local.set $e${i}`);
    f.emit(`local.get $f${i}`, `local.get $e${i}`, "local.get $round", "f32x4.sub", "f32x4.sub", `local.set $f${i}`);
  };
  const advance = (n: number, i: number) => {
    f.emit("local.get $p0");
    for (const p of constants.slice(1)) f.emit(...multiplyAdd(relaxed, [`local.get $f${i}`], `local.get $${p}`));
    f.emit(`local.get $e${i}`, "i32.const 23", "i32x4.shl", "i32x4.add", `local.get $h${n}`);
    const fresh = ["local.get $x", "local.get $b", `v128.load32_splat ${4 * n}:p2align=2`, "f32x4.mul"];
    f.emit(...(relaxed ? [...fresh, "f32x4.relaxed_madd"] : ["f32x4.mul", ...fresh, "f32x4.add"]), `local.set $h${n}`);
    const factors = [`local.get $h${n}`, "local.get $c", `v128.load32_splat ${4 * n}:p2align=2`];
    f.emit(...multiplyAdd(relaxed, factors, "local.get $sum"), "local.set $sum");
  };
  f.countDown("steps", 1, () => {
    f.emit("local.get $delta", "v128.load 0:p2align=2", "local.set $d");
    f.emit(
      "local.get $u",
      "v128.load 0:p2align=2",
      "local.tee $x",
      "local.get $through",
      "f32x4.mul",
      "local.set $sum",
    );
    f.emit("local.get $x", "local.get $d", "f32x4.mul", "local.set $x");
    for (let n = 0; n < states; n += pair.length) {
      for (const i of pair) reduce(n + i, i);
      for (const i of pair) advance(n + i, i);
    }
    f.emit("local.get $y", "local.get $y", "v128.load 0:p2align=2", "local.get $old", "v128.and");
    f.emit("local.get $sum", "f32x4.add", "v128.store 0:p2align=2");
    for (const [pointer, step] of walks) f.advance(pointer, step);
  });
  for (const n of each) {
    f.emit("local.get $h", `local.get $h${n}`, "v128.store 0:p2align=2");
    f.advance("h", "stride");
  }
  return f.text(`scan_${clamped ? "clamped" : "steps"}_${states}`);
}

/** Constants of the elementwise functions; the fits and their errors are in `docs/numerics.md`. */
const LOG1P = [0.1401226, 0.13999565, 0.20010845, 0.33333207];
const ERFC = [
  ...[0.050272626, -0.18294371, 0.16915501, -0.005667874, 0.14146096],
  ...[0.16853387, 0.20784387, 0.22566952, 0.22567586],
];

/** What a pass does with a vector; of `MAPS`: expects x in `$x`, leaves the result on the stack. */
type Body = (f: Routine, use: (value: number) => string, madd: (factors: string[], sum: string) => string[]) => void;

/** Leaves 2^t on the stack for the t that stands there, t ≤ 127: below −126.5 it is 0. */
const exp2: Body = (f, use, madd) => {
  f.emit(use(FLOOR), "f32x4.pmax", "local.tee $t", use(ROUND), "f32x4.add", "local.set $n");
  f.emit("local.get $t", "local.get $n", use(ROUND), "f32x4.sub", "f32x4.sub", "local.set $t");
  f.emit(use(EXP2[0]!));
  for (const coefficient of EXP2.slice(1)) f.emit(...madd(["local.get $t"], use(coefficient)));
  f.emit("local.get $n", "i32.const 23", "i32x4.shl", "i32x4.add");
};

/** Leaves 1 + e^−x on the stack, for x ≥ −88. */
const onePlusExp: Body = (f, use, madd) => {
  f.emit("local.get $x", use(-Math.LOG2E), "f32x4.mul");
  exp2(f, use, madd);
  f.emit(use(1), "f32x4.add");
};

/** x at least `floor`; a NaN stays, because pmax gives its first operand then. */
const clamp = (f: Routine, floor: string): void => f.emit("local.get $x", floor, "f32x4.pmax", "local.set $x");

/** Functions of one variable, applied to whole vectors. */
const MAPS: Readonly<Record<string, Body>> = {
  sigmoid: (f, use, madd) => {
    clamp(f, use(-88));
    f.emit(use(1));
    onePlusExp(f, use, madd);
    f.emit("f32x4.div");
  },
  silu: (f, use, madd) => {
    clamp(f, use(-88));
    f.emit("local.get $x");
    onePlusExp(f, use, madd);
    f.emit("f32x4.div");
  },
};

/** A loop over `count` vectors whose pointers, all parameters but the last, advance by one; constants come first. */
function pass(relaxed: boolean, params: readonly string[], body: Body): Routine {
  const f = new Routine(params), constants = new Map<number, string>();
  const use = (value: number): string => {
    if (!constants.has(value)) constants.set(value, `c${constants.size}`);
    return `local.get $${constants.get(value)}`;
  };
  f.vectors("x", "t", "n");
  f.countDown("count", 1, () => {
    body(f, use, (factors, sum) => multiplyAdd(relaxed, factors, sum));
    for (const pointer of params.slice(0, -1)) f.advance(pointer, 16);
  });
  const lines = f.take();
  for (const [value, local] of constants) {
    f.vectors(local);
    f.constant(local, value);
  }
  f.emit(...lines);
  return f;
}

/**
 * GELU, x·Φ(x) = max(x, 0) − |x|·½·erfc(|x|/√2), in two passes: at once it has more constants than there are registers. The
 * tail ½·erfc(|x|/√2) is e^(−x²/2) times a polynomial in t = 1/(1 + 0.4·|x|/√2).
 *
 *     gelu_exp(from, to, count): to = e^(−from²/2)
 *     gelu_tail(from, powers, to, count): to = GELU(from), `powers` being what gelu_exp gave
 *
 * Beyond 14 the tail is that of 14, below 1e-43, so that ∞·0 cannot come up.
 */
function gelu(relaxed: boolean): string {
  const power = pass(relaxed, ["from", "to", "count"], (f, use, madd) => {
    f.emit("local.get $to", "local.get $from", "v128.load 0:p2align=2", "local.tee $x", "local.get $x", "f32x4.mul");
    f.emit(use(-Math.LOG2E / 2), "f32x4.mul");
    exp2(f, use, madd);
    f.emit("v128.store 0:p2align=2");
  });
  const tail = pass(relaxed, ["from", "powers", "to", "count"], (f, use, madd) => {
    f.emit("local.get $from", "v128.load 0:p2align=2", "local.tee $x", "f32x4.abs", use(14), "f32x4.pmin");
    f.emit("local.set $n", use(0.5), ...madd(["local.get $n", use(0.2 * Math.SQRT2 / 2)], use(0.5)));
    f.emit("f32x4.div", "local.set $t", use(-ERFC[0]! / 2));
    for (const coefficient of ERFC.slice(1)) f.emit(...madd(["local.get $t"], use(-coefficient / 2)));
    f.emit("local.get $t", "local.get $powers", "v128.load 0:p2align=2", "f32x4.mul", "f32x4.mul", "local.set $t");
    f.emit("local.get $to", ...madd(["local.get $n", "local.get $t"], `local.get $x\n${use(0)}\nf32x4.pmax`));
    f.emit("v128.store 0:p2align=2");
  });
  return `${power.text("gelu_exp")}
${tail.text("gelu_tail")}`;
}

/** NAME_map(from, to, count): to = NAME(from) for `count` vectors; with `gate`: NAME_gate(from, to, count), to ·= NAME(from). */
function elementwise(relaxed: boolean, name: string, gate = false): string {
  return pass(relaxed, ["from", "to", "count"], (f, use, madd) => {
    f.emit("local.get $to", "local.get $from", "v128.load 0:p2align=2", "local.set $x");
    MAPS[name]!(f, use, madd);
    if (gate) f.emit("local.get $to", "v128.load 0:p2align=2", "f32x4.mul");
    f.emit("v128.store 0:p2align=2");
  }).text(`${name}_${gate ? "gate" : "map"}`);
}

/** Runs `body` for vectors 0 and 1 of every two, each instruction of the one beside that of the other. */
function pairs(f: Routine, pointers: readonly string[], body: (emit: (...lines: string[]) => void) => void): void {
  f.countDown("count", 2, () => {
    const steps: string[][] = [];
    body((...lines) => steps.push(lines));
    for (const lines of steps) {
      for (const i of [0, 1]) f.emit(...lines.map((line) => line.replace("@", String(i)).replace("#", String(16 * i))));
    }
    for (const pointer of pointers) f.advance(pointer, 32);
  });
}

/**
 * Softplus, max(x, 0) + log1p(e^−|x|), in two passes over a block of an even number of vectors: at once it has more
 * constants than there are registers, and half the time would go into fetching them.
 *
 *     softplus_exp(from, to, count): to = e^−|from|
 *     softplus_log(from, to, count): to = max(to, 0) + log1p(from)
 *
 * log1p(e) = 2·artanh(s) with s = e/(2 + e); above 20 the sum is x to the last digit.
 */
function softplus(relaxed: boolean): string {
  const e = new Routine(["from", "to", "count"]), l = new Routine(["from", "to", "count"]);
  const powers = EXP2.map((_, i) => `p${i}`), series = LOG1P.map((_, i) => `l${i}`);
  e.vectors("slope", "floor", "round", ...powers, "t0", "t1", "n0", "n1");
  e.constant("slope", -Math.LOG2E);
  e.constant("floor", FLOOR);
  e.constant("round", ROUND);
  EXP2.forEach((value, i) => e.constant(powers[i]!, value));
  pairs(e, ["from", "to"], (emit) => {
    emit("local.get $from", "v128.load #:p2align=2", "f32x4.abs", "local.get $slope", "f32x4.mul", "local.set $t@");
    emit("local.get $t@", "local.get $floor", "f32x4.pmax", "local.set $t@");
    emit("local.get $t@", "local.get $round", "f32x4.add", "local.set $n@");
    emit("local.get $t@", "local.get $n@", "local.get $round", "f32x4.sub", "f32x4.sub", "local.set $t@");
    const terms = powers.slice(1).reduce<string[]>(
      (sum, p) => multiplyAdd(relaxed, [...sum, "local.get $t@"], `local.get $${p}`),
      ["local.get $p0"],
    );
    emit(
      "local.get $to",
      ...terms,
      "local.get $n@",
      "i32.const 23",
      "i32x4.shl",
      "i32x4.add",
      "v128.store #:p2align=2",
    );
  });
  l.vectors("zero", "two", ...series, "s0", "s1", "n0", "n1");
  l.constant("two", 2);
  LOG1P.forEach((value, i) => l.constant(series[i]!, value));
  pairs(l, ["from", "to"], (emit) => {
    emit("local.get $from", "v128.load #:p2align=2", "local.set $s@");
    emit("local.get $s@", "local.get $s@", "local.get $two", "f32x4.add", "f32x4.div", "local.set $s@");
    emit("local.get $s@", "local.get $s@", "f32x4.mul", "local.set $n@");
    const terms = series.slice(1).reduce<string[]>(
      (sum, c) => multiplyAdd(relaxed, [...sum, "local.get $n@"], `local.get $${c}`),
      ["local.get $l0"],
    );
    emit(...terms, "local.get $n@", "f32x4.mul", "local.set $n@");
    emit("local.get $s@", "local.get $s@", "f32x4.add", "local.set $s@");
    emit(...multiplyAdd(relaxed, ["local.get $n@", "local.get $s@"], "local.get $s@"), "local.set $s@");
    emit(
      "local.get $to",
      "local.get $s@",
      "local.get $to",
      "v128.load #:p2align=2",
      "local.get $zero",
      "f32x4.pmax",
      "f32x4.add",
      "v128.store #:p2align=2",
    );
  });
  return `${e.text("softplus_exp")}
${l.text("softplus_log")}`;
}

/**
 * softmax_exp(scores, count, edges): over `count` rows of eight numbers; `edges` holds the largest of each column, and takes
 * the sum of what the column is then.
 *
 *     score = 2^(score − largest)
 */
function softmaxExp(relaxed: boolean): string {
  const f = new Routine(["scores", "count", "edges"]), powers = EXP2.map((_, i) => `p${i}`), halves = [0, 1];
  f.vectors("floor", "round", ...powers, ...halves.flatMap((i) => [`t${i}`, `n${i}`, `largest${i}`, `sum${i}`]));
  f.constant("floor", FLOOR);
  f.constant("round", ROUND);
  EXP2.forEach((value, i) => f.constant(powers[i]!, value));
  for (const i of halves) f.emit("local.get $edges", `v128.load ${16 * i}:p2align=2`, `local.set $largest${i}`);
  f.countDown("count", 1, () => {
    const each = (...lines: string[]) => {
      for (const i of halves) f.emit(...lines.map((line) => line.replace("@", String(i)).replace("#", String(16 * i))));
    };
    each(
      "local.get $scores",
      "v128.load #:p2align=2",
      "local.get $largest@",
      "f32x4.sub",
      "local.get $floor",
      "f32x4.pmax",
      "local.set $t@",
    );
    each("local.get $t@", "local.get $round", "f32x4.add", "local.set $n@");
    each("local.get $t@", "local.get $n@", "local.get $round", "f32x4.sub", "f32x4.sub", "local.set $t@");
    const terms = powers.slice(1).reduce<string[]>(
      (sum, p) => multiplyAdd(relaxed, [...sum, "local.get $t@"], `local.get $${p}`),
      ["local.get $p0"],
    );
    each(...terms, "local.get $n@", "i32.const 23", "i32x4.shl", "i32x4.add", "local.set $t@");
    each("local.get $scores", "local.get $t@", "v128.store #:p2align=2");
    each("local.get $sum@", "local.get $t@", "f32x4.add", "local.set $sum@");
    f.advance("scores", 32);
  });
  for (const i of halves) f.emit("local.get $edges", `local.get $sum${i}`, `v128.store ${16 * i}:p2align=2`);
  return f.text("softmax_exp");
}

/** What each build gets; few blocks need the clamped scan. Unrolling costs on old engines that lack relaxed SIMD, and pays on those that have it. */
export const BUILDS = {
  relaxed: { rows: 6, unroll: 4, states: [16, 10, 8, 4, 2, 1], clamped: [8, 2, 1] },
  simd128: { rows: 4, unroll: 1, states: [4, 2, 1], clamped: [4, 2, 1] },
} as const;
/** Name of a build. */
export type Build = keyof typeof BUILDS;

/** The assembly of one build. */
export function assembly(build: Build): string {
  const { rows, unroll, states, clamped } = BUILDS[build], relaxed = build === "relaxed";
  return [
    gemmTile(relaxed, rows, unroll),
    gemmTile(relaxed, rows, unroll, true),
    gemmRow(relaxed),
    ...states.map((n) => scanSteps(relaxed, n, false)),
    ...clamped.map((n) => scanSteps(relaxed, n, true)),
    ...Object.keys(MAPS).map((name) => elementwise(relaxed, name)),
    elementwise(relaxed, "silu", true),
    gelu(relaxed),
    softplus(relaxed),
    attentionScores(relaxed, rows),
    softmaxExp(relaxed),
  ].join("\n") + "\n";
}
