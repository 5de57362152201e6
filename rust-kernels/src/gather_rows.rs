//! out[b, i] = index[i] < rows ? x[b, index[i]] : extra[index[i] − rows].
use crate::simd::*;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn gather_rows(
    x: *const f32,
    extra: *const f32,
    index: *const u32,
    out: *mut f32,
    batch: usize,
    rows: usize,
    extra_rows: usize,
    count: usize,
    columns: usize,
    x_stride: usize,
    extra_stride: usize,
    out_stride: usize,
    _scratch: *mut f32,
    _scratch_bytes: usize,
) {
    for b in 0..batch {
        for i in 0..count {
            let row = *index.add(i) as usize;
            let from = if row < rows {
                x.add((b * rows + row) * x_stride)
            } else if row - rows < extra_rows {
                extra.add((row - rows) * extra_stride)
            } else {
                core::arch::wasm32::unreachable()
            };
            let to = out.add((b * count + i) * out_stride);
            vectors!(columns, |c, left| {
                store_tail(to.add(c), load_tail(from.add(c), left), left);
            });
        }
    }
}
