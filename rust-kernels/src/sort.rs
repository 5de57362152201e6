//! Rows sorted by class, the class of a row being the column of its largest x + noise: see `src/reference/sort.ts`.
use crate::scratch::Scratch;
use crate::simd::*;
use core::arch::wasm32::*;

/// A constant in all lanes, as `constant!` has it.
macro_rules! word {
    ($x:expr) => {
        constant!(f32::from_bits($x))
    };
}

/// Four numbers whose bits have nothing in common with those of their neighbours (the finaliser of murmur3).
#[inline(always)]
fn mix_bits(x: V) -> V {
    let x = i32x4_mul(v128_xor(x, u32x4_shr(x, 16)), word!(0x85eb_ca6b));
    let x = i32x4_mul(v128_xor(x, u32x4_shr(x, 13)), word!(0xc2b2_ae35));
    v128_xor(x, u32x4_shr(x, 16))
}

/// −ln x for 0 < x ≤ 64: x = 2ⁿ·m with m around 1, and ln m = 2·artanh((m − 1)/(m + 1)).
#[inline(always)]
fn minus_log(x: V) -> V {
    let (root, one) = (word!(0x3f35_04f3), constant!(1.0)); // √½
    let shifted = i32x4_sub(x, root);
    let n = f32x4_convert_i32x4(i32x4_shr(shifted, 23));
    let m = i32x4_add(v128_and(shifted, word!(0x007f_ffff)), root);
    let s = f32x4_div(sub(m, one), add(m, one));
    let q = mul(s, s);
    let mut p = fma(q, constant!(-2.0 / 9.0), constant!(-2.0 / 7.0));
    p = fma(p, q, constant!(-0.4));
    p = fma(p, q, constant!(-2.0 / 3.0));
    p = fma(p, q, constant!(-2.0));
    fma(n, constant!(-core::f32::consts::LN_2), mul(s, p))
}

/// 2²³·u of four elements, u being uniform on 0 … 1.
#[inline(always)]
fn uniform(elements: V, seed: V) -> V {
    add(f32x4_convert_i32x4(u32x4_shr(mix_bits(v128_xor(elements, seed)), 9)), constant!(0.5))
}

/// Gumbel noise, −ln(−ln u).
#[inline(always)]
fn gumbel(uniform: V) -> V {
    minus_log(minus_log(mul(uniform, constant!(1.0 / 8_388_608.0))))
}

/// A little more than the noise can be: −ln u ≥ 1 − u, whose bits as a number are below its logarithm.
#[inline(always)]
fn gumbel_at_most(uniform: V) -> V {
    let bits = f32x4_convert_i32x4(sub(constant!(8_388_608.0), uniform));
    const UNIT: f32 = core::f32::consts::LN_2 / 8_388_608.0;
    fma(bits, constant!(-UNIT), constant!(150.0 * core::f32::consts::LN_2 + 0.001))
}

/// How much less than that it can be where u ≥ ½: −ln u ≤ 2·ln 2·(1 − u), and bits are at most 0.087 below a logarithm to base 2.
const GUMBEL_GAP: f32 = 0.39;

/// The largest lane, in every lane.
#[inline(always)]
fn largest_of(v: V) -> V {
    let pairs = f32x4_pmax(v, i32x4_shuffle::<2, 3, 0, 1>(v, v));
    f32x4_pmax(pairs, i32x4_shuffle::<1, 0, 3, 2>(pairs, pairs))
}

/// Scores of a row before the noise of a seed.
struct Row {
    x: *const f32,
    noise: *const f32,
    /// Number of the first element, which its noise depends on.
    first: u32,
    columns: usize,
}

impl Row {
    #[inline(always)]
    unsafe fn value(&self, c: usize, left: usize) -> V {
        let value = load_tail(self.x.add(c), left);
        if self.noise.is_null() { value } else { add(value, load_tail(self.noise.add(c), left)) }
    }

    #[inline(always)]
    fn uniform(&self, c: usize, seed: V) -> V {
        uniform(i32x4_add(i32x4_splat(self.first.wrapping_add(c as u32) as i32), LANES), seed)
    }

