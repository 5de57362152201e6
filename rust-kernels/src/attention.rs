//! Attention among the pixels of each window, head by head: see `src/reference/attention.ts` for the formula.
//!
//! Lanes are the queries of a window's row, eight at a time, so that nothing is summed across lanes: the scores of all keys
//! are a product `[keys][8]` of the keys with a panel of queries, and they are in turn the panel of the
//! product with the values, whose rows are the head's columns.
use crate::asm::{ROWS, attention_scores, gemm_tile, softmax_exp};
use crate::gemm::COLUMNS;
use crate::scratch::Scratch;
use crate::simd::*;
use core::arch::wasm32::*;
use core::f32::consts::LOG2_E;

/// What is added to the score of two pixels that only the shift brought into one window.
const APART: f32 = -100.0;

/// Whether the shift moved a row (or column) of the last windows over the edge: it is apart from the others there.
fn moved(at: usize, size: usize, shift: usize) -> bool {
    at + shift >= size
}

/// Regions of the scratch memory.
struct Room {
    /// `[key_stride][8]`: zeros behind the head's width, in whole vectors, then four rows of masks.
    queries: *mut f32,
    /// `[keys][8]`, rows in whole tiles.
    scores: *mut f32,
    /// `[keys][key_stride]`, rows in whole tiles: zeros behind the head's width, in whole vectors, then which quarter of a
    /// shifted window the key lies in, as a 1 among four.
    keys: *mut f32,
    key_stride: usize,
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
    /// Row of `x` of each pixel of the window.
    pixels: *mut u32,
    /// How far the biases of each key, in whole tiles, are from those of the first, in bytes.
    offsets: *mut i32,
    /// Addresses of the rows of values, in whole tiles.
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

/// The window at hand: of its rows 2 for those that were moved, else 0; of its columns 1 or 0. The sum is the pixel's quarter.
struct Place {
    rows: [u8; MOST],
    columns: [u8; MOST],
    /// Whether it has more than one quarter.
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

    /// The length of the run of pixels side by side in the image that begins with pixel `first`, `most` at most.
    unsafe fn run(&self, first: usize, most: usize) -> usize {
        let at = self.room.pixels.add(first);
        let mut count = 1;
        while count < most && *at.add(count) == *at + count as u32 {
            count += 1;
        }
        count
    }

    /// Rows of `x` of `count` pixels from `first` on, from `column` on, as columns of `to`.
    unsafe fn gather(&self, first: usize, count: usize, column: usize, to: *mut f32, to_stride: usize) {
        let mut i = 0;
        while i < count {
            let run = self.run(first + i, count - i);
            transpose(self.row(first + i).add(column), self.x_stride, run, self.width, to.add(i), to_stride);
            i += run;
        }
    }

    /// The keys side by side, where they take less of the cache, divided by √width, in units of log 2, and the values column
    /// by column.
    unsafe fn pack(&self, key: usize, value: usize, place: &Place) {
        let (r, factor) = (&self.room, splat(LOG2_E / root(self.width as f32)));
        for i in 0..self.keys.next_multiple_of(ROWS) {
            let (from, to) = (self.row(i.min(self.keys - 1)).add(key), r.keys.add(i * r.key_stride));
            for c in (0..self.width).step_by(4) {
                store(to.add(c), mul(load_tail(from.add(c), self.width - c), factor));
            }
        }
        if place.masked {
            for i in 0..self.keys.next_multiple_of(ROWS) {
                let at = i.min(self.keys - 1);
                let quarter = place.rows[at / self.window] | place.columns[at % self.window];
                let mark = v128_and(i32x4_eq(LANES, i32x4_splat(quarter as i32)), splat(1.0));
                store(r.keys.add((i + 1) * r.key_stride - 4), mark);
            }
        }
        for first in (0..self.keys).step_by(COLUMNS) {
            self.gather(first, (self.keys - first).min(COLUMNS), value, r.values.add(first), r.value_stride);
        }
    }

