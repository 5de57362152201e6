//! The inner loop of the selective scan: some steps of four channels and a few states, everything in contiguous blocks.
use crate::asm::{SCAN_CLAMPED, SCAN_STEPS, ScanSteps};
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

/// What is known of δ·A in a block.
#[derive(Clone, Copy, PartialEq)]
pub enum Exponent {
    /// Anything.
    Free,
    /// At most 0.
    Decaying,
    /// At most 0 and not below −125: its power of two is a normal number.
    Bounded,
}

/// The routine that takes the most states, at most `left`. Ten go before eight only where they finish the job.
fn states_at_once(left: usize, routines: &[(usize, ScanSteps)]) -> (usize, ScanSteps) {
    let fits = |&&(count, _): &&(usize, ScanSteps)| count <= left && (count != 10 || left == 10);
    *routines.iter().find(fits).unwrap_or(&routines[routines.len() - 1])
}

/// All `states` states over a block.
pub unsafe fn steps(p: Block, states: usize, exponent: Exponent) {
    let routines: &[_] = if exponent == Exponent::Bounded { &SCAN_STEPS } else { &SCAN_CLAMPED };
    let mut n = 0;
    while n < states {
        let (a, h, b, c) = (p.a.add(n * CHANNELS), p.h.add(n * CHANNELS), p.b.add(n), p.c.add(n));
        if exponent == Exponent::Free {
            step(Block { a, h, b, c, ..p });
            n += 1;
        } else {
            let (count, run) = states_at_once(states - n, routines);
            run(p.steps, p.delta, p.input, p.y, b, c, 4 * p.width, a, h);
            n += count;
        }
    }
}
