//! out[r] = the index that a draw from the row of logits x[r] gives; see `docs/numerics.md`, Sampling.

/// The finaliser of murmur3.
fn mix(h: u32) -> u32 {
    let h = (h ^ h >> 16).wrapping_mul(0x85ebca6b);
    let h = (h ^ h >> 13).wrapping_mul(0xc2b2ae35);
    h ^ h >> 16
}

/// Noise −ln(−ln u) of an index.
fn gumbel(seed: u32, row: u32, index: u32) -> f32 {
    let hash = mix(mix(index ^ mix(seed.wrapping_add(row.wrapping_mul(0x9e3779b9)))));
    let u = ((hash >> 9) as f64 + 0.5) / 8388608.0;
    -ln(-ln(1.0 - u)) as f32
}

/// ln x of a normal positive x: the exponent, and the series of the inverse hyperbolic tangent around 1.
fn ln(x: f64) -> f64 {
    let bits = x.to_bits();
    let mut exponent = (bits >> 52) as i32 - 1023;
    let mut m = f64::from_bits(bits & 0xfffffffffffff | 1023 << 52);
    if m > 1.4142135623730951 {
        m *= 0.5;
        exponent += 1;
    }
    let z = (m - 1.0) / (m + 1.0);
    let z2 = z * z;
    let mut sum = 0.0;
    for k in (0..8).rev() {
        sum = sum * z2 + 1.0 / (2 * k + 1) as f64;
    }
    2.0 * z * sum + exponent as f64 * core::f64::consts::LN_2
}

/// e^x of an x of at most 0: 2 to the whole part, and a series for the rest.
fn exp(x: f32) -> f64 {
    let t = x as f64 * core::f64::consts::LOG2_E;
    if !(t > -1000.0) {
        return 0.0;
    }
    let whole = (t - 0.5) as i64;
    let rest = (t - whole as f64) * core::f64::consts::LN_2;
    let mut sum = 1.0;
    for k in (1..13).rev() {
        sum = 1.0 + sum * rest / k as f64;
    }
    sum * f64::from_bits(((whole + 1023) as u64) << 52)
}

/// Bits that grow with the number; 0 for NaN, the same for both zeros.
fn key(x: f32) -> u32 {
    let bits = x.to_bits();
    if bits & 0x7fffffff > 0x7f800000 {
        0
    } else if bits & 0x7fffffff == 0 {
        0x80000000
    } else if bits >> 31 == 1 {
        !bits
    } else {
        bits | 0x80000000
    }
}

/// The largest key for which `enough` holds, which holds for every key below it.
unsafe fn largest(enough: impl Fn(u32) -> bool) -> u32 {
    let mut found = 0;
    for bit in (0..32).rev() {
        let tried = found | 1 << bit;
        if enough(tried) {
            found = tried;
        }
    }
    found
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sample(
    x: *const f32,
    out: *mut f32,
    rows: usize,
    columns: usize,
    x_stride: usize,
    out_stride: usize,
    temperature: f32,
    top_k: usize,
    top_p: f32,
    seed: u32,
    _scratch: *mut f32,
    _scratch_bytes: usize,
) {
    for r in 0..rows {
        let row = core::slice::from_raw_parts(x.add(r * x_stride), columns);
        let mut lowest = 1;
        if temperature > 0.0 {
            if top_k > 0 && top_k < columns {
                lowest = largest(|at| row.iter().filter(|&&v| key(v) >= at).count() >= top_k).max(1);
            }
            if top_p < 1.0 {
                let top = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                let mass = |at: u32| -> f64 {
                    row.iter().filter(|&&v| key(v) >= at).map(|&v| exp((v - top) / temperature)).sum()
                };
                let wanted = top_p as f64 * mass(lowest);
                lowest = largest(|at| mass(at.max(lowest)) >= wanted).max(lowest);
            }
        }
        let (mut best, mut highest) = (-1.0, 0);
        for (i, &v) in row.iter().enumerate() {
            if key(v) < lowest {
                continue;
            }
            let score = key(if temperature > 0.0 { v / temperature + gumbel(seed, r as u32, i as u32) } else { v });
            if score > highest {
                (best, highest) = (i as f32, score);
            }
        }
        *out.add(r * out_stride) = best;
    }
}
