//! Depthwise causal convolution along each direction's order; weight packed `[directions][width][channels]`.
use crate::order::Order;
use crate::simd::*;

/// Steps whose row addresses are looked up at once.
const BLOCK: usize = 256;
/// Steps that share the loads of a filter.
const TILE: usize = 4;

/// Steps `count` from `rows[0]` on, with the `width − 1` addresses before it as history.
#[inline(always)]
unsafe fn filter<const STEPS: usize>(
    rows: *const *const f32,
    outs: *const *mut f32,
    weight: *const f32,
    bias: *const f32,
    channels: usize,
    width: usize,
    activation: u32,
) {
    for c in (0..channels).step_by(4) {
        let left = channels - c;
        let mut totals = [if bias.is_null() { splat(0.0) } else { load_tail(bias.add(c), left) }; STEPS];
        for w in 0..width {
            let tap = load_tail(weight.add(w * channels + c), left);
            for (i, total) in totals.iter_mut().enumerate() {
                *total = fma(load_tail((*rows.add(i + w)).add(c), left), tap, *total);
            }
        }
        for (i, total) in totals.iter().enumerate() {
            store_tail((*outs.add(i)).add(c), activate(activation, 0.0, *total), left);
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn causal_conv1d(
    x: *const f32,
    weight: *const f32,
    bias: *const f32,
    order: *const u32,
    state: *mut f32,
    out: *mut f32,
    batch: usize,
    length: usize,
    channels: usize,
    width: usize,
    directions: usize,
    orders: u32,
    grid_width: usize,
    x_stride: usize,
    x_step: usize,
    out_stride: usize,
    activation: u32,
    carry: u32,
    scratch: *mut f32,
) {
    let history = width - 1;
    let rows = scratch as *mut *const f32;
    let outs = rows.add(history + BLOCK) as *mut *mut f32;
    let zeros = outs.add(BLOCK) as *mut f32;
    for c in 0..channels {
        *zeros.add(c) = 0.0;
    }
    for b in 0..batch {
        for k in 0..directions {
            let walk = Order::of(k, orders, length, grid_width, order);
            let state = state.wrapping_add((b * directions + k) * history * channels);
            let x = x.add(b * length * x_stride + k * x_step);
            let out = out.add(b * length * out_stride + k * channels);
            let weight = weight.add(k * width * channels);
            let bias = if bias.is_null() { bias } else { bias.add(k * channels) };
            // Input row of step `step − history`: before the first step the carried rows, or zeros.
            let row_at = |step: usize| {
                if step >= history {
                    x.add(walk.token(step - history) * x_stride)
                } else if carry & 1 != 0 {
                    state.add(step * channels) as *const f32
                } else {
                    zeros as *const f32
                }
            };
            for first in (0..length).step_by(BLOCK) {
                let count = (length - first).min(BLOCK);
                for i in 0..count + history {
                    *rows.add(i) = row_at(first + i);
                }
                for i in 0..count {
                    *outs.add(i) = out.add(walk.token(first + i) * out_stride);
                }
                let mut i = 0;
                while i + TILE <= count {
                    if width == 4 {
                        filter::<TILE>(rows.add(i), outs.add(i), weight, bias, channels, 4, activation);
                    } else {
                        filter::<TILE>(rows.add(i), outs.add(i), weight, bias, channels, width, activation);
                    }
                    i += TILE;
                }
                while i < count {
                    filter::<1>(rows.add(i), outs.add(i), weight, bias, channels, width, activation);
                    i += 1;
                }
            }
            if carry & 2 != 0 {
                // Ascending: when the sequence is shorter than the history, rows move towards the front.
                for i in 0..history {
                    let (from, to) = (row_at(length + i), state.add(i * channels));
                    for c in 0..channels {
                        *to.add(c) = *from.add(c);
                    }
                }
            }
        }
    }
}
