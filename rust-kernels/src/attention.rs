//! Attention among the pixels of each window, head by head: see `src/reference/attention.ts` for the formula.
//!
//! Keys and values of a window and head are packed into the panels of the matrix product once, then `ROWS` queries at a time
//! pass over them. A column of ones behind the values makes the product add up the weights as well.
use crate::asm::{ROWS, gemm_tile, softplus_exp};
use crate::gemm::COLUMNS;
use crate::scratch::Scratch;
use crate::simd::*;
use core::arch::wasm32::*;

/// What is added to the score of two pixels that only the shift brought into one window.
const APART: f32 = -100.0;

/// Bands of the rows (or columns) of a shifted image: those that the shift moved over the edge are apart from the others.
fn band(at: usize, size: usize, window: usize, shift: usize) -> usize {
    if at + window < size {
        0
    } else if at + shift < size {
        1
    } else {
        2
    }
}

/// Regions of the scratch memory.
struct Room {
    /// Panels of keys `[keys / 8][head_width][8]`, of values `[wide / 8][padded][8]`.
    keys: *mut f32,
    values: *mut f32,
    /// `[ROWS][padded]`.
    scores: *mut f32,
    /// `[ROWS][wide]`.
    sums: *mut f32,
    zeros: *mut f32,
    /// What a query in band k has with each column of the window, `[3][window]`.
    apart: *mut f32,
    /// Row of `x` of each pixel of the window.
    pixels: *mut u32,
    table: *mut u32,
}

struct Heads {
    x: *const f32,
    x_stride: usize,
    out: *mut f32,
    out_stride: usize,
    width: usize,
    window: usize,
    keys: usize,
    padded: usize,
    wide: usize,
    room: Room,
}

impl Heads {
    unsafe fn row(&self, i: usize) -> *const f32 {
        self.x.add(*self.room.pixels.add(i) as usize * self.x_stride)
    }

    /// Keys, divided by √width, and values from columns `key` and `value` on.
    unsafe fn pack(&self, key: usize, value: usize) {
        let (r, factor) = (&self.room, 1.0 / root(self.width as f32));
        for j in 0..self.padded {
            let to = r.keys.add(j / COLUMNS * self.width * COLUMNS + j % COLUMNS);
            let (from, used) = if j < self.keys { (self.row(j), true) } else { (self.x, false) };
            for c in 0..self.width {
                *to.add(c * COLUMNS) = if used { *from.add(key + c) * factor } else { 0.0 };
            }
            for panel in 0..self.wide / COLUMNS {
                let to = r.values.add((panel * self.padded + j) * COLUMNS);
                for c in 0..COLUMNS {
                    let column = panel * COLUMNS + c;
                    *to.add(c) = match column {
                        _ if !used || column > self.width => 0.0,
                        _ if column == self.width => 1.0,
                        _ => *from.add(value + column),
                    };
                }
            }
        }
    }

    /// Turns the scores of query `i` into weights, the largest of which is 1. `bands` are those of the window's rows.
    unsafe fn weigh(&self, i: usize, scores: *mut f32, bias: *const f32, bands: (&[u8], u8)) {
        let window = self.window;
        let (y, x) = (i / window, i % window);
        let (rows, column) = bands;
        let beside = self.room.apart.add(column as usize * window);
        let mut largest = splat(f32::NEG_INFINITY);
        let apart = splat(APART);
        for key in 0..window {
            let run = scores.add(key * window);
            let bias = bias.add((key + window - 1 - y) * (2 * window - 1) + window - 1 - x);
            let same = rows[key] == rows[y];
            vectors!(window, |c, left| {
                let mask = if same { load_tail(beside.add(c), left) } else { apart };
                let score = add(add(load_tail(run.add(c), left), load_tail(bias.add(c), left)), mask);
                store_tail(run.add(c), score, left);
                let score = if left < 4 { only(score, left) } else { score };
                largest = f32x4_pmax(largest, score);
            });
        }
        let pairs = f32x4_pmax(largest, i32x4_shuffle::<2, 3, 0, 1>(largest, largest));
        let largest = f32x4_pmax(pairs, i32x4_shuffle::<1, 0, 3, 2>(pairs, pairs));
        for c in (0..self.padded).step_by(4) {
            store(scores.add(c), sub(largest, load(scores.add(c))));
        }
        softplus_exp(scores, scores, self.padded / 4);
    }
}

