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
#[inline(never)]
pub unsafe fn add_row(x: *const f32, residual: *mut f32, columns: usize) {
    vectors!(columns, |c, left| {
        store_tail(residual.add(c), add(load_tail(residual.add(c), left), load_tail(x.add(c), left)), left);
    });
}

/// Rows that go side by side: the sums of their lanes, a root and divisions are a long chain for one row, and one for four.
const TOGETHER: usize = 4;

/// Sum i of the result is that of the lanes of v[i].
unsafe fn sums_of(v: [V; TOGETHER]) -> V {
    let pair = |a: V, b: V| add(i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<2, 6, 3, 7>(a, b));
    let (low, high) = (pair(v[0], v[1]), pair(v[2], v[3]));
    add(i64x2_shuffle::<0, 2>(low, high), i64x2_shuffle::<1, 3>(low, high))
}

/// Each lane of v in all lanes of a vector of its own.
unsafe fn spread(v: V) -> [V; TOGETHER] {
    [
        i32x4_shuffle::<0, 0, 0, 0>(v, v),
        i32x4_shuffle::<1, 1, 1, 1>(v, v),
        i32x4_shuffle::<2, 2, 2, 2>(v, v),
        i32x4_shuffle::<3, 3, 3, 3>(v, v),
    ]
}

/// Mean of each row.
unsafe fn means_of(rows: [*const f32; TOGETHER], columns: usize) -> V {
    let mut totals = [splat(0.0); TOGETHER];
    vectors!(columns, |c, left| {
        for i in 0..TOGETHER {
            totals[i] = add(totals[i], load_tail(rows[i].add(c), left));
        }
    });
    f32x4_div(sums_of(totals), splat(columns as f32))
}

/// Mean of (v − mean)² of each row; lanes behind a row count nothing.
unsafe fn powers_of(rows: [*const f32; TOGETHER], columns: usize, means: [V; TOGETHER]) -> V {
    let mut totals = [splat(0.0); TOGETHER];
    vectors!(columns, |c, left| {
        for i in 0..TOGETHER {
            let mut v = sub(load_tail(rows[i].add(c), left), means[i]);
            if left < 4 {
                v = v128_and(v, i32x4_gt(i32x4_splat(left as i32), i32x4(0, 1, 2, 3)));
            }
            totals[i] = fma(v, v, totals[i]);
        }
    });
    f32x4_div(sums_of(totals), splat(columns as f32))
}

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
    unsafe fn write<const BIASED: bool>(&self, r: usize, mean: V, scale: V) {
        let (row, out) = (self.row(r), self.out.add(r * self.out_stride));
        vectors!(self.columns, |c, left| {
            let centred = sub(load_tail(row.add(c), left), mean);
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

/// Normalises all rows; if not `centred`, their mean counts as 0.
#[inline(never)]
pub unsafe fn normalise(centred: bool, n: Norm) {
    for begin in (0..n.rows).step_by(TOGETHER) {
        let count = (n.rows - begin).min(TOGETHER);
        if !n.residual.is_null() {
            for r in begin..begin + count {
                add_row(n.x.add(r * n.x_stride), n.row(r) as *mut f32, n.columns);
            }
        }
        // Where fewer are left, the last one goes again.
        let rows = core::array::from_fn(|i| n.row(begin + i.min(count - 1)));
        let means = if centred { spread(means_of(rows, n.columns)) } else { [splat(0.0); TOGETHER] };
        let powers = powers_of(rows, n.columns, means);
        let scales = spread(f32x4_div(splat(1.0), f32x4_sqrt(add(powers, splat(n.epsilon)))));
        for i in 0..count {
            if n.bias.is_null() {
                n.write::<false>(begin + i, means[i], scales[i]);
            } else {
                n.write::<true>(begin + i, means[i], scales[i]);
            }
        }
    }
}
