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

#[inline(always)]
pub unsafe fn normalise<const CENTRED: bool>(n: Norm) {
    for r in 0..n.rows {
        let x = n.x.add(r * n.x_stride);
        let row = if n.residual.is_null() { x } else { n.residual.add(r * n.residual_stride) as *const f32 };
        if !n.residual.is_null() {
            add_row(x, row as *mut f32, n.columns);
        }
        let mean = if CENTRED { mean_of(row, n.columns) } else { splat(0.0) };
        let power = power_of(row, n.columns, mean);
        let scale = f32x4_div(splat(1.0), f32x4_sqrt(add(power, splat(n.epsilon))));
        let out = n.out.add(r * n.out_stride);
        vectors!(n.columns, |c, left| {
            let centred = if CENTRED { sub(load_tail(row.add(c), left), mean) } else { load_tail(row.add(c), left) };
            let mut v = mul(mul(centred, scale), load_tail(n.weight.add(c), left));
            if !n.bias.is_null() {
                v = add(v, load_tail(n.bias.add(c), left));
            }
            store_tail(out.add(c), v, left);
        });
        if !n.gate.is_null() {
            gate(out, n.gate.add(r * n.gate_stride), n.columns);
        }
    }
}
