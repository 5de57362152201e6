//! The blocks of the selective scan in scratch, and what is asked of a whole block.
use crate::asm::{Map, ROWS};
use crate::scan_step::CHANNELS;
use crate::simd::*;
use core::arch::wasm32::{f32x4_le, i32x4_all_true, u32x4_max};

/// Most steps of a block: its δ, δ·u, y, B and C stay in the first-level cache. A multiple of every tile's rows.
const MOST_STEPS: usize = 48;

/// Blocks in scratch; rows of `CHANNELS` floats.
pub struct Blocks {
    pub a: *mut f32,
    pub h: *mut f32,
    pub skip: *mut f32,
    pub bias: *mut f32,
    /// Δ weight in panels `[CHANNELS / 8][rank][8]`.
    pub weight: *mut f32,
    pub delta: *mut f32,
    pub input: *mut f32,
    pub y: *mut f32,
    /// B | C of the group, `2·stateSize` floats a step.
    pub coefficients: *mut f32,
    pub tokens: *mut u32,
    /// Addresses of the tokens' projection rows.
    pub rows: *mut u32,
    pub most_steps: usize,
}

impl Blocks {
    pub unsafe fn new(scratch: *mut f32, state_size: usize, rank: usize) -> Blocks {
        let fixed = CHANNELS * (2 * state_size + 2 + rank);
        let most_steps = ((crate::SCRATCH / 4 - fixed) / (3 * CHANNELS + 2 * state_size + 2)).min(MOST_STEPS);
        let most_steps = most_steps / ROWS * ROWS;
        let mut next = scratch;
        let mut take = |floats: usize| {
            let taken = next;
            next = next.add(floats);
            taken
        };
        Blocks {
            a: take(state_size * CHANNELS),
            h: take(state_size * CHANNELS),
            skip: take(CHANNELS),
            bias: take(CHANNELS),
            weight: take(rank * CHANNELS),
            delta: take(most_steps * CHANNELS),
            input: take(most_steps * CHANNELS),
            y: take(most_steps * CHANNELS),
            coefficients: take(2 * state_size * most_steps),
            tokens: take(most_steps) as *mut u32,
            rows: take(most_steps) as *mut u32,
            most_steps,
        }
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

/// Largest magnitude in `rows` rows whose floats have one sign: their order is that of their bits, a NaN being the largest.
pub unsafe fn magnitude(from: *const f32, rows: usize, width: usize) -> f32 {
    let mut most = [0u32; 4];
    let mut largest = load(from);
    for r in 0..rows {
        for c in (0..width).step_by(4) {
            largest = u32x4_max(largest, load(from.add(r * CHANNELS + c)));
        }
    }
    store(most.as_mut_ptr() as *mut f32, largest);
    f32::from_bits(most.iter().fold(0, |a, b| a.max(b & 0x7fff_ffff)))
}

/// f on `width` columns of `count` rows of two blocks; in one go where the rows have no gaps.
pub unsafe fn each_row(f: Map, from: *const f32, to: *mut f32, count: usize, width: usize) {
    if width == CHANNELS {
        f(from, to, count * (CHANNELS / 4));
    } else {
        for t in 0..count {
            f(from.add(t * CHANNELS), to.add(t * CHANNELS), width.div_ceil(4));
        }
    }
}

/// Whether no float of the vectors is above 0 or NaN.
pub unsafe fn none_above_zero(from: *const f32, vectors: usize) -> bool {
    (0..vectors).all(|i| i32x4_all_true(f32x4_le(load(from.add(4 * i)), splat(0.0))))
}
