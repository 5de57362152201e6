//! out[r] = a[r] ∘ b[⌊r / bRepeat⌋ mod bRows]; accumulate: out = out·scale + that.
use crate::codes::*;
use crate::simd::*;
use core::arch::wasm32::*;

/// Two interleaved complex products: (a0·b0 − a1·b1, a1·b0 + a0·b1).
#[inline(always)]
fn rotate(a: V, b: V) -> V {
    let real = i32x4_shuffle::<0, 0, 2, 2>(b, b);
    let imaginary = mul(i32x4_shuffle::<1, 1, 3, 3>(b, b), f32x4(-1.0, 1.0, -1.0, 1.0));
    fma(i32x4_shuffle::<1, 0, 3, 2>(a, a), imaginary, mul(a, real))
}

#[unsafe(no_mangle)]
#[inline(never)]
pub unsafe extern "C" fn binary(
    a: *const f32,
    b: *const f32,
    scale: *const f32,
    out: *mut f32,
    rows: usize,
    columns: usize,
    a_stride: usize,
    b_stride: usize,
    out_stride: usize,
    b_rows: usize,
    b_repeat: usize,
    operation: u32,
    accumulate: u32,
    _scratch: *mut f32,
    _scratch_bytes: usize,
) {
    let (mut row, mut repeated) = (0, 0);
    for r in 0..rows {
        let (left, right, to) = (a.add(r * a_stride), b.add(row * b_stride), out.add(r * out_stride));
        vectors!(columns, |c, rest| {
            let (x, y) = (load_tail(left.add(c), rest), load_tail(right.add(c), rest));
            let mut v = match operation {
                OPERATION_ADD => add(x, y),
                OPERATION_MULTIPLY => mul(x, y),
                _ => rotate(x, y),
            };
            if accumulate != 0 {
                let before = load_tail(to.add(c), rest);
                v = if scale.is_null() { add(before, v) } else { fma(before, load_tail(scale.add(c), rest), v) };
            }
            store_tail(to.add(c), v, rest);
        });
        repeated += 1;
        if repeated == b_repeat {
            repeated = 0;
            row = if row + 1 == b_rows { 0 } else { row + 1 };
        }
    }
}
