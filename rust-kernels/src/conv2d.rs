//! Channels-last convolution with zero padding: a product whose rows are the pixels and whose taps are the filter's.
use crate::gemm::{Epilogue, Product, ROWS, TILE, multiply};
use crate::scratch::Scratch;

/// Entries of the address table in scratch.
const TABLE: usize = 1 << 16;

struct Image {
    x: *const f32,
    height: usize,
    width: usize,
    x_stride: usize,
    stride: usize,
    padding: usize,
    taps: (usize, usize),
    out_width: usize,
    zeros: *const f32,
}

impl Image {
    /// Address under tap `(ky, kx)` of output pixel `pixel`; zeros outside the image.
    #[inline(always)]
    unsafe fn at(&self, pixel: usize, ky: usize, kx: usize) -> u32 {
        let y = (pixel / self.out_width * self.stride + ky).wrapping_sub(self.padding);
        let column = (pixel % self.out_width * self.stride + kx).wrapping_sub(self.padding);
        if y < self.height && column < self.width {
            self.x.add((y * self.width + column) * self.x_stride) as u32
        } else {
            self.zeros as u32
        }
    }

    /// The table of output pixels `first..first + count`; the last block repeats its last pixel.
    unsafe fn tabulate(&self, table: *mut u32, first: usize, count: usize) {
        let mut entry = table;
        for block in (0..count).step_by(ROWS) {
            for ky in 0..self.taps.0 {
                for kx in 0..self.taps.1 {
                    for r in 0..ROWS {
                        *entry = self.at(first + (block + r).min(count - 1), ky, kx);
                        entry = entry.add(1);
                    }
                }
            }
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn conv2d(
    x: *const f32,
    weight: *const f32,
    bias: *const f32,
    scale: *const f32,
    out: *mut f32,
    batch: usize,
    height: usize,
    width: usize,
    in_channels: usize,
    out_channels: usize,
    kernel_height: usize,
    kernel_width: usize,
    stride: usize,
    padding: usize,
    x_stride: usize,
    out_stride: usize,
    activation: u32,
    slope: f32,
    accumulate: u32,
    first_row: usize,
    row_count: usize,
    scratch: *mut f32,
    scratch_bytes: usize,
) {
    if row_count == 0 || width + 2 * padding < kernel_width {
        return;
    }
    let out_height = (height + 2 * padding - kernel_height) / stride + 1;
    let out_width = (width + 2 * padding - kernel_width) / stride + 1;
    let mut scratch = Scratch::new(scratch, scratch_bytes);
    let tile = scratch.take(1, TILE);
    let table = scratch.take(1, TABLE) as *mut u32;
    let zeros = scratch.take(1, in_channels);
    for c in 0..in_channels {
        *zeros.add(c) = 0.0;
    }
    // Without padding the columns under one filter row lie side by side: one long tap instead of many short ones.
    let joined = padding == 0 && x_stride == in_channels;
    let (taps, segment) = if joined {
        ((kernel_height, 1), kernel_width * in_channels)
    } else {
        ((kernel_height, kernel_width), in_channels)
    };
    let tap_count = taps.0 * taps.1;
    let chunk = TABLE / tap_count / ROWS * ROWS;
    let epilogue = Epilogue { bias, scale, activation, slope, accumulate: accumulate != 0 };
    for b in 0..batch {
        let x = x.add(b * height * width * x_stride);
        let image = Image { x, height, width, x_stride, stride, padding, taps, out_width, zeros };
        let end = (first_row + row_count) * out_width;
        for first in (first_row * out_width..end).step_by(chunk) {
            let rows = (end - first).min(chunk);
            image.tabulate(table, first, rows);
            let out = out.add((b * out_height * out_width + first) * out_stride);
            multiply(&Product {
                table,
                rows,
                taps: tap_count,
                segment,
                weight,
                outer: out_channels,
                out,
                out_stride,
                epilogue,
                tile,
            });
        }
    }
}
