//! The matrix product under `linear` and `conv2d`: rows are found through a table of addresses (XNNPACK's indirection), so
//! a convolution needs no copy of its image and a view needs no copy of its rows.
//!
//! The table holds, block after block of `ROWS` output rows, for each tap the `ROWS` addresses of `segment` floats. The
//! weight is packed in panels of eight outputs, `[outer / 8][taps · segment][8]`, zero padded.
use crate::simd::*;

/// Output rows a tile makes at once.
pub const ROWS: usize = 4;
/// Output columns of a tile and of a weight panel.
pub const COLUMNS: usize = 8;

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
    /// `ROWS·8 + 8` floats: a tile that cannot go to `out` as it is, and its start values.
    pub tile: *mut f32,
}

/// c = start + Σ x·weight for one tile.
#[inline(always)]
unsafe fn multiply_tile(taps: usize, segment: usize, table: *const u32, b: *const f32, start: *const f32, c: *mut f32, c_stride: usize) {
    let mut sums = [[load(start), load(start.add(4))]; ROWS];
    let mut b = b;
    for tap in 0..taps {
        let mut rows = [core::ptr::null::<f32>(); ROWS];
        for r in 0..ROWS {
            rows[r] = *table.add(tap * ROWS + r) as *const f32;
        }
        for k in 0..segment {
            let (left, right) = (load(b), load(b.add(4)));
            for r in 0..ROWS {
                let x = load_splat(rows[r].add(k));
                sums[r] = [fma(x, left, sums[r][0]), fma(x, right, sums[r][1])];
            }
            b = b.add(COLUMNS);
        }
    }
    for r in 0..ROWS {
        store(c.add(r * c_stride), sums[r][0]);
        store(c.add(r * c_stride + 4), sums[r][1]);
    }
}

/// Activation, residual and store of `rows × columns` sums.
unsafe fn finish(e: &Epilogue, tile: *const f32, rows: usize, columns: usize, first: usize, out: *mut f32, out_stride: usize) {
    for r in 0..rows {
        for c in (0..columns).step_by(4) {
            let (to, left) = (out.add(r * out_stride + c), columns - c);
            let mut v = activate(e.activation, e.slope, load(tile.add(r * COLUMNS + c)));
            if e.accumulate {
                let before = load_tail(to, left);
                v = if e.scale.is_null() { add(before, v) } else { fma(before, load_tail(e.scale.add(first + c), left), v) };
            }
            store_tail(to, v, left);
        }
    }
}

/// Runs a product. A panel stays in the first-level cache while the rows stream past it.
pub unsafe fn multiply(p: &Product) {
    let start = p.tile.add(ROWS * COLUMNS);
    let plain = p.epilogue.activation == 0 && !p.epilogue.accumulate;
    for first in (0..p.outer).step_by(COLUMNS) {
        let columns = (p.outer - first).min(COLUMNS);
        let panel = p.weight.add(first * p.taps * p.segment);
        for c in [0, 4] {
            let bias = p.epilogue.bias;
            let left = if bias.is_null() { 0 } else { columns.saturating_sub(c) };
            store(start.add(c), load_tail(bias.wrapping_add(first + c), left));
        }
        for row in (0..p.rows).step_by(ROWS) {
            let rows = (p.rows - row).min(ROWS);
            let table = p.table.add(row * p.taps);
            let out = p.out.add(row * p.out_stride + first);
            if plain && rows == ROWS && columns == COLUMNS {
                multiply_tile(p.taps, p.segment, table, panel, start, out, p.out_stride);
            } else {
                multiply_tile(p.taps, p.segment, table, panel, start, p.tile, COLUMNS);
                finish(&p.epilogue, p.tile, rows, columns, first, out, p.out_stride);
            }
        }
    }
}
