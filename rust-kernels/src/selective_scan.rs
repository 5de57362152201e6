//! The selective scan of every direction, summed into one output.
//!
//! Lanes are channels. A chunk of `CHANNELS` channels of one group walks the whole sequence in blocks of steps: first δ,
//! δ·u and D·u of the block go to scratch, then the states pass over it, then the result joins the output rows.
use crate::asm::{ROWS, gemm_tile, silu_gate, softplus_map};
use crate::order::Order;
use crate::scan_blocks::{Blocks, each_row, gather, magnitude, none_above_zero};
use crate::scan_step::{Block, CHANNELS, Exponent, steps};
use crate::simd::*;

/// What −δ·A may be at most for the scan that does not clamp it.
const BOUND: f32 = 125.0;

/// Channels in a panel of the Δ weight.
const PANEL: usize = crate::gemm::COLUMNS;

struct Scan {
    u: *const f32,
    projection: *const f32,
    constants: *const f32,
    z: *const f32,
    state: *mut f32,
    out: *mut f32,
    channels: usize,
    state_size: usize,
    rank: usize,
    groups: usize,
    softplus: bool,
    u_stride: usize,
    projection_stride: usize,
    z_stride: usize,
    out_stride: usize,
    carry: u32,
}

/// How a direction's result meets the output row.
#[derive(Clone, Copy)]
struct Join {
    add: bool,
    /// Gate this direction's y alone, or the whole sum after the last direction.
    gate_y: bool,
    gate_sum: bool,
}

/// Calls a function with a literal `CHANNELS` where that is the width: its loops over columns then unroll.
macro_rules! with_width {
    ($width:expr, |$w:ident| $call:expr) => {
        if $width == CHANNELS {
            let $w = CHANNELS;
            $call
        } else {
            let $w = $width;
            $call
        }
    };
}

impl Scan {
    /// State of channel 0 of the chunk comes in from the operand, or is zero.
    unsafe fn read_state(&self, blocks: &Blocks, carried: *const f32, count: usize) {
        for n in 0..self.state_size {
            for c in 0..CHANNELS {
                let known = self.carry & 1 != 0 && c < count;
                *blocks.h.add(n * CHANNELS + c) = if known { *carried.add(c * self.state_size + n) } else { 0.0 };
            }
        }
    }

    unsafe fn write_state(&self, blocks: &Blocks, carried: *mut f32, count: usize) {
        for n in 0..self.state_size {
            for c in 0..count {
                *carried.add(c * self.state_size + n) = *blocks.h.add(n * CHANNELS + c);
            }
        }
    }

    /// δ before softplus, from the low-rank part: a small product, whose rows are the block's tokens.
    unsafe fn expand(&self, blocks: &Blocks, projection: *const f32, width: usize, count: usize) {
        let (rows, tokens, delta, rank) = (blocks.rows, blocks.tokens, blocks.delta, self.rank);
        for t in 0..count.next_multiple_of(ROWS) {
            let token = *tokens.add(t.min(count - 1)) as usize;
            *rows.add(t) = projection.add(token * self.projection_stride) as u32;
        }
        for t in (0..count).step_by(ROWS) {
            for c in (0..width).step_by(PANEL) {
                let (weight, bias) = (blocks.weight.add(c * rank), blocks.bias.add(c));
                gemm_tile(1, rank, rows.add(t), weight, bias, delta.add(t * CHANNELS + c), 4 * CHANNELS);
            }
        }
    }

    /// δ before softplus, from a projection that has it for every channel.
    unsafe fn shift(&self, blocks: &Blocks, projection: *const f32, first: usize, width: usize, count: usize) {
        let (tokens, delta, bias) = (blocks.tokens, blocks.delta, blocks.bias);
        for t in 0..count {
            let row = projection.add(*tokens.add(t) as usize * self.projection_stride + first);
            let delta = delta.add(t * CHANNELS);
            vectors!(width, |c, left| {
                store(delta.add(c), add(load_tail(row.add(c), left), load(bias.add(c))));
            });
        }
    }

