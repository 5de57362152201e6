//! out[b, i] = index[i] < rows ? x[b, index[i]] : extra[index[i] − rows]; packed: x is a weight of `linear`, 2: of 16 bits a
//! number. Where there is through, through[i] in place of i; accumulate adds to out.
use crate::gemm::COLUMNS;
use crate::norm::add_row;
use crate::simd::*;

/// A number of 16 bits, exactly; see `linear_half`.
unsafe fn widen(p: *const i16) -> f32 {
    f32::from_bits((*p as i32 as u32) << 13 & 0x8fff_e000) * f32::from_bits(0x7780_0000)
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn gather_rows(
    x: *const f32,
    extra: *const f32,
    index: *const u32,
    through: *const u32,
    out: *mut f32,
    batch: usize,
    rows: usize,
    extra_rows: usize,
    count: usize,
    columns: usize,
    x_stride: usize,
    extra_stride: usize,
    out_stride: usize,
    packed: u32,
    indices: usize,
    accumulate: u32,
    _scratch: *mut f32,
    _scratch_bytes: usize,
) {
    for b in 0..batch {
        for i in 0..count {
            let place = if through.is_null() { i } else { *through.add(i) as usize };
            if place >= indices {
                core::arch::wasm32::unreachable()
            }
            let row = *index.add(place) as usize;
            let to = out.add((b * count + i) * out_stride);
            if packed != 0 && row < rows {
                // The rows of a panel lie side by side.
                let first = row / COLUMNS * COLUMNS * columns + row % COLUMNS;
                for c in 0..columns {
                    let at = first + c * COLUMNS;
                    let value = if packed == 2 { widen((x as *const i16).add(at)) } else { *x.add(at) };
                    *to.add(c) = if accumulate != 0 { *to.add(c) + value } else { value };
                }
                continue;
            }
            let from = if row < rows {
                x.add((b * rows + row) * x_stride)
            } else if row - rows < extra_rows {
                extra.add((row - rows) * extra_stride)
            } else {
                core::arch::wasm32::unreachable()
            };
            if accumulate != 0 {
                add_row(from, to, columns);
                continue;
            }
            vectors!(columns, |c, left| {
                store_tail(to.add(c), load_tail(from.add(c), left), left);
            });
        }
    }
}
