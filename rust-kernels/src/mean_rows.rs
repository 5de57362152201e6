//! out[b, c] = mean over rows of x[b, ·, c].
use crate::simd::*;
use core::arch::wasm32::f32x4_div;

/// Rows summed before the partial sum joins the total: a long image would lose digits in one running sum.
const RUN: usize = 128;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mean_rows(
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
    let count = splat(rows as f32);
    for b in 0..batch {
        let (x, out) = (x.add(b * rows * x_stride), out.add(b * out_stride));
        // All columns of a run while it is in the cache.
        for first in (0..rows).step_by(RUN) {
            vectors!(columns, |c, left| {
                let mut partial = splat(0.0);
                for r in first..rows.min(first + RUN) {
                    partial = add(partial, load_tail(x.add(r * x_stride + c), left));
                }
                let total = if first == 0 { splat(0.0) } else { load_tail(out.add(c), left) };
                store_tail(out.add(c), add(total, partial), left);
            });
        }
        vectors!(columns, |c, left| {
            store_tail(out.add(c), f32x4_div(load_tail(out.add(c), left), count), left);
        });
    }
}
