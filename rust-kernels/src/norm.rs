//! What `rms_norm` and `layer_norm` share: everything but whether the mean is subtracted.
use crate::simd::*;
use core::arch::wasm32::*;

pub struct Norm {
    pub x: *const f32,
    pub residual: *mut f32,
    pub weight: *const f32,
    pub bias: *const f32,
    pub gate: *const f32,
    pub out: *mut f32,
    pub rows: usize,
    pub columns: usize,
    pub epsilon: f32,
    pub x_stride: usize,
    pub residual_stride: usize,
    pub gate_stride: usize,
    pub out_stride: usize,
}

/// residual += x.
unsafe fn add_row(x: *const f32, residual: *mut f32, columns: usize) {
    vectors!(columns, |c, left| {
        store_tail(residual.add(c), add(load_tail(residual.add(c), left), load_tail(x.add(c), left)), left);
    });
}

/// Mean of the row, in every lane. Two accumulators hide the latency of the adds.
unsafe fn mean_of(row: *const f32, columns: usize) -> V {
    let (mut even, mut odd, mut c) = (splat(0.0), splat(0.0), 0);
    while c + 8 <= columns {
        even = add(even, load(row.add(c)));
        odd = add(odd, load(row.add(c + 4)));
        c += 8;
    }
    while c < columns {
        even = add(even, load_tail(row.add(c), columns - c));
        c += 4;
    }
    f32x4_div(sum(add(even, odd)), splat(columns as f32))
}

/// Mean of (v − mean)², in every lane; lanes behind the row count nothing.
unsafe fn power_of(row: *const f32, columns: usize, mean: V) -> V {
    let (mut even, mut odd, mut c) = (splat(0.0), splat(0.0), 0);
    while c + 8 <= columns {
        let (a, b) = (sub(load(row.add(c)), mean), sub(load(row.add(c + 4)), mean));
        even = fma(a, a, even);
        odd = fma(b, b, odd);
        c += 8;
    }
    while c < columns {
        let left = columns - c;
        let lanes = i32x4_gt(i32x4_splat(left as i32), i32x4(0, 1, 2, 3));
        let v = v128_and(sub(load_tail(row.add(c), left), mean), lanes);
        even = fma(v, v, even);
        c += 4;
    }
    f32x4_div(sum(add(even, odd)), splat(columns as f32))
}

/// Rows that pass through each stage together. One row alone is a long chain of sums, a root and divisions, whose wait
/// nothing would fill.
const TOGETHER: usize = 8;

impl Norm {
    /// Row `r` of what is normalised.
    unsafe fn row(&self, r: usize) -> *const f32 {
        if self.residual.is_null() {
            self.x.add(r * self.x_stride)
        } else {
            self.residual.add(r * self.residual_stride)
        }
    }

    #[inline(always)]
    unsafe fn write<const CENTRED: bool, const BIASED: bool>(&self, r: usize, mean: V, scale: V) {
        let (row, out) = (self.row(r), self.out.add(r * self.out_stride));
        vectors!(self.columns, |c, left| {
            let x = load_tail(row.add(c), left);
            let centred = if CENTRED { sub(x, mean) } else { x };
            let mut v = mul(mul(centred, scale), load_tail(self.weight.add(c), left));
            if BIASED {
                v = add(v, load_tail(self.bias.add(c), left));
            }
            store_tail(out.add(c), v, left);
        });
        if !self.gate.is_null() {
            gate(out, self.gate.add(r * self.gate_stride), self.columns);
        }
    }
}

#[inline(never)]
pub unsafe fn normalise<const CENTRED: bool>(n: Norm) {
    let (mut means, mut scales) = ([splat(0.0); TOGETHER], [splat(0.0); TOGETHER]);
    for begin in (0..n.rows).step_by(TOGETHER) {
        let count = (n.rows - begin).min(TOGETHER);
        for i in 0..count {
            let r = begin + i;
            if !n.residual.is_null() {
                add_row(n.x.add(r * n.x_stride), n.row(r) as *mut f32, n.columns);
            }
            if CENTRED {
                means[i] = mean_of(n.row(r), n.columns);
            }
        }
        for i in 0..count {
            let power = power_of(n.row(begin + i), n.columns, means[i]);
            scales[i] = f32x4_div(splat(1.0), f32x4_sqrt(add(power, splat(n.epsilon))));
        }
        for i in 0..count {
            if n.bias.is_null() {
                n.write::<CENTRED, false>(begin + i, means[i], scales[i]);
            } else {
                n.write::<CENTRED, true>(begin + i, means[i], scales[i]);
            }
        }
    }
}
