//! As `rms_norm`, with the mean subtracted, the biased variance and a bias.
use crate::norm::{Norm, normalise};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn layer_norm(
    x: *const f32,
    residual: *mut f32,
    weight: *const f32,
    bias: *const f32,
    gate: *const f32,
    out: *mut f32,
    rows: usize,
    columns: usize,
    epsilon: f32,
    x_stride: usize,
    residual_stride: usize,
    gate_stride: usize,
    out_stride: usize,
    _scratch: *mut f32,
    _scratch_bytes: usize,
) {
    normalise(true, Norm {
        x,
        residual,
        weight,
        bias,
        gate,
        out,
        rows,
        columns,
        epsilon,
        x_stride,
        residual_stride,
        gate_stride,
        out_stride,
    });
}
