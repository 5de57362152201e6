//! out[b, c] = maximum over rows of x[b, ·, c]; a NaN wins.
use crate::simd::*;
use core::arch::wasm32::f32x4_max;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn max_rows(
    x: *const f32,
    out: *mut f32,
    batch: usize,
    rows: usize,
    columns: usize,
    x_stride: usize,
    out_stride: usize,
    _scratch: *mut f32,
    _scratch_bytes: usize,
) {
    for b in 0..batch {
        vectors!(columns, |c, left| {
            let from = x.add(b * rows * x_stride + c);
            let mut largest = splat(f32::NEG_INFINITY);
            for r in 0..rows {
                largest = f32x4_max(largest, load_tail(from.add(r * x_stride), left));
            }
            store_tail(out.add(b * out_stride + c), largest, left);
        });
    }
}
