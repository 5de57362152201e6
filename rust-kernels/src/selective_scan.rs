//! The selective scan of every direction, summed into one output.
//!
//! Lanes are channels. A chunk of channels of one group walks the whole sequence in blocks of steps: first δ of the block
//! goes to scratch, then the states pass over it. Where the tokens of a block are equally far apart (rows, and columns of an
//! image), they read u, B and C and add to the output in place; elsewhere, and where channels do not fill vectors, from
//! copies in scratch.
use crate::asm::{ROWS, gemm_tile, silu_gate, softplus_exp, softplus_log};
use crate::codes::*;
use crate::gemm::COLUMNS;
use crate::order::Order;
use crate::scan_blocks::{Blocks, Chunk, Join, chunk_of, gather, magnitude, none_above_zero};
use crate::scan_step::{Block, Exponent, steps};
use crate::scratch::Scratch;
use crate::simd::*;

/// What −δ·A may be at most for the scan that does not clamp it.
const BOUND: f32 = 125.0;

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

impl Scan {
    /// State of channel 0 of the chunk comes in from the operand, or is zero.
    unsafe fn read_state(&self, blocks: &Blocks, carried: *const f32, count: usize) {
        for i in (0..self.state_size * blocks.stride).step_by(4) {
            store(blocks.h.add(i), splat(0.0));
        }
        if self.carry & CARRY_IN != 0 {
            transpose(carried, self.state_size, count, self.state_size, blocks.h, blocks.stride);
        }
    }

    unsafe fn write_state(&self, blocks: &Blocks, carried: *mut f32, count: usize) {
        transpose(blocks.h, blocks.stride, self.state_size, count, carried, self.state_size);
    }

    /// δ before softplus, from the low-rank part: a small product, whose rows are the block's tokens.
    unsafe fn expand(&self, blocks: &Blocks, chunk: &Chunk, count: usize) {
        let (rows, tokens, delta, rank) = (blocks.rows, blocks.tokens, blocks.delta, self.rank);
        for t in 0..count.next_multiple_of(ROWS) {
            let token = *tokens.add(t.min(count - 1)) as usize;
            *rows.add(t) = chunk.projection.add(token * self.projection_stride) as u32;
        }
        for t in (0..count).step_by(ROWS) {
            for c in (0..blocks.stride).step_by(COLUMNS) {
                let (weight, bias) = (blocks.weight.add(c * rank), blocks.bias.add(c));
                gemm_tile(1, rank, rows.add(t), weight, bias, delta.add(t * blocks.stride + c), 4 * blocks.stride);
            }
        }
    }

    /// δ before softplus, from a projection that has it for every channel.
    unsafe fn shift(&self, blocks: &Blocks, chunk: &Chunk, count: usize) {
        let (tokens, delta, bias) = (blocks.tokens, blocks.delta, blocks.bias);
        for t in 0..count {
            let row = chunk.projection.add(*tokens.add(t) as usize * self.projection_stride + chunk.first);
            let delta = delta.add(t * blocks.stride);
            for c in (0..blocks.stride).step_by(4) {
                store(
                    delta.add(c),
                    add(load_tail(row.wrapping_add(c), chunk.width.saturating_sub(c)), load(bias.add(c))),
                );
            }
        }
    }

