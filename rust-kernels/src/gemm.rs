//! The matrix product under `linear` and `conv2d`: rows are found through a table of addresses (XNNPACK's indirection), so
//! a convolution needs no copy of its image and a view needs no copy of its rows.
//!
//! The table holds, block after block of `ROWS` output rows, for each tap the `ROWS` addresses of `segment` floats. The
//! weight is packed in panels of eight outputs, `[outer / 8][taps · segment][8]`, zero padded.
pub use crate::asm::ROWS;
use crate::asm::{gemm_into, gemm_row, gemm_tile};
use crate::codes::*;
use crate::simd::*;

/// Output columns of a tile and of a weight panel.
pub const COLUMNS: usize = 8;

/// Floats of scratch a product needs besides its table.
pub const TILE: usize = if ROWS + 3 > 2 * WIDE { ROWS + 3 } else { 2 * WIDE } * COLUMNS;

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
    /// `TILE` floats: a tile that cannot go to `out` as it is, start values, and ones.
    pub tile: *mut f32,
}

/// Floats of weight panels that stay in the second-level cache while all rows pass over them.
const CACHED: usize = 1 << 16;

/// Whether what is stored is the activation of the sum alone: then it is taken of whole rows, not tile by tile.
fn later(e: &Epilogue) -> bool {
    e.activation != ACTIVATION_NONE && !e.accumulate
}

/// Activation, residual and store of `rows × columns` sums.
#[inline(never)]
unsafe fn finish(
    e: &Epilogue,
    tile: *mut f32,
    rows: usize,
    columns: usize,
    first: usize,
    out: *mut f32,
    out_stride: usize,
) {
    if !later(e) {
        activate(e.activation, e.slope, tile, tile, rows * COLUMNS);
    }
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

/// The activation of `columns` columns from `first` on of `rows` finished rows: in one go where they have no gaps.
#[inline(never)]
unsafe fn finish_rows(p: &Product, row: usize, rows: usize, first: usize, columns: usize) {
    let e = &p.epilogue;
    if later(e) {
        let (times, count) = if columns == p.out_stride { (1, rows * columns) } else { (rows, columns) };
        for r in 0..times {
            let out = p.out.add((row + r) * p.out_stride + first);
            activate(e.activation, e.slope, out, out, count);
        }
    }
}

/// One tile: `rows` rows from `row` on, `columns` columns from `first` on.
#[inline(always)]
unsafe fn make_tile(p: &Product, row: usize, rows: usize, first: usize, columns: usize, start: *const f32) {
    let (e, whole) = (&p.epilogue, rows == ROWS && columns == COLUMNS && p.taps * p.segment > 0);
    let (weight, table) = (p.weight.add(first * p.taps * p.segment), p.table.add(row * p.taps));
    let out = p.out.add(row * p.out_stride + first);
    if whole && e.accumulate && e.activation == ACTIVATION_NONE {
        let scale = if e.scale.is_null() { p.tile.add((ROWS + 2) * COLUMNS) as *const f32 } else { e.scale.add(first) };
        gemm_into(p.taps, p.segment, table, weight, start, out, 4 * p.out_stride, scale);
        return;
    }
    let plain = !e.accumulate && whole;
    let (tile, stride) = if plain { (out, p.out_stride) } else { (p.tile, COLUMNS) };
    if p.taps * p.segment == 0 {
        for r in 0..ROWS {
            core::ptr::copy_nonoverlapping(start, tile.add(r * stride), COLUMNS);
        }
    } else {
        gemm_tile(p.taps, p.segment, table, weight, start, tile, 4 * stride);
    }
    if !plain {
        finish(e, tile, rows, columns, first, out, p.out_stride);
    }
}

/// Panels a single row passes over at once.
const WIDE: usize = 4;

/// A product of one row and one tap. A tile of `ROWS` rows would do the same work for nothing several times.
#[inline(never)]
pub unsafe fn multiply_row(p: &Product) {
    let (x, start, sums) = (*p.table as *const f32, p.tile, p.tile.add(WIDE * COLUMNS));
    for first in (0..p.outer).step_by(WIDE * COLUMNS) {
        let columns = (p.outer - first).min(WIDE * COLUMNS);
        for c in (0..WIDE * COLUMNS).step_by(4) {
            let left = if p.epilogue.bias.is_null() { 0 } else { columns.saturating_sub(c) };
            store(start.add(c), load_tail(p.epilogue.bias.wrapping_add(first + c), left));
        }
        // Behind the last panel it comes again.
        let last = columns.div_ceil(COLUMNS) - 1;
        let panel = |i: usize| p.weight.add((first + i.min(last) * COLUMNS) * p.segment);
        gemm_row(p.segment, x, panel(0), panel(1), panel(2), panel(3), start, sums);
        for c in (0..columns).step_by(COLUMNS) {
            let (at, count) = (first + c, (columns - c).min(COLUMNS));
            finish(&p.epilogue, sums.add(c), 1, count, at, p.out.add(at), p.out_stride);
        }
    }
    finish_rows(p, 0, 1, 0, p.outer);
}

/// Runs a product. The rows of a block stay in the first-level cache while a group of panels streams past them.
#[inline(never)]
pub unsafe fn multiply(p: &Product) {
    let bias = p.epilogue.bias;
    let (last, zeros) = (p.tile.add(ROWS * COLUMNS), p.tile.add((ROWS + 1) * COLUMNS));
    let tail = p.outer / COLUMNS * COLUMNS;
    for c in 0..COLUMNS {
        *zeros.add(c) = 0.0;
        *zeros.add(COLUMNS + c) = 1.0;
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
            finish_rows(p, row, rows, begin, (p.outer - begin).min(group));
        }
    }
}
