//! out[r, g, o] = act(Σ_i x'[r, g, i]·weight[g, o, i] + bias[g, o]), x' being x or the norm of each x[r, g]; accumulate:
//! out = out·scale[g, o] + that.
use crate::codes::*;
use crate::gemm::{COLUMNS, Epilogue, Product, ROWS, TILE, multiply, multiply_row};
use crate::norm::{Norm, normalise};
use crate::scratch::Scratch;

/// Most rows a table holds.
const MOST_ROWS: usize = ROWS << 13;

/// Floats of a weight that stays in the nearest caches, and of normed rows beside it.
const SMALL: usize = 1 << 15;
const CACHED_ROWS: usize = 1 << 12;

/// The part of an operand that belongs to a group; an absent one stays absent.
pub unsafe fn part(operand: *const f32, offset: usize) -> *const f32 {
    if operand.is_null() { operand } else { operand.add(offset) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn linear(
    x: *const f32,
    weight: *const f32,
    bias: *const f32,
    scale: *const f32,
    norm_weight: *const f32,
    norm_bias: *const f32,
    out: *mut f32,
    rows: usize,
    inner: usize,
    outer: usize,
    groups: usize,
    x_stride: usize,
    out_stride: usize,
    activation: u32,
    slope: f32,
    accumulate: u32,
    norm: u32,
    epsilon: f32,
    scratch: *mut f32,
    scratch_bytes: usize,
) {
    let mut scratch = Scratch::new(scratch, scratch_bytes);
    let tile = scratch.take(1, TILE);
    let table = scratch.take(1, MOST_ROWS) as *mut u32;
    let (mut strip, mut normed) = (MOST_ROWS, table as *mut f32);
    if norm != NORM_NONE {
        // A small weight can pass often, and normed rows that it finds in the first-level cache are worth it.
        let floats = if inner * outer <= SMALL { CACHED_ROWS } else { scratch.left };
        strip = (floats / inner.max(1)).clamp(ROWS, MOST_ROWS) / ROWS * ROWS;
        normed = scratch.take(strip, inner);
    }
    for group in 0..groups {
        let weight = weight.add(group * outer.next_multiple_of(COLUMNS) * inner);
        let epilogue = Epilogue {
            bias: part(bias, group * outer),
            scale: part(scale, group * outer),
            activation,
            slope,
            accumulate: accumulate != 0,
        };
        for first in (0..rows).step_by(strip) {
            let count = (rows - first).min(strip);
            let mut from = x.add(first * x_stride + group * inner);
            let mut stride = x_stride;
            if norm != NORM_NONE {
                let n = Norm {
                    x: from,
                    residual: core::ptr::null_mut(),
                    weight: norm_weight.add(group * inner),
                    bias: part(norm_bias, group * inner),
                    gate: core::ptr::null(),
                    out: normed,
                    rows: count,
                    columns: inner,
                    epsilon,
                    x_stride,
                    residual_stride: 0,
                    gate_stride: 0,
                    out_stride: inner,
                };
                normalise(norm != NORM_RMS, n);
                (from, stride) = (normed, inner);
            }
            for i in 0..count.next_multiple_of(ROWS) {
                *table.add(i) = from.add(i.min(count - 1) * stride) as u32;
            }
            let out = out.add(first * out_stride + group * outer);
            let product =
                Product { table, rows: count, taps: 1, segment: inner, weight, outer, out, out_stride, epilogue, tile };
            if rows == 1 {
                multiply_row(&product);
            } else {
                multiply(&product);
            }
        }
    }
}