    /// δ, δ·u and D·u of a block, and its B and C. `first` is the chunk's first channel, `width` its channels.
    unsafe fn prepare(
        &self,
        blocks: &Blocks,
        u: *const f32,
        projection: *const f32,
        group: usize,
        first: usize,
        width: usize,
        count: usize,
    ) {
        if self.rank > 0 {
            self.expand(blocks, projection, width, count);
        } else {
            self.shift(blocks, projection, first, width, count);
        }
        if self.softplus {
            each_row(softplus_map, blocks.delta, blocks.delta, count, width);
        }
        with_width!(width, |w| self.inputs(blocks, u.add(first), w, count));
        let deltas = if self.rank > 0 { self.rank } else { self.channels };
        self.coefficients(blocks, projection.add(deltas + group * self.state_size), count);
    }

    /// δ·u and D·u of a block.
    #[inline(always)]
    unsafe fn inputs(&self, blocks: &Blocks, u: *const f32, width: usize, count: usize) {
        let (tokens, delta, input, y, skip) = (blocks.tokens, blocks.delta, blocks.input, blocks.y, blocks.skip);
        for t in 0..count {
            let (u, at) = (u.add(*tokens.add(t) as usize * self.u_stride), t * CHANNELS);
            let (delta, input, y) = (delta.add(at), input.add(at), y.add(at));
            vectors!(width, |c, left| {
                let x = load_tail(u.add(c), left);
                store(input.add(c), mul(load(delta.add(c)), x));
                store(y.add(c), mul(load(skip.add(c)), x));
            });
        }
    }

    /// B and C of the group side by side.
    unsafe fn coefficients(&self, blocks: &Blocks, projection: *const f32, count: usize) {
        let (states, to_c, tokens) = (self.state_size, self.groups * self.state_size, blocks.tokens);
        for t in 0..count {
            let from = projection.add(*tokens.add(t) as usize * self.projection_stride);
            let to = blocks.coefficients.add(t * 2 * states);
            vectors!(states, |n, left| {
                store_tail(to.add(n), load_tail(from.add(n), left), left);
                store_tail(to.add(states + n), load_tail(from.add(to_c + n), left), left);
            });
        }
    }

    /// y += rows, or y replaces rows.
    #[inline(always)]
    unsafe fn meet(
        &self,
        blocks: &Blocks,
        out: *mut f32,
        width: usize,
        count: usize,
        add_to_y: bool,
        add_to_out: bool,
    ) {
        let (tokens, y) = (blocks.tokens, blocks.y);
        for t in 0..count {
            let (y, out) = (y.add(t * CHANNELS), out.add(*tokens.add(t) as usize * self.out_stride));
            if add_to_y {
                vectors!(width, |c, left| {
                    store(y.add(c), add(load_tail(out.add(c), left), load(y.add(c))));
                });
            } else if add_to_out {
                vectors!(width, |c, left| {
                    store_tail(out.add(c), add(load_tail(out.add(c), left), load(y.add(c))), left);
                });
            } else {
                vectors!(width, |c, left| {
                    store_tail(out.add(c), load(y.add(c)), left);
                });
            }
        }
    }

