//! The kernels of `src/kernels.ts`, one exported function a file, over one linear memory that TypeScript lays out.
//!
//! Every function takes the addresses of its operands in table order (0 for an absent one), then the parameters in table
//! order, then the address of scratch and its bytes, which it may use as it likes and traps rather than pass. Nothing is
//! allocated here, nothing is kept between calls, and no row is written outside its columns. An index that leads out of its
//! operand traps.
#![no_std]
#![feature(asm_experimental_arch)]
// Every function here works on raw addresses: a block of `unsafe` in each would say nothing.
#![allow(unsafe_op_in_unsafe_fn, clippy::missing_safety_doc, clippy::too_many_arguments)]

mod asm;
mod attention;
mod binary;
mod causal_conv1d;
mod channel_attention;
#[path = "codes.gen.rs"]
mod codes;
mod conv2d;
mod depthwise_conv2d;
mod gather_rows;
mod gemm;
mod layer_norm;
mod linear;
mod linear_half;
mod max_rows;
mod mean_rows;
mod norm;
mod order;
mod pixel_shuffle;
mod rms_norm;
mod sample;
mod scan_blocks;
mod scan_step;
mod scratch;
mod selective_scan;
mod simd;
mod sort;
mod unary;

/// Address of the first byte behind the module's own data and stack.
#[unsafe(no_mangle)]
pub extern "C" fn heap_base() -> usize {
    unsafe extern "C" {
        static __heap_base: u8;
    }
    &raw const __heap_base as usize
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
