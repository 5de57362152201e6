//! One size × size filter per channel with zero padding that keeps the size, the result multiplied by factor, where there is
//! one; weight packed `[size·size][channels]`.
use crate::binary::binary;
use crate::codes::OPERATION_MULTIPLY;
use crate::scratch::Scratch;
use crate::simd::*;

/// Pixels of a row that are made at once.
const STRIP: usize = 8;

/// Most columns and channels whose rows lie in scratch.
const TILE: usize = 64;
const MOST_CHANNELS: usize = 32;

/// Image rows in scratch: row y is line `y % size`, `padded` columns of `channels`.
struct Rows {
    ring: *mut f32,
    padded: usize,
    channels: usize,
}

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
    out_stride: usize,
}

impl Layer {
    #[inline(always)]
    unsafe fn start(&self, c: usize, left: usize) -> V {
        if self.bias.is_null() { splat(0.0) } else { load_tail(self.bias.add(c), left) }
    }

    /// Filter rows `[first, end)` whose image row exists, for output row `y`, and the image row of the first.
    fn rows(&self, y: usize) -> (usize, usize, usize) {
        let reach = self.dilation * (self.size - 1) / 2;
        let first = reach.saturating_sub(y).div_ceil(self.dilation);
        let end = (self.height - 1 + reach - y) / self.dilation + 1;
        (first, end.min(self.size), (y + first * self.dilation).wrapping_sub(reach))
    }

    /// One output pixel, each tap's column checked against the borders.
    unsafe fn pixel(&self, y: usize, column: usize, out: *mut f32) {
        let reach = self.dilation * (self.size - 1) / 2;
        let (first, end, top) = self.rows(y);
        vectors!(self.channels, |c, left| {
            let mut total = self.start(c, left);
            for ky in first..end {
                let row = self.x.add((top + (ky - first) * self.dilation) * self.width * self.x_stride + c);
                for kx in 0..self.size {
                    let tx = (column + kx * self.dilation).wrapping_sub(reach);
                    if tx < self.width {
                        let w = load_tail(self.weight.add((ky * self.size + kx) * self.channels + c), left);
                        total = fma(load_tail(row.add(tx * self.x_stride), left), w, total);
                    }
                }
            }
            store_tail(out.add(c), total, left);
        });
    }

    /// Output rows `[first_row, end_row)` by strips: the image rows that a row of the output needs lie in scratch with zeros
    /// beside them, some columns and channels at a time, so that no tap has to be checked. False if scratch is too small.
    unsafe fn strips(&self, first_row: usize, end_row: usize, out: *mut f32, mut scratch: Scratch) -> bool {
        let (size, reach) = (self.size, (self.size - 1) / 2);
        let padded = self.width.min(TILE).next_multiple_of(STRIP) + size - 1;
        let channels = (scratch.left / (size * padded)).min(MOST_CHANNELS) / 4 * 4;
        if self.dilation > 1 || channels == 0 {
            return false;
        }
        let ring = scratch.take(size * padded, channels);
        for left in (0..self.width).step_by(TILE) {
            let columns = (self.width - left).min(TILE);
            for c in (0..self.channels).step_by(channels) {
                let count = (self.channels - c).min(channels);
                let mut known = first_row.saturating_sub(reach);
                for y in first_row..end_row {
                    while known < self.height.min(y + reach + 1) {
                        let to = ring.add(known % size * padded * channels);
                        for column in 0..padded {
                            let (from, to) = ((left + column).wrapping_sub(reach), to.add(column * channels));
                            let inside = from < self.width;
                            let x = self.x.wrapping_add((known * self.width + from) * self.x_stride + c);
                            vectors!(count, |i, rest| {
                                store(to.add(i), load_tail(x.wrapping_add(i), if inside { rest } else { 0 }));
                            });
                        }
                        known += 1;
                    }
                    let rows = Rows { ring, padded, channels };
                    for column in (0..columns).step_by(STRIP) {
                        let to = out.add((y * self.width + left + column) * self.out_stride + c);
                        self.strip(&rows, y, column, c, count, to, (columns - column).min(STRIP));
                    }
                }
            }
        }
        true
    }

