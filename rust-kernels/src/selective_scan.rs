//! The selective scan of every direction, summed into one output.
//!
//! Lanes are channels. A chunk of `CHANNELS` channels of one group walks the whole sequence in blocks of steps: first δ,
//! δ·u and D·u of the block go to scratch, then the states pass over it, then the result joins the output rows.
use crate::asm::softplus_map;
use crate::order::Order;
use crate::scan_step::{Block, CHANNELS, steps};
use crate::simd::*;

/// Most steps of a block: its δ, δ·u and y stay in the first-level cache.
const MOST_STEPS: usize = 64;

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

/// Blocks in scratch; rows of `CHANNELS` floats.
struct Blocks {
    a: *mut f32,
    h: *mut f32,
    skip: *mut f32,
    bias: *mut f32,
    weight: *mut f32,
    delta: *mut f32,
    input: *mut f32,
    y: *mut f32,
    /// B | C of the group, `2·stateSize` floats a step.
    coefficients: *mut f32,
    tokens: *mut u32,
    most_steps: usize,
}

impl Blocks {
    unsafe fn new(scratch: *mut f32, state_size: usize, rank: usize) -> Blocks {
        let fixed = CHANNELS * (2 * state_size + 2 + rank);
        let most_steps = ((crate::SCRATCH / 4 - fixed) / (3 * CHANNELS + 2 * state_size + 1)).min(MOST_STEPS) / 4 * 4;
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
            most_steps,
        }
    }
}

/// `rows` rows of `count` floats, `stride` apart, to rows of `CHANNELS`, zeros behind them.
unsafe fn gather(from: *const f32, stride: usize, rows: usize, count: usize, to: *mut f32) {
    for r in 0..rows {
        for c in (0..CHANNELS).step_by(4) {
            store(to.add(r * CHANNELS + c), load_tail(from.wrapping_add(r * stride + c), count.saturating_sub(c)));
        }
    }
}