    /// Rows of the block's tokens, side by side.
    unsafe fn copy(&self, blocks: &Blocks, from: *const f32, stride: usize, width: usize, to: *mut f32, count: usize) {
        for t in 0..count {
            let (from, to) = (from.add(*blocks.tokens.add(t) as usize * stride), to.add(t * blocks.stride));
            vectors!(width, |c, left| {
                store(to.add(c), load_tail(from.add(c), left));
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

    /// y of a block to the output rows, or the output rows to y.
    unsafe fn meet(&self, blocks: &Blocks, chunk: &Chunk, count: usize, add_to_y: bool, add_to_out: bool) {
        for t in 0..count {
            let (y, token) = (blocks.y.add(t * blocks.stride), *blocks.tokens.add(t) as usize);
            let out = chunk.out.add(token * self.out_stride);
            vectors!(chunk.width, |c, left| {
                let mut v = load(y.add(c));
                if add_to_y || add_to_out {
                    v = add(load_tail(out.add(c), left), v);
                }
                if add_to_y {
                    store(y.add(c), v);
                } else {
                    store_tail(out.add(c), v, left);
                }
            });
        }
    }

    /// A finished block in scratch to the output rows. u has done its part: its block takes z.
    unsafe fn deliver(&self, blocks: &Blocks, chunk: &Chunk, count: usize) {
        let join = chunk.join;
        let sum_first = join.add && join.gate_sum;
        if sum_first {
            self.meet(blocks, chunk, count, true, false);
        }
        if join.gate_y || join.gate_sum {
            self.copy(blocks, chunk.z, self.z_stride, chunk.width, blocks.input, count);
            silu_gate(blocks.input, blocks.y, count * blocks.stride / 4);
        }
        self.meet(blocks, chunk, count, false, join.add && !sum_first);
    }

    /// `count` steps from `first` on.
    unsafe fn block(&self, blocks: &Blocks, chunk: &Chunk, walk: &Order, first: usize, count: usize) {
        let Chunk { u, projection, z, out, width, join, .. } = *chunk;
        let stride = blocks.stride;
        let apart = blocks.walk(walk, first, count);
        if self.rank > 0 {
            self.expand(blocks, chunk, count);
        } else {
            self.shift(blocks, chunk, count);
        }
        if self.softplus {
            softplus_exp(blocks.delta, blocks.input, count * stride / 4);
            softplus_log(blocks.input, blocks.delta, count * stride / 4);
        }
        let deltas = if self.rank > 0 { self.rank } else { self.channels };
        let token = *blocks.tokens as usize;
        let b = projection.add(deltas + chunk.group * self.state_size);
        let mut block = Block {
            steps: count,
            delta: blocks.delta,
            stride,
            u: blocks.input,
            u_step: stride as isize,
            y: blocks.y,
            y_step: stride as isize,
            b: blocks.coefficients,
            c: blocks.coefficients.add(self.state_size),
            width: 2 * self.state_size as isize,
            a: blocks.a,
            h: blocks.h,
            skip: blocks.skip,
            keep: false,
        };
        let in_place = width % 4 == 0 && apart.is_some() && !join.gate_y;
        if let Some(apart) = apart {
            block.b = b.add(token * self.projection_stride);
            block.c = block.b.add(self.groups * self.state_size);
            block.width = apart * self.projection_stride as isize;
            if in_place {
                (block.u, block.u_step) = (u.add(token * self.u_stride), apart * self.u_stride as isize);
                (block.y, block.y_step) = (out.add(token * self.out_stride), apart * self.out_stride as isize);
                block.keep = join.add;
            }
        } else {
            self.coefficients(blocks, b, count);
        }
        if !in_place {
            self.copy(blocks, u, self.u_stride, width, blocks.input, count);
        }
        for c in (0..width).step_by(4) {
            let (a, h, skip) = (block.a.add(c), block.h.add(c), block.skip.add(c));
            let (delta, u, y) = (block.delta.add(c), block.u.add(c), block.y.add(c));
            let steepest = *blocks.steepest.add(c / 4);
            let exponent = if steepest.is_nan() {
                Exponent::Free
            } else if steepest * magnitude(delta, stride, count) <= BOUND {
                Exponent::Bounded
            } else {
                Exponent::Decaying
            };
            steps(Block { a, h, skip, delta, u, y, ..block }, self.state_size, exponent);
        }
        if !in_place {
            self.deliver(blocks, chunk, count);
        } else if join.gate_sum {
            for t in 0..count {
                let token = *blocks.tokens.add(t) as usize;
                silu_gate(z.add(token * self.z_stride), out.add(token * self.out_stride), width / 4);
            }
        }
    }
}

/// Share `part` of `parts` of the directions `first_direction` to `end_direction` of a scan: some of its channels, in whole
/// panels. What the directions before have of these channels must be done. A caller who names none of these gets all.
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
    scratch_bytes: usize,
    part: usize,
    parts: usize,
    first_direction: usize,
    end_direction: usize,
) {
    let (parts, end_direction) = (parts.max(1), if end_direction == 0 { directions } else { end_direction });
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
    let gated = !z.is_null();
    // When every direction meets every token once, the first can store and the last can gate the sum.
    let mut whole = accumulate == 0 && step_count == length;
    for k in 0..directions {
        whole &= !Order::of(k, orders, length, grid_width, order).is_table();
    }
    let padded = channels.next_multiple_of(4);
    // A part is a range of the panels of all groups of all images.
    let panels = channels.div_ceil(groups).div_ceil(COLUMNS);
    let total = batch * groups * panels;
    let (from, to) = (total * part / parts, total * (part + 1) / parts);
    for b in 0..batch {
        for group in 0..groups {
            let (start, end) = ((group * channels).div_ceil(groups), ((group + 1) * channels).div_ceil(groups));
            let before = (b * groups + group) * panels;
            let channel = |edge: usize| (start + edge.saturating_sub(before) * COLUMNS).min(end);
            // Channels that fill vectors and those that do not take different paths, so a chunk has one kind of them: the
            // bits of a channel do not depend on how a scan is shared out.
            let full = start + (end - start) / 4 * 4;
            let (start, end) = (channel(from), channel(to));
            if start == end {
                continue;
            }
            let chunk = chunk_of(end - start, state_size, rank);
            let blocks = Blocks::new(Scratch::new(scratch, scratch_bytes), chunk, state_size, rank);
            let mut first = start;
            while first < end {
                let width = (if first < full { end.min(full) } else { end } - first).min(chunk);
                if accumulate == 0 && !whole && first_direction == 0 {
                    for row in b * length..(b + 1) * length {
                        for c in first..first + width {
                            *out.add(row * out_stride + c) = 0.0;
                        }
                    }
                }
                for k in first_direction..end_direction {
                    let walk = Order::of(k, orders, length, grid_width, order);
                    let constants = scan.constants.add(k * padded * (state_size + 2 + rank) + first);
                    gather(constants, padded, state_size, width, blocks.a, chunk);
                    gather(constants.add(state_size * padded), padded, 1, width, blocks.skip, chunk);
                    gather(constants.add((state_size + 1) * padded), padded, 1, width, blocks.bias, chunk);
                    let weight = constants.add((state_size + 2) * padded);
                    for c in (0..chunk).step_by(COLUMNS) {
                        let count = width.saturating_sub(c);
                        gather(weight.wrapping_add(c), padded, rank, count, blocks.weight.add(c * rank), COLUMNS);
                    }
                    let carried = scan.state.wrapping_add(((b * directions + k) * channels + first) * state_size);
                    scan.read_state(&blocks, carried, width);
                    for c in (0..width).step_by(4) {
                        let a = blocks.a.add(c);
                        let decaying = scan.softplus && none_above_zero(a, chunk, state_size);
                        *blocks.steepest.add(c / 4) = if decaying { magnitude(a, chunk, state_size) } else { f32::NAN };
                    }
                    let part = Chunk {
                        u: scan.u.add(b * length * u_stride + k * u_step + first),
                        projection: scan.projection.add(b * length * projection_stride + k * projection_step),
                        z: scan.z.wrapping_add(b * length * z_stride + first),
                        out: scan.out.add(b * length * out_stride + first),
                        group,
                        first,
                        width,
                        join: Join {
                            add: !whole || k > 0,
                            gate_y: gated && !whole,
                            gate_sum: gated && whole && k + 1 == directions,
                        },
                    };
                    let mut done = 0;
                    while done < step_count {
                        let count = blocks.steps_from(&walk, first_step + done, step_count - done);
                        scan.block(&blocks, &part, &walk, first_step + done, count);
                        done += count;
                    }
                    if carry & CARRY_OUT != 0 {
                        scan.write_state(&blocks, carried, width);
                    }
                }
                first += width;
            }
        }
    }
}