    /// `outputs` of `STRIP` output pixels side by side, `count` channels from `channel` on: a tap is loaded once.
    unsafe fn strip(
        &self,
        rows: &Rows,
        y: usize,
        column: usize,
        channel: usize,
        count: usize,
        out: *mut f32,
        outputs: usize,
    ) {
        let (first, end, top) = self.rows(y);
        vectors!(count, |c, left| {
            let mut totals = [self.start(channel + c, left); STRIP];
            for ky in first..end {
                let line = (top + ky - first) % self.size * rows.padded + column;
                let mut x = rows.ring.add(line * rows.channels + c) as *const f32;
                let mut weight = self.weight.add(ky * self.size * self.channels + channel + c);
                for _ in 0..self.size {
                    let (tap, mut from) = (load_tail(weight, left), x);
                    for total in &mut totals {
                        *total = fma(load(from), tap, *total);
                        from = from.add(rows.channels);
                    }
                    x = x.add(rows.channels);
                    weight = weight.add(self.channels);
                }
            }
            for (i, total) in totals.into_iter().enumerate().take(outputs) {
                store_tail(out.add(i * self.out_stride + c), total, left);
            }
        });
    }

    /// A row of a 3 × 3 filter of which `ROWS` rows lie in the image. Each input column is loaded once and joins the three
    /// outputs it belongs to; with a dilation, every residue of the columns is a sequence of its own.
    #[inline(always)]
    unsafe fn slide<const ROWS: usize>(&self, top: usize, first: usize, out: *mut f32) {
        let (x_step, out_step) = (self.dilation * self.x_stride, self.dilation * self.out_stride);
        for residue in 0..self.dilation.min(self.width) {
            let count = (self.width - residue).div_ceil(self.dilation);
            vectors!(self.channels, |c, left| {
                let bias = self.start(c, left);
                let mut w = [[bias; 3]; ROWS];
                let mut x = [core::ptr::null::<f32>(); ROWS];
                for r in 0..ROWS {
                    for k in 0..3 {
                        w[r][k] = load_tail(self.weight.add(((first + r) * 3 + k) * self.channels + c), left);
                    }
                    x[r] = self.x.add(((top + r * self.dilation) * self.width + residue) * self.x_stride + c);
                }
                let mut to = out.add(residue * self.out_stride + c);
                let (mut before, mut here) = (bias, bias);
                for i in 0..count {
                    let mut after = bias;
                    for r in 0..ROWS {
                        let v = load_tail(x[r], left);
                        before = fma(v, w[r][2], before);
                        here = fma(v, w[r][1], here);
                        after = fma(v, w[r][0], after);
                        x[r] = x[r].add(x_step);
                    }
                    if i > 0 {
                        store_tail(to, before, left);
                        to = to.add(out_step);
                    }
                    (before, here) = (here, after);
                }
                store_tail(to, before, left);
            });
        }
    }

    unsafe fn row(&self, y: usize, out: *mut f32) {
        if self.size == 3 {
            let (first, end, top) = self.rows(y);
            match end - first {
                3 => self.slide::<3>(top, first, out),
                2 => self.slide::<2>(top, first, out),
                _ => self.slide::<1>(top, first, out),
            }
        } else {
            for column in 0..self.width {
                self.pixel(y, column, out.add(column * self.out_stride));
            }
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn depthwise_conv2d(
    x: *const f32,
    weight: *const f32,
    bias: *const f32,
    factor: *const f32,
    out: *mut f32,
    batch: usize,
    height: usize,
    width: usize,
    channels: usize,
    size: usize,
    dilation: usize,
    x_stride: usize,
    factor_stride: usize,
    out_stride: usize,
    activation: u32,
    slope: f32,
    first_row: usize,
    row_count: usize,
    scratch: *mut f32,
    scratch_bytes: usize,
) {
    if width == 0 {
        return;
    }
    for b in 0..batch {
        let x = x.add(b * height * width * x_stride);
        let layer = Layer { x, weight, bias, height, width, channels, size, dilation, x_stride, out_stride };
        let (out, end_row) = (out.add(b * height * width * out_stride), first_row + row_count);
        let done = size > 3 && layer.strips(first_row, end_row, out, Scratch::new(scratch, scratch_bytes));
        for y in first_row..end_row {
            let out = out.add(y * width * out_stride);
            if !done {
                layer.row(y, out);
            }
            // In one go where the pixels have no gaps.
            let (pixels, floats) = if out_stride == channels { (1, width * channels) } else { (width, channels) };
            for column in 0..pixels {
                let pixel = out.add(column * out_stride);
                activate(activation, slope, pixel, pixel, floats);
            }
            if !factor.is_null() {
                let by = factor.add((b * height + y) * width * factor_stride);
                let (o, f, none, multiply) = (out_stride, factor_stride, core::ptr::null_mut(), OPERATION_MULTIPLY);
                binary(out, by, none, out, width, channels, o, f, o, width, 1, multiply, 0, none, 0);
            }
        }
    }
}