    /// y of a block to the output rows. δ·u has done its part: its block takes z.
    unsafe fn deliver(&self, blocks: &Blocks, out: *mut f32, z: *const f32, join: Join, width: usize, count: usize) {
        let sum_first = join.add && join.gate_sum;
        if sum_first {
            with_width!(width, |w| self.meet(blocks, out, w, count, true, false));
        }
        if join.gate_y || join.gate_sum {
            for t in 0..count {
                let (z, to) = (z.add(*blocks.tokens.add(t) as usize * self.z_stride), blocks.input.add(t * CHANNELS));
                vectors!(width, |c, left| {
                    store(to.add(c), load_tail(z.add(c), left));
                });
            }
            each_row(silu_gate, blocks.input, blocks.y, count, width);
        }
        with_width!(width, |w| self.meet(blocks, out, w, count, false, join.add && !sum_first));
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn selective_scan(
    u: *const f32,
    projection: *const f32,
    constants: *const f32,
    z: *const f32,
    order: *const u32,
    state: *mut f32,
    out: *mut f32,
    batch: usize,
    length: usize,
    channels: usize,
    state_size: usize,
    rank: usize,
    groups: usize,
    directions: usize,
    orders: u32,
    grid_width: usize,
    softplus: u32,
    u_stride: usize,
    u_step: usize,
    projection_stride: usize,
    projection_step: usize,
    z_stride: usize,
    out_stride: usize,
    accumulate: u32,
    carry: u32,
    first_step: usize,
    step_count: usize,
    scratch: *mut f32,
) {
    let scan = Scan {
        u,
        projection,
        constants,
        z,
        state,
        out,
        channels,
        state_size,
        rank,
        groups,
        softplus: softplus != 0,
        u_stride,
        projection_stride,
        z_stride,
        out_stride,
        carry,
    };
    let blocks = Blocks::new(scratch, state_size, rank);
    let gated = !z.is_null();
    // When every direction meets every token once, the first can store and the last can gate the sum.
    let mut whole = accumulate == 0 && step_count == length;
    for k in 0..directions {
        whole &= !Order::of(k, orders, length, grid_width, order).is_table();
    }
    if accumulate == 0 && !whole {
        for row in 0..batch * length {
            for c in 0..channels {
                *out.add(row * out_stride + c) = 0.0;
            }
        }
    }
    let padded = channels.next_multiple_of(4);
    for b in 0..batch {
        for group in 0..groups {
            let (start, end) = ((group * channels).div_ceil(groups), ((group + 1) * channels).div_ceil(groups));
            // Chunks of equal width, in whole panels.
            let chunks = (end - start).div_ceil(CHANNELS).max(1);
            let chunk = (end - start).div_ceil(chunks).next_multiple_of(PANEL).max(PANEL);
            for first in (start..end).step_by(chunk) {
                let width = (end - first).min(chunk);
                for k in 0..directions {
                    let join = Join {
                        add: !whole || k > 0,
                        gate_y: gated && !whole,
                        gate_sum: gated && whole && k + 1 == directions,
                    };
                    let walk = Order::of(k, orders, length, grid_width, order);
                    let constants = scan.constants.add(k * padded * (state_size + 2 + rank) + first);
                    gather(constants, padded, state_size, width, blocks.a, CHANNELS);
                    let vectors = state_size * (CHANNELS / 4);
                    let decaying = scan.softplus && none_above_zero(blocks.a, vectors);
                    let steepest = magnitude(blocks.a, state_size, CHANNELS);
                    gather(constants.add(state_size * padded), padded, 1, width, blocks.skip, CHANNELS);
                    gather(constants.add((state_size + 1) * padded), padded, 1, width, blocks.bias, CHANNELS);
                    let weight = constants.add((state_size + 2) * padded);
                    for c in (0..width).step_by(PANEL) {
                        gather(weight.add(c), padded, rank, width - c, blocks.weight.add(c * rank), PANEL);
                    }
                    let carried = scan.state.wrapping_add(((b * directions + k) * channels + first) * state_size);
                    scan.read_state(&blocks, carried, width);
                    let u = scan.u.add(b * length * u_stride + k * u_step);
                    let projection = scan.projection.add(b * length * projection_stride + k * projection_step);
                    let z = scan.z.wrapping_add(b * length * z_stride);
                    let out = scan.out.add(b * length * out_stride);
                    // Blocks of equal length: a short last one would pay for its loops without filling them.
                    let block_count = step_count.div_ceil(blocks.most_steps).max(1);
                    let block_steps = step_count.div_ceil(block_count).max(1);
                    for begin in (0..step_count).step_by(block_steps) {
                        let count = (step_count - begin).min(block_steps);
                        for t in 0..count {
                            *blocks.tokens.add(t) = walk.token(first_step + begin + t) as u32;
                        }
                        scan.prepare(&blocks, u, projection, group, first, width, count);
                        let exponent = if !decaying {
                            Exponent::Free
                        } else if steepest * magnitude(blocks.delta, count, width) <= BOUND {
                            Exponent::Bounded
                        } else {
                            Exponent::Decaying
                        };
                        for v in 0..width.div_ceil(4) {
                            let block = Block {
                                steps: count,
                                delta: blocks.delta.add(4 * v),
                                input: blocks.input.add(4 * v),
                                y: blocks.y.add(4 * v),
                                b: blocks.coefficients,
                                c: blocks.coefficients.add(state_size),
                                width: 2 * state_size,
                                a: blocks.a.add(4 * v),
                                h: blocks.h.add(4 * v),
                            };
                            steps(block, state_size, exponent);
                        }
                        scan.deliver(&blocks, out.add(first), z.wrapping_add(first), join, width, count);
                    }
                    if carry & 2 != 0 {
                        scan.write_state(&blocks, carried, width);
                    }
                }
            }
        }
    }
}
