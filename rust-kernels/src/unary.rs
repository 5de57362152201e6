//! out = act(x).
use crate::simd::activate;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn unary(
    x: *const f32,
    out: *mut f32,
    rows: usize,
    columns: usize,
    x_stride: usize,
    out_stride: usize,
    activation: u32,
    slope: f32,
    _scratch: *mut f32,
    _scratch_bytes: usize,
) {
    for r in 0..rows {
        activate(activation, slope, x.add(r * x_stride), out.add(r * out_stride), columns);
    }
}
