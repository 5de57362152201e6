//! Attention among the pixels of each window, head by head: see `src/reference/attention.ts` for the formula.
//!
//! Lanes are the queries of a window's row, eight at a time, so that nothing is summed across lanes: the scores of all keys
//! are a product `[keys][8]` of the keys with a panel of queries, and they are in turn the panel of the
//! product with the values, whose rows are the head's columns.
use crate::asm::{ROWS, gemm_tile, softmax_bias, softmax_exp};
use crate::gemm::COLUMNS;
use crate::scratch::Scratch;
use crate::simd::*;
use core::arch::wasm32::*;
use core::f32::consts::LOG2_E;

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
    /// `[head_width][8]`.
    queries: *mut f32,
    /// `[keys][8]`, rows in whole tiles.
    scores: *mut f32,
    /// `[keys][head_width]`.
    keys: *mut f32,
    /// `[head_width][value_stride]`: rows as far apart as a power of two would meet in the same lines of the cache.
    values: *mut f32,
    value_stride: usize,
    /// `[head_width][8]`, rows in whole tiles.
    sums: *mut f32,
    zeros: *mut f32,
    /// What softmax knows of each query.
    edges: *mut f32,
    /// Biases of the head, each row turned round: `[2·window − 1][bias_stride]`.
    bias: *mut f32,
    bias_stride: usize,
    /// What a key in column band k has with each query of a row, `[3][across]`.
    apart: *mut f32,
    across: usize,
    /// Row of `x` of each pixel of the window.
    pixels: *mut u32,
    /// Addresses of the rows of keys and values, in whole tiles.
    key_rows: *mut u32,
    value_rows: *mut u32,
}

struct Heads {
    x: *const f32,
    x_stride: usize,
    out: *mut f32,
    out_stride: usize,
    width: usize,
    window: usize,
    keys: usize,
    room: Room,
}

/// The window at hand.
struct Place<'a> {
    /// Bands of its rows and of its columns.
    rows: &'a [u8],
    columns: &'a [u8],
    /// Whether it has more than one band.
    masked: bool,
}

impl Heads {
    unsafe fn row(&self, i: usize) -> *const f32 {
        self.x.add(*self.room.pixels.add(i) as usize * self.x_stride)
    }

    /// The biases of a head in units of log 2, so that a walk to the right goes from query to query.
    unsafe fn turn(&self, bias: *const f32) {
        let side = 2 * self.window - 1;
        for y in 0..side {
            for x in 0..self.room.bias_stride {
                let b = if x < side { *bias.add(y * side + side - 1 - x) * LOG2_E } else { 0.0 };
                *self.room.bias.add(y * self.room.bias_stride + x) = b;
            }
        }
    }

    /// Rows of `x` of `count` pixels from `first` on, the last one again up to `rows`, side by side, from `column` on.
    unsafe fn copy(&self, first: usize, count: usize, rows: usize, column: usize, to: *mut f32) {
        for i in 0..rows {
            let (from, to) = (self.row(first + i.min(count - 1)).add(column), to.add(i * self.width));
            vectors!(self.width, |c, left| {
                store_tail(to.add(c), load_tail(from.add(c), left), left);
            });
        }
    }

    /// The keys side by side, where they take less of the cache, and the values column by column.
    unsafe fn pack(&self, key: usize, value: usize) {
        let r = &self.room;
        self.copy(0, self.keys, self.keys, key, r.keys);
        for first in (0..self.keys).step_by(COLUMNS) {
            let count = (self.keys - first).min(COLUMNS);
            self.copy(first, count, count, value, r.sums);
            transpose(r.sums, self.width, count, self.width, r.values.add(first), r.value_stride);
        }
    }

    /// `count` queries from pixel `first` on as a panel, divided by √width, in units of log 2.
    unsafe fn ask(&self, first: usize, count: usize, query: usize) {
        let (r, factor) = (&self.room, splat(LOG2_E / root(self.width as f32)));
        self.copy(first, count, COLUMNS, query, r.sums);
        transpose(r.sums, self.width, COLUMNS, self.width, r.queries, COLUMNS);
        for c in (0..self.width * COLUMNS).step_by(4) {
            store(r.queries.add(c), mul(load(r.queries.add(c)), factor));
        }
    }

    /// Adds the masks to the scores of the queries from (y, x) on.
    unsafe fn mask(&self, y: usize, x: usize, place: &Place) {
        let (r, window) = (&self.room, self.window);
        let mut score = r.scores;
        for row in &place.rows[..window] {
            for column in &place.columns[..window] {
                let beside = r.apart.add(*column as usize * r.across + x);
                for c in [0, 4] {
                    let mask = if *row == place.rows[y] { load(beside.add(c)) } else { splat(APART * LOG2_E) };
                    store(score.add(c), add(load(score.add(c)), mask));
                }
                score = score.add(COLUMNS);
            }
        }
    }

