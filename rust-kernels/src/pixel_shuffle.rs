//! large[b, y·s+i, x·s+j, c] = small[b, y, x, c·s²+i·s+j], or the other way with `inverse`.

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pixel_shuffle(
    x: *const f32,
    out: *mut f32,
    batch: usize,
    height: usize,
    width: usize,
    channels: usize,
    scale: usize,
    inverse: u32,
    x_stride: usize,
    out_stride: usize,
    _scratch: *mut f32,
    _scratch_bytes: usize,
) {
    let (small_stride, large_stride) = if inverse != 0 { (out_stride, x_stride) } else { (x_stride, out_stride) };
    for row in 0..batch * height * scale {
        let (small_row, i) = (row / scale, row % scale);
        for column in 0..width {
            for j in 0..scale {
                let large = (row * width * scale + column * scale + j) * large_stride;
                let small = (small_row * width + column) * small_stride + i * scale + j;
                for c in 0..channels {
                    let (large, small) = (large + c, small + c * scale * scale);
                    if inverse != 0 {
                        *out.add(small) = *x.add(large);
                    } else {
                        *out.add(large) = *x.add(small);
                    }
                }
            }
        }
    }
}
