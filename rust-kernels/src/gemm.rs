//! The matrix product under `linear` and `conv2d`: rows are found through a table of addresses (XNNPACK's indirection), so
//! a convolution needs no copy of its image and a view needs no copy of its rows.
//!
//! The table holds, block after block of `ROWS` output rows, for each tap the `ROWS` addresses of `segment` floats. The
//! weight is packed in panels of eight outputs, `[outer / 8][taps · segment][8]`, zero padded.
pub use crate::asm::ROWS;
use crate::asm::gemm_tile;
use crate::codes::*;
use crate::simd::*;

/// Output columns of a tile and of a weight panel.
pub const COLUMNS: usize = 8;

/// Floats of scratch a product needs besides its table.
pub const TILE: usize = (ROWS + 2) * COLUMNS;

/// What happens to a finished sum.
#[derive(Clone, Copy)]
pub struct Epilogue {
    pub bias: *const f32,
    pub scale: *const f32,
    pub activation: u32,
    pub slope: f32,
    pub accumulate: bool,
}

/// One product: `rows` rows of `out`, `outer` columns each.
pub struct Product {
    pub table: *const u32,
    pub rows: usize,
    pub taps: usize,
    pub segment: usize,
    pub weight: *const f32,
    pub outer: usize,
    pub out: *mut f32,
    pub out_stride: usize,
    pub epilogue: Epilogue,
    /// `TILE` floats: a tile that cannot go to `out` as it is, and start values.
    pub tile: *mut f32,
}

/// Floats of weight panels that stay in the second-level cache while all rows pass over them.
const CACHED: usize = 1 << 16;

/// Activation, residual and store of `rows × columns` sums.
unsafe fn finish(
    e: &Epilogue,
    tile: *mut f32,
    rows: usize,
    columns: usize,
    first: usize,
    out: *mut f32,
    out_stride: usize,
) {
    activate(e.activation, e.slope, tile, tile, rows * COLUMNS);
    for r in 0..rows {
        let (out, tile) = (out.add(r * out_stride), tile.add(r * COLUMNS));
        vectors!(columns, |c, left| {
            let mut v = load(tile.add(c));
            if e.accumulate {
                let before = load_tail(out.add(c), left);
                v = if e.scale.is_null() {
                    add(before, v)
                } else {
                    fma(before, load_tail(e.scale.add(first + c), left), v)
                };
            }
            store_tail(out.add(c), v, left);
        });
    }
}

/// One tile: `rows` rows from `row` on, `columns` columns from `first` on.
#[inline(always)]
unsafe fn make_tile(p: &Product, row: usize, rows: usize, first: usize, columns: usize, start: *const f32) {
    let plain = p.epilogue.activation == ACTIVATION_NONE && !p.epilogue.accumulate && rows == ROWS && columns == COLUMNS;
    let out = p.out.add(row * p.out_stride + first);
    let (tile, stride) = if plain { (out, p.out_stride) } else { (p.tile, COLUMNS) };
    if p.taps * p.segment == 0 {
        for r in 0..ROWS {
            core::ptr::copy_nonoverlapping(start, tile.add(r * stride), COLUMNS);
        }
    } else {
        let weight = p.weight.add(first * p.taps * p.segment);
        gemm_tile(p.taps, p.segment, p.table.add(row * p.taps), weight, start, tile, 4 * stride);
    }
    if !plain {
        finish(&p.epilogue, tile, rows, columns, first, out, p.out_stride);
    }
}

/// Panels a single row passes over at once: one panel alone would wait for its own sums.
const WIDE: usize = 4;

/// A product of one row and one tap. A tile of `ROWS` rows would do the same work for nothing several times.
pub unsafe fn multiply_row(p: &Product) {
    let x = *p.table as *const f32;
    let mut sums = [[splat(0.0); 2]; WIDE];
    for first in (0..p.outer).step_by(WIDE * COLUMNS) {
        let panels = (p.outer - first).div_ceil(COLUMNS).min(WIDE);
        // Panels behind the last one repeat it.
        let weight = |i: usize| p.weight.add((first + i.min(panels - 1) * COLUMNS) * p.segment);
        let (w0, w1, w2, w3) = (weight(0), weight(1), weight(2), weight(3));
        for (i, sum) in sums.iter_mut().enumerate() {
            for (v, half) in sum.iter_mut().enumerate() {
                let at = first + i * COLUMNS + 4 * v;
                let left = if p.epilogue.bias.is_null() { 0 } else { p.outer.saturating_sub(at) };
                *half = load_tail(p.epilogue.bias.wrapping_add(at), left);
            }
        }
        for k in 0..p.segment {
            let x = load_splat(x.add(k));
            for (sum, w) in sums.iter_mut().zip([w0, w1, w2, w3]) {
                sum[0] = fma(x, load(w.add(k * COLUMNS)), sum[0]);
                sum[1] = fma(x, load(w.add(k * COLUMNS + 4)), sum[1]);
            }
        }
        for (i, sum) in sums.iter().enumerate().take(panels) {
            let at = first + i * COLUMNS;
            store(p.tile, sum[0]);
            store(p.tile.add(4), sum[1]);
            finish(&p.epilogue, p.tile, 1, (p.outer - at).min(COLUMNS), at, p.out.add(at), p.out_stride);
        }
    }
}

/// Runs a product. The rows of a block stay in the first-level cache while a group of panels streams past them.
pub unsafe fn multiply(p: &Product) {
    let bias = p.epilogue.bias;
    let (last, zeros) = (p.tile.add(ROWS * COLUMNS), p.tile.add((ROWS + 1) * COLUMNS));
    let tail = p.outer / COLUMNS * COLUMNS;
    for c in 0..COLUMNS {
        *zeros.add(c) = 0.0;
        *last.add(c) = if bias.is_null() || tail + c >= p.outer { 0.0 } else { *bias.add(tail + c) };
    }
    let group = (CACHED / (p.taps * p.segment).max(1)).max(1).next_multiple_of(COLUMNS);
    for begin in (0..p.outer).step_by(group) {
        for row in (0..p.rows).step_by(ROWS) {
            let rows = (p.rows - row).min(ROWS);
            for first in (begin..p.outer.min(begin + group)).step_by(COLUMNS) {
                let start = if first == tail {
                    last
                } else if bias.is_null() {
                    zeros
                } else {
                    bias.add(first) as *mut f32
                };
                make_tile(p, row, rows, first, (p.outer - first).min(COLUMNS), start);
            }
        }
    }
}
