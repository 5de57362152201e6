//! out[r, o] = act(Σ_i x[r, i]·weight[o, i] + bias[o]); accumulate: out = out·scale[o] + that.
use crate::gemm::{Epilogue, Product, ROWS, TILE, multiply, multiply_row};

/// Most rows a table holds.
const MOST_ROWS: usize = ROWS << 13;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn linear(
    x: *const f32,
    weight: *const f32,
    bias: *const f32,
    scale: *const f32,
    out: *mut f32,
    rows: usize,
    inner: usize,
    outer: usize,
    x_stride: usize,
    out_stride: usize,
    activation: u32,
    slope: f32,
    accumulate: u32,
    scratch: *mut f32,
) {
    let tile = scratch;
    let table = scratch.add(TILE) as *mut u32;
    let epilogue = Epilogue { bias, scale, activation, slope, accumulate: accumulate != 0 };
    for first in (0..rows).step_by(MOST_ROWS) {
        let count = (rows - first).min(MOST_ROWS);
        for i in 0..count.next_multiple_of(ROWS) {
            *table.add(i) = x.add((first + i.min(count - 1)) * x_stride) as u32;
        }
        let out = out.add(first * out_stride);
        let product =
            Product { table, rows: count, taps: 1, segment: inner, weight, outer, out, out_stride, epilogue, tile };
        if rows == 1 {
            multiply_row(&product);
        } else {
            multiply(&product);
        }
    }
}
