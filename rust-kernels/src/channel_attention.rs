//! out[b] = sigmoid(expand·relu(squeeze·m + squeezeBias) + expandBias), m being the mean over the rows of x[b].
use crate::linear::linear;
use crate::mean_rows::mean_rows;
use crate::scratch::Scratch;

const RELU: u32 = 3;
const SIGMOID: u32 = 5;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn channel_attention(
    x: *const f32,
    squeeze: *const f32,
    squeeze_bias: *const f32,
    expand: *const f32,
    expand_bias: *const f32,
    out: *mut f32,
    batch: usize,
    rows: usize,
    columns: usize,
    hidden: usize,
    x_stride: usize,
    out_stride: usize,
    scratch: *mut f32,
    scratch_bytes: usize,
) {
    let mut scratch = Scratch::new(scratch, scratch_bytes);
    let (mean, narrow) = (scratch.take(1, columns), scratch.take(1, hidden));
    let (rest, bytes) = scratch.rest();
    let none = core::ptr::null();
    for b in 0..batch {
        let out = out.add(b * out_stride);
        mean_rows(x.add(b * rows * x_stride), mean, 1, rows, columns, x_stride, columns, rest, bytes);
        #[rustfmt::skip]
        linear(
            mean, squeeze, squeeze_bias, none, none, none, narrow,
            1, columns, hidden, 1, columns, hidden, RELU, 0.0, 0, 0, 0.0, rest, bytes,
        );
        #[rustfmt::skip]
        linear(
            narrow, expand, expand_bias, none, none, none, out,
            1, hidden, columns, 1, hidden, out_stride, SIGMOID, 0.0, 0, 0, 0.0, rest, bytes,
        );
    }
}
