//! One size × size filter per channel with zero padding that keeps the size; weight packed `[size·size][channels]`.
use crate::simd::*;

/// Output columns that share the loads of a filter.
const TILE: usize = 4;

struct Layer {
    x: *const f32,
    weight: *const f32,
    bias: *const f32,
    height: usize,
    width: usize,
    channels: usize,
    size: usize,
    dilation: usize,
    x_stride: usize,
    activation: u32,
    slope: f32,
}

impl Layer {
    #[inline(always)]
    unsafe fn start(&self, c: usize, left: usize) -> V {
        if self.bias.is_null() { splat(0.0) } else { load_tail(self.bias.add(c), left) }
    }

    /// One output pixel, each tap checked against the borders.
    unsafe fn border(&self, y: usize, column: usize, out: *mut f32) {
        let reach = self.dilation * (self.size - 1) / 2;
        for c in (0..self.channels).step_by(4) {
            let left = self.channels - c;
            let mut total = self.start(c, left);
            for tap in 0..self.size * self.size {
                let ty = (y + tap / self.size * self.dilation).wrapping_sub(reach);
                let tx = (column + tap % self.size * self.dilation).wrapping_sub(reach);
                if ty < self.height && tx < self.width {
                    let x = load_tail(self.x.add((ty * self.width + tx) * self.x_stride + c), left);
                    total = fma(x, load_tail(self.weight.add(tap * self.channels + c), left), total);
                }
            }
            store_tail(out.add(c), activate(self.activation, self.slope, total), left);
        }
    }

    /// `TILE` output pixels whose taps all lie inside the image's columns; rows outside are skipped.
    #[inline(always)]
    unsafe fn inside(&self, y: usize, column: usize, out: *mut f32, out_stride: usize) {
        let reach = self.dilation * (self.size - 1) / 2;
        for c in (0..self.channels).step_by(4) {
            let left = self.channels - c;
            let mut totals = [self.start(c, left); TILE];
            for ky in 0..self.size {
                let ty = (y + ky * self.dilation).wrapping_sub(reach);
                if ty >= self.height {
                    continue;
                }
                let mut x = self.x.add((ty * self.width + column - reach) * self.x_stride + c);
                let mut weight = self.weight.add(ky * self.size * self.channels + c);
                for _ in 0..self.size {
                    let w = load_tail(weight, left);
                    for (i, total) in totals.iter_mut().enumerate() {
                        *total = fma(load_tail(x.add(i * self.x_stride), left), w, *total);
                    }
                    x = x.add(self.dilation * self.x_stride);
                    weight = weight.add(self.channels);
                }
            }
            for (i, total) in totals.iter().enumerate() {
                store_tail(out.add(i * out_stride + c), activate(self.activation, self.slope, *total), left);
            }
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn depthwise_conv2d(
    x: *const f32,
    weight: *const f32,
    bias: *const f32,
    out: *mut f32,
    batch: usize,
    height: usize,
    width: usize,
    channels: usize,
    size: usize,
    dilation: usize,
    x_stride: usize,
    out_stride: usize,
    activation: u32,
    slope: f32,
    first_row: usize,
    row_count: usize,
    _scratch: *mut f32,
) {
    let reach = dilation * (size - 1) / 2;
    for b in 0..batch {
        let x = x.add(b * height * width * x_stride);
        let layer = Layer { x, weight, bias, height, width, channels, size, dilation, x_stride, activation, slope };
        for y in first_row..first_row + row_count {
            let out = out.add((b * height + y) * width * out_stride);
            let mut column = 0;
            while column < width {
                let to = out.add(column * out_stride);
                if column >= reach && column + TILE + reach <= width {
                    layer.inside(y, column, to, out_stride);
                    column += TILE;
                } else {
                    layer.border(y, column, to);
                    column += 1;
                }
            }
        }
    }
}
