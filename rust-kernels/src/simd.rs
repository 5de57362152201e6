//! The vocabulary of the kernels: four f32 lanes, loads and stores that stop at the end of a row, and the functions that
//! need a series. Formulas, error bounds and guards are in `docs/numerics.md`.
use crate::asm::{Map, gelu_exp, gelu_tail, sigmoid_map, silu_gate, silu_map};
use crate::codes::*;
use core::arch::wasm32::*;

pub type V = v128;

/// The number of each lane.
pub const LANES: V = i32x4(0, 1, 2, 3);

#[inline(always)]
pub fn splat(x: f32) -> V {
    f32x4_splat(x)
}
#[inline(always)]
pub unsafe fn load(p: *const f32) -> V {
    v128_load(p as *const V)
}
#[inline(always)]
pub unsafe fn load_splat(p: *const f32) -> V {
    v128_load32_splat(p as *const u32)
}
#[inline(always)]
pub unsafe fn store(p: *mut f32, v: V) {
    v128_store(p as *mut V, v)
}

/// A constant in all lanes, from memory. Left to itself LLVM puts literals into the loops, where V8 makes each of them anew
/// with five instructions; a volatile load stays a load.
macro_rules! constant {
    ($x:expr) => {{
        static LANES: V = f32x4($x, $x, $x, $x);
        unsafe { core::ptr::read_volatile(&raw const LANES) }
    }};
}

pub(crate) use constant;

/// Runs `$body` for every four columns `$c` of `$columns`, with `$left` the columns from there on: a literal 4 for whole
/// vectors, so that the tail forms of load and store cost nothing there.
macro_rules! vectors {
    ($columns:expr, |$c:ident, $left:ident| $body:block) => {
        let columns = $columns;
        let mut $c = 0;
        while $c + 4 <= columns {
            let $left = 4;
            $body
            $c += 4;
        }
        if $c < columns {
            let $left = columns - $c;
            $body
        }
    };
}
pub(crate) use vectors;

/// Loads the first `count` lanes (4 or more: all), zeros behind them.
#[inline(always)]
pub unsafe fn load_tail(p: *const f32, count: usize) -> V {
    match count {
        0 => splat(0.0),
        1 => v128_load32_zero(p as *const u32),
        2 => v128_load64_zero(p as *const u64),
        3 => v128_load32_lane::<2>(v128_load64_zero(p as *const u64), p.add(2) as *const u32),
        _ => load(p),
    }
}

/// Stores the first `count` lanes (4 or more: all).
#[inline(always)]
pub unsafe fn store_tail(p: *mut f32, v: V, count: usize) {
    match count {
        0 => {}
        1 => v128_store32_lane::<0>(v, p as *mut u32),
        2 => v128_store64_lane::<0>(v, p as *mut u64),
        3 => {
            v128_store64_lane::<0>(v, p as *mut u64);
            v128_store32_lane::<2>(v, p.add(2) as *mut u32);
        }
        _ => store(p, v),
    }
}

#[inline(always)]
pub fn add(a: V, b: V) -> V {
    f32x4_add(a, b)
}
#[inline(always)]
pub fn sub(a: V, b: V) -> V {
    f32x4_sub(a, b)
}
#[inline(always)]
pub fn mul(a: V, b: V) -> V {
    f32x4_mul(a, b)
}

/// a·b + c, rounded once by the relaxed build where the machine can.
#[inline(always)]
pub fn fma(a: V, b: V, c: V) -> V {
    #[cfg(target_feature = "relaxed-simd")]
    return f32x4_relaxed_madd(a, b, c);
    #[cfg(not(target_feature = "relaxed-simd"))]
    return f32x4_add(f32x4_mul(a, b), c);
}

/// The larger of x and `floor`; a NaN in x stays.
#[inline(always)]
pub fn at_least(x: V, floor: V) -> V {
    keep_nan(x, f32x4_pmax(x, floor))
}
/// The smaller of x and `ceiling`; a NaN in x stays.
#[inline(always)]
pub fn at_most(x: V, ceiling: V) -> V {
    keep_nan(x, f32x4_pmin(x, ceiling))
}

/// NaN where x is one. LLVM turns pmin and pmax into relaxed_min and relaxed_max, which may drop it.
#[inline(always)]
fn keep_nan(_x: V, y: V) -> V {
    #[cfg(target_feature = "relaxed-simd")]
    return v128_or(y, f32x4_ne(_x, _x));
    #[cfg(not(target_feature = "relaxed-simd"))]
    return y;
}

/// Sum of the four lanes, in every lane.
#[inline(always)]
pub fn sum(v: V) -> V {
    let pairs = add(v, i32x4_shuffle::<2, 3, 0, 1>(v, v));
    add(pairs, i32x4_shuffle::<1, 0, 3, 2>(pairs, pairs))
}