    /// Answers of the `count` queries of row y from column x on, to columns `query` of `out`.
    unsafe fn answer(&self, y: usize, x: usize, count: usize, query: usize, place: &Place) {
        let (r, first) = (&self.room, y * self.window + x);
        self.gather(first, count, query, r.queries, COLUMNS);
        if place.masked {
            let masks = r.queries.add((r.key_stride - 4) * COLUMNS);
            for i in 0..4 * COLUMNS {
                let quarter = place.rows[y] | place.columns[(x + i % COLUMNS).min(self.window - 1)];
                *masks.add(i) = if quarter as usize == i / COLUMNS { 0.0 } else { APART * LOG2_E };
            }
        }
        let edges = r.edges;
        for c in [0, 4] {
            store(edges.add(c), splat(f32::NEG_INFINITY));
        }
        let (tiles, stride) = (self.keys.div_ceil(ROWS), 4 * r.key_stride);
        let segment = if place.masked { r.key_stride } else { r.key_stride - 4 };
        let bias = r.bias.add((self.window - 1 - y) * r.bias_stride + self.window - 1 + x);
        attention_scores(tiles, segment, r.keys, stride, r.queries, bias, r.offsets, r.scores, edges);
        softmax_exp(r.scores, self.keys, edges);
        for c in (0..self.width).step_by(ROWS) {
            let to = r.sums.add(c * COLUMNS);
            gemm_tile(1, self.keys, r.value_rows.add(c), r.scores, r.zeros, to, 4 * COLUMNS);
        }
        let shares = [0, 4].map(|i| f32x4_div(splat(1.0), load(edges.add(i))));
        for c in (0..self.width * COLUMNS).step_by(COLUMNS) {
            for (i, share) in shares.into_iter().enumerate() {
                let sum = r.sums.add(c + 4 * i);
                store(sum, mul(load(sum), share));
            }
        }
        let mut i = 0;
        while i < count {
            let run = self.run(first + i, count - i);
            let to = self.out.add(*r.pixels.add(first + i) as usize * self.out_stride + query);
            transpose(r.sums.add(i), COLUMNS, self.width, run, to, self.out_stride);
            i += run;
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
    let bias_stride = side + COLUMNS;
    let (key_stride, value_stride) = (head_width.next_multiple_of(4) + 4, keys + 16);
    let mut scratch = Scratch::new(scratch, scratch_bytes);
    let room = Room {
        queries: scratch.take(key_stride, COLUMNS),
        scores: scratch.take(tiled_keys, COLUMNS),
        keys: scratch.take(tiled_keys, key_stride),
        key_stride,
        values: scratch.take(head_width, value_stride),
        value_stride,
        sums: scratch.take(tiled_width, COLUMNS),
        zeros: scratch.take(1, COLUMNS),
        edges: scratch.take(1, COLUMNS),
        bias: scratch.take(side, bias_stride),
        bias_stride,
        pixels: scratch.take(1, keys) as *mut u32,
        offsets: scratch.take(1, tiled_keys) as *mut i32,
        value_rows: scratch.take(1, tiled_width) as *mut u32,
    };
    for c in 0..COLUMNS {
        *room.zeros.add(c) = 0.0;
    }
    for i in 0..key_stride * COLUMNS {
        *room.queries.add(i) = 0.0;
    }
    for j in 0..tiled_keys {
        let key = j.min(keys - 1);
        *room.offsets.add(j) = 4 * (key / window * bias_stride) as i32 - 4 * (key % window) as i32;
    }
    for c in 0..tiled_width {
        *room.value_rows.add(c) = room.values.add(c.min(head_width - 1) * value_stride) as u32;
    }
    let all = Heads { x, x_stride, out, out_stride, width: head_width, window, keys, room };
    let mut place = Place { rows: [0; MOST], columns: [0; MOST], masked: false };
    let (beside, mut turned) = (width / window, heads);
    let windows = batch * row_count * beside;
    for number in heads * windows * part / parts..heads * windows * (part + 1) / parts {
        let (head, line, left) = (number / windows, number % windows / beside, number % beside * window);
        if head != turned {
            turned = head;
            all.turn(bias.add(head * side * side));
        }
        let (image, top) = (line / row_count, (first_row + line % row_count) * window);
        for i in 0..window {
            place.rows[i] = 2 * moved(top + i, height, shift) as u8;
            place.columns[i] = moved(left + i, width, shift) as u8;
        }
        place.masked = place.rows[0] != place.rows[window - 1] || place.columns[0] != place.columns[window - 1];
        for i in 0..window {
            let y = (top + i + shift) % height;
            for k in 0..window {
                let column = left + k + shift;
                let column = if column < width { column } else { column - width };
                *all.room.pixels.add(i * window + k) = ((image * height + y) * width + column) as u32;
            }
        }
        let query = head * head_width;
        all.pack(heads * head_width + query, 2 * heads * head_width + query, &place);
        for y in 0..window {
            for x in (0..window).step_by(COLUMNS) {
                all.answer(y, x, (window - x).min(COLUMNS), query, &place);
            }
        }
    }
}
