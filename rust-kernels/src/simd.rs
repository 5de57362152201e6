//! The vocabulary of the kernels: four f32 lanes, loads and stores that stop at the end of a row, and the functions that
//! need a series. Formulas, error bounds and guards are in `docs/numerics.md`.
use core::arch::wasm32::*;

pub type V = v128;

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
pub fn at_least(x: V, floor: f32) -> V {
    keep_nan(x, f32x4_pmax(x, splat(floor)))
}
/// The smaller of x and `ceiling`; a NaN in x stays.
#[inline(always)]
pub fn at_most(x: V, ceiling: f32) -> V {
    keep_nan(x, f32x4_pmin(x, splat(ceiling)))
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

/// Adding 1.5·2²³ rounds to an integer; 127 more leaves the biased exponent of 2ⁿ in the low bits.
const ROUND: f32 = 12_582_912.0 + 127.0;

/// 2^t, relative error below 3e-7 of an exact t; t below −126.5 gives 0, above 127.5 infinity; 2^0 is exactly 1.
#[inline(always)]
pub fn exp2(t: V) -> V {
    let t = at_most(at_least(t, -127.0), 128.0);
    let n = add(t, splat(ROUND));
    let f = sub(t, sub(n, splat(ROUND)));
    let mut p = fma(splat(0.001_326_472_7), f, splat(0.009_671_513));
    p = fma(p, f, splat(0.055_507_337));
    p = fma(p, f, splat(0.240_222_42));
    p = fma(p, f, splat(0.693_147));
    p = fma(p, f, splat(1.0));
    mul(p, i32x4_shl(n, 23))
}

/// e^x within 2 ulp on [−87, 88], by ln 2 in two parts; below it is about 1e-38.
#[inline(always)]
pub fn exp(x: V) -> V {
    let x = at_least(x, -87.0);
    let n = add(mul(x, splat(core::f32::consts::LOG2_E)), splat(ROUND));
    let whole = sub(n, splat(ROUND));
    let r = fma(whole, splat(-0.693_145_75), x);
    let r = fma(whole, splat(-1.428_606_8e-6), r);
    let mut p = fma(splat(0.001_381_461_3), r, splat(0.008_368_71));
    p = fma(p, r, splat(0.041_668_387));
    p = fma(p, r, splat(0.166_665_2));
    p = fma(p, r, splat(0.499_999_93));
    p = fma(mul(p, r), r, r);
    mul(add(p, splat(1.0)), i32x4_shl(n, 23))
}

/// log(1 + e) for e in [0, 1], as 2·artanh(e / (2 + e)): small e keep their relative precision.
#[inline(always)]
pub fn log1p(e: V) -> V {
    let s = f32x4_div(e, add(e, splat(2.0)));
    let q = mul(s, s);
    let mut p = fma(splat(0.140_122_6), q, splat(0.139_995_65));
    p = fma(p, q, splat(0.200_108_45));
    p = fma(p, q, splat(0.333_332_07));
    let s = add(s, s);
    fma(mul(s, q), p, s)
}

/// log(1 + e^x) up to 20, x above, as torch has it.
#[inline(always)]
pub fn softplus(x: V) -> V {
    let soft = add(at_least(x, 0.0), log1p(exp(f32x4_neg(f32x4_abs(x)))));
    v128_bitselect(x, soft, f32x4_gt(x, splat(20.0)))
}

/// 1 / (1 + e^−x).
#[inline(always)]
pub fn sigmoid(x: V) -> V {
    let x = at_least(x, -88.0);
    f32x4_div(splat(1.0), add(splat(1.0), exp(f32x4_neg(x))))
}

/// x·sigmoid(x); the clamp makes −∞ give (nearly) 0 and not 0·∞.
#[inline(always)]
pub fn silu(x: V) -> V {
    let x = at_least(x, -88.0);
    f32x4_div(x, add(splat(1.0), exp(f32x4_neg(x))))
}

/// x·Φ(x) in the exact form: the tail ½·erfc(|x|/√2) as e^(−x²/2) times a polynomial in 1/(1 + 0.4·|x|/√2).
#[inline(always)]
pub fn gelu(x: V) -> V {
    let x = at_least(x, -14.0);
    let a = f32x4_abs(x);
    let t = f32x4_div(splat(1.0), fma(a, splat(0.282_842_7), splat(1.0)));
    let mut p = fma(splat(0.050_272_626), t, splat(-0.182_943_71));
    p = fma(p, t, splat(0.169_155_01));
    p = fma(p, t, splat(-0.005_667_874));
    p = fma(p, t, splat(0.141_460_96));
    p = fma(p, t, splat(0.168_533_87));
    p = fma(p, t, splat(0.207_843_87));
    p = fma(p, t, splat(0.225_669_52));
    p = fma(p, t, splat(0.225_675_86));
    let tail = mul(mul(mul(p, t), splat(0.5)), exp(mul(mul(a, a), splat(-0.5))));
    let phi = v128_bitselect(tail, sub(splat(1.0), tail), f32x4_lt(x, splat(0.0)));
    mul(x, phi)
}

/// The activation of ABI code `code` (`ACTIVATIONS` of the table).
#[inline(always)]
pub fn activate(code: u32, slope: f32, x: V) -> V {
    match code {
        1 => silu(x),
        2 => gelu(x),
        3 => at_least(x, 0.0),
        4 => v128_bitselect(mul(x, splat(slope)), x, f32x4_lt(x, splat(0.0))),
        5 => sigmoid(x),
        _ => x,
    }
}