/// to[c][r] = from[r][c] for `rows` rows of `columns`, the rows of `from` and of `to` so many floats apart.
#[inline(never)]
pub unsafe fn transpose(
    from: *const f32,
    stride: usize,
    rows: usize,
    columns: usize,
    to: *mut f32,
    to_stride: usize,
) {
    for r in (0..rows).step_by(4) {
        let count = rows - r;
        let row = |i: usize| from.add((r + i.min(count - 1)) * stride);
        vectors!(columns, |c, left| {
            let (a, b) = (load_tail(row(0).add(c), left), load_tail(row(1).add(c), left));
            let (d, e) = (load_tail(row(2).add(c), left), load_tail(row(3).add(c), left));
            let (ab, de) = (i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<0, 4, 1, 5>(d, e));
            let (ab2, de2) = (i32x4_shuffle::<2, 6, 3, 7>(a, b), i32x4_shuffle::<2, 6, 3, 7>(d, e));
            let turned = [
                i64x2_shuffle::<0, 2>(ab, de),
                i64x2_shuffle::<1, 3>(ab, de),
                i64x2_shuffle::<0, 2>(ab2, de2),
                i64x2_shuffle::<1, 3>(ab2, de2),
            ];
            for (i, v) in turned.into_iter().enumerate().take(left) {
                store_tail(to.add((c + i) * to_stride + r), v, count);
            }
        });
    }
}

/// Adding 1.5·2²³ rounds to an integer; 127 more leaves the biased exponent of 2ⁿ in the low bits.
const ROUND: f32 = 12_582_912.0 + 127.0;

/// 2^t, relative error below 3e-7 of an exact t; t below −126.5 gives 0, above 127.5 infinity; 2^0 is exactly 1.
#[inline(always)]
pub fn exp2(t: V) -> V {
    let t = at_most(at_least(t, constant!(-127.0)), constant!(128.0));
    let n = add(t, constant!(ROUND));
    let f = sub(t, sub(n, constant!(ROUND)));
    let mut p = fma(constant!(0.001_326_472_7), f, constant!(0.009_671_513));
    p = fma(p, f, constant!(0.055_507_337));
    p = fma(p, f, constant!(0.240_222_42));
    p = fma(p, f, constant!(0.693_147));
    p = fma(p, f, constant!(1.0));
    mul(p, i32x4_shl(n, 23))
}

/// to = f(from), or to ·= f(from) if it `GATES`, over `count` floats; what does not fill a vector goes through one on the
/// stack.
unsafe fn apply<const GATES: bool>(f: Map, from: *const f32, to: *mut f32, count: usize) {
    let (whole, left) = (count / 4, count % 4);
    if whole > 0 {
        f(from, to, whole);
    }
    if left > 0 {
        let (from, to) = (from.add(4 * whole), to.add(4 * whole));
        let before = if GATES { load_tail(to, left) } else { splat(0.0) };
        let mut v = [load_tail(from, left), before];
        let lanes = &raw mut v as *mut f32;
        f(lanes, lanes.add(4), 1);
        store_tail(to, load(lanes.add(4)), left);
    }
}

/// to = GELU(from), some vectors at a time.
unsafe extern "C" fn gelu_map(from: *const f32, to: *mut f32, count: usize) {
    const SOME: usize = 32;
    let mut powers = [splat(0.0); SOME];
    let between = &raw mut powers as *mut f32;
    for first in (0..count).step_by(SOME) {
        let (from, some) = (from.add(4 * first), (count - first).min(SOME));
        gelu_exp(from, between, some);
        gelu_tail(from, between, to.add(4 * first), some);
    }
}

/// to = max(x, 0) + slope·min(x, 0), by a choice of lanes so that a NaN stays.
unsafe fn rectify(slope: f32, from: *const f32, to: *mut f32, count: usize) {
    vectors!(count, |c, left| {
        let x = load_tail(from.add(c), left);
        let below = if slope == 0.0 { splat(0.0) } else { mul(x, splat(slope)) };
        store_tail(to.add(c), v128_bitselect(below, x, f32x4_lt(x, splat(0.0))), left);
    });
}

/// to = the activation of ABI code `code` (`ACTIVATIONS` of the table) of `count` floats. In place where they are equal.
#[inline(never)]
pub unsafe fn activate(code: u32, slope: f32, from: *const f32, to: *mut f32, count: usize) {
    match code {
        ACTIVATION_SILU => apply::<false>(silu_map, from, to, count),
        ACTIVATION_GELU => apply::<false>(gelu_map, from, to, count),
        ACTIVATION_RELU => rectify(0.0, from, to, count),
        ACTIVATION_LEAKY_RELU => rectify(slope, from, to, count),
        ACTIVATION_SIGMOID => apply::<false>(sigmoid_map, from, to, count),
        _ if from == to => {}
        _ => {
            vectors!(count, |c, left| {
                store_tail(to.add(c), load_tail(from.add(c), left), left);
            });
        }
    }
}

/// row ·= silu(gate).
pub unsafe fn gate(row: *mut f32, gate: *const f32, count: usize) {
    apply::<true>(silu_gate, gate, row, count);
}