/// Whether all of `count` floats are at most 0; a NaN is not.
unsafe fn none_above_zero(from: *const f32, count: usize) -> bool {
    (0..count).all(|i| *from.add(i) <= 0.0)
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

    /// δ before softplus, from the low-rank part: four steps share the loads of the weight.
    unsafe fn expand(&self, blocks: &Blocks, projection: *const f32, width: usize, count: usize) {
        for t in (0..count).step_by(4) {
            let mut low = [projection; 4];
            for (i, row) in low.iter_mut().enumerate() {
                *row = projection.add(*blocks.tokens.add((t + i).min(count - 1)) as usize * self.projection_stride);
            }
            // Rows behind the block exist: it is padded to whole fours.
            for c in (0..width).step_by(4) {
                let mut sums = [load(blocks.bias.add(c)); 4];
                for r in 0..self.rank {
                    let weight = load(blocks.weight.add(r * CHANNELS + c));
                    for i in 0..4 {
                        sums[i] = fma(load_splat(low[i].add(r)), weight, sums[i]);
                    }
                }
                for (i, sum) in sums.iter().enumerate() {
                    store(blocks.delta.add((t + i) * CHANNELS + c), *sum);
                }
            }
        }
    }

    /// δ before softplus, from a projection that has it for every channel.
    unsafe fn shift(&self, blocks: &Blocks, projection: *const f32, first: usize, width: usize, count: usize) {
        for t in 0..count {
            let row = projection.add(*blocks.tokens.add(t) as usize * self.projection_stride + first);
            vectors!(width, |c, left| {
                store(blocks.delta.add(t * CHANNELS + c), add(load_tail(row.add(c), left), load(blocks.bias.add(c))));
            });
        }
    }

    /// δ, δ·u and D·u of a block, and its B and C. `first` is the chunk's first channel, `width` its channels.
    unsafe fn prepare(&self, blocks: &Blocks, u: *const f32, projection: *const f32, group: usize, first: usize, width: usize, count: usize) {
        if self.rank > 0 {
            self.expand(blocks, projection, width, count);
        } else {
            self.shift(blocks, projection, first, width, count);
        }
        if self.softplus {
            softplus_map(blocks.delta, blocks.delta, count * (CHANNELS / 4));
        }
        let deltas = if self.rank > 0 { self.rank } else { self.channels };
        let (states, groups) = (self.state_size, self.groups);
        for t in 0..count {
            let (token, at) = (*blocks.tokens.add(t) as usize, t * CHANNELS);
            let u = u.add(token * self.u_stride + first);
            vectors!(width, |c, left| {
                let x = load_tail(u.add(c), left);
                store(blocks.input.add(at + c), mul(load(blocks.delta.add(at + c)), x));
                store(blocks.y.add(at + c), mul(load(blocks.skip.add(c)), x));
            });
            let from = projection.add(token * self.projection_stride + deltas + group * states);
            let to = blocks.coefficients.add(t * 2 * states);
            vectors!(states, |n, left| {
                store_tail(to.add(n), load_tail(from.add(n), left), left);
                store_tail(to.add(states + n), load_tail(from.add(groups * states + n), left), left);
            });
        }
    }

    /// y of a block to the output rows.
    unsafe fn deliver(&self, blocks: &Blocks, out: *mut f32, z: *const f32, join: Join, first: usize, width: usize, count: usize) {
        for t in 0..count {
            let token = *blocks.tokens.add(t) as usize;
            let (y, out) = (blocks.y.add(t * CHANNELS), out.add(token * self.out_stride + first));
            let z = z.wrapping_add(token * self.z_stride + first);
            if join.gate_y {
                gate(y, z, width);
            }
            if join.add {
                vectors!(width, |c, left| {
                    store_tail(out.add(c), add(load_tail(out.add(c), left), load(y.add(c))), left);
                });
            } else {
                vectors!(width, |c, left| {
                    store_tail(out.add(c), load(y.add(c)), left);
                });
            }
            if join.gate_sum {
                gate(out, z, width);
            }
        }
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
        u, projection, constants, z, state, out, channels, state_size, rank, groups,
        softplus: softplus != 0, u_stride, projection_stride, z_stride, out_stride, carry,
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
            for first in (start..end).step_by(CHANNELS) {
                let width = (end - first).min(CHANNELS);
                for k in 0..directions {
                    let join = Join {
                        add: !whole || k > 0,
                        gate_y: gated && !whole,
                        gate_sum: gated && whole && k + 1 == directions,
                    };
                    let walk = Order::of(k, orders, length, grid_width, order);
                    let constants = scan.constants.add(k * padded * (state_size + 2 + rank) + first);
                    gather(constants, padded, state_size, width, blocks.a);
                    let decaying = scan.softplus && none_above_zero(blocks.a, state_size * CHANNELS);
                    gather(constants.add(state_size * padded), padded, 1, width, blocks.skip);
                    gather(constants.add((state_size + 1) * padded), padded, 1, width, blocks.bias);
                    gather(constants.add((state_size + 2) * padded), padded, rank, width, blocks.weight);
                    let carried = scan.state.wrapping_add(((b * directions + k) * channels + first) * state_size);
                    scan.read_state(&blocks, carried, width);
                    let u = scan.u.add(b * length * u_stride + k * u_step);
                    let projection = scan.projection.add(b * length * projection_stride + k * projection_step);
                    let z = scan.z.wrapping_add(b * length * z_stride);
                    let out = scan.out.add(b * length * out_stride);
                    for begin in (0..step_count).step_by(blocks.most_steps) {
                        let count = (step_count - begin).min(blocks.most_steps);
                        for t in 0..count {
                            *blocks.tokens.add(t) = walk.token(first_step + begin + t) as u32;
                        }
                        scan.prepare(&blocks, u, projection, group, first, width, count);
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
                            steps(block, state_size, decaying);
                        }
                        scan.deliver(&blocks, out, z, join, first, width, count);
                    }
                    if carry & 2 != 0 {
                        scan.write_state(&blocks, carried, width);
                    }
                }
            }
        }
    }
}