    /// Answers of the `count` queries of row y from column x on, to columns `query` of `out`.
    unsafe fn answer(&self, y: usize, x: usize, count: usize, query: usize, place: &Place) {
        let (r, first) = (&self.room, y * self.window + x);
        self.ask(first, count, query);
        for j in (0..self.keys).step_by(ROWS) {
            let to = r.scores.add(j * COLUMNS);
            gemm_tile(1, self.width, r.key_rows.add(j), r.queries, r.zeros, to, 4 * COLUMNS);
        }
        if place.masked {
            self.mask(y, x, place);
        }
        let edges = r.edges;
        for c in 0..COLUMNS {
            *edges.add(c) = f32::NEG_INFINITY;
        }
        for key in 0..self.window {
            let bias = r.bias.add((key + self.window - 1 - y) * r.bias_stride + self.window - 1 + x);
            softmax_bias(r.scores.add(key * self.window * COLUMNS), self.window, bias, edges);
        }
        softmax_exp(r.scores, self.keys, edges);
        for c in (0..self.width).step_by(ROWS) {
            let to = r.sums.add(c * COLUMNS);
            gemm_tile(1, self.keys, r.value_rows.add(c), r.scores, r.zeros, to, 4 * COLUMNS);
        }
        for c in 0..self.width {
            for i in [0, 4] {
                let sum = r.sums.add(c * COLUMNS + i);
                store(sum, f32x4_div(load(sum), load(edges.add(i))));
            }
        }
        transpose(r.sums, COLUMNS, self.width, count, r.queries, self.width);
        for lane in 0..count {
            let to = self.out.add(*r.pixels.add(first + lane) as usize * self.out_stride + query);
            vectors!(self.width, |c, left| {
                store_tail(to.add(c), load_tail(r.queries.add(lane * self.width + c), left), left);
            });
        }
    }
}

/// The square root, which `core` does not have.
fn root(x: f32) -> f32 {
    f32x4_extract_lane::<0>(f32x4_sqrt(splat(x)))
}

/// Most rows of a window.
const MOST: usize = 256;

/// Share `part` of `parts` of all windows of all heads. A caller who names neither gets all.
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
    part: usize,
    parts: usize,
) {
    let parts = parts.max(1);
    let (keys, side) = (window * window, 2 * window - 1);
    let (tiled_keys, tiled_width) = (keys.next_multiple_of(ROWS), head_width.next_multiple_of(ROWS));
    let (across, bias_stride) = (window.next_multiple_of(COLUMNS), side + COLUMNS);
    let value_stride = keys + 16;
    let mut scratch = Scratch::new(scratch, scratch_bytes);
    let room = Room {
        queries: scratch.take(head_width, COLUMNS),
        scores: scratch.take(tiled_keys, COLUMNS),
        keys: scratch.take(keys, head_width),
        values: scratch.take(head_width, value_stride),
        value_stride,
        sums: scratch.take(tiled_width, COLUMNS),
        zeros: scratch.take(1, COLUMNS),
        edges: scratch.take(1, COLUMNS),
        bias: scratch.take(side, bias_stride),
        bias_stride,
        apart: scratch.take(3, across),
        across,
        pixels: scratch.take(1, keys) as *mut u32,
        key_rows: scratch.take(1, tiled_keys) as *mut u32,
        value_rows: scratch.take(1, tiled_width) as *mut u32,
    };
    for c in 0..COLUMNS {
        *room.zeros.add(c) = 0.0;
    }
    for j in 0..tiled_keys {
        *room.key_rows.add(j) = room.keys.add(j.min(keys - 1) * head_width) as u32;
    }
    for c in 0..tiled_width {
        *room.value_rows.add(c) = room.values.add(c.min(head_width - 1) * value_stride) as u32;
    }
    let all = Heads { x, x_stride, out, out_stride, width: head_width, window, keys, room };
    let (mut rows, mut columns) = ([0u8; MOST], [0u8; MOST]);
    let (beside, mut turned) = (width / window, heads);
    let windows = batch * row_count * beside;
    for number in heads * windows * part / parts..heads * windows * (part + 1) / parts {
        let (head, line, left) = (number / windows, number % windows / beside, number % beside * window);
        let query = head * head_width;
        if head != turned {
            turned = head;
            all.turn(bias.add(head * side * side));
        }
        let (image, top) = (line / row_count, (first_row + line % row_count) * window);
        for i in 0..window {
            rows[i] = band(top + i, height, window, shift) as u8;
            columns[i] = band(left + i, width, window, shift) as u8;
        }
        for i in 0..3 * across {
            let same = i % across < window && columns[i % across] == (i / across) as u8;
            *all.room.apart.add(i) = if same { 0.0 } else { APART * LOG2_E };
        }
        for i in 0..window {
            let y = (top + i + shift) % height;
            for k in 0..window {
                let column = left + k + shift;
                let column = if column < width { column } else { column - width };
                *all.room.pixels.add(i * window + k) = ((image * height + y) * width + column) as u32;
            }
        }
        all.pack(heads * head_width + query, 2 * heads * head_width + query);
        let masked = rows[0] != rows[window - 1] || columns[0] != columns[window - 1];
        let place = Place { rows: &rows, columns: &columns, masked };
        for y in 0..window {
            for x in (0..window).step_by(COLUMNS) {
                all.answer(y, x, (window - x).min(COLUMNS), query, &place);
            }
        }
    }
}