/// The first `count` lanes of v, and minus infinity behind them.
#[inline(always)]
fn only(v: V, count: usize) -> V {
    let lanes = i32x4(0, 1, 2, 3);
    v128_bitselect(v, splat(f32::NEG_INFINITY), i32x4_lt(lanes, i32x4_splat(count as i32)))
}

/// The square root, which `core` does not have.
fn root(x: f32) -> f32 {
    f32x4_extract_lane::<0>(f32x4_sqrt(splat(x)))
}

/// Most rows of a window.
const MOST: usize = 256;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn attention(
    x: *const f32,
    bias: *const f32,
    out: *mut f32,
    batch: usize,
    height: usize,
    width: usize,
    heads: usize,
    head_width: usize,
    window: usize,
    shift: usize,
    x_stride: usize,
    out_stride: usize,
    first_row: usize,
    row_count: usize,
    scratch: *mut f32,
    scratch_bytes: usize,
) {
    let keys = window * window;
    let padded = keys.next_multiple_of(COLUMNS);
    let wide = (head_width + 1).next_multiple_of(COLUMNS);
    let mut scratch = Scratch::new(scratch, scratch_bytes);
    let (zeros, table) = (scratch.take(1, COLUMNS), scratch.take(1, COLUMNS));
    let apart = scratch.take(3, window.next_multiple_of(4));
    let pixels = scratch.take(1, padded);
    let (sums, scores) = (scratch.take(ROWS, wide), scratch.take(ROWS, padded));
    let values = scratch.take(padded, wide);
    let room = Room {
        keys: scratch.take(padded, head_width),
        values,
        scores,
        sums,
        zeros,
        apart,
        pixels: pixels as *mut u32,
        table: table as *mut u32,
    };
    for c in 0..COLUMNS {
        *zeros.add(c) = 0.0;
    }
    let all = Heads { x, x_stride, out, out_stride, width: head_width, window, keys, padded, wide, room };
    let mut rows = [0u8; MOST];
    for image in 0..batch {
        for number in 0..row_count * (width / window) {
            let top = (first_row + number / (width / window)) * window;
            let left = number % (width / window) * window;
            for i in 0..window {
                rows[i] = band(top + i, height, window, shift) as u8;
                for k in 0..3 {
                    let same = band(left + i, width, window, shift) == k;
                    *apart.add(k * window + i) = if same { 0.0 } else { APART };
                }
            }
            for i in 0..keys {
                let (y, column) = ((top + i / window + shift) % height, (left + i % window + shift) % width);
                *all.room.pixels.add(i) = ((image * height + y) * width + column) as u32;
            }
            for head in 0..heads {
                let bias = bias.add(head * (2 * window - 1) * (2 * window - 1));
                let query = head * head_width;
                all.pack(heads * head_width + query, 2 * heads * head_width + query);
                for first in (0..keys).step_by(ROWS) {
                    let count = (keys - first).min(ROWS);
                    for r in 0..ROWS {
                        *all.room.table.add(r) = all.row(first + r.min(count - 1)).add(query) as u32;
                    }
                    for panel in 0..padded / COLUMNS {
                        let keys = all.room.keys.add(panel * head_width * COLUMNS);
                        let to = scores.add(panel * COLUMNS);
                        gemm_tile(1, head_width, all.room.table, keys, zeros, to, 4 * padded);
                    }
                    for r in 0..ROWS {
                        let row = scores.add(r * padded);
                        if r < count {
                            let column = band(left + (first + r) % window, width, window, shift);
                            all.weigh(first + r, row, bias, (&rows[..], column as u8));
                        }
                        *all.room.table.add(r) = row as u32;
                    }
                    for panel in 0..wide / COLUMNS {
                        let values = values.add(panel * padded * COLUMNS);
                        gemm_tile(1, padded, all.room.table, values, zeros, sums.add(panel * COLUMNS), 4 * wide);
                    }
                    for r in 0..count {
                        let from = sums.add(r * wide);
                        let to = out.add(*all.room.pixels.add(first + r) as usize * out_stride + query);
                        let whole = load_splat(from.add(head_width));
                        vectors!(head_width, |c, left| {
                            store_tail(to.add(c), f32x4_div(load(from.add(c)), whole), left);
                        });
                    }
                }
            }
        }
    }
}
