//! The blocks of the selective scan in scratch, and what is asked of a whole block.
use crate::asm::ROWS;
use crate::gemm::COLUMNS;
use crate::order::Order;
use crate::scratch::Scratch;
use crate::simd::*;
use core::arch::wasm32::{f32x4_le, i32x4_all_true, u32x4_max};

/// Most steps of a block: its δ and its rows of u, y, B and C stay in the first-level cache.
const MOST_STEPS: usize = 66;

/// Most channels of a chunk, and that of a scan of so many states that their A and h would fill scratch.
const MOST_CHANNELS: usize = 72;
const FEW_CHANNELS: usize = 32;
const MANY_STATES: usize = 256;

/// Shortest column of an image that is worth blocks of its own.
const SHORTEST_RUN: usize = 12;

/// Width of the widest chunk.
fn widest(state_size: usize, rank: usize) -> usize {
    if state_size + rank > MANY_STATES { FEW_CHANNELS } else { MOST_CHANNELS }
}

/// Width of the equal chunks that `channels` channels are scanned in, in whole panels of the Δ weight.
pub fn chunk_of(channels: usize, state_size: usize, rank: usize) -> usize {
    let most = widest(state_size, rank);
    channels.div_ceil(channels.div_ceil(most).max(1)).next_multiple_of(COLUMNS).max(COLUMNS)
}

/// How a direction's result meets the output row.
#[derive(Clone, Copy)]
pub struct Join {
    pub add: bool,
    /// Gate this direction's y alone, or the whole sum after the last direction.
    pub gate_y: bool,
    pub gate_sum: bool,
}

/// One chunk of channels on its way in one direction; operands begin at the direction's first column and, but for the
/// projection, at the chunk's first channel.
pub struct Chunk {
    pub u: *const f32,
    pub projection: *const f32,
    pub z: *const f32,
    pub out: *mut f32,
    pub group: usize,
    pub first: usize,
    pub width: usize,
    pub join: Join,
}

/// Blocks in scratch; rows of `stride` floats.
pub struct Blocks {
    pub stride: usize,
    pub a: *mut f32,
    pub h: *mut f32,
    pub skip: *mut f32,
    pub bias: *mut f32,
    /// The largest −A·log2 e of each vector of channels where softplus and A ≤ 0 keep the exponent from being positive, NaN
    /// elsewhere. What is known of a vector must not depend on its neighbours, which other threads may have.
    pub steepest: *mut f32,
    /// Δ weight in panels `[stride / 8][rank][8]`.
    pub weight: *mut f32,
    pub delta: *mut f32,
    /// Copies of u (later z), of y, and of B | C (`2·stateSize` floats a step) where the operands cannot be used in place.
    pub input: *mut f32,
    pub y: *mut f32,
    pub coefficients: *mut f32,
    pub tokens: *mut u32,
    /// Addresses of the tokens' projection rows.
    pub rows: *mut u32,
    pub most_steps: usize,
}

impl Blocks {
    pub fn new(mut scratch: Scratch, stride: usize, state_size: usize, rank: usize) -> Blocks {
        // As of the widest chunk: where a block ends must not depend on the share.
        let most = widest(state_size, rank);
        let left = scratch.left.saturating_sub(most * (2 * state_size + 3 + rank));
        let most_steps = (left / (3 * most + 2 * state_size + 2)).clamp(ROWS, MOST_STEPS) / ROWS * ROWS;
        let (a, h) = (scratch.take(state_size, stride), scratch.take(state_size, stride));
        let (skip, bias, weight) = (scratch.take(1, stride), scratch.take(1, stride), scratch.take(rank, stride));
        Blocks {
            stride,
            a,
            h,
            skip,
            bias,
            steepest: scratch.take(1, stride / 4),
            weight,
            delta: scratch.take(most_steps, stride),
            input: scratch.take(most_steps, stride),
            y: scratch.take(most_steps, stride),
            coefficients: scratch.take(most_steps, 2 * state_size),
            tokens: scratch.take(1, most_steps) as *mut u32,
            rows: scratch.take(1, most_steps) as *mut u32,
            most_steps,
        }
    }

    /// Steps of the block that begins at `step`, `left` steps before the end: blocks of a run (a column, if it is not too
    /// short, or all the rows) are about equal, as a short last one would pay for its loops without filling them.
    pub fn steps_from(&self, walk: &Order, step: usize, left: usize) -> usize {
        let (run, done) = walk.run_at(step);
        let ahead = if run < SHORTEST_RUN { left } else { left.min(run - done) };
        ahead.div_ceil(ahead.div_ceil(self.most_steps).max(1))
    }

    /// Writes the tokens of `count` steps; the distance between them if it is always the same.
    pub unsafe fn walk(&self, walk: &Order, first: usize, count: usize) -> Option<isize> {
        for t in 0..count {
            *self.tokens.add(t) = walk.token(first + t) as u32;
        }
        let apart = |t: usize| (*self.tokens.add(t)).wrapping_sub(*self.tokens.add(t - 1)) as i32;
        let step = if count > 1 { apart(1) } else { 0 };
        (2..count).all(|t| apart(t) == step).then_some(step as isize)
    }
}

/// `rows` rows of `count` floats, `stride` apart, to rows of `width`, zeros behind them.
pub unsafe fn gather(from: *const f32, stride: usize, rows: usize, count: usize, to: *mut f32, width: usize) {
    for r in 0..rows {
        for c in (0..width).step_by(4) {
            store(to.add(r * width + c), load_tail(from.wrapping_add(r * stride + c), count.saturating_sub(c)));
        }
    }
}

/// Largest magnitude of vectors of one sign, `stride` floats apart: their order is that of their bits, a NaN being the largest.
#[inline(never)]
pub unsafe fn magnitude(from: *const f32, stride: usize, vectors: usize) -> f32 {
    let mut most = [0u32; 4];
    let mut largest = load(from);
    for i in 1..vectors {
        largest = u32x4_max(largest, load(from.add(stride * i)));
    }
    store(most.as_mut_ptr() as *mut f32, largest);
    f32::from_bits(most.iter().fold(0, |a, b| a.max(b & 0x7fff_ffff)))
}

/// Whether no float of the vectors, `stride` floats apart, is above 0 or NaN.
pub unsafe fn none_above_zero(from: *const f32, stride: usize, vectors: usize) -> bool {
    (0..vectors).all(|i| i32x4_all_true(f32x4_le(load(from.add(stride * i)), splat(0.0))))
}
