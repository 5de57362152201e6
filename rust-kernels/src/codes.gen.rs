//! Codes of the kernel table. Made by tools/pack_codes.ts from src/kernels/codes.ts.
#![allow(dead_code)]

pub const ACTIVATION_NONE: u32 = 0;
pub const ACTIVATION_SILU: u32 = 1;
pub const ACTIVATION_GELU: u32 = 2;
pub const ACTIVATION_RELU: u32 = 3;
pub const ACTIVATION_LEAKY_RELU: u32 = 4;
pub const ACTIVATION_SIGMOID: u32 = 5;
pub const OPERATION_ADD: u32 = 0;
pub const OPERATION_MULTIPLY: u32 = 1;
pub const OPERATION_ROTATE: u32 = 2;
pub const ORDER_ROW: u32 = 0;
pub const ORDER_ROW_REVERSED: u32 = 1;
pub const ORDER_COLUMN: u32 = 2;
pub const ORDER_COLUMN_REVERSED: u32 = 3;
pub const ORDER_TABLE: u32 = 4;
pub const NORM_NONE: u32 = 0;
pub const NORM_RMS: u32 = 1;
pub const NORM_LAYER: u32 = 2;
pub const CARRY_IN: u32 = 1;
pub const CARRY_OUT: u32 = 2;
