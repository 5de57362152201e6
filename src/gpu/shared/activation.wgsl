// The elementwise functions of epilogues, gates and `unary`; NaN gives NaN. The
// code is a parameter, not a constant: the branch costs nothing beside the sum before it, and pipelines stay few.

// By bits: a shader compiler may assume that floats are numbers, and some exp() turn NaN into one.
fn isNan(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}

fn sigmoid(x: f32) -> f32 {
  return select(1.0 / (1.0 + exp(-x)), x, isNan(x));
}

// Far below 0 it is x·e^x, by e^(x + 40) and e^-40: e^-88 and its like are no normal numbers, which a GPU may take for 0.
fn silu(x: f32) -> f32 {
  if (x < -60.0) { return select(x * exp(x + 40.0) * 4.2483543e-18, 0.0, x < -88.0); }
  return x / (1.0 + exp(-x));
}

// erfc(z) for z ≥ 0, relative error below 1.2e-7: Chebyshev fit of Numerical Recipes §6.2 ("erfcc").
fn erfc(z: f32) -> f32 {
  let t = 1.0 / (1.0 + 0.5 * z);
  let series = 0.17087277 * t - 0.82215223;
  let fit = -1.26551223 + t * (1.00002368 + t * (0.37409196 + t * (0.09678418 + t * (-0.18628806 +
    t * (0.27886807 + t * (-1.13520398 + t * (1.48851587 + t * series)))))));
  return t * exp(fit - z * z);
}

// x·Φ(x) through the tail of the smaller side, which keeps the relative error of negative x.
fn gelu(x: f32) -> f32 {
  if (abs(x) > 14.0) { return max(x, 0.0); }
  let tail = 0.5 * x * erfc(abs(x) * 0.70710678);
  return select(tail, x - tail, x > 0.0);
}

// log(1 + e^x) as max(x, 0) + log1p(e^−|x|), with log1p(e) = 2·atanh(e / (2 + e)).
fn softplus(x: f32) -> f32 {
  if (x > 20.0 || isNan(x)) { return x; }
  let e = exp(-abs(x));
  let s = e / (2.0 + e);
  let q = s * s;
  let series = 1.0 + q * (0.333333333 + q * (0.2 + q * (0.142857143 + q * (0.111111111 + q * (0.090909091 +
    q * (0.076923077 + q * 0.066666667))))));
  return select(0.0, x, x > 0.0) + 2.0 * s * series;
}

fn activate(code: u32, slope: f32, x: f32) -> f32 {
  switch code {
    case ACTIVATION_SILU: { return silu(x); }
    case ACTIVATION_GELU: { return gelu(x); }
    case ACTIVATION_RELU: { return select(x, 0.0, x < 0.0); }
    case ACTIVATION_LEAKY_RELU: { return select(x, slope * x, x < 0.0); }
    case ACTIVATION_SIGMOID: { return sigmoid(x); }
    default: { return x; }
  }
}
