//! Depthwise causal convolution along each direction's order; weight packed `[directions][width][channels]`.
use crate::codes::*;
use crate::order::Order;
use crate::scratch::Scratch;
use crate::simd::*;

/// Steps of a block: its rows, which often fall into few sets of the first-level cache, stay there from one vector of channels to
/// the next.
const BLOCK: usize = 12;
/// `count` outputs of a filter of width 4, `rows[0]` being the input three steps before the first. Each input is loaded once
/// and joins the four outputs it belongs to.
unsafe fn slide(
    rows: *const *const f32,
    outs: *const *mut f32,
    count: usize,
    weight: *const f32,
    bias: *const f32,
    channels: usize,
    own: usize,
) {
    vectors!(own, |c, left| {
        let bias = if bias.is_null() { splat(0.0) } else { load_tail(bias.add(c), left) };
        let mut w = [bias; 4];
        for (k, w) in w.iter_mut().enumerate() {
            *w = load_tail(weight.add(k * channels + c), left);
        }
        let (mut third, mut second, mut first) = (bias, bias, bias);
        for i in 0..count + 3 {
            let x = load_tail((*rows.add(i)).add(c), left);
            if i >= 3 {
                store_tail((*outs.add(i - 3)).add(c), fma(x, w[3], third), left);
            }
            third = fma(x, w[2], second);
            second = fma(x, w[1], first);
            first = fma(x, w[0], bias);
        }
    });
}

/// One output of a filter of any width.
unsafe fn filter(
    rows: *const *const f32,
    out: *mut f32,
    weight: *const f32,
    bias: *const f32,
    channels: usize,
    width: usize,
    own: usize,
) {
    vectors!(own, |c, left| {
        let mut total = if bias.is_null() { splat(0.0) } else { load_tail(bias.add(c), left) };
        for w in 0..width {
            total = fma(load_tail((*rows.add(w)).add(c), left), load_tail(weight.add(w * channels + c), left), total);
        }
        store_tail(out.add(c), total, left);
    });
}

/// Share `part` of `parts` of a convolution: some of its channels, in whole vectors. A caller who names neither gets all.
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
    scratch_bytes: usize,
    part: usize,
    parts: usize,
) {
    let (history, parts) = (width - 1, parts.max(1));
    let mut scratch = Scratch::new(scratch, scratch_bytes);
    let outs = scratch.take(1, BLOCK) as *mut *mut f32;
    let rows = scratch.take(1, history.saturating_add(BLOCK)) as *mut *const f32;
    let zeros = scratch.take(1, channels);
    let vectors = channels.div_ceil(4);
    let own = vectors * part / parts * 4;
    let count = (vectors * (part + 1) / parts * 4).min(channels) - own;
    for c in 0..count {
        *zeros.add(c) = 0.0;
    }
    for b in 0..batch {
        for k in 0..directions {
            let walk = Order::of(k, orders, length, grid_width, order);
            let state = state.wrapping_add((b * directions + k) * history * channels + own);
            let x = x.add(b * length * x_stride + k * x_step + own);
            let out = out.add(b * length * out_stride + k * channels + own);
            let weight = weight.add(k * width * channels + own);
            let bias = if bias.is_null() { bias } else { bias.add(k * channels + own) };
            // Input row of step `step − history`: before the first step the carried rows, or zeros.
            let row_at = |step: usize| {
                if step >= history {
                    x.add(walk.token(step - history) * x_stride)
                } else if carry & CARRY_IN != 0 {
                    state.add(step * channels) as *const f32
                } else {
                    zeros as *const f32
                }
            };
            for first in (0..length).step_by(BLOCK) {
                let steps = (length - first).min(BLOCK);
                for i in 0..steps + history {
                    *rows.add(i) = row_at(first + i);
                }
                for i in 0..steps {
                    *outs.add(i) = out.add(walk.token(first + i) * out_stride);
                }
                if width == 4 {
                    slide(rows, outs, steps, weight, bias, channels, count);
                }
                for i in 0..steps {
                    let out = *outs.add(i);
                    if width != 4 {
                        filter(rows.add(i), out, weight, bias, channels, width, count);
                    }
                    activate(activation, 0.0, out, out, count);
                }
            }
            if carry & CARRY_OUT != 0 {
                // Ascending: when the sequence is shorter than the history, rows move towards the front.
                for i in 0..history {
                    let (from, to) = (row_at(length + i), state.add(i * channels));
                    for c in 0..count {
                        *to.add(c) = *from.add(c);
                    }
                }
            }
        }
    }
}
