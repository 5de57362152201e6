.section .text.gemm_tile,"",@
.hidden gemm_tile
.globl gemm_tile
.type gemm_tile,@function
gemm_tile:
.functype gemm_tile (i32, i32, i32, i32, i32, i32, i32) -> ()
.local i32, i32, i32, i32, i32, i32, i32, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128
local.get 4
v128.load 0:p2align=2
local.set 14
local.get 4
v128.load 0:p2align=2
local.set 16
local.get 4
v128.load 0:p2align=2
local.set 18
local.get 4
v128.load 0:p2align=2
local.set 20
local.get 4
v128.load 0:p2align=2
local.set 22
local.get 4
v128.load 0:p2align=2
local.set 24
local.get 4
v128.load 16:p2align=2
local.set 15
local.get 4
v128.load 16:p2align=2
local.set 17
local.get 4
v128.load 16:p2align=2
local.set 19
local.get 4
v128.load 16:p2align=2
local.set 21
local.get 4
v128.load 16:p2align=2
local.set 23
local.get 4
v128.load 16:p2align=2
local.set 25
loop
local.get 2
i32.load 0
local.set 7
local.get 2
i32.load 4
local.set 8
local.get 2
i32.load 8
local.set 9
local.get 2
i32.load 12
local.set 10
local.get 2
i32.load 16
local.set 11
local.get 2
i32.load 20
local.set 12
local.get 2
i32.const 24
i32.add
local.set 2
local.get 1
i32.const -4
i32.and
local.set 13
block
local.get 13
i32.eqz
br_if 0
loop
local.get 3
v128.load 0:p2align=2
local.set 26
local.get 3
v128.load 16:p2align=2
local.set 27
local.get 7
v128.load32_splat 0:p2align=2
local.set 28
local.get 28
local.get 26
local.get 14
f32x4.relaxed_madd
local.set 14
local.get 28
local.get 27
local.get 15
f32x4.relaxed_madd
local.set 15
local.get 8
v128.load32_splat 0:p2align=2
local.set 28
local.get 28
local.get 26
local.get 16
f32x4.relaxed_madd
local.set 16
local.get 28
local.get 27
local.get 17
f32x4.relaxed_madd
local.set 17
local.get 9
v128.load32_splat 0:p2align=2
local.set 28
local.get 28
local.get 26
local.get 18
f32x4.relaxed_madd
local.set 18
local.get 28
local.get 27
local.get 19
f32x4.relaxed_madd
local.set 19
local.get 10
v128.load32_splat 0:p2align=2
local.set 28
local.get 28
local.get 26
local.get 20
f32x4.relaxed_madd
local.set 20
local.get 28
local.get 27
local.get 21
f32x4.relaxed_madd
local.set 21
local.get 11
v128.load32_splat 0:p2align=2
local.set 28
local.get 28
local.get 26
local.get 22
f32x4.relaxed_madd
local.set 22
local.get 28
local.get 27
local.get 23
f32x4.relaxed_madd
local.set 23
local.get 12
v128.load32_splat 0:p2align=2
local.set 28
local.get 28
local.get 26
local.get 24
f32x4.relaxed_madd
local.set 24
local.get 28
local.get 27
local.get 25
f32x4.relaxed_madd
local.set 25
local.get 3
v128.load 32:p2align=2
local.set 26
local.get 3
v128.load 48:p2align=2
local.set 27
local.get 7
v128.load32_splat 4:p2align=2
local.set 28
local.get 28
local.get 26
local.get 14
f32x4.relaxed_madd
local.set 14
local.get 28
local.get 27
local.get 15
f32x4.relaxed_madd
local.set 15
local.get 8
v128.load32_splat 4:p2align=2
local.set 28
local.get 28
local.get 26
local.get 16
f32x4.relaxed_madd
local.set 16
local.get 28
local.get 27
local.get 17
f32x4.relaxed_madd
local.set 17
local.get 9
v128.load32_splat 4:p2align=2
local.set 28
local.get 28
local.get 26
local.get 18
f32x4.relaxed_madd
local.set 18
local.get 28
local.get 27
local.get 19
f32x4.relaxed_madd
local.set 19
local.get 10
v128.load32_splat 4:p2align=2
local.set 28
local.get 28
local.get 26
local.get 20
f32x4.relaxed_madd
local.set 20
local.get 28
local.get 27
local.get 21
f32x4.relaxed_madd
local.set 21
local.get 11
v128.load32_splat 4:p2align=2
local.set 28
local.get 28
local.get 26
local.get 22
f32x4.relaxed_madd
local.set 22
local.get 28
local.get 27
local.get 23
f32x4.relaxed_madd
local.set 23
local.get 12
v128.load32_splat 4:p2align=2
local.set 28
local.get 28
local.get 26
local.get 24
f32x4.relaxed_madd
local.set 24
local.get 28
local.get 27
local.get 25
f32x4.relaxed_madd
local.set 25
local.get 3
v128.load 64:p2align=2
local.set 26
local.get 3
v128.load 80:p2align=2
local.set 27
local.get 7
v128.load32_splat 8:p2align=2
local.set 28
local.get 28
local.get 26
local.get 14
f32x4.relaxed_madd
local.set 14
local.get 28
local.get 27
local.get 15
f32x4.relaxed_madd
local.set 15
local.get 8
v128.load32_splat 8:p2align=2
local.set 28
local.get 28
local.get 26
local.get 16
f32x4.relaxed_madd
local.set 16
local.get 28
local.get 27
local.get 17
f32x4.relaxed_madd
local.set 17
local.get 9
v128.load32_splat 8:p2align=2
local.set 28
local.get 28
local.get 26
local.get 18
f32x4.relaxed_madd
local.set 18
local.get 28
local.get 27
local.get 19
f32x4.relaxed_madd
local.set 19
local.get 10
v128.load32_splat 8:p2align=2
local.set 28
local.get 28
local.get 26
local.get 20
f32x4.relaxed_madd
local.set 20
local.get 28
local.get 27
local.get 21
f32x4.relaxed_madd
local.set 21
local.get 11
v128.load32_splat 8:p2align=2
local.set 28
local.get 28
local.get 26
local.get 22
f32x4.relaxed_madd
local.set 22
local.get 28
local.get 27
local.get 23
f32x4.relaxed_madd
local.set 23
local.get 12
v128.load32_splat 8:p2align=2
local.set 28
local.get 28
local.get 26
local.get 24
f32x4.relaxed_madd
local.set 24
local.get 28
local.get 27
local.get 25
f32x4.relaxed_madd
local.set 25
local.get 3
v128.load 96:p2align=2
local.set 26
local.get 3
v128.load 112:p2align=2
local.set 27
local.get 7
v128.load32_splat 12:p2align=2
local.set 28
local.get 28
local.get 26
local.get 14
f32x4.relaxed_madd
local.set 14
local.get 28
local.get 27
local.get 15
f32x4.relaxed_madd
local.set 15
local.get 8
v128.load32_splat 12:p2align=2
local.set 28
local.get 28
local.get 26
local.get 16
f32x4.relaxed_madd
local.set 16
local.get 28
local.get 27
local.get 17
f32x4.relaxed_madd
local.set 17
local.get 9
v128.load32_splat 12:p2align=2
local.set 28
local.get 28
local.get 26
local.get 18
f32x4.relaxed_madd
local.set 18
local.get 28
local.get 27
local.get 19
f32x4.relaxed_madd
local.set 19
local.get 10
v128.load32_splat 12:p2align=2
local.set 28
local.get 28
local.get 26
local.get 20
f32x4.relaxed_madd
local.set 20
local.get 28
local.get 27
local.get 21
f32x4.relaxed_madd
local.set 21
local.get 11
v128.load32_splat 12:p2align=2
local.set 28
local.get 28
local.get 26
local.get 22
f32x4.relaxed_madd
local.set 22
local.get 28
local.get 27
local.get 23
f32x4.relaxed_madd
local.set 23
local.get 12
v128.load32_splat 12:p2align=2
local.set 28
local.get 28
local.get 26
local.get 24
f32x4.relaxed_madd
local.set 24
local.get 28
local.get 27
local.get 25
f32x4.relaxed_madd
local.set 25
local.get 7
i32.const 16
i32.add
local.set 7
local.get 8
i32.const 16
i32.add
local.set 8
local.get 9
i32.const 16
i32.add
local.set 9
local.get 10
i32.const 16
i32.add
local.set 10
local.get 11
i32.const 16
i32.add
local.set 11
local.get 12
i32.const 16
i32.add
local.set 12
local.get 3
i32.const 128
i32.add
local.set 3
local.get 13
i32.const 4
i32.sub
local.tee 13
br_if 0
end_loop
end_block
local.get 1
i32.const 3
i32.and
local.set 13
block
local.get 13
i32.eqz
br_if 0
loop
local.get 3
v128.load 0:p2align=2
local.set 26
local.get 3
v128.load 16:p2align=2
local.set 27
local.get 7
v128.load32_splat 0:p2align=2
local.set 28
local.get 28
local.get 26
local.get 14
f32x4.relaxed_madd
local.set 14
local.get 28
local.get 27
local.get 15
f32x4.relaxed_madd
local.set 15
local.get 8
v128.load32_splat 0:p2align=2
local.set 28
local.get 28
local.get 26
local.get 16
f32x4.relaxed_madd
local.set 16
local.get 28
local.get 27
local.get 17
f32x4.relaxed_madd
local.set 17
local.get 9
v128.load32_splat 0:p2align=2
local.set 28
local.get 28
local.get 26
local.get 18
f32x4.relaxed_madd
local.set 18
local.get 28
local.get 27
local.get 19
f32x4.relaxed_madd
local.set 19
local.get 10
v128.load32_splat 0:p2align=2
local.set 28
local.get 28
local.get 26
local.get 20
f32x4.relaxed_madd
local.set 20
local.get 28
local.get 27
local.get 21
f32x4.relaxed_madd
local.set 21
local.get 11
v128.load32_splat 0:p2align=2
local.set 28
local.get 28
local.get 26
local.get 22
f32x4.relaxed_madd
local.set 22
local.get 28
local.get 27
local.get 23
f32x4.relaxed_madd
local.set 23
local.get 12
v128.load32_splat 0:p2align=2
local.set 28
local.get 28
local.get 26
local.get 24
f32x4.relaxed_madd
local.set 24
local.get 28
local.get 27
local.get 25
f32x4.relaxed_madd
local.set 25
local.get 7
i32.const 4
i32.add
local.set 7
local.get 8
i32.const 4
i32.add
local.set 8
local.get 9
i32.const 4
i32.add
local.set 9
local.get 10
i32.const 4
i32.add
local.set 10
local.get 11
i32.const 4
i32.add
local.set 11
local.get 12
i32.const 4
i32.add
local.set 12
local.get 3
i32.const 32
i32.add
local.set 3
local.get 13
i32.const 1
i32.sub
local.tee 13
br_if 0
end_loop
end_block
local.get 0
i32.const 1
i32.sub
local.tee 0
br_if 0
end_loop
local.get 5
local.get 14
v128.store 0:p2align=2
local.get 5
local.get 15
v128.store 16:p2align=2
local.get 5
local.get 6
i32.add
local.set 5
local.get 5
local.get 16
v128.store 0:p2align=2
local.get 5
local.get 17
v128.store 16:p2align=2
local.get 5
local.get 6
i32.add
local.set 5
local.get 5
local.get 18
v128.store 0:p2align=2
local.get 5
local.get 19
v128.store 16:p2align=2
local.get 5
local.get 6
i32.add
local.set 5
local.get 5
local.get 20
v128.store 0:p2align=2
local.get 5
local.get 21
v128.store 16:p2align=2
local.get 5
local.get 6
i32.add
local.set 5
local.get 5
local.get 22
v128.store 0:p2align=2
local.get 5
local.get 23
v128.store 16:p2align=2
local.get 5
local.get 6
i32.add
local.set 5
local.get 5
local.get 24
v128.store 0:p2align=2
local.get 5
local.get 25
v128.store 16:p2align=2
local.get 5
local.get 6
i32.add
local.set 5
end_function
.section .text.gemm_into,"",@
.hidden gemm_into
.globl gemm_into
.type gemm_into,@function
gemm_into:
.functype gemm_into (i32, i32, i32, i32, i32, i32, i32, i32) -> ()
.local i32, i32, i32, i32, i32, i32, i32, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128
local.get 4
v128.load 0:p2align=2
local.set 15
local.get 4
v128.load 0:p2align=2
local.set 17
local.get 4
v128.load 0:p2align=2
local.set 19
local.get 4
v128.load 0:p2align=2
local.set 21
local.get 4
v128.load 0:p2align=2
local.set 23
local.get 4
v128.load 0:p2align=2
local.set 25
local.get 4
v128.load 16:p2align=2
local.set 16
local.get 4
v128.load 16:p2align=2
local.set 18
local.get 4
v128.load 16:p2align=2
local.set 20
local.get 4
v128.load 16:p2align=2
local.set 22
local.get 4
v128.load 16:p2align=2
local.set 24
local.get 4
v128.load 16:p2align=2
local.set 26
loop
local.get 2
i32.load 0
local.set 8
local.get 2
i32.load 4
local.set 9
local.get 2
i32.load 8
local.set 10
local.get 2
i32.load 12
local.set 11
local.get 2
i32.load 16
local.set 12
local.get 2
i32.load 20
local.set 13
local.get 2
i32.const 24
i32.add
local.set 2
local.get 1
i32.const -4
i32.and
local.set 14
block
local.get 14
i32.eqz
br_if 0
loop
local.get 3
v128.load 0:p2align=2
local.set 27
local.get 3
v128.load 16:p2align=2
local.set 28
local.get 8
v128.load32_splat 0:p2align=2
local.set 29
local.get 29
local.get 27
local.get 15
f32x4.relaxed_madd
local.set 15
local.get 29
local.get 28
local.get 16
f32x4.relaxed_madd
local.set 16
local.get 9
v128.load32_splat 0:p2align=2
local.set 29
local.get 29
local.get 27
local.get 17
f32x4.relaxed_madd
local.set 17
local.get 29
local.get 28
local.get 18
f32x4.relaxed_madd
local.set 18
local.get 10
v128.load32_splat 0:p2align=2
local.set 29
local.get 29
local.get 27
local.get 19
f32x4.relaxed_madd
local.set 19
local.get 29
local.get 28
local.get 20
f32x4.relaxed_madd
local.set 20
local.get 11
v128.load32_splat 0:p2align=2
local.set 29
local.get 29
local.get 27
local.get 21
f32x4.relaxed_madd
local.set 21
local.get 29
local.get 28
local.get 22
f32x4.relaxed_madd
local.set 22
local.get 12
v128.load32_splat 0:p2align=2
local.set 29
local.get 29
local.get 27
local.get 23
f32x4.relaxed_madd
local.set 23
local.get 29
local.get 28
local.get 24
f32x4.relaxed_madd
local.set 24
local.get 13
v128.load32_splat 0:p2align=2
local.set 29
local.get 29
local.get 27
local.get 25
f32x4.relaxed_madd
local.set 25
local.get 29
local.get 28
local.get 26
f32x4.relaxed_madd
local.set 26
local.get 3
v128.load 32:p2align=2
local.set 27
local.get 3
v128.load 48:p2align=2
local.set 28
local.get 8
v128.load32_splat 4:p2align=2
local.set 29
local.get 29
local.get 27
local.get 15
f32x4.relaxed_madd
local.set 15
local.get 29
local.get 28
local.get 16
f32x4.relaxed_madd
local.set 16
local.get 9
v128.load32_splat 4:p2align=2
local.set 29
local.get 29
local.get 27
local.get 17
f32x4.relaxed_madd
local.set 17
local.get 29
local.get 28
local.get 18
f32x4.relaxed_madd
local.set 18
local.get 10
v128.load32_splat 4:p2align=2
local.set 29
local.get 29
local.get 27
local.get 19
f32x4.relaxed_madd
local.set 19
local.get 29
local.get 28
local.get 20
f32x4.relaxed_madd
local.set 20
local.get 11
v128.load32_splat 4:p2align=2
local.set 29
local.get 29
local.get 27
local.get 21
f32x4.relaxed_madd
local.set 21
local.get 29
local.get 28
local.get 22
f32x4.relaxed_madd
local.set 22
local.get 12
v128.load32_splat 4:p2align=2
local.set 29
local.get 29
local.get 27
local.get 23
f32x4.relaxed_madd
local.set 23
local.get 29
local.get 28
local.get 24
f32x4.relaxed_madd
local.set 24
local.get 13
v128.load32_splat 4:p2align=2
local.set 29
local.get 29
local.get 27
local.get 25
f32x4.relaxed_madd
local.set 25
local.get 29
local.get 28
local.get 26
f32x4.relaxed_madd
local.set 26
local.get 3
v128.load 64:p2align=2
local.set 27
local.get 3
v128.load 80:p2align=2
local.set 28
local.get 8
v128.load32_splat 8:p2align=2
local.set 29
local.get 29
local.get 27
local.get 15
f32x4.relaxed_madd
local.set 15
local.get 29
local.get 28
local.get 16
f32x4.relaxed_madd
local.set 16
local.get 9
v128.load32_splat 8:p2align=2
local.set 29
local.get 29
local.get 27
local.get 17
f32x4.relaxed_madd
local.set 17
local.get 29
local.get 28
local.get 18
f32x4.relaxed_madd
local.set 18
local.get 10
v128.load32_splat 8:p2align=2
local.set 29
local.get 29
local.get 27
local.get 19
f32x4.relaxed_madd
local.set 19
local.get 29
local.get 28
local.get 20
f32x4.relaxed_madd
local.set 20
local.get 11
v128.load32_splat 8:p2align=2
local.set 29
local.get 29
local.get 27
local.get 21
f32x4.relaxed_madd
local.set 21
local.get 29
local.get 28
local.get 22
f32x4.relaxed_madd
local.set 22
local.get 12
v128.load32_splat 8:p2align=2
local.set 29
local.get 29
local.get 27
local.get 23
f32x4.relaxed_madd
local.set 23
local.get 29
local.get 28
local.get 24
f32x4.relaxed_madd
local.set 24
local.get 13
v128.load32_splat 8:p2align=2
local.set 29
local.get 29
local.get 27
local.get 25
f32x4.relaxed_madd
local.set 25
local.get 29
local.get 28
local.get 26
f32x4.relaxed_madd
local.set 26
local.get 3
v128.load 96:p2align=2
local.set 27
local.get 3
v128.load 112:p2align=2
local.set 28
local.get 8
v128.load32_splat 12:p2align=2
local.set 29
local.get 29
local.get 27
local.get 15
f32x4.relaxed_madd
local.set 15
local.get 29
local.get 28
local.get 16
f32x4.relaxed_madd
local.set 16
local.get 9
v128.load32_splat 12:p2align=2
local.set 29
local.get 29
local.get 27
local.get 17
f32x4.relaxed_madd
local.set 17
local.get 29
local.get 28
local.get 18
f32x4.relaxed_madd
local.set 18
local.get 10
v128.load32_splat 12:p2align=2
local.set 29
local.get 29
local.get 27
local.get 19
f32x4.relaxed_madd
local.set 19
local.get 29
local.get 28
local.get 20
f32x4.relaxed_madd
local.set 20
local.get 11
v128.load32_splat 12:p2align=2
local.set 29
local.get 29
local.get 27
local.get 21
f32x4.relaxed_madd
local.set 21
local.get 29
local.get 28
local.get 22
f32x4.relaxed_madd
local.set 22
local.get 12
v128.load32_splat 12:p2align=2
local.set 29
local.get 29
local.get 27
local.get 23
f32x4.relaxed_madd
local.set 23
local.get 29
local.get 28
local.get 24
f32x4.relaxed_madd
local.set 24
local.get 13
v128.load32_splat 12:p2align=2
local.set 29
local.get 29
local.get 27
local.get 25
f32x4.relaxed_madd
local.set 25
local.get 29
local.get 28
local.get 26
f32x4.relaxed_madd
local.set 26
local.get 8
i32.const 16
i32.add
local.set 8
local.get 9
i32.const 16
i32.add
local.set 9
local.get 10
i32.const 16
i32.add
local.set 10
local.get 11
i32.const 16
i32.add
local.set 11
local.get 12
i32.const 16
i32.add
local.set 12
local.get 13
i32.const 16
i32.add
local.set 13
local.get 3
i32.const 128
i32.add
local.set 3
local.get 14
i32.const 4
i32.sub
local.tee 14
br_if 0
end_loop
end_block
local.get 1
i32.const 3
i32.and
local.set 14
block
local.get 14
i32.eqz
br_if 0
loop
local.get 3
v128.load 0:p2align=2
local.set 27
local.get 3
v128.load 16:p2align=2
local.set 28
local.get 8
v128.load32_splat 0:p2align=2
local.set 29
local.get 29
local.get 27
local.get 15
f32x4.relaxed_madd
local.set 15
local.get 29
local.get 28
local.get 16
f32x4.relaxed_madd
local.set 16
local.get 9
v128.load32_splat 0:p2align=2
local.set 29
local.get 29
local.get 27
local.get 17
f32x4.relaxed_madd
local.set 17
local.get 29
local.get 28
local.get 18
f32x4.relaxed_madd
local.set 18
local.get 10
v128.load32_splat 0:p2align=2
local.set 29
local.get 29
local.get 27
local.get 19
f32x4.relaxed_madd
local.set 19
local.get 29
local.get 28
local.get 20
f32x4.relaxed_madd
local.set 20
local.get 11
v128.load32_splat 0:p2align=2
local.set 29
local.get 29
local.get 27
local.get 21
f32x4.relaxed_madd
local.set 21
local.get 29
local.get 28
local.get 22
f32x4.relaxed_madd
local.set 22
local.get 12
v128.load32_splat 0:p2align=2
local.set 29
local.get 29
local.get 27
local.get 23
f32x4.relaxed_madd
local.set 23
local.get 29
local.get 28
local.get 24
f32x4.relaxed_madd
local.set 24
local.get 13
v128.load32_splat 0:p2align=2
local.set 29
local.get 29
local.get 27
local.get 25
f32x4.relaxed_madd
local.set 25
local.get 29
local.get 28
local.get 26
f32x4.relaxed_madd
local.set 26
local.get 8
i32.const 4
i32.add
local.set 8
local.get 9
i32.const 4
i32.add
local.set 9
local.get 10
i32.const 4
i32.add
local.set 10
local.get 11
i32.const 4
i32.add
local.set 11
local.get 12
i32.const 4
i32.add
local.set 12
local.get 13
i32.const 4
i32.add
local.set 13
local.get 3
i32.const 32
i32.add
local.set 3
local.get 14
i32.const 1
i32.sub
local.tee 14
br_if 0
end_loop
end_block
local.get 0
i32.const 1
i32.sub
local.tee 0
br_if 0
end_loop
local.get 7
v128.load 0:p2align=2
local.set 27
local.get 7
v128.load 16:p2align=2
local.set 28
local.get 5
local.get 5
v128.load 0:p2align=2
local.get 27
local.get 15
f32x4.relaxed_madd
v128.store 0:p2align=2
local.get 5
local.get 5
v128.load 16:p2align=2
local.get 28
local.get 16
f32x4.relaxed_madd
v128.store 16:p2align=2
local.get 5
local.get 6
i32.add
local.set 5
local.get 5
local.get 5
v128.load 0:p2align=2
local.get 27
local.get 17
f32x4.relaxed_madd
v128.store 0:p2align=2
local.get 5
local.get 5
v128.load 16:p2align=2
local.get 28
local.get 18
f32x4.relaxed_madd
v128.store 16:p2align=2
local.get 5
local.get 6
i32.add
local.set 5
local.get 5
local.get 5
v128.load 0:p2align=2
local.get 27
local.get 19
f32x4.relaxed_madd
v128.store 0:p2align=2
local.get 5
local.get 5
v128.load 16:p2align=2
local.get 28
local.get 20
f32x4.relaxed_madd
v128.store 16:p2align=2
local.get 5
local.get 6
i32.add
local.set 5
local.get 5
local.get 5
v128.load 0:p2align=2
local.get 27
local.get 21
f32x4.relaxed_madd
v128.store 0:p2align=2
local.get 5
local.get 5
v128.load 16:p2align=2
local.get 28
local.get 22
f32x4.relaxed_madd
v128.store 16:p2align=2
local.get 5
local.get 6
i32.add
local.set 5
local.get 5
local.get 5
v128.load 0:p2align=2
local.get 27
local.get 23
f32x4.relaxed_madd
v128.store 0:p2align=2
local.get 5
local.get 5
v128.load 16:p2align=2
local.get 28
local.get 24
f32x4.relaxed_madd
v128.store 16:p2align=2
local.get 5
local.get 6
i32.add
local.set 5
local.get 5
local.get 5
v128.load 0:p2align=2
local.get 27
local.get 25
f32x4.relaxed_madd
v128.store 0:p2align=2
local.get 5
local.get 5
v128.load 16:p2align=2
local.get 28
local.get 26
f32x4.relaxed_madd
v128.store 16:p2align=2
local.get 5
local.get 6
i32.add
local.set 5
end_function
.section .text.gemm_row,"",@
.hidden gemm_row
.globl gemm_row
.type gemm_row,@function
gemm_row:
.functype gemm_row (i32, i32, i32, i32, i32, i32, i32, i32) -> ()
.local i32, v128, v128, v128, v128, v128, v128, v128, v128, v128
local.get 6
v128.load 0:p2align=2
local.set 9
local.get 6
v128.load 16:p2align=2
local.set 10
local.get 6
v128.load 32:p2align=2
local.set 11
local.get 6
v128.load 48:p2align=2
local.set 12
local.get 6
v128.load 64:p2align=2
local.set 13
local.get 6
v128.load 80:p2align=2
local.set 14
local.get 6
v128.load 96:p2align=2
local.set 15
local.get 6
v128.load 112:p2align=2
local.set 16
local.get 0
i32.const -2
i32.and
local.set 8
block
local.get 8
i32.eqz
br_if 0
loop
local.get 1
v128.load32_splat 0:p2align=2
local.set 17
local.get 17
local.get 2
v128.load 0:p2align=2
local.get 9
f32x4.relaxed_madd
local.set 9
local.get 17
local.get 2
v128.load 16:p2align=2
local.get 10
f32x4.relaxed_madd
local.set 10
local.get 17
local.get 3
v128.load 0:p2align=2
local.get 11
f32x4.relaxed_madd
local.set 11
local.get 17
local.get 3
v128.load 16:p2align=2
local.get 12
f32x4.relaxed_madd
local.set 12
local.get 17
local.get 4
v128.load 0:p2align=2
local.get 13
f32x4.relaxed_madd
local.set 13
local.get 17
local.get 4
v128.load 16:p2align=2
local.get 14
f32x4.relaxed_madd
local.set 14
local.get 17
local.get 5
v128.load 0:p2align=2
local.get 15
f32x4.relaxed_madd
local.set 15
local.get 17
local.get 5
v128.load 16:p2align=2
local.get 16
f32x4.relaxed_madd
local.set 16
local.get 1
v128.load32_splat 4:p2align=2
local.set 17
local.get 17
local.get 2
v128.load 32:p2align=2
local.get 9
f32x4.relaxed_madd
local.set 9
local.get 17
local.get 2
v128.load 48:p2align=2
local.get 10
f32x4.relaxed_madd
local.set 10
local.get 17
local.get 3
v128.load 32:p2align=2
local.get 11
f32x4.relaxed_madd
local.set 11
local.get 17
local.get 3
v128.load 48:p2align=2
local.get 12
f32x4.relaxed_madd
local.set 12
local.get 17
local.get 4
v128.load 32:p2align=2
local.get 13
f32x4.relaxed_madd
local.set 13
local.get 17
local.get 4
v128.load 48:p2align=2
local.get 14
f32x4.relaxed_madd
local.set 14
local.get 17
local.get 5
v128.load 32:p2align=2
local.get 15
f32x4.relaxed_madd
local.set 15
local.get 17
local.get 5
v128.load 48:p2align=2
local.get 16
f32x4.relaxed_madd
local.set 16
local.get 1
i32.const 8
i32.add
local.set 1
local.get 2
i32.const 64
i32.add
local.set 2
local.get 3
i32.const 64
i32.add
local.set 3
local.get 4
i32.const 64
i32.add
local.set 4
local.get 5
i32.const 64
i32.add
local.set 5
local.get 8
i32.const 2
i32.sub
local.tee 8
br_if 0
end_loop
end_block
local.get 0
i32.const 1
i32.and
local.set 8
block
local.get 8
i32.eqz
br_if 0
loop
local.get 1
v128.load32_splat 0:p2align=2
local.set 17
local.get 17
local.get 2
v128.load 0:p2align=2
local.get 9
f32x4.relaxed_madd
local.set 9
local.get 17
local.get 2
v128.load 16:p2align=2
local.get 10
f32x4.relaxed_madd
local.set 10
local.get 17
local.get 3
v128.load 0:p2align=2
local.get 11
f32x4.relaxed_madd
local.set 11
local.get 17
local.get 3
v128.load 16:p2align=2
local.get 12
f32x4.relaxed_madd
local.set 12
local.get 17
local.get 4
v128.load 0:p2align=2
local.get 13
f32x4.relaxed_madd
local.set 13
local.get 17
local.get 4
v128.load 16:p2align=2
local.get 14
f32x4.relaxed_madd
local.set 14
local.get 17
local.get 5
v128.load 0:p2align=2
local.get 15
f32x4.relaxed_madd
local.set 15
local.get 17
local.get 5
v128.load 16:p2align=2
local.get 16
f32x4.relaxed_madd
local.set 16
local.get 1
i32.const 4
i32.add
local.set 1
local.get 2
i32.const 32
i32.add
local.set 2
local.get 3
i32.const 32
i32.add
local.set 3
local.get 4
i32.const 32
i32.add
local.set 4
local.get 5
i32.const 32
i32.add
local.set 5
local.get 8
i32.const 1
i32.sub
local.tee 8
br_if 0
end_loop
end_block
local.get 7
local.get 9
v128.store 0:p2align=2
local.get 7
local.get 10
v128.store 16:p2align=2
local.get 7
local.get 11
v128.store 32:p2align=2
local.get 7
local.get 12
v128.store 48:p2align=2
local.get 7
local.get 13
v128.store 64:p2align=2
local.get 7
local.get 14
v128.store 80:p2align=2
local.get 7
local.get 15
v128.store 96:p2align=2
local.get 7
local.get 16
v128.store 112:p2align=2
end_function
.section .text.scan_steps_16,"",@
.hidden scan_steps_16
.globl scan_steps_16
.type scan_steps_16,@function
scan_steps_16:
.functype scan_steps_16 (i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32) -> ()
.local i32, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128
i32.const 984472842
i32x4.splat
local.set 47
i32.const 1008629060
i32x4.splat
local.set 48
i32.const 1029921705
i32x4.splat
local.set 49
i32.const 1047919838
i32x4.splat
local.set 50
i32.const 1060205077
i32x4.splat
local.set 51
i32.const 1065353216
i32x4.splat
local.set 52
i32.const 1262485504
i32x4.splat
local.set 53
local.get 12
v128.load 0:p2align=2
local.set 55
local.get 13
i32x4.splat
local.set 56
local.get 11
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 31
local.get 14
v128.load 0:p2align=2
local.set 15
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 32
local.get 14
v128.load 0:p2align=2
local.set 16
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 33
local.get 14
v128.load 0:p2align=2
local.set 17
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 34
local.get 14
v128.load 0:p2align=2
local.set 18
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 35
local.get 14
v128.load 0:p2align=2
local.set 19
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 36
local.get 14
v128.load 0:p2align=2
local.set 20
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 37
local.get 14
v128.load 0:p2align=2
local.set 21
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 38
local.get 14
v128.load 0:p2align=2
local.set 22
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 39
local.get 14
v128.load 0:p2align=2
local.set 23
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 40
local.get 14
v128.load 0:p2align=2
local.set 24
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 41
local.get 14
v128.load 0:p2align=2
local.set 25
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 42
local.get 14
v128.load 0:p2align=2
local.set 26
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 43
local.get 14
v128.load 0:p2align=2
local.set 27
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 44
local.get 14
v128.load 0:p2align=2
local.set 28
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 45
local.get 14
v128.load 0:p2align=2
local.set 29
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 46
local.get 14
v128.load 0:p2align=2
local.set 30
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
loop
local.get 1
v128.load 0:p2align=2
local.set 57
local.get 3
v128.load 0:p2align=2
local.tee 58
local.get 55
f32x4.mul
local.set 59
local.get 58
local.get 57
f32x4.mul
local.set 58
local.get 57
local.get 31
local.get 53
f32x4.relaxed_madd
local.set 60
local.get 57
local.get 31
local.get 53
local.get 60
f32x4.sub
f32x4.relaxed_madd
local.set 61
local.get 57
local.get 32
local.get 53
f32x4.relaxed_madd
local.set 62
local.get 57
local.get 32
local.get 53
local.get 62
f32x4.sub
f32x4.relaxed_madd
local.set 63
local.get 47
local.get 61
local.get 48
f32x4.relaxed_madd
local.get 61
local.get 49
f32x4.relaxed_madd
local.get 61
local.get 50
f32x4.relaxed_madd
local.get 61
local.get 51
f32x4.relaxed_madd
local.get 61
local.get 52
f32x4.relaxed_madd
local.get 60
i32.const 23
i32x4.shl
i32x4.add
local.get 15
local.get 58
local.get 7
v128.load32_splat 0:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 15
local.get 15
local.get 8
v128.load32_splat 0:p2align=2
local.get 59
f32x4.relaxed_madd
local.set 59
local.get 47
local.get 63
local.get 48
f32x4.relaxed_madd
local.get 63
local.get 49
f32x4.relaxed_madd
local.get 63
local.get 50
f32x4.relaxed_madd
local.get 63
local.get 51
f32x4.relaxed_madd
local.get 63
local.get 52
f32x4.relaxed_madd
local.get 62
i32.const 23
i32x4.shl
i32x4.add
local.get 16
local.get 58
local.get 7
v128.load32_splat 4:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 16
local.get 16
local.get 8
v128.load32_splat 4:p2align=2
local.get 59
f32x4.relaxed_madd
local.set 59
local.get 57
local.get 33
local.get 53
f32x4.relaxed_madd
local.set 60
local.get 57
local.get 33
local.get 53
local.get 60
f32x4.sub
f32x4.relaxed_madd
local.set 61
local.get 57
local.get 34
local.get 53
f32x4.relaxed_madd
local.set 62
local.get 57
local.get 34
local.get 53
local.get 62
f32x4.sub
f32x4.relaxed_madd
local.set 63
local.get 47
local.get 61
local.get 48
f32x4.relaxed_madd
local.get 61
local.get 49
f32x4.relaxed_madd
local.get 61
local.get 50
f32x4.relaxed_madd
local.get 61
local.get 51
f32x4.relaxed_madd
local.get 61
local.get 52
f32x4.relaxed_madd
local.get 60
i32.const 23
i32x4.shl
i32x4.add
local.get 17
local.get 58
local.get 7
v128.load32_splat 8:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 17
local.get 17
local.get 8
v128.load32_splat 8:p2align=2
local.get 59
f32x4.relaxed_madd
local.set 59
local.get 47
local.get 63
local.get 48
f32x4.relaxed_madd
local.get 63
local.get 49
f32x4.relaxed_madd
local.get 63
local.get 50
f32x4.relaxed_madd
local.get 63
local.get 51
f32x4.relaxed_madd
local.get 63
local.get 52
f32x4.relaxed_madd
local.get 62
i32.const 23
i32x4.shl
i32x4.add
local.get 18
local.get 58
local.get 7
v128.load32_splat 12:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 18
local.get 18
local.get 8
v128.load32_splat 12:p2align=2
local.get 59
f32x4.relaxed_madd
local.set 59
local.get 57
local.get 35
local.get 53
f32x4.relaxed_madd
local.set 60
local.get 57
local.get 35
local.get 53
local.get 60
f32x4.sub
f32x4.relaxed_madd
local.set 61
local.get 57
local.get 36
local.get 53
f32x4.relaxed_madd
local.set 62
local.get 57
local.get 36
local.get 53
local.get 62
f32x4.sub
f32x4.relaxed_madd
local.set 63
local.get 47
local.get 61
local.get 48
f32x4.relaxed_madd
local.get 61
local.get 49
f32x4.relaxed_madd
local.get 61
local.get 50
f32x4.relaxed_madd
local.get 61
local.get 51
f32x4.relaxed_madd
local.get 61
local.get 52
f32x4.relaxed_madd
local.get 60
i32.const 23
i32x4.shl
i32x4.add
local.get 19
local.get 58
local.get 7
v128.load32_splat 16:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 19
local.get 19
local.get 8
v128.load32_splat 16:p2align=2
local.get 59
f32x4.relaxed_madd
local.set 59
local.get 47
local.get 63
local.get 48
f32x4.relaxed_madd
local.get 63
local.get 49
f32x4.relaxed_madd
local.get 63
local.get 50
f32x4.relaxed_madd
local.get 63
local.get 51
f32x4.relaxed_madd
local.get 63
local.get 52
f32x4.relaxed_madd
local.get 62
i32.const 23
i32x4.shl
i32x4.add
local.get 20
local.get 58
local.get 7
v128.load32_splat 20:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 20
local.get 20
local.get 8
v128.load32_splat 20:p2align=2
local.get 59
f32x4.relaxed_madd
local.set 59
local.get 57
local.get 37
local.get 53
f32x4.relaxed_madd
local.set 60
local.get 57
local.get 37
local.get 53
local.get 60
f32x4.sub
f32x4.relaxed_madd
local.set 61
local.get 57
local.get 38
local.get 53
f32x4.relaxed_madd
local.set 62
local.get 57
local.get 38
local.get 53
local.get 62
f32x4.sub
f32x4.relaxed_madd
local.set 63
local.get 47
local.get 61
local.get 48
f32x4.relaxed_madd
local.get 61
local.get 49
f32x4.relaxed_madd
local.get 61
local.get 50
f32x4.relaxed_madd
local.get 61
local.get 51
f32x4.relaxed_madd
local.get 61
local.get 52
f32x4.relaxed_madd
local.get 60
i32.const 23
i32x4.shl
i32x4.add
local.get 21
local.get 58
local.get 7
v128.load32_splat 24:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 21
local.get 21
local.get 8
v128.load32_splat 24:p2align=2
local.get 59
f32x4.relaxed_madd
local.set 59
local.get 47
local.get 63
local.get 48
f32x4.relaxed_madd
local.get 63
local.get 49
f32x4.relaxed_madd
local.get 63
local.get 50
f32x4.relaxed_madd
local.get 63
local.get 51
f32x4.relaxed_madd
local.get 63
local.get 52
f32x4.relaxed_madd
local.get 62
i32.const 23
i32x4.shl
i32x4.add
local.get 22
local.get 58
local.get 7
v128.load32_splat 28:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 22
local.get 22
local.get 8
v128.load32_splat 28:p2align=2
local.get 59
f32x4.relaxed_madd
local.set 59
local.get 57
local.get 39
local.get 53
f32x4.relaxed_madd
local.set 60
local.get 57
local.get 39
local.get 53
local.get 60
f32x4.sub
f32x4.relaxed_madd
local.set 61
local.get 57
local.get 40
local.get 53
f32x4.relaxed_madd
local.set 62
local.get 57
local.get 40
local.get 53
local.get 62
f32x4.sub
f32x4.relaxed_madd
local.set 63
local.get 47
local.get 61
local.get 48
f32x4.relaxed_madd
local.get 61
local.get 49
f32x4.relaxed_madd
local.get 61
local.get 50
f32x4.relaxed_madd
local.get 61
local.get 51
f32x4.relaxed_madd
local.get 61
local.get 52
f32x4.relaxed_madd
local.get 60
i32.const 23
i32x4.shl
i32x4.add
local.get 23
local.get 58
local.get 7
v128.load32_splat 32:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 23
local.get 23
local.get 8
v128.load32_splat 32:p2align=2
local.get 59
f32x4.relaxed_madd
local.set 59
local.get 47
local.get 63
local.get 48
f32x4.relaxed_madd
local.get 63
local.get 49
f32x4.relaxed_madd
local.get 63
local.get 50
f32x4.relaxed_madd
local.get 63
local.get 51
f32x4.relaxed_madd
local.get 63
local.get 52
f32x4.relaxed_madd
local.get 62
i32.const 23
i32x4.shl
i32x4.add
local.get 24
local.get 58
local.get 7
v128.load32_splat 36:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 24
local.get 24
local.get 8
v128.load32_splat 36:p2align=2
local.get 59
f32x4.relaxed_madd
local.set 59
local.get 57
local.get 41
local.get 53
f32x4.relaxed_madd
local.set 60
local.get 57
local.get 41
local.get 53
local.get 60
f32x4.sub
f32x4.relaxed_madd
local.set 61
local.get 57
local.get 42
local.get 53
f32x4.relaxed_madd
local.set 62
local.get 57
local.get 42
local.get 53
local.get 62
f32x4.sub
f32x4.relaxed_madd
local.set 63
local.get 47
local.get 61
local.get 48
f32x4.relaxed_madd
local.get 61
local.get 49
f32x4.relaxed_madd
local.get 61
local.get 50
f32x4.relaxed_madd
local.get 61
local.get 51
f32x4.relaxed_madd
local.get 61
local.get 52
f32x4.relaxed_madd
local.get 60
i32.const 23
i32x4.shl
i32x4.add
local.get 25
local.get 58
local.get 7
v128.load32_splat 40:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 25
local.get 25
local.get 8
v128.load32_splat 40:p2align=2
local.get 59
f32x4.relaxed_madd
local.set 59
local.get 47
local.get 63
local.get 48
f32x4.relaxed_madd
local.get 63
local.get 49
f32x4.relaxed_madd
local.get 63
local.get 50
f32x4.relaxed_madd
local.get 63
local.get 51
f32x4.relaxed_madd
local.get 63
local.get 52
f32x4.relaxed_madd
local.get 62
i32.const 23
i32x4.shl
i32x4.add
local.get 26
local.get 58
local.get 7
v128.load32_splat 44:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 26
local.get 26
local.get 8
v128.load32_splat 44:p2align=2
local.get 59
f32x4.relaxed_madd
local.set 59
local.get 57
local.get 43
local.get 53
f32x4.relaxed_madd
local.set 60
local.get 57
local.get 43
local.get 53
local.get 60
f32x4.sub
f32x4.relaxed_madd
local.set 61
local.get 57
local.get 44
local.get 53
f32x4.relaxed_madd
local.set 62
local.get 57
local.get 44
local.get 53
local.get 62
f32x4.sub
f32x4.relaxed_madd
local.set 63
local.get 47
local.get 61
local.get 48
f32x4.relaxed_madd
local.get 61
local.get 49
f32x4.relaxed_madd
local.get 61
local.get 50
f32x4.relaxed_madd
local.get 61
local.get 51
f32x4.relaxed_madd
local.get 61
local.get 52
f32x4.relaxed_madd
local.get 60
i32.const 23
i32x4.shl
i32x4.add
local.get 27
local.get 58
local.get 7
v128.load32_splat 48:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 27
local.get 27
local.get 8
v128.load32_splat 48:p2align=2
local.get 59
f32x4.relaxed_madd
local.set 59
local.get 47
local.get 63
local.get 48
f32x4.relaxed_madd
local.get 63
local.get 49
f32x4.relaxed_madd
local.get 63
local.get 50
f32x4.relaxed_madd
local.get 63
local.get 51
f32x4.relaxed_madd
local.get 63
local.get 52
f32x4.relaxed_madd
local.get 62
i32.const 23
i32x4.shl
i32x4.add
local.get 28
local.get 58
local.get 7
v128.load32_splat 52:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 28
local.get 28
local.get 8
v128.load32_splat 52:p2align=2
local.get 59
f32x4.relaxed_madd
local.set 59
local.get 57
local.get 45
local.get 53
f32x4.relaxed_madd
local.set 60
local.get 57
local.get 45
local.get 53
local.get 60
f32x4.sub
f32x4.relaxed_madd
local.set 61
local.get 57
local.get 46
local.get 53
f32x4.relaxed_madd
local.set 62
local.get 57
local.get 46
local.get 53
local.get 62
f32x4.sub
f32x4.relaxed_madd
local.set 63
local.get 47
local.get 61
local.get 48
f32x4.relaxed_madd
local.get 61
local.get 49
f32x4.relaxed_madd
local.get 61
local.get 50
f32x4.relaxed_madd
local.get 61
local.get 51
f32x4.relaxed_madd
local.get 61
local.get 52
f32x4.relaxed_madd
local.get 60
i32.const 23
i32x4.shl
i32x4.add
local.get 29
local.get 58
local.get 7
v128.load32_splat 56:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 29
local.get 29
local.get 8
v128.load32_splat 56:p2align=2
local.get 59
f32x4.relaxed_madd
local.set 59
local.get 47
local.get 63
local.get 48
f32x4.relaxed_madd
local.get 63
local.get 49
f32x4.relaxed_madd
local.get 63
local.get 50
f32x4.relaxed_madd
local.get 63
local.get 51
f32x4.relaxed_madd
local.get 63
local.get 52
f32x4.relaxed_madd
local.get 62
i32.const 23
i32x4.shl
i32x4.add
local.get 30
local.get 58
local.get 7
v128.load32_splat 60:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 30
local.get 30
local.get 8
v128.load32_splat 60:p2align=2
local.get 59
f32x4.relaxed_madd
local.set 59
local.get 5
local.get 5
v128.load 0:p2align=2
local.get 56
v128.and
local.get 59
f32x4.add
v128.store 0:p2align=2
local.get 1
local.get 2
i32.add
local.set 1
local.get 3
local.get 4
i32.add
local.set 3
local.get 5
local.get 6
i32.add
local.set 5
local.get 7
local.get 9
i32.add
local.set 7
local.get 8
local.get 9
i32.add
local.set 8
local.get 0
i32.const 1
i32.sub
local.tee 0
br_if 0
end_loop
local.get 11
local.get 15
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 16
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 17
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 18
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 19
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 20
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 21
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 22
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 23
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 24
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 25
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 26
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 27
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 28
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 29
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 30
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
end_function
.section .text.scan_steps_10,"",@
.hidden scan_steps_10
.globl scan_steps_10
.type scan_steps_10,@function
scan_steps_10:
.functype scan_steps_10 (i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32) -> ()
.local i32, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128
i32.const 984472842
i32x4.splat
local.set 35
i32.const 1008629060
i32x4.splat
local.set 36
i32.const 1029921705
i32x4.splat
local.set 37
i32.const 1047919838
i32x4.splat
local.set 38
i32.const 1060205077
i32x4.splat
local.set 39
i32.const 1065353216
i32x4.splat
local.set 40
i32.const 1262485504
i32x4.splat
local.set 41
local.get 12
v128.load 0:p2align=2
local.set 43
local.get 13
i32x4.splat
local.set 44
local.get 11
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 25
local.get 14
v128.load 0:p2align=2
local.set 15
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 26
local.get 14
v128.load 0:p2align=2
local.set 16
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 27
local.get 14
v128.load 0:p2align=2
local.set 17
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 28
local.get 14
v128.load 0:p2align=2
local.set 18
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 29
local.get 14
v128.load 0:p2align=2
local.set 19
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 30
local.get 14
v128.load 0:p2align=2
local.set 20
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 31
local.get 14
v128.load 0:p2align=2
local.set 21
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 32
local.get 14
v128.load 0:p2align=2
local.set 22
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 33
local.get 14
v128.load 0:p2align=2
local.set 23
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 34
local.get 14
v128.load 0:p2align=2
local.set 24
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
loop
local.get 1
v128.load 0:p2align=2
local.set 45
local.get 3
v128.load 0:p2align=2
local.tee 46
local.get 43
f32x4.mul
local.set 47
local.get 46
local.get 45
f32x4.mul
local.set 46
local.get 45
local.get 25
local.get 41
f32x4.relaxed_madd
local.set 48
local.get 45
local.get 25
local.get 41
local.get 48
f32x4.sub
f32x4.relaxed_madd
local.set 49
local.get 45
local.get 26
local.get 41
f32x4.relaxed_madd
local.set 50
local.get 45
local.get 26
local.get 41
local.get 50
f32x4.sub
f32x4.relaxed_madd
local.set 51
local.get 35
local.get 49
local.get 36
f32x4.relaxed_madd
local.get 49
local.get 37
f32x4.relaxed_madd
local.get 49
local.get 38
f32x4.relaxed_madd
local.get 49
local.get 39
f32x4.relaxed_madd
local.get 49
local.get 40
f32x4.relaxed_madd
local.get 48
i32.const 23
i32x4.shl
i32x4.add
local.get 15
local.get 46
local.get 7
v128.load32_splat 0:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 15
local.get 15
local.get 8
v128.load32_splat 0:p2align=2
local.get 47
f32x4.relaxed_madd
local.set 47
local.get 35
local.get 51
local.get 36
f32x4.relaxed_madd
local.get 51
local.get 37
f32x4.relaxed_madd
local.get 51
local.get 38
f32x4.relaxed_madd
local.get 51
local.get 39
f32x4.relaxed_madd
local.get 51
local.get 40
f32x4.relaxed_madd
local.get 50
i32.const 23
i32x4.shl
i32x4.add
local.get 16
local.get 46
local.get 7
v128.load32_splat 4:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 16
local.get 16
local.get 8
v128.load32_splat 4:p2align=2
local.get 47
f32x4.relaxed_madd
local.set 47
local.get 45
local.get 27
local.get 41
f32x4.relaxed_madd
local.set 48
local.get 45
local.get 27
local.get 41
local.get 48
f32x4.sub
f32x4.relaxed_madd
local.set 49
local.get 45
local.get 28
local.get 41
f32x4.relaxed_madd
local.set 50
local.get 45
local.get 28
local.get 41
local.get 50
f32x4.sub
f32x4.relaxed_madd
local.set 51
local.get 35
local.get 49
local.get 36
f32x4.relaxed_madd
local.get 49
local.get 37
f32x4.relaxed_madd
local.get 49
local.get 38
f32x4.relaxed_madd
local.get 49
local.get 39
f32x4.relaxed_madd
local.get 49
local.get 40
f32x4.relaxed_madd
local.get 48
i32.const 23
i32x4.shl
i32x4.add
local.get 17
local.get 46
local.get 7
v128.load32_splat 8:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 17
local.get 17
local.get 8
v128.load32_splat 8:p2align=2
local.get 47
f32x4.relaxed_madd
local.set 47
local.get 35
local.get 51
local.get 36
f32x4.relaxed_madd
local.get 51
local.get 37
f32x4.relaxed_madd
local.get 51
local.get 38
f32x4.relaxed_madd
local.get 51
local.get 39
f32x4.relaxed_madd
local.get 51
local.get 40
f32x4.relaxed_madd
local.get 50
i32.const 23
i32x4.shl
i32x4.add
local.get 18
local.get 46
local.get 7
v128.load32_splat 12:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 18
local.get 18
local.get 8
v128.load32_splat 12:p2align=2
local.get 47
f32x4.relaxed_madd
local.set 47
local.get 45
local.get 29
local.get 41
f32x4.relaxed_madd
local.set 48
local.get 45
local.get 29
local.get 41
local.get 48
f32x4.sub
f32x4.relaxed_madd
local.set 49
local.get 45
local.get 30
local.get 41
f32x4.relaxed_madd
local.set 50
local.get 45
local.get 30
local.get 41
local.get 50
f32x4.sub
f32x4.relaxed_madd
local.set 51
local.get 35
local.get 49
local.get 36
f32x4.relaxed_madd
local.get 49
local.get 37
f32x4.relaxed_madd
local.get 49
local.get 38
f32x4.relaxed_madd
local.get 49
local.get 39
f32x4.relaxed_madd
local.get 49
local.get 40
f32x4.relaxed_madd
local.get 48
i32.const 23
i32x4.shl
i32x4.add
local.get 19
local.get 46
local.get 7
v128.load32_splat 16:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 19
local.get 19
local.get 8
v128.load32_splat 16:p2align=2
local.get 47
f32x4.relaxed_madd
local.set 47
local.get 35
local.get 51
local.get 36
f32x4.relaxed_madd
local.get 51
local.get 37
f32x4.relaxed_madd
local.get 51
local.get 38
f32x4.relaxed_madd
local.get 51
local.get 39
f32x4.relaxed_madd
local.get 51
local.get 40
f32x4.relaxed_madd
local.get 50
i32.const 23
i32x4.shl
i32x4.add
local.get 20
local.get 46
local.get 7
v128.load32_splat 20:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 20
local.get 20
local.get 8
v128.load32_splat 20:p2align=2
local.get 47
f32x4.relaxed_madd
local.set 47
local.get 45
local.get 31
local.get 41
f32x4.relaxed_madd
local.set 48
local.get 45
local.get 31
local.get 41
local.get 48
f32x4.sub
f32x4.relaxed_madd
local.set 49
local.get 45
local.get 32
local.get 41
f32x4.relaxed_madd
local.set 50
local.get 45
local.get 32
local.get 41
local.get 50
f32x4.sub
f32x4.relaxed_madd
local.set 51
local.get 35
local.get 49
local.get 36
f32x4.relaxed_madd
local.get 49
local.get 37
f32x4.relaxed_madd
local.get 49
local.get 38
f32x4.relaxed_madd
local.get 49
local.get 39
f32x4.relaxed_madd
local.get 49
local.get 40
f32x4.relaxed_madd
local.get 48
i32.const 23
i32x4.shl
i32x4.add
local.get 21
local.get 46
local.get 7
v128.load32_splat 24:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 21
local.get 21
local.get 8
v128.load32_splat 24:p2align=2
local.get 47
f32x4.relaxed_madd
local.set 47
local.get 35
local.get 51
local.get 36
f32x4.relaxed_madd
local.get 51
local.get 37
f32x4.relaxed_madd
local.get 51
local.get 38
f32x4.relaxed_madd
local.get 51
local.get 39
f32x4.relaxed_madd
local.get 51
local.get 40
f32x4.relaxed_madd
local.get 50
i32.const 23
i32x4.shl
i32x4.add
local.get 22
local.get 46
local.get 7
v128.load32_splat 28:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 22
local.get 22
local.get 8
v128.load32_splat 28:p2align=2
local.get 47
f32x4.relaxed_madd
local.set 47
local.get 45
local.get 33
local.get 41
f32x4.relaxed_madd
local.set 48
local.get 45
local.get 33
local.get 41
local.get 48
f32x4.sub
f32x4.relaxed_madd
local.set 49
local.get 45
local.get 34
local.get 41
f32x4.relaxed_madd
local.set 50
local.get 45
local.get 34
local.get 41
local.get 50
f32x4.sub
f32x4.relaxed_madd
local.set 51
local.get 35
local.get 49
local.get 36
f32x4.relaxed_madd
local.get 49
local.get 37
f32x4.relaxed_madd
local.get 49
local.get 38
f32x4.relaxed_madd
local.get 49
local.get 39
f32x4.relaxed_madd
local.get 49
local.get 40
f32x4.relaxed_madd
local.get 48
i32.const 23
i32x4.shl
i32x4.add
local.get 23
local.get 46
local.get 7
v128.load32_splat 32:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 23
local.get 23
local.get 8
v128.load32_splat 32:p2align=2
local.get 47
f32x4.relaxed_madd
local.set 47
local.get 35
local.get 51
local.get 36
f32x4.relaxed_madd
local.get 51
local.get 37
f32x4.relaxed_madd
local.get 51
local.get 38
f32x4.relaxed_madd
local.get 51
local.get 39
f32x4.relaxed_madd
local.get 51
local.get 40
f32x4.relaxed_madd
local.get 50
i32.const 23
i32x4.shl
i32x4.add
local.get 24
local.get 46
local.get 7
v128.load32_splat 36:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 24
local.get 24
local.get 8
v128.load32_splat 36:p2align=2
local.get 47
f32x4.relaxed_madd
local.set 47
local.get 5
local.get 5
v128.load 0:p2align=2
local.get 44
v128.and
local.get 47
f32x4.add
v128.store 0:p2align=2
local.get 1
local.get 2
i32.add
local.set 1
local.get 3
local.get 4
i32.add
local.set 3
local.get 5
local.get 6
i32.add
local.set 5
local.get 7
local.get 9
i32.add
local.set 7
local.get 8
local.get 9
i32.add
local.set 8
local.get 0
i32.const 1
i32.sub
local.tee 0
br_if 0
end_loop
local.get 11
local.get 15
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 16
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 17
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 18
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 19
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 20
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 21
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 22
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 23
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 24
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
end_function
.section .text.scan_steps_8,"",@
.hidden scan_steps_8
.globl scan_steps_8
.type scan_steps_8,@function
scan_steps_8:
.functype scan_steps_8 (i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32) -> ()
.local i32, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128
i32.const 984472842
i32x4.splat
local.set 31
i32.const 1008629060
i32x4.splat
local.set 32
i32.const 1029921705
i32x4.splat
local.set 33
i32.const 1047919838
i32x4.splat
local.set 34
i32.const 1060205077
i32x4.splat
local.set 35
i32.const 1065353216
i32x4.splat
local.set 36
i32.const 1262485504
i32x4.splat
local.set 37
local.get 12
v128.load 0:p2align=2
local.set 39
local.get 13
i32x4.splat
local.set 40
local.get 11
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 23
local.get 14
v128.load 0:p2align=2
local.set 15
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 24
local.get 14
v128.load 0:p2align=2
local.set 16
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 25
local.get 14
v128.load 0:p2align=2
local.set 17
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 26
local.get 14
v128.load 0:p2align=2
local.set 18
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 27
local.get 14
v128.load 0:p2align=2
local.set 19
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 28
local.get 14
v128.load 0:p2align=2
local.set 20
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 29
local.get 14
v128.load 0:p2align=2
local.set 21
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 30
local.get 14
v128.load 0:p2align=2
local.set 22
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
loop
local.get 1
v128.load 0:p2align=2
local.set 41
local.get 3
v128.load 0:p2align=2
local.tee 42
local.get 39
f32x4.mul
local.set 43
local.get 42
local.get 41
f32x4.mul
local.set 42
local.get 41
local.get 23
local.get 37
f32x4.relaxed_madd
local.set 44
local.get 41
local.get 23
local.get 37
local.get 44
f32x4.sub
f32x4.relaxed_madd
local.set 45
local.get 41
local.get 24
local.get 37
f32x4.relaxed_madd
local.set 46
local.get 41
local.get 24
local.get 37
local.get 46
f32x4.sub
f32x4.relaxed_madd
local.set 47
local.get 31
local.get 45
local.get 32
f32x4.relaxed_madd
local.get 45
local.get 33
f32x4.relaxed_madd
local.get 45
local.get 34
f32x4.relaxed_madd
local.get 45
local.get 35
f32x4.relaxed_madd
local.get 45
local.get 36
f32x4.relaxed_madd
local.get 44
i32.const 23
i32x4.shl
i32x4.add
local.get 15
local.get 42
local.get 7
v128.load32_splat 0:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 15
local.get 15
local.get 8
v128.load32_splat 0:p2align=2
local.get 43
f32x4.relaxed_madd
local.set 43
local.get 31
local.get 47
local.get 32
f32x4.relaxed_madd
local.get 47
local.get 33
f32x4.relaxed_madd
local.get 47
local.get 34
f32x4.relaxed_madd
local.get 47
local.get 35
f32x4.relaxed_madd
local.get 47
local.get 36
f32x4.relaxed_madd
local.get 46
i32.const 23
i32x4.shl
i32x4.add
local.get 16
local.get 42
local.get 7
v128.load32_splat 4:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 16
local.get 16
local.get 8
v128.load32_splat 4:p2align=2
local.get 43
f32x4.relaxed_madd
local.set 43
local.get 41
local.get 25
local.get 37
f32x4.relaxed_madd
local.set 44
local.get 41
local.get 25
local.get 37
local.get 44
f32x4.sub
f32x4.relaxed_madd
local.set 45
local.get 41
local.get 26
local.get 37
f32x4.relaxed_madd
local.set 46
local.get 41
local.get 26
local.get 37
local.get 46
f32x4.sub
f32x4.relaxed_madd
local.set 47
local.get 31
local.get 45
local.get 32
f32x4.relaxed_madd
local.get 45
local.get 33
f32x4.relaxed_madd
local.get 45
local.get 34
f32x4.relaxed_madd
local.get 45
local.get 35
f32x4.relaxed_madd
local.get 45
local.get 36
f32x4.relaxed_madd
local.get 44
i32.const 23
i32x4.shl
i32x4.add
local.get 17
local.get 42
local.get 7
v128.load32_splat 8:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 17
local.get 17
local.get 8
v128.load32_splat 8:p2align=2
local.get 43
f32x4.relaxed_madd
local.set 43
local.get 31
local.get 47
local.get 32
f32x4.relaxed_madd
local.get 47
local.get 33
f32x4.relaxed_madd
local.get 47
local.get 34
f32x4.relaxed_madd
local.get 47
local.get 35
f32x4.relaxed_madd
local.get 47
local.get 36
f32x4.relaxed_madd
local.get 46
i32.const 23
i32x4.shl
i32x4.add
local.get 18
local.get 42
local.get 7
v128.load32_splat 12:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 18
local.get 18
local.get 8
v128.load32_splat 12:p2align=2
local.get 43
f32x4.relaxed_madd
local.set 43
local.get 41
local.get 27
local.get 37
f32x4.relaxed_madd
local.set 44
local.get 41
local.get 27
local.get 37
local.get 44
f32x4.sub
f32x4.relaxed_madd
local.set 45
local.get 41
local.get 28
local.get 37
f32x4.relaxed_madd
local.set 46
local.get 41
local.get 28
local.get 37
local.get 46
f32x4.sub
f32x4.relaxed_madd
local.set 47
local.get 31
local.get 45
local.get 32
f32x4.relaxed_madd
local.get 45
local.get 33
f32x4.relaxed_madd
local.get 45
local.get 34
f32x4.relaxed_madd
local.get 45
local.get 35
f32x4.relaxed_madd
local.get 45
local.get 36
f32x4.relaxed_madd
local.get 44
i32.const 23
i32x4.shl
i32x4.add
local.get 19
local.get 42
local.get 7
v128.load32_splat 16:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 19
local.get 19
local.get 8
v128.load32_splat 16:p2align=2
local.get 43
f32x4.relaxed_madd
local.set 43
local.get 31
local.get 47
local.get 32
f32x4.relaxed_madd
local.get 47
local.get 33
f32x4.relaxed_madd
local.get 47
local.get 34
f32x4.relaxed_madd
local.get 47
local.get 35
f32x4.relaxed_madd
local.get 47
local.get 36
f32x4.relaxed_madd
local.get 46
i32.const 23
i32x4.shl
i32x4.add
local.get 20
local.get 42
local.get 7
v128.load32_splat 20:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 20
local.get 20
local.get 8
v128.load32_splat 20:p2align=2
local.get 43
f32x4.relaxed_madd
local.set 43
local.get 41
local.get 29
local.get 37
f32x4.relaxed_madd
local.set 44
local.get 41
local.get 29
local.get 37
local.get 44
f32x4.sub
f32x4.relaxed_madd
local.set 45
local.get 41
local.get 30
local.get 37
f32x4.relaxed_madd
local.set 46
local.get 41
local.get 30
local.get 37
local.get 46
f32x4.sub
f32x4.relaxed_madd
local.set 47
local.get 31
local.get 45
local.get 32
f32x4.relaxed_madd
local.get 45
local.get 33
f32x4.relaxed_madd
local.get 45
local.get 34
f32x4.relaxed_madd
local.get 45
local.get 35
f32x4.relaxed_madd
local.get 45
local.get 36
f32x4.relaxed_madd
local.get 44
i32.const 23
i32x4.shl
i32x4.add
local.get 21
local.get 42
local.get 7
v128.load32_splat 24:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 21
local.get 21
local.get 8
v128.load32_splat 24:p2align=2
local.get 43
f32x4.relaxed_madd
local.set 43
local.get 31
local.get 47
local.get 32
f32x4.relaxed_madd
local.get 47
local.get 33
f32x4.relaxed_madd
local.get 47
local.get 34
f32x4.relaxed_madd
local.get 47
local.get 35
f32x4.relaxed_madd
local.get 47
local.get 36
f32x4.relaxed_madd
local.get 46
i32.const 23
i32x4.shl
i32x4.add
local.get 22
local.get 42
local.get 7
v128.load32_splat 28:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 22
local.get 22
local.get 8
v128.load32_splat 28:p2align=2
local.get 43
f32x4.relaxed_madd
local.set 43
local.get 5
local.get 5
v128.load 0:p2align=2
local.get 40
v128.and
local.get 43
f32x4.add
v128.store 0:p2align=2
local.get 1
local.get 2
i32.add
local.set 1
local.get 3
local.get 4
i32.add
local.set 3
local.get 5
local.get 6
i32.add
local.set 5
local.get 7
local.get 9
i32.add
local.set 7
local.get 8
local.get 9
i32.add
local.set 8
local.get 0
i32.const 1
i32.sub
local.tee 0
br_if 0
end_loop
local.get 11
local.get 15
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 16
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 17
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 18
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 19
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 20
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 21
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 22
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
end_function
.section .text.scan_steps_4,"",@
.hidden scan_steps_4
.globl scan_steps_4
.type scan_steps_4,@function
scan_steps_4:
.functype scan_steps_4 (i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32) -> ()
.local i32, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128
i32.const 984472842
i32x4.splat
local.set 23
i32.const 1008629060
i32x4.splat
local.set 24
i32.const 1029921705
i32x4.splat
local.set 25
i32.const 1047919838
i32x4.splat
local.set 26
i32.const 1060205077
i32x4.splat
local.set 27
i32.const 1065353216
i32x4.splat
local.set 28
i32.const 1262485504
i32x4.splat
local.set 29
local.get 12
v128.load 0:p2align=2
local.set 31
local.get 13
i32x4.splat
local.set 32
local.get 11
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 19
local.get 14
v128.load 0:p2align=2
local.set 15
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 20
local.get 14
v128.load 0:p2align=2
local.set 16
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 21
local.get 14
v128.load 0:p2align=2
local.set 17
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 22
local.get 14
v128.load 0:p2align=2
local.set 18
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
loop
local.get 1
v128.load 0:p2align=2
local.set 33
local.get 3
v128.load 0:p2align=2
local.tee 34
local.get 31
f32x4.mul
local.set 35
local.get 34
local.get 33
f32x4.mul
local.set 34
local.get 33
local.get 19
local.get 29
f32x4.relaxed_madd
local.set 36
local.get 33
local.get 19
local.get 29
local.get 36
f32x4.sub
f32x4.relaxed_madd
local.set 37
local.get 33
local.get 20
local.get 29
f32x4.relaxed_madd
local.set 38
local.get 33
local.get 20
local.get 29
local.get 38
f32x4.sub
f32x4.relaxed_madd
local.set 39
local.get 23
local.get 37
local.get 24
f32x4.relaxed_madd
local.get 37
local.get 25
f32x4.relaxed_madd
local.get 37
local.get 26
f32x4.relaxed_madd
local.get 37
local.get 27
f32x4.relaxed_madd
local.get 37
local.get 28
f32x4.relaxed_madd
local.get 36
i32.const 23
i32x4.shl
i32x4.add
local.get 15
local.get 34
local.get 7
v128.load32_splat 0:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 15
local.get 15
local.get 8
v128.load32_splat 0:p2align=2
local.get 35
f32x4.relaxed_madd
local.set 35
local.get 23
local.get 39
local.get 24
f32x4.relaxed_madd
local.get 39
local.get 25
f32x4.relaxed_madd
local.get 39
local.get 26
f32x4.relaxed_madd
local.get 39
local.get 27
f32x4.relaxed_madd
local.get 39
local.get 28
f32x4.relaxed_madd
local.get 38
i32.const 23
i32x4.shl
i32x4.add
local.get 16
local.get 34
local.get 7
v128.load32_splat 4:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 16
local.get 16
local.get 8
v128.load32_splat 4:p2align=2
local.get 35
f32x4.relaxed_madd
local.set 35
local.get 33
local.get 21
local.get 29
f32x4.relaxed_madd
local.set 36
local.get 33
local.get 21
local.get 29
local.get 36
f32x4.sub
f32x4.relaxed_madd
local.set 37
local.get 33
local.get 22
local.get 29
f32x4.relaxed_madd
local.set 38
local.get 33
local.get 22
local.get 29
local.get 38
f32x4.sub
f32x4.relaxed_madd
local.set 39
local.get 23
local.get 37
local.get 24
f32x4.relaxed_madd
local.get 37
local.get 25
f32x4.relaxed_madd
local.get 37
local.get 26
f32x4.relaxed_madd
local.get 37
local.get 27
f32x4.relaxed_madd
local.get 37
local.get 28
f32x4.relaxed_madd
local.get 36
i32.const 23
i32x4.shl
i32x4.add
local.get 17
local.get 34
local.get 7
v128.load32_splat 8:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 17
local.get 17
local.get 8
v128.load32_splat 8:p2align=2
local.get 35
f32x4.relaxed_madd
local.set 35
local.get 23
local.get 39
local.get 24
f32x4.relaxed_madd
local.get 39
local.get 25
f32x4.relaxed_madd
local.get 39
local.get 26
f32x4.relaxed_madd
local.get 39
local.get 27
f32x4.relaxed_madd
local.get 39
local.get 28
f32x4.relaxed_madd
local.get 38
i32.const 23
i32x4.shl
i32x4.add
local.get 18
local.get 34
local.get 7
v128.load32_splat 12:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 18
local.get 18
local.get 8
v128.load32_splat 12:p2align=2
local.get 35
f32x4.relaxed_madd
local.set 35
local.get 5
local.get 5
v128.load 0:p2align=2
local.get 32
v128.and
local.get 35
f32x4.add
v128.store 0:p2align=2
local.get 1
local.get 2
i32.add
local.set 1
local.get 3
local.get 4
i32.add
local.set 3
local.get 5
local.get 6
i32.add
local.set 5
local.get 7
local.get 9
i32.add
local.set 7
local.get 8
local.get 9
i32.add
local.set 8
local.get 0
i32.const 1
i32.sub
local.tee 0
br_if 0
end_loop
local.get 11
local.get 15
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 16
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 17
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 18
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
end_function
.section .text.scan_steps_2,"",@
.hidden scan_steps_2
.globl scan_steps_2
.type scan_steps_2,@function
scan_steps_2:
.functype scan_steps_2 (i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32) -> ()
.local i32, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128
i32.const 984472842
i32x4.splat
local.set 19
i32.const 1008629060
i32x4.splat
local.set 20
i32.const 1029921705
i32x4.splat
local.set 21
i32.const 1047919838
i32x4.splat
local.set 22
i32.const 1060205077
i32x4.splat
local.set 23
i32.const 1065353216
i32x4.splat
local.set 24
i32.const 1262485504
i32x4.splat
local.set 25
local.get 12
v128.load 0:p2align=2
local.set 27
local.get 13
i32x4.splat
local.set 28
local.get 11
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 17
local.get 14
v128.load 0:p2align=2
local.set 15
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 18
local.get 14
v128.load 0:p2align=2
local.set 16
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
loop
local.get 1
v128.load 0:p2align=2
local.set 29
local.get 3
v128.load 0:p2align=2
local.tee 30
local.get 27
f32x4.mul
local.set 31
local.get 30
local.get 29
f32x4.mul
local.set 30
local.get 29
local.get 17
local.get 25
f32x4.relaxed_madd
local.set 32
local.get 29
local.get 17
local.get 25
local.get 32
f32x4.sub
f32x4.relaxed_madd
local.set 33
local.get 29
local.get 18
local.get 25
f32x4.relaxed_madd
local.set 34
local.get 29
local.get 18
local.get 25
local.get 34
f32x4.sub
f32x4.relaxed_madd
local.set 35
local.get 19
local.get 33
local.get 20
f32x4.relaxed_madd
local.get 33
local.get 21
f32x4.relaxed_madd
local.get 33
local.get 22
f32x4.relaxed_madd
local.get 33
local.get 23
f32x4.relaxed_madd
local.get 33
local.get 24
f32x4.relaxed_madd
local.get 32
i32.const 23
i32x4.shl
i32x4.add
local.get 15
local.get 30
local.get 7
v128.load32_splat 0:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 15
local.get 15
local.get 8
v128.load32_splat 0:p2align=2
local.get 31
f32x4.relaxed_madd
local.set 31
local.get 19
local.get 35
local.get 20
f32x4.relaxed_madd
local.get 35
local.get 21
f32x4.relaxed_madd
local.get 35
local.get 22
f32x4.relaxed_madd
local.get 35
local.get 23
f32x4.relaxed_madd
local.get 35
local.get 24
f32x4.relaxed_madd
local.get 34
i32.const 23
i32x4.shl
i32x4.add
local.get 16
local.get 30
local.get 7
v128.load32_splat 4:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 16
local.get 16
local.get 8
v128.load32_splat 4:p2align=2
local.get 31
f32x4.relaxed_madd
local.set 31
local.get 5
local.get 5
v128.load 0:p2align=2
local.get 28
v128.and
local.get 31
f32x4.add
v128.store 0:p2align=2
local.get 1
local.get 2
i32.add
local.set 1
local.get 3
local.get 4
i32.add
local.set 3
local.get 5
local.get 6
i32.add
local.set 5
local.get 7
local.get 9
i32.add
local.set 7
local.get 8
local.get 9
i32.add
local.set 8
local.get 0
i32.const 1
i32.sub
local.tee 0
br_if 0
end_loop
local.get 11
local.get 15
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 16
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
end_function
.section .text.scan_steps_1,"",@
.hidden scan_steps_1
.globl scan_steps_1
.type scan_steps_1,@function
scan_steps_1:
.functype scan_steps_1 (i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32) -> ()
.local i32, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128
i32.const 984472842
i32x4.splat
local.set 17
i32.const 1008629060
i32x4.splat
local.set 18
i32.const 1029921705
i32x4.splat
local.set 19
i32.const 1047919838
i32x4.splat
local.set 20
i32.const 1060205077
i32x4.splat
local.set 21
i32.const 1065353216
i32x4.splat
local.set 22
i32.const 1262485504
i32x4.splat
local.set 23
local.get 12
v128.load 0:p2align=2
local.set 25
local.get 13
i32x4.splat
local.set 26
local.get 11
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 16
local.get 14
v128.load 0:p2align=2
local.set 15
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
loop
local.get 1
v128.load 0:p2align=2
local.set 27
local.get 3
v128.load 0:p2align=2
local.tee 28
local.get 25
f32x4.mul
local.set 29
local.get 28
local.get 27
f32x4.mul
local.set 28
local.get 27
local.get 16
local.get 23
f32x4.relaxed_madd
local.set 30
local.get 27
local.get 16
local.get 23
local.get 30
f32x4.sub
f32x4.relaxed_madd
local.set 31
local.get 17
local.get 31
local.get 18
f32x4.relaxed_madd
local.get 31
local.get 19
f32x4.relaxed_madd
local.get 31
local.get 20
f32x4.relaxed_madd
local.get 31
local.get 21
f32x4.relaxed_madd
local.get 31
local.get 22
f32x4.relaxed_madd
local.get 30
i32.const 23
i32x4.shl
i32x4.add
local.get 15
local.get 28
local.get 7
v128.load32_splat 0:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 15
local.get 15
local.get 8
v128.load32_splat 0:p2align=2
local.get 29
f32x4.relaxed_madd
local.set 29
local.get 5
local.get 5
v128.load 0:p2align=2
local.get 26
v128.and
local.get 29
f32x4.add
v128.store 0:p2align=2
local.get 1
local.get 2
i32.add
local.set 1
local.get 3
local.get 4
i32.add
local.set 3
local.get 5
local.get 6
i32.add
local.set 5
local.get 7
local.get 9
i32.add
local.set 7
local.get 8
local.get 9
i32.add
local.set 8
local.get 0
i32.const 1
i32.sub
local.tee 0
br_if 0
end_loop
local.get 11
local.get 15
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
end_function
.section .text.scan_clamped_8,"",@
.hidden scan_clamped_8
.globl scan_clamped_8
.type scan_clamped_8,@function
scan_clamped_8:
.functype scan_clamped_8 (i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32) -> ()
.local i32, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128
i32.const 984472842
i32x4.splat
local.set 31
i32.const 1008629060
i32x4.splat
local.set 32
i32.const 1029921705
i32x4.splat
local.set 33
i32.const 1047919838
i32x4.splat
local.set 34
i32.const 1060205077
i32x4.splat
local.set 35
i32.const 1065353216
i32x4.splat
local.set 36
i32.const 1262485504
i32x4.splat
local.set 37
i32.const -1023541248
i32x4.splat
local.set 38
local.get 12
v128.load 0:p2align=2
local.set 39
local.get 13
i32x4.splat
local.set 40
local.get 11
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 23
local.get 14
v128.load 0:p2align=2
local.set 15
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 24
local.get 14
v128.load 0:p2align=2
local.set 16
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 25
local.get 14
v128.load 0:p2align=2
local.set 17
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 26
local.get 14
v128.load 0:p2align=2
local.set 18
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 27
local.get 14
v128.load 0:p2align=2
local.set 19
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 28
local.get 14
v128.load 0:p2align=2
local.set 20
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 29
local.get 14
v128.load 0:p2align=2
local.set 21
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 30
local.get 14
v128.load 0:p2align=2
local.set 22
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
loop
local.get 1
v128.load 0:p2align=2
local.set 41
local.get 3
v128.load 0:p2align=2
local.tee 42
local.get 39
f32x4.mul
local.set 43
local.get 42
local.get 41
f32x4.mul
local.set 42
local.get 41
local.get 23
f32x4.mul
local.get 38
f32x4.pmax
local.tee 45
local.get 37
f32x4.add
local.set 44
local.get 45
local.get 44
local.get 37
f32x4.sub
f32x4.sub
local.set 45
local.get 41
local.get 24
f32x4.mul
local.get 38
f32x4.pmax
local.tee 47
local.get 37
f32x4.add
local.set 46
local.get 47
local.get 46
local.get 37
f32x4.sub
f32x4.sub
local.set 47
local.get 31
local.get 45
local.get 32
f32x4.relaxed_madd
local.get 45
local.get 33
f32x4.relaxed_madd
local.get 45
local.get 34
f32x4.relaxed_madd
local.get 45
local.get 35
f32x4.relaxed_madd
local.get 45
local.get 36
f32x4.relaxed_madd
local.get 44
i32.const 23
i32x4.shl
i32x4.add
local.get 15
local.get 42
local.get 7
v128.load32_splat 0:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 15
local.get 15
local.get 8
v128.load32_splat 0:p2align=2
local.get 43
f32x4.relaxed_madd
local.set 43
local.get 31
local.get 47
local.get 32
f32x4.relaxed_madd
local.get 47
local.get 33
f32x4.relaxed_madd
local.get 47
local.get 34
f32x4.relaxed_madd
local.get 47
local.get 35
f32x4.relaxed_madd
local.get 47
local.get 36
f32x4.relaxed_madd
local.get 46
i32.const 23
i32x4.shl
i32x4.add
local.get 16
local.get 42
local.get 7
v128.load32_splat 4:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 16
local.get 16
local.get 8
v128.load32_splat 4:p2align=2
local.get 43
f32x4.relaxed_madd
local.set 43
local.get 41
local.get 25
f32x4.mul
local.get 38
f32x4.pmax
local.tee 45
local.get 37
f32x4.add
local.set 44
local.get 45
local.get 44
local.get 37
f32x4.sub
f32x4.sub
local.set 45
local.get 41
local.get 26
f32x4.mul
local.get 38
f32x4.pmax
local.tee 47
local.get 37
f32x4.add
local.set 46
local.get 47
local.get 46
local.get 37
f32x4.sub
f32x4.sub
local.set 47
local.get 31
local.get 45
local.get 32
f32x4.relaxed_madd
local.get 45
local.get 33
f32x4.relaxed_madd
local.get 45
local.get 34
f32x4.relaxed_madd
local.get 45
local.get 35
f32x4.relaxed_madd
local.get 45
local.get 36
f32x4.relaxed_madd
local.get 44
i32.const 23
i32x4.shl
i32x4.add
local.get 17
local.get 42
local.get 7
v128.load32_splat 8:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 17
local.get 17
local.get 8
v128.load32_splat 8:p2align=2
local.get 43
f32x4.relaxed_madd
local.set 43
local.get 31
local.get 47
local.get 32
f32x4.relaxed_madd
local.get 47
local.get 33
f32x4.relaxed_madd
local.get 47
local.get 34
f32x4.relaxed_madd
local.get 47
local.get 35
f32x4.relaxed_madd
local.get 47
local.get 36
f32x4.relaxed_madd
local.get 46
i32.const 23
i32x4.shl
i32x4.add
local.get 18
local.get 42
local.get 7
v128.load32_splat 12:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 18
local.get 18
local.get 8
v128.load32_splat 12:p2align=2
local.get 43
f32x4.relaxed_madd
local.set 43
local.get 41
local.get 27
f32x4.mul
local.get 38
f32x4.pmax
local.tee 45
local.get 37
f32x4.add
local.set 44
local.get 45
local.get 44
local.get 37
f32x4.sub
f32x4.sub
local.set 45
local.get 41
local.get 28
f32x4.mul
local.get 38
f32x4.pmax
local.tee 47
local.get 37
f32x4.add
local.set 46
local.get 47
local.get 46
local.get 37
f32x4.sub
f32x4.sub
local.set 47
local.get 31
local.get 45
local.get 32
f32x4.relaxed_madd
local.get 45
local.get 33
f32x4.relaxed_madd
local.get 45
local.get 34
f32x4.relaxed_madd
local.get 45
local.get 35
f32x4.relaxed_madd
local.get 45
local.get 36
f32x4.relaxed_madd
local.get 44
i32.const 23
i32x4.shl
i32x4.add
local.get 19
local.get 42
local.get 7
v128.load32_splat 16:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 19
local.get 19
local.get 8
v128.load32_splat 16:p2align=2
local.get 43
f32x4.relaxed_madd
local.set 43
local.get 31
local.get 47
local.get 32
f32x4.relaxed_madd
local.get 47
local.get 33
f32x4.relaxed_madd
local.get 47
local.get 34
f32x4.relaxed_madd
local.get 47
local.get 35
f32x4.relaxed_madd
local.get 47
local.get 36
f32x4.relaxed_madd
local.get 46
i32.const 23
i32x4.shl
i32x4.add
local.get 20
local.get 42
local.get 7
v128.load32_splat 20:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 20
local.get 20
local.get 8
v128.load32_splat 20:p2align=2
local.get 43
f32x4.relaxed_madd
local.set 43
local.get 41
local.get 29
f32x4.mul
local.get 38
f32x4.pmax
local.tee 45
local.get 37
f32x4.add
local.set 44
local.get 45
local.get 44
local.get 37
f32x4.sub
f32x4.sub
local.set 45
local.get 41
local.get 30
f32x4.mul
local.get 38
f32x4.pmax
local.tee 47
local.get 37
f32x4.add
local.set 46
local.get 47
local.get 46
local.get 37
f32x4.sub
f32x4.sub
local.set 47
local.get 31
local.get 45
local.get 32
f32x4.relaxed_madd
local.get 45
local.get 33
f32x4.relaxed_madd
local.get 45
local.get 34
f32x4.relaxed_madd
local.get 45
local.get 35
f32x4.relaxed_madd
local.get 45
local.get 36
f32x4.relaxed_madd
local.get 44
i32.const 23
i32x4.shl
i32x4.add
local.get 21
local.get 42
local.get 7
v128.load32_splat 24:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 21
local.get 21
local.get 8
v128.load32_splat 24:p2align=2
local.get 43
f32x4.relaxed_madd
local.set 43
local.get 31
local.get 47
local.get 32
f32x4.relaxed_madd
local.get 47
local.get 33
f32x4.relaxed_madd
local.get 47
local.get 34
f32x4.relaxed_madd
local.get 47
local.get 35
f32x4.relaxed_madd
local.get 47
local.get 36
f32x4.relaxed_madd
local.get 46
i32.const 23
i32x4.shl
i32x4.add
local.get 22
local.get 42
local.get 7
v128.load32_splat 28:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 22
local.get 22
local.get 8
v128.load32_splat 28:p2align=2
local.get 43
f32x4.relaxed_madd
local.set 43
local.get 5
local.get 5
v128.load 0:p2align=2
local.get 40
v128.and
local.get 43
f32x4.add
v128.store 0:p2align=2
local.get 1
local.get 2
i32.add
local.set 1
local.get 3
local.get 4
i32.add
local.set 3
local.get 5
local.get 6
i32.add
local.set 5
local.get 7
local.get 9
i32.add
local.set 7
local.get 8
local.get 9
i32.add
local.set 8
local.get 0
i32.const 1
i32.sub
local.tee 0
br_if 0
end_loop
local.get 11
local.get 15
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 16
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 17
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 18
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 19
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 20
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 21
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 22
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
end_function
.section .text.scan_clamped_2,"",@
.hidden scan_clamped_2
.globl scan_clamped_2
.type scan_clamped_2,@function
scan_clamped_2:
.functype scan_clamped_2 (i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32) -> ()
.local i32, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128
i32.const 984472842
i32x4.splat
local.set 19
i32.const 1008629060
i32x4.splat
local.set 20
i32.const 1029921705
i32x4.splat
local.set 21
i32.const 1047919838
i32x4.splat
local.set 22
i32.const 1060205077
i32x4.splat
local.set 23
i32.const 1065353216
i32x4.splat
local.set 24
i32.const 1262485504
i32x4.splat
local.set 25
i32.const -1023541248
i32x4.splat
local.set 26
local.get 12
v128.load 0:p2align=2
local.set 27
local.get 13
i32x4.splat
local.set 28
local.get 11
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 17
local.get 14
v128.load 0:p2align=2
local.set 15
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 18
local.get 14
v128.load 0:p2align=2
local.set 16
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
loop
local.get 1
v128.load 0:p2align=2
local.set 29
local.get 3
v128.load 0:p2align=2
local.tee 30
local.get 27
f32x4.mul
local.set 31
local.get 30
local.get 29
f32x4.mul
local.set 30
local.get 29
local.get 17
f32x4.mul
local.get 26
f32x4.pmax
local.tee 33
local.get 25
f32x4.add
local.set 32
local.get 33
local.get 32
local.get 25
f32x4.sub
f32x4.sub
local.set 33
local.get 29
local.get 18
f32x4.mul
local.get 26
f32x4.pmax
local.tee 35
local.get 25
f32x4.add
local.set 34
local.get 35
local.get 34
local.get 25
f32x4.sub
f32x4.sub
local.set 35
local.get 19
local.get 33
local.get 20
f32x4.relaxed_madd
local.get 33
local.get 21
f32x4.relaxed_madd
local.get 33
local.get 22
f32x4.relaxed_madd
local.get 33
local.get 23
f32x4.relaxed_madd
local.get 33
local.get 24
f32x4.relaxed_madd
local.get 32
i32.const 23
i32x4.shl
i32x4.add
local.get 15
local.get 30
local.get 7
v128.load32_splat 0:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 15
local.get 15
local.get 8
v128.load32_splat 0:p2align=2
local.get 31
f32x4.relaxed_madd
local.set 31
local.get 19
local.get 35
local.get 20
f32x4.relaxed_madd
local.get 35
local.get 21
f32x4.relaxed_madd
local.get 35
local.get 22
f32x4.relaxed_madd
local.get 35
local.get 23
f32x4.relaxed_madd
local.get 35
local.get 24
f32x4.relaxed_madd
local.get 34
i32.const 23
i32x4.shl
i32x4.add
local.get 16
local.get 30
local.get 7
v128.load32_splat 4:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 16
local.get 16
local.get 8
v128.load32_splat 4:p2align=2
local.get 31
f32x4.relaxed_madd
local.set 31
local.get 5
local.get 5
v128.load 0:p2align=2
local.get 28
v128.and
local.get 31
f32x4.add
v128.store 0:p2align=2
local.get 1
local.get 2
i32.add
local.set 1
local.get 3
local.get 4
i32.add
local.set 3
local.get 5
local.get 6
i32.add
local.set 5
local.get 7
local.get 9
i32.add
local.set 7
local.get 8
local.get 9
i32.add
local.set 8
local.get 0
i32.const 1
i32.sub
local.tee 0
br_if 0
end_loop
local.get 11
local.get 15
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
local.get 11
local.get 16
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
end_function
.section .text.scan_clamped_1,"",@
.hidden scan_clamped_1
.globl scan_clamped_1
.type scan_clamped_1,@function
scan_clamped_1:
.functype scan_clamped_1 (i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32) -> ()
.local i32, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128
i32.const 984472842
i32x4.splat
local.set 17
i32.const 1008629060
i32x4.splat
local.set 18
i32.const 1029921705
i32x4.splat
local.set 19
i32.const 1047919838
i32x4.splat
local.set 20
i32.const 1060205077
i32x4.splat
local.set 21
i32.const 1065353216
i32x4.splat
local.set 22
i32.const 1262485504
i32x4.splat
local.set 23
i32.const -1023541248
i32x4.splat
local.set 24
local.get 12
v128.load 0:p2align=2
local.set 25
local.get 13
i32x4.splat
local.set 26
local.get 11
local.set 14
local.get 10
v128.load 0:p2align=2
local.set 16
local.get 14
v128.load 0:p2align=2
local.set 15
local.get 10
local.get 2
i32.add
local.set 10
local.get 14
local.get 2
i32.add
local.set 14
loop
local.get 1
v128.load 0:p2align=2
local.set 27
local.get 3
v128.load 0:p2align=2
local.tee 28
local.get 25
f32x4.mul
local.set 29
local.get 28
local.get 27
f32x4.mul
local.set 28
local.get 27
local.get 16
f32x4.mul
local.get 24
f32x4.pmax
local.tee 31
local.get 23
f32x4.add
local.set 30
local.get 31
local.get 30
local.get 23
f32x4.sub
f32x4.sub
local.set 31
local.get 17
local.get 31
local.get 18
f32x4.relaxed_madd
local.get 31
local.get 19
f32x4.relaxed_madd
local.get 31
local.get 20
f32x4.relaxed_madd
local.get 31
local.get 21
f32x4.relaxed_madd
local.get 31
local.get 22
f32x4.relaxed_madd
local.get 30
i32.const 23
i32x4.shl
i32x4.add
local.get 15
local.get 28
local.get 7
v128.load32_splat 0:p2align=2
f32x4.mul
f32x4.relaxed_madd
local.set 15
local.get 15
local.get 8
v128.load32_splat 0:p2align=2
local.get 29
f32x4.relaxed_madd
local.set 29
local.get 5
local.get 5
v128.load 0:p2align=2
local.get 26
v128.and
local.get 29
f32x4.add
v128.store 0:p2align=2
local.get 1
local.get 2
i32.add
local.set 1
local.get 3
local.get 4
i32.add
local.set 3
local.get 5
local.get 6
i32.add
local.set 5
local.get 7
local.get 9
i32.add
local.set 7
local.get 8
local.get 9
i32.add
local.set 8
local.get 0
i32.const 1
i32.sub
local.tee 0
br_if 0
end_loop
local.get 11
local.get 15
v128.store 0:p2align=2
local.get 11
local.get 2
i32.add
local.set 11
end_function
.section .text.sigmoid_map,"",@
.hidden sigmoid_map
.globl sigmoid_map
.type sigmoid_map,@function
sigmoid_map:
.functype sigmoid_map (i32, i32, i32) -> ()
.local v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128
i32.const -1028653056
i32x4.splat
local.set 6
i32.const 1065353216
i32x4.splat
local.set 7
i32.const -1078416837
i32x4.splat
local.set 8
i32.const -1023541248
i32x4.splat
local.set 9
i32.const 1262485504
i32x4.splat
local.set 10
i32.const 984472842
i32x4.splat
local.set 11
i32.const 1008629060
i32x4.splat
local.set 12
i32.const 1029921705
i32x4.splat
local.set 13
i32.const 1047919838
i32x4.splat
local.set 14
i32.const 1060205077
i32x4.splat
local.set 15
loop
local.get 1
local.get 0
v128.load 0:p2align=2
local.set 3
local.get 3
local.get 6
f32x4.pmax
local.set 3
local.get 7
local.get 3
local.get 8
f32x4.mul
local.get 9
f32x4.pmax
local.tee 4
local.get 10
f32x4.add
local.set 5
local.get 4
local.get 5
local.get 10
f32x4.sub
f32x4.sub
local.set 4
local.get 11
local.get 4
local.get 12
f32x4.relaxed_madd
local.get 4
local.get 13
f32x4.relaxed_madd
local.get 4
local.get 14
f32x4.relaxed_madd
local.get 4
local.get 15
f32x4.relaxed_madd
local.get 4
local.get 7
f32x4.relaxed_madd
local.get 5
i32.const 23
i32x4.shl
i32x4.add
local.get 7
f32x4.add
f32x4.div
v128.store 0:p2align=2
local.get 0
i32.const 16
i32.add
local.set 0
local.get 1
i32.const 16
i32.add
local.set 1
local.get 2
i32.const 1
i32.sub
local.tee 2
br_if 0
end_loop
end_function
.section .text.silu_map,"",@
.hidden silu_map
.globl silu_map
.type silu_map,@function
silu_map:
.functype silu_map (i32, i32, i32) -> ()
.local v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128
i32.const -1028653056
i32x4.splat
local.set 6
i32.const -1078416837
i32x4.splat
local.set 7
i32.const -1023541248
i32x4.splat
local.set 8
i32.const 1262485504
i32x4.splat
local.set 9
i32.const 984472842
i32x4.splat
local.set 10
i32.const 1008629060
i32x4.splat
local.set 11
i32.const 1029921705
i32x4.splat
local.set 12
i32.const 1047919838
i32x4.splat
local.set 13
i32.const 1060205077
i32x4.splat
local.set 14
i32.const 1065353216
i32x4.splat
local.set 15
loop
local.get 1
local.get 0
v128.load 0:p2align=2
local.set 3
local.get 3
local.get 6
f32x4.pmax
local.set 3
local.get 3
local.get 3
local.get 7
f32x4.mul
local.get 8
f32x4.pmax
local.tee 4
local.get 9
f32x4.add
local.set 5
local.get 4
local.get 5
local.get 9
f32x4.sub
f32x4.sub
local.set 4
local.get 10
local.get 4
local.get 11
f32x4.relaxed_madd
local.get 4
local.get 12
f32x4.relaxed_madd
local.get 4
local.get 13
f32x4.relaxed_madd
local.get 4
local.get 14
f32x4.relaxed_madd
local.get 4
local.get 15
f32x4.relaxed_madd
local.get 5
i32.const 23
i32x4.shl
i32x4.add
local.get 15
f32x4.add
f32x4.div
v128.store 0:p2align=2
local.get 0
i32.const 16
i32.add
local.set 0
local.get 1
i32.const 16
i32.add
local.set 1
local.get 2
i32.const 1
i32.sub
local.tee 2
br_if 0
end_loop
end_function
.section .text.silu_gate,"",@
.hidden silu_gate
.globl silu_gate
.type silu_gate,@function
silu_gate:
.functype silu_gate (i32, i32, i32) -> ()
.local v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128
i32.const -1028653056
i32x4.splat
local.set 6
i32.const -1078416837
i32x4.splat
local.set 7
i32.const -1023541248
i32x4.splat
local.set 8
i32.const 1262485504
i32x4.splat
local.set 9
i32.const 984472842
i32x4.splat
local.set 10
i32.const 1008629060
i32x4.splat
local.set 11
i32.const 1029921705
i32x4.splat
local.set 12
i32.const 1047919838
i32x4.splat
local.set 13
i32.const 1060205077
i32x4.splat
local.set 14
i32.const 1065353216
i32x4.splat
local.set 15
loop
local.get 1
local.get 0
v128.load 0:p2align=2
local.set 3
local.get 3
local.get 6
f32x4.pmax
local.set 3
local.get 3
local.get 3
local.get 7
f32x4.mul
local.get 8
f32x4.pmax
local.tee 4
local.get 9
f32x4.add
local.set 5
local.get 4
local.get 5
local.get 9
f32x4.sub
f32x4.sub
local.set 4
local.get 10
local.get 4
local.get 11
f32x4.relaxed_madd
local.get 4
local.get 12
f32x4.relaxed_madd
local.get 4
local.get 13
f32x4.relaxed_madd
local.get 4
local.get 14
f32x4.relaxed_madd
local.get 4
local.get 15
f32x4.relaxed_madd
local.get 5
i32.const 23
i32x4.shl
i32x4.add
local.get 15
f32x4.add
f32x4.div
local.get 1
v128.load 0:p2align=2
f32x4.mul
v128.store 0:p2align=2
local.get 0
i32.const 16
i32.add
local.set 0
local.get 1
i32.const 16
i32.add
local.set 1
local.get 2
i32.const 1
i32.sub
local.tee 2
br_if 0
end_loop
end_function
.section .text.gelu_exp,"",@
.hidden gelu_exp
.globl gelu_exp
.type gelu_exp,@function
gelu_exp:
.functype gelu_exp (i32, i32, i32) -> ()
.local v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128
i32.const -1086805445
i32x4.splat
local.set 6
i32.const -1023541248
i32x4.splat
local.set 7
i32.const 1262485504
i32x4.splat
local.set 8
i32.const 984472842
i32x4.splat
local.set 9
i32.const 1008629060
i32x4.splat
local.set 10
i32.const 1029921705
i32x4.splat
local.set 11
i32.const 1047919838
i32x4.splat
local.set 12
i32.const 1060205077
i32x4.splat
local.set 13
i32.const 1065353216
i32x4.splat
local.set 14
loop
local.get 1
local.get 0
v128.load 0:p2align=2
local.tee 3
local.get 3
f32x4.mul
local.get 6
f32x4.mul
local.get 7
f32x4.pmax
local.tee 4
local.get 8
f32x4.add
local.set 5
local.get 4
local.get 5
local.get 8
f32x4.sub
f32x4.sub
local.set 4
local.get 9
local.get 4
local.get 10
f32x4.relaxed_madd
local.get 4
local.get 11
f32x4.relaxed_madd
local.get 4
local.get 12
f32x4.relaxed_madd
local.get 4
local.get 13
f32x4.relaxed_madd
local.get 4
local.get 14
f32x4.relaxed_madd
local.get 5
i32.const 23
i32x4.shl
i32x4.add
v128.store 0:p2align=2
local.get 0
i32.const 16
i32.add
local.set 0
local.get 1
i32.const 16
i32.add
local.set 1
local.get 2
i32.const 1
i32.sub
local.tee 2
br_if 0
end_loop
end_function
.section .text.gelu_tail,"",@
.hidden gelu_tail
.globl gelu_tail
.type gelu_tail,@function
gelu_tail:
.functype gelu_tail (i32, i32, i32, i32) -> ()
.local v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128
i32.const 1096810496
i32x4.splat
local.set 7
i32.const 1056964608
i32x4.splat
local.set 8
i32.const 1041289411
i32x4.splat
local.set 9
i32.const -1127355733
i32x4.splat
local.set 10
i32.const 1035687321
i32x4.splat
local.set 11
i32.const -1112721671
i32x4.splat
local.set 12
i32.const 993638803
i32x4.splat
local.set 13
i32.const -1114580188
i32x4.splat
local.set 14
i32.const -1112763355
i32x4.splat
local.set 15
i32.const -1110125306
i32x4.splat
local.set 16
i32.const -1108929047
i32x4.splat
local.set 17
i32.const -1108928621
i32x4.splat
local.set 18
i32.const 0
i32x4.splat
local.set 19
loop
local.get 0
v128.load 0:p2align=2
local.tee 4
f32x4.abs
local.get 7
f32x4.pmin
local.set 6
local.get 8
local.get 6
local.get 9
local.get 8
f32x4.relaxed_madd
f32x4.div
local.set 5
local.get 10
local.get 5
local.get 11
f32x4.relaxed_madd
local.get 5
local.get 12
f32x4.relaxed_madd
local.get 5
local.get 13
f32x4.relaxed_madd
local.get 5
local.get 14
f32x4.relaxed_madd
local.get 5
local.get 15
f32x4.relaxed_madd
local.get 5
local.get 16
f32x4.relaxed_madd
local.get 5
local.get 17
f32x4.relaxed_madd
local.get 5
local.get 18
f32x4.relaxed_madd
local.get 5
local.get 1
v128.load 0:p2align=2
f32x4.mul
f32x4.mul
local.set 5
local.get 2
local.get 6
local.get 5
local.get 4
local.get 19
f32x4.pmax
f32x4.relaxed_madd
v128.store 0:p2align=2
local.get 0
i32.const 16
i32.add
local.set 0
local.get 1
i32.const 16
i32.add
local.set 1
local.get 2
i32.const 16
i32.add
local.set 2
local.get 3
i32.const 1
i32.sub
local.tee 3
br_if 0
end_loop
end_function
.section .text.softplus_exp,"",@
.hidden softplus_exp
.globl softplus_exp
.type softplus_exp,@function
softplus_exp:
.functype softplus_exp (i32, i32, i32) -> ()
.local v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128
i32.const -1078416837
i32x4.splat
local.set 3
i32.const -1023541248
i32x4.splat
local.set 4
i32.const 1262485504
i32x4.splat
local.set 5
i32.const 984472842
i32x4.splat
local.set 6
i32.const 1008629060
i32x4.splat
local.set 7
i32.const 1029921705
i32x4.splat
local.set 8
i32.const 1047919838
i32x4.splat
local.set 9
i32.const 1060205077
i32x4.splat
local.set 10
i32.const 1065353216
i32x4.splat
local.set 11
loop
local.get 0
v128.load 0:p2align=2
f32x4.abs
local.get 3
f32x4.mul
local.set 12
local.get 0
v128.load 16:p2align=2
f32x4.abs
local.get 3
f32x4.mul
local.set 13
local.get 12
local.get 4
f32x4.pmax
local.set 12
local.get 13
local.get 4
f32x4.pmax
local.set 13
local.get 12
local.get 5
f32x4.add
local.set 14
local.get 13
local.get 5
f32x4.add
local.set 15
local.get 12
local.get 14
local.get 5
f32x4.sub
f32x4.sub
local.set 12
local.get 13
local.get 15
local.get 5
f32x4.sub
f32x4.sub
local.set 13
local.get 1
local.get 6
local.get 12
local.get 7
f32x4.relaxed_madd
local.get 12
local.get 8
f32x4.relaxed_madd
local.get 12
local.get 9
f32x4.relaxed_madd
local.get 12
local.get 10
f32x4.relaxed_madd
local.get 12
local.get 11
f32x4.relaxed_madd
local.get 14
i32.const 23
i32x4.shl
i32x4.add
v128.store 0:p2align=2
local.get 1
local.get 6
local.get 13
local.get 7
f32x4.relaxed_madd
local.get 13
local.get 8
f32x4.relaxed_madd
local.get 13
local.get 9
f32x4.relaxed_madd
local.get 13
local.get 10
f32x4.relaxed_madd
local.get 13
local.get 11
f32x4.relaxed_madd
local.get 15
i32.const 23
i32x4.shl
i32x4.add
v128.store 16:p2align=2
local.get 0
i32.const 32
i32.add
local.set 0
local.get 1
i32.const 32
i32.add
local.set 1
local.get 2
i32.const 2
i32.sub
local.tee 2
br_if 0
end_loop
end_function
.section .text.softplus_log,"",@
.hidden softplus_log
.globl softplus_log
.type softplus_log,@function
softplus_log:
.functype softplus_log (i32, i32, i32) -> ()
.local v128, v128, v128, v128, v128, v128, v128, v128, v128, v128
i32.const 1073741824
i32x4.splat
local.set 4
i32.const 1041202253
i32x4.splat
local.set 5
i32.const 1041193733
i32x4.splat
local.set 6
i32.const 1045227835
i32x4.splat
local.set 7
i32.const 1051372160
i32x4.splat
local.set 8
loop
local.get 0
v128.load 0:p2align=2
local.set 9
local.get 0
v128.load 16:p2align=2
local.set 10
local.get 9
local.get 9
local.get 4
f32x4.add
f32x4.div
local.set 9
local.get 10
local.get 10
local.get 4
f32x4.add
f32x4.div
local.set 10
local.get 9
local.get 9
f32x4.mul
local.set 11
local.get 10
local.get 10
f32x4.mul
local.set 12
local.get 5
local.get 11
local.get 6
f32x4.relaxed_madd
local.get 11
local.get 7
f32x4.relaxed_madd
local.get 11
local.get 8
f32x4.relaxed_madd
local.get 11
f32x4.mul
local.set 11
local.get 5
local.get 12
local.get 6
f32x4.relaxed_madd
local.get 12
local.get 7
f32x4.relaxed_madd
local.get 12
local.get 8
f32x4.relaxed_madd
local.get 12
f32x4.mul
local.set 12
local.get 9
local.get 9
f32x4.add
local.set 9
local.get 10
local.get 10
f32x4.add
local.set 10
local.get 11
local.get 9
local.get 9
f32x4.relaxed_madd
local.set 9
local.get 12
local.get 10
local.get 10
f32x4.relaxed_madd
local.set 10
local.get 1
local.get 9
local.get 1
v128.load 0:p2align=2
local.get 3
f32x4.pmax
f32x4.add
v128.store 0:p2align=2
local.get 1
local.get 10
local.get 1
v128.load 16:p2align=2
local.get 3
f32x4.pmax
f32x4.add
v128.store 16:p2align=2
local.get 0
i32.const 32
i32.add
local.set 0
local.get 1
i32.const 32
i32.add
local.set 1
local.get 2
i32.const 2
i32.sub
local.tee 2
br_if 0
end_loop
end_function
.section .text.attention_scores,"",@
.hidden attention_scores
.globl attention_scores
.type attention_scores,@function
attention_scores:
.functype attention_scores (i32, i32, i32, i32, i32, i32, i32, i32, i32) -> ()
.local i32, i32, i32, i32, i32, i32, i32, i32, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128
loop
local.get 2
local.set 9
local.get 2
local.get 3
i32.add
local.set 2
local.get 5
local.get 6
i32.load 0
i32.add
local.set 16
local.get 16
v128.load 0:p2align=2
local.set 17
local.get 16
v128.load 16:p2align=2
local.set 18
local.get 2
local.set 10
local.get 2
local.get 3
i32.add
local.set 2
local.get 5
local.get 6
i32.load 4
i32.add
local.set 16
local.get 16
v128.load 0:p2align=2
local.set 19
local.get 16
v128.load 16:p2align=2
local.set 20
local.get 2
local.set 11
local.get 2
local.get 3
i32.add
local.set 2
local.get 5
local.get 6
i32.load 8
i32.add
local.set 16
local.get 16
v128.load 0:p2align=2
local.set 21
local.get 16
v128.load 16:p2align=2
local.set 22
local.get 2
local.set 12
local.get 2
local.get 3
i32.add
local.set 2
local.get 5
local.get 6
i32.load 12
i32.add
local.set 16
local.get 16
v128.load 0:p2align=2
local.set 23
local.get 16
v128.load 16:p2align=2
local.set 24
local.get 2
local.set 13
local.get 2
local.get 3
i32.add
local.set 2
local.get 5
local.get 6
i32.load 16
i32.add
local.set 16
local.get 16
v128.load 0:p2align=2
local.set 25
local.get 16
v128.load 16:p2align=2
local.set 26
local.get 2
local.set 14
local.get 2
local.get 3
i32.add
local.set 2
local.get 5
local.get 6
i32.load 20
i32.add
local.set 16
local.get 16
v128.load 0:p2align=2
local.set 27
local.get 16
v128.load 16:p2align=2
local.set 28
local.get 6
i32.const 24
i32.add
local.set 6
local.get 4
local.set 16
local.get 1
local.set 15
loop
local.get 16
v128.load 0:p2align=2
local.set 29
local.get 16
v128.load 16:p2align=2
local.set 30
local.get 9
v128.load32_splat 0:p2align=2
local.set 31
local.get 31
local.get 29
local.get 17
f32x4.relaxed_madd
local.set 17
local.get 31
local.get 30
local.get 18
f32x4.relaxed_madd
local.set 18
local.get 10
v128.load32_splat 0:p2align=2
local.set 31
local.get 31
local.get 29
local.get 19
f32x4.relaxed_madd
local.set 19
local.get 31
local.get 30
local.get 20
f32x4.relaxed_madd
local.set 20
local.get 11
v128.load32_splat 0:p2align=2
local.set 31
local.get 31
local.get 29
local.get 21
f32x4.relaxed_madd
local.set 21
local.get 31
local.get 30
local.get 22
f32x4.relaxed_madd
local.set 22
local.get 12
v128.load32_splat 0:p2align=2
local.set 31
local.get 31
local.get 29
local.get 23
f32x4.relaxed_madd
local.set 23
local.get 31
local.get 30
local.get 24
f32x4.relaxed_madd
local.set 24
local.get 13
v128.load32_splat 0:p2align=2
local.set 31
local.get 31
local.get 29
local.get 25
f32x4.relaxed_madd
local.set 25
local.get 31
local.get 30
local.get 26
f32x4.relaxed_madd
local.set 26
local.get 14
v128.load32_splat 0:p2align=2
local.set 31
local.get 31
local.get 29
local.get 27
f32x4.relaxed_madd
local.set 27
local.get 31
local.get 30
local.get 28
f32x4.relaxed_madd
local.set 28
local.get 16
v128.load 32:p2align=2
local.set 29
local.get 16
v128.load 48:p2align=2
local.set 30
local.get 9
v128.load32_splat 4:p2align=2
local.set 31
local.get 31
local.get 29
local.get 17
f32x4.relaxed_madd
local.set 17
local.get 31
local.get 30
local.get 18
f32x4.relaxed_madd
local.set 18
local.get 10
v128.load32_splat 4:p2align=2
local.set 31
local.get 31
local.get 29
local.get 19
f32x4.relaxed_madd
local.set 19
local.get 31
local.get 30
local.get 20
f32x4.relaxed_madd
local.set 20
local.get 11
v128.load32_splat 4:p2align=2
local.set 31
local.get 31
local.get 29
local.get 21
f32x4.relaxed_madd
local.set 21
local.get 31
local.get 30
local.get 22
f32x4.relaxed_madd
local.set 22
local.get 12
v128.load32_splat 4:p2align=2
local.set 31
local.get 31
local.get 29
local.get 23
f32x4.relaxed_madd
local.set 23
local.get 31
local.get 30
local.get 24
f32x4.relaxed_madd
local.set 24
local.get 13
v128.load32_splat 4:p2align=2
local.set 31
local.get 31
local.get 29
local.get 25
f32x4.relaxed_madd
local.set 25
local.get 31
local.get 30
local.get 26
f32x4.relaxed_madd
local.set 26
local.get 14
v128.load32_splat 4:p2align=2
local.set 31
local.get 31
local.get 29
local.get 27
f32x4.relaxed_madd
local.set 27
local.get 31
local.get 30
local.get 28
f32x4.relaxed_madd
local.set 28
local.get 16
v128.load 64:p2align=2
local.set 29
local.get 16
v128.load 80:p2align=2
local.set 30
local.get 9
v128.load32_splat 8:p2align=2
local.set 31
local.get 31
local.get 29
local.get 17
f32x4.relaxed_madd
local.set 17
local.get 31
local.get 30
local.get 18
f32x4.relaxed_madd
local.set 18
local.get 10
v128.load32_splat 8:p2align=2
local.set 31
local.get 31
local.get 29
local.get 19
f32x4.relaxed_madd
local.set 19
local.get 31
local.get 30
local.get 20
f32x4.relaxed_madd
local.set 20
local.get 11
v128.load32_splat 8:p2align=2
local.set 31
local.get 31
local.get 29
local.get 21
f32x4.relaxed_madd
local.set 21
local.get 31
local.get 30
local.get 22
f32x4.relaxed_madd
local.set 22
local.get 12
v128.load32_splat 8:p2align=2
local.set 31
local.get 31
local.get 29
local.get 23
f32x4.relaxed_madd
local.set 23
local.get 31
local.get 30
local.get 24
f32x4.relaxed_madd
local.set 24
local.get 13
v128.load32_splat 8:p2align=2
local.set 31
local.get 31
local.get 29
local.get 25
f32x4.relaxed_madd
local.set 25
local.get 31
local.get 30
local.get 26
f32x4.relaxed_madd
local.set 26
local.get 14
v128.load32_splat 8:p2align=2
local.set 31
local.get 31
local.get 29
local.get 27
f32x4.relaxed_madd
local.set 27
local.get 31
local.get 30
local.get 28
f32x4.relaxed_madd
local.set 28
local.get 16
v128.load 96:p2align=2
local.set 29
local.get 16
v128.load 112:p2align=2
local.set 30
local.get 9
v128.load32_splat 12:p2align=2
local.set 31
local.get 31
local.get 29
local.get 17
f32x4.relaxed_madd
local.set 17
local.get 31
local.get 30
local.get 18
f32x4.relaxed_madd
local.set 18
local.get 10
v128.load32_splat 12:p2align=2
local.set 31
local.get 31
local.get 29
local.get 19
f32x4.relaxed_madd
local.set 19
local.get 31
local.get 30
local.get 20
f32x4.relaxed_madd
local.set 20
local.get 11
v128.load32_splat 12:p2align=2
local.set 31
local.get 31
local.get 29
local.get 21
f32x4.relaxed_madd
local.set 21
local.get 31
local.get 30
local.get 22
f32x4.relaxed_madd
local.set 22
local.get 12
v128.load32_splat 12:p2align=2
local.set 31
local.get 31
local.get 29
local.get 23
f32x4.relaxed_madd
local.set 23
local.get 31
local.get 30
local.get 24
f32x4.relaxed_madd
local.set 24
local.get 13
v128.load32_splat 12:p2align=2
local.set 31
local.get 31
local.get 29
local.get 25
f32x4.relaxed_madd
local.set 25
local.get 31
local.get 30
local.get 26
f32x4.relaxed_madd
local.set 26
local.get 14
v128.load32_splat 12:p2align=2
local.set 31
local.get 31
local.get 29
local.get 27
f32x4.relaxed_madd
local.set 27
local.get 31
local.get 30
local.get 28
f32x4.relaxed_madd
local.set 28
local.get 9
i32.const 16
i32.add
local.set 9
local.get 10
i32.const 16
i32.add
local.set 10
local.get 11
i32.const 16
i32.add
local.set 11
local.get 12
i32.const 16
i32.add
local.set 12
local.get 13
i32.const 16
i32.add
local.set 13
local.get 14
i32.const 16
i32.add
local.set 14
local.get 16
i32.const 128
i32.add
local.set 16
local.get 15
i32.const 4
i32.sub
local.tee 15
br_if 0
end_loop
local.get 8
local.get 8
v128.load 0:p2align=2
local.get 17
f32x4.pmax
local.get 19
f32x4.pmax
local.get 21
f32x4.pmax
local.get 23
f32x4.pmax
local.get 25
f32x4.pmax
local.get 27
f32x4.pmax
v128.store 0:p2align=2
local.get 7
local.get 17
v128.store 0:p2align=2
local.get 7
local.get 19
v128.store 32:p2align=2
local.get 7
local.get 21
v128.store 64:p2align=2
local.get 7
local.get 23
v128.store 96:p2align=2
local.get 7
local.get 25
v128.store 128:p2align=2
local.get 7
local.get 27
v128.store 160:p2align=2
local.get 8
local.get 8
v128.load 16:p2align=2
local.get 18
f32x4.pmax
local.get 20
f32x4.pmax
local.get 22
f32x4.pmax
local.get 24
f32x4.pmax
local.get 26
f32x4.pmax
local.get 28
f32x4.pmax
v128.store 16:p2align=2
local.get 7
local.get 18
v128.store 16:p2align=2
local.get 7
local.get 20
v128.store 48:p2align=2
local.get 7
local.get 22
v128.store 80:p2align=2
local.get 7
local.get 24
v128.store 112:p2align=2
local.get 7
local.get 26
v128.store 144:p2align=2
local.get 7
local.get 28
v128.store 176:p2align=2
local.get 7
i32.const 192
i32.add
local.set 7
local.get 0
i32.const 1
i32.sub
local.tee 0
br_if 0
end_loop
end_function
.section .text.softmax_exp,"",@
.hidden softmax_exp
.globl softmax_exp
.type softmax_exp,@function
softmax_exp:
.functype softmax_exp (i32, i32, i32) -> ()
.local v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128
i32.const -1023541248
i32x4.splat
local.set 3
i32.const 1262485504
i32x4.splat
local.set 4
i32.const 984472842
i32x4.splat
local.set 5
i32.const 1008629060
i32x4.splat
local.set 6
i32.const 1029921705
i32x4.splat
local.set 7
i32.const 1047919838
i32x4.splat
local.set 8
i32.const 1060205077
i32x4.splat
local.set 9
i32.const 1065353216
i32x4.splat
local.set 10
local.get 2
v128.load 0:p2align=2
local.set 13
local.get 2
v128.load 16:p2align=2
local.set 17
loop
local.get 0
v128.load 0:p2align=2
local.get 13
f32x4.sub
local.get 3
f32x4.pmax
local.set 11
local.get 0
v128.load 16:p2align=2
local.get 17
f32x4.sub
local.get 3
f32x4.pmax
local.set 15
local.get 11
local.get 4
f32x4.add
local.set 12
local.get 15
local.get 4
f32x4.add
local.set 16
local.get 11
local.get 12
local.get 4
f32x4.sub
f32x4.sub
local.set 11
local.get 15
local.get 16
local.get 4
f32x4.sub
f32x4.sub
local.set 15
local.get 5
local.get 11
local.get 6
f32x4.relaxed_madd
local.get 11
local.get 7
f32x4.relaxed_madd
local.get 11
local.get 8
f32x4.relaxed_madd
local.get 11
local.get 9
f32x4.relaxed_madd
local.get 11
local.get 10
f32x4.relaxed_madd
local.get 12
i32.const 23
i32x4.shl
i32x4.add
local.set 11
local.get 5
local.get 15
local.get 6
f32x4.relaxed_madd
local.get 15
local.get 7
f32x4.relaxed_madd
local.get 15
local.get 8
f32x4.relaxed_madd
local.get 15
local.get 9
f32x4.relaxed_madd
local.get 15
local.get 10
f32x4.relaxed_madd
local.get 16
i32.const 23
i32x4.shl
i32x4.add
local.set 15
local.get 0
local.get 11
v128.store 0:p2align=2
local.get 0
local.get 15
v128.store 16:p2align=2
local.get 14
local.get 11
f32x4.add
local.set 14
local.get 18
local.get 15
f32x4.add
local.set 18
local.get 0
i32.const 32
i32.add
local.set 0
local.get 1
i32.const 1
i32.sub
local.tee 1
br_if 0
end_loop
local.get 2
local.get 14
v128.store 0:p2align=2
local.get 2
local.get 18
v128.store 16:p2align=2
end_function
