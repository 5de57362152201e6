//! The inner loop of the selective scan: some steps of four channels and a few states, everything in contiguous blocks.
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

/// h = 2^(δ·A)·h + (δu)·B and y += h·C, for `STATES` states.
#[inline(always)]
pub unsafe fn step<const STATES: usize>(p: Block) {
    let (mut a, mut h) = ([splat(0.0); STATES], [splat(0.0); STATES]);
    for n in 0..STATES {
        a[n] = load(p.a.add(n * CHANNELS));
        h[n] = load(p.h.add(n * CHANNELS));
    }
    for t in 0..p.steps {
        let delta = load(p.delta.add(t * CHANNELS));
        let input = load(p.input.add(t * CHANNELS));
        let mut y = load(p.y.add(t * CHANNELS));
        for n in 0..STATES {
            let decay = exp2(mul(delta, a[n]));
            h[n] = fma(decay, h[n], mul(input, load_splat(p.b.add(t * p.width + n))));
            y = fma(h[n], load_splat(p.c.add(t * p.width + n)), y);
        }
        store(p.y.add(t * CHANNELS), y);
    }
    for n in 0..STATES {
        store(p.h.add(n * CHANNELS), h[n]);
    }
}

/// All `states` states, four at a time: more live values than registers would spill.
pub unsafe fn steps(p: Block, states: usize) {
    let mut n = 0;
    while n < states {
        let rest = Block { b: p.b.add(n), c: p.c.add(n), a: p.a.add(n * CHANNELS), h: p.h.add(n * CHANNELS), ..p };
        if n + 4 <= states {
            step::<4>(rest);
            n += 4;
        } else if n + 2 <= states {
            step::<2>(rest);
            n += 2;
        } else {
            step::<1>(rest);
            n += 1;
        }
    }
}
