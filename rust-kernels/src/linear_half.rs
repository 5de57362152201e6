//! `linear` with a weight of 16 bits a number: a few panels at a time are made 32 bits wide, exactly, and multiplied, so that
//! the result has the bits it has with the same weight of 32 bits.
use crate::gemm::COLUMNS;
use crate::linear::{linear, part};
use crate::scratch::Scratch;
use crate::simd::*;
use core::arch::wasm32::*;

/// Floats that are widened at once.
const WIDENED: usize = 1 << 15;

/// Four numbers. Shifted to the places of an f32 they are 2¹¹² times too small, those below 2⁻¹⁴ included.
#[inline(always)]
unsafe fn widen(p: *const u16) -> V {
    let spread = i32x4_shl(i32x4_load_extend_i16x4(p as *const i16), 13);
    mul(v128_and(spread, constant!(f32::from_bits(0x8fff_e000))), constant!(f32::from_bits(0x7780_0000)))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn linear_half(
    x: *const f32,
    weight: *const u16,
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
    if groups != 1 {
        unreachable();
    }
    let mut scratch = Scratch::new(scratch, scratch_bytes);
    let columns = (WIDENED / inner.max(1)).max(COLUMNS) / COLUMNS * COLUMNS;
    let panels = scratch.take(columns, inner);
    let (rest, rest_bytes) = scratch.rest();
    for first in (0..outer).step_by(columns) {
        let count = (outer - first).min(columns);
        for i in (0..count.next_multiple_of(COLUMNS) * inner).step_by(4) {
            store(panels.add(i), widen(weight.add(first * inner + i)));
        }
        let (bias, scale, out) = (part(bias, first), part(scale, first), out.add(first));
        linear(
            x, panels, bias, scale, norm_weight, norm_bias, out, rows, inner, count, 1, x_stride, out_stride, activation,
            slope, accumulate, norm, epsilon, rest, rest_bytes,
        );
    }
}
