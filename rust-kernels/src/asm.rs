//! The inner loops that `tools/emit_asm.ts` writes as assembly, one text a build: V8 keeps the order of instructions, and
//! the order a compiler chooses spills half of a large tile.
use core::arch::global_asm;

#[cfg(target_feature = "relaxed-simd")]
global_asm!(include_str!("relaxed.gen.s"), options(raw));
#[cfg(not(target_feature = "relaxed-simd"))]
global_asm!(include_str!("simd128.gen.s"), options(raw));

/// Output rows a tile makes at once.
#[cfg(target_feature = "relaxed-simd")]
pub const ROWS: usize = 6;
#[cfg(not(target_feature = "relaxed-simd"))]
pub const ROWS: usize = 4;

/// `scan_steps_N` and `scan_clamped_N`: see `tools/emit_asm.ts`. Distances between rows are in bytes; that of δ holds for
/// A·log2 e and h too, that of B for C.
pub type ScanSteps = unsafe extern "C" fn(
    steps: usize,
    delta: *const f32,
    stride: usize,
    u: *const f32,
    u_step: isize,
    y: *mut f32,
    y_step: isize,
    b: *const f32,
    c: *const f32,
    width: isize,
    a: *const f32,
    h: *mut f32,
    skip: *const f32,
    keep: i32,
);

macro_rules! scan_steps {
    ($($name:ident),*) => {
        unsafe extern "C" {
            $(pub fn $name(
                steps: usize,
                delta: *const f32,
                stride: usize,
                u: *const f32,
                u_step: isize,
                y: *mut f32,
                y_step: isize,
                b: *const f32,
                c: *const f32,
                width: isize,
                a: *const f32,
                h: *mut f32,
                skip: *const f32,
                keep: i32,
            );)*
        }
    };
}

scan_steps!(scan_steps_1, scan_steps_2, scan_steps_4, scan_clamped_1, scan_clamped_2);
#[cfg(target_feature = "relaxed-simd")]
scan_steps!(scan_steps_8, scan_steps_10, scan_steps_16, scan_clamped_8);
#[cfg(not(target_feature = "relaxed-simd"))]
scan_steps!(scan_clamped_4);

unsafe extern "C" {
    /// c[r][0..8) = start[0..8) + Σ x·b over `taps` segments whose `ROWS` addresses stand in the table; stride in bytes.
    pub fn gemm_tile(
        taps: usize,
        segment: usize,
        table: *const u32,
        b: *const f32,
        start: *const f32,
        c: *mut f32,
        c_stride: usize,
    );

    /// The same, added to what c has times the eight numbers at `scale`.
    pub fn gemm_into(
        taps: usize,
        segment: usize,
        table: *const u32,
        b: *const f32,
        start: *const f32,
        c: *mut f32,
        c_stride: usize,
        scale: *const f32,
    );

    /// For tiles of `ROWS` rows of x, `stride` bytes apart: c[j][0..8) = the eight numbers `offsets[j]` bytes behind `bias`, and
    /// Σ x[j]·b over `segment`; `edges` takes the largest of each column.
    pub fn attention_scores(
        tiles: usize,
        segment: usize,
        x: *const f32,
        stride: usize,
        b: *const f32,
        bias: *const f32,
        offsets: *const i32,
        c: *mut f32,
        edges: *mut f32,
    );

    /// `count` rows of eight, each less its column's largest in `edges`, to powers of two; `edges` takes the columns' sums.
    pub fn softmax_exp(scores: *mut f32, count: usize, edges: *mut f32);

    /// c[0..32) = start[0..32) + Σ x·b over one row of `segment` and four panels.
    pub fn gemm_row(
        segment: usize,
        x: *const f32,
        b0: *const f32,
        b1: *const f32,
        b2: *const f32,
        b3: *const f32,
        start: *const f32,
        c: *mut f32,
    );
}

/// Elementwise functions of `count` vectors: to = f(from), or to ·= f(from). `count` is at least 1.
pub type Map = unsafe extern "C" fn(from: *const f32, to: *mut f32, count: usize);

macro_rules! maps {
    ($($name:ident),*) => {
        unsafe extern "C" {
            $(pub fn $name(from: *const f32, to: *mut f32, count: usize);)*
        }
    };
}

maps!(sigmoid_map, silu_map, gelu_exp, silu_gate);

unsafe extern "C" {
    /// to = GELU(from) of `count` vectors, `powers` being what `gelu_exp` gave for them.
    pub fn gelu_tail(from: *const f32, powers: *const f32, to: *mut f32, count: usize);
}

// Softplus in two passes over an even `count`: to = e^−|from|; to = max(to, 0) + log1p(from).
maps!(softplus_exp, softplus_log);

/// States at once and the routine for them, most first; the counts are those of `BUILDS` in `tools/emit_asm.ts`. Old engines,
/// which lack relaxed SIMD, lose more to spilled registers than they win.
#[cfg(target_feature = "relaxed-simd")]
pub const SCAN_STEPS: [(usize, ScanSteps); 6] = [
    (16, scan_steps_16),
    (10, scan_steps_10),
    (8, scan_steps_8),
    (4, scan_steps_4),
    (2, scan_steps_2),
    (1, scan_steps_1),
];
#[cfg(not(target_feature = "relaxed-simd"))]
pub const SCAN_STEPS: [(usize, ScanSteps); 3] = [(4, scan_steps_4), (2, scan_steps_2), (1, scan_steps_1)];

/// The same for δ·A that must be clamped.
#[cfg(target_feature = "relaxed-simd")]
pub const SCAN_CLAMPED: [(usize, ScanSteps); 3] = [(8, scan_clamped_8), (2, scan_clamped_2), (1, scan_clamped_1)];
#[cfg(not(target_feature = "relaxed-simd"))]
pub const SCAN_CLAMPED: [(usize, ScanSteps); 3] = [(4, scan_clamped_4), (2, scan_clamped_2), (1, scan_clamped_1)];
