//! The inner loop of the selective scan: some steps of four channels and a few states, everything in contiguous blocks.
#[cfg(target_feature = "relaxed-simd")]
use crate::asm::{scan_steps_5, scan_steps_8};
use crate::asm::{ScanSteps, scan_steps_1, scan_steps_2, scan_steps_4};
use crate::simd::*;

/// Channels a block holds; the distance between its rows, in floats.
pub const CHANNELS: usize = 32;

/// Addresses of one vector of channels inside the blocks.
#[derive(Clone, Copy)]
pub struct Block {
    pub steps: usize,
    /// δ, δ·u and y, rows of `CHANNELS`.
    pub delta: *const f32,
    pub input: *const f32,
    pub y: *mut f32,
    /// B and C of the states, a row of `width` floats a step.
    pub b: *const f32,
    pub c: *const f32,
    pub width: usize,
    /// A·log2 e and h of the states, rows of `CHANNELS`.
    pub a: *const f32,
    pub h: *mut f32,
}

/// h = 2^(δ·A)·h + (δu)·B and y += h·C for one state, whatever the sign of δ·A.
unsafe fn step(p: Block) {
    let (a, mut h) = (load(p.a), load(p.h));
    for t in 0..p.steps {
        let decay = exp2(mul(load(p.delta.add(t * CHANNELS)), a));
        h = fma(decay, h, mul(load(p.input.add(t * CHANNELS)), load_splat(p.b.add(t * p.width))));
        let y = p.y.add(t * CHANNELS);
        store(y, fma(h, load_splat(p.c.add(t * p.width)), load(y)));
    }
    store(p.h, h);
}

/// The most states whose decay, h and A fit the registers well enough, at most `left`.
fn states_at_once(left: usize) -> (usize, ScanSteps) {
    #[cfg(target_feature = "relaxed-simd")]
    if left == 5 || left == 10 {
        return (5, scan_steps_5);
    } else if left >= 8 {
        return (8, scan_steps_8);
    }
    match left {
        4.. => (4, scan_steps_4),
        2 | 3 => (2, scan_steps_2),
        _ => (1, scan_steps_1),
    }
}

/// All `states` states over a block. `decaying`: no δ·A is above 0.
pub unsafe fn steps(p: Block, states: usize, decaying: bool) {
    let mut n = 0;
    while n < states {
        let (a, h, b, c) = (p.a.add(n * CHANNELS), p.h.add(n * CHANNELS), p.b.add(n), p.c.add(n));
        if decaying {
            let (count, run) = states_at_once(states - n);
            run(p.steps, p.delta, p.input, p.y, b, c, 4 * p.width, a, h);
            n += count;
        } else {
            step(Block { a, h, b, c, ..p });
            n += 1;
        }
    }
}