    /// What no score with its noise exceeds, to `bounds`, and what the largest does not fall below.
    unsafe fn bound(&self, seed: V, bounds: *mut f32) -> V {
        let mut known = splat(f32::NEG_INFINITY);
        vectors!(self.columns, |c, left| {
            let (value, uniform) = (self.value(c, left), self.uniform(c, seed));
            let noise = gumbel_at_most(uniform);
            store(bounds.add(c), add(value, noise));
            let least = add(value, sub(noise, constant!(GUMBEL_GAP)));
            let mut better = v128_and(f32x4_gt(uniform, constant!(4_194_304.0)), f32x4_gt(least, known));
            if left < 4 {
                better = v128_and(better, i32x4_lt(LANES, i32x4_splat(left as i32)));
            }
            known = v128_bitselect(least, known, better);
        });
        largest_of(known)
    }
}

/// Column of the largest value of a row, the first of equals. Noise takes two logarithms, so that it is bounded first, and what
/// cannot be the largest is passed over.
unsafe fn class_of(row: &Row, seed: Option<V>, bounds: *mut f32) -> u32 {
    let least = seed.map(|seed| row.bound(seed, bounds));
    let (mut best, mut chosen) = (splat(f32::NEG_INFINITY), i32x4_splat(0));
    for c in (0..row.columns).step_by(4) {
        if least.is_some_and(|least| !v128_any_true(f32x4_ge(load(bounds.add(c)), least))) {
            continue;
        }
        let left = row.columns - c;
        let mut value = row.value(c, left);
        if let Some(seed) = seed {
            value = add(value, gumbel(row.uniform(c, seed)));
        }
        let better = v128_and(f32x4_gt(value, best), i32x4_lt(LANES, i32x4_splat(left as i32)));
        best = v128_bitselect(value, best, better);
        chosen = v128_bitselect(i32x4_add(i32x4_splat(c as i32), LANES), chosen, better);
    }
    let mut values = [0f32; 4];
    let mut columns = [0u32; 4];
    store(values.as_mut_ptr(), best);
    store(columns.as_mut_ptr() as *mut f32, chosen);
    let mut lane = 0;
    for other in 1..4 {
        let (a, b) = (values[other], values[lane]);
        if a > b || a == b && columns[other] < columns[lane] {
            lane = other;
        }
    }
    if values[lane] == f32::NEG_INFINITY { 0 } else { columns[lane] }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sort(
    x: *const f32,
    noise: *const f32,
    out: *mut u32,
    batch: usize,
    rows: usize,
    columns: usize,
    x_stride: usize,
    noise_stride: usize,
    out_stride: usize,
    random: u32,
    seed: u32,
    scratch: *mut f32,
    scratch_bytes: usize,
) {
    let mut scratch = Scratch::new(scratch, scratch_bytes);
    let next = scratch.take(1, columns.saturating_add(1)) as *mut usize;
    let bounds = scratch.take(1, columns.saturating_add(3) & !3);
    let seed = if random != 0 { Some(i32x4_splat(seed as i32)) } else { None };
    for b in 0..batch {
        let order = out.add(b * 3 * out_stride);
        let (places, classes) = (order.add(out_stride), order.add(2 * out_stride));
        for c in 0..=columns {
            *next.add(c) = 0;
        }
        for r in 0..rows {
            let row = b * rows + r;
            let beside = if noise.is_null() { noise } else { noise.add(row * noise_stride) };
            let scores = Row { x: x.add(row * x_stride), noise: beside, first: (row * columns) as u32, columns };
            let class = class_of(&scores, seed, bounds);
            *classes.add(r) = class;
            *next.add(class as usize + 1) += 1;
        }
        for c in 0..columns {
            *next.add(c + 1) += *next.add(c);
        }
        for r in 0..rows {
            let place = next.add(*classes.add(r) as usize);
            *order.add(*place) = r as u32;
            *places.add(r) = *place as u32;
            *place += 1;
        }
    }
}
