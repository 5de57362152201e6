//! The inner loop of the selective scan: some steps of four channels and a few states, everything in contiguous blocks.
use crate::asm::{SCAN_CLAMPED, SCAN_STEPS, ScanSteps};
use crate::simd::*;

/// Addresses of one vector of channels of a block; distances between rows in floats.
#[derive(Clone, Copy)]
pub struct Block {
    pub steps: usize,
    /// δ, rows of `stride`.
    pub delta: *const f32,
    pub stride: usize,
    pub u: *const f32,
    pub u_step: isize,
    pub y: *mut f32,
    pub y_step: isize,
    /// B and C of the states.
    pub b: *const f32,
    pub c: *const f32,
    pub width: isize,
    /// A·log2 e and h of the states, rows of `stride`.
    pub a: *const f32,
    pub h: *mut f32,
    /// D.
    pub skip: *const f32,
    /// Whether the result adds to y or replaces it.
    pub keep: bool,
}

/// h = 2^(δ·A)·h + (δu)·B and y += D·u + h·C for one state, whatever the sign of δ·A.
unsafe fn step(p: Block) {
    let (a, mut h, skip) = (load(p.a), load(p.h), load(p.skip));
    for t in 0..p.steps {
        let row = t as isize;
        let (delta, u) = (load(p.delta.add(t * p.stride)), load(p.u.offset(row * p.u_step)));
        let input = mul(mul(delta, u), load_splat(p.b.offset(row * p.width)));
        h = fma(exp2(mul(delta, a)), h, input);
        let y = p.y.offset(row * p.y_step);
        let sum = fma(h, load_splat(p.c.offset(row * p.width)), mul(skip, u));
        store(y, if p.keep { add(load(y), sum) } else { sum });
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

/// D of the states after the first few, which have had the skip connection.
static NOTHING: V = core::arch::wasm32::f32x4(0.0, 0.0, 0.0, 0.0);

/// All `states` states over a block.
pub unsafe fn steps(mut p: Block, states: usize, exponent: Exponent) {
    let routines: &[_] = if exponent == Exponent::Bounded { &SCAN_STEPS } else { &SCAN_CLAMPED };
    let mut left = states;
    while left > 0 {
        let mut count = 1;
        if exponent == Exponent::Free {
            step(p);
        } else {
            let (many, run) = states_at_once(left, routines);
            let (u_step, y_step, width) = (4 * p.u_step, 4 * p.y_step, 4 * p.width);
            let keep = -(p.keep as i32);
            run(p.steps, p.delta, 4 * p.stride, p.u, u_step, p.y, y_step, p.b, p.c, width, p.a, p.h, p.skip, keep);
            count = many;
        }
        left -= count;
        (p.b, p.c) = (p.b.add(count), p.c.add(count));
        (p.a, p.h) = (p.a.add(count * p.stride), p.h.add(count * p.stride));
        (p.skip, p.keep) = (&raw const NOTHING as *const f32, true);
    }
}
