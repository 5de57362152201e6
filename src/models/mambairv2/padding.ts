/**
 * Images whose sides windows do not divide: mirrored over the lower and right edge, and cut again. Mirrors
 * `MambaIRv2.forward` of csguoh/MambaIR, which has no answer for a side below half a window; here the mirror image goes on.
 *
 * @module
 */
import type { Ops } from "../../ops/ops.ts";
import { columns, reshape, rowRange, type Tensor } from "../../tensor.ts";

/** Which of `size` pixels stands at `at` when they are mirrored over and over, edge pixels twice. */
const mirrored = (at: number, size: number): number => {
  const turn = at % (2 * size);
  return turn < size ? turn : 2 * size - 1 - turn;
};

/** x [b, h, w, c] with sides that `multiple` divides. */
export function padImage(ops: Ops, x: Tensor, multiple: number): Tensor {
  const [b, height, width, channels] = x.shape as [number, number, number, number];
  const tall = Math.ceil(height / multiple) * multiple, wide = Math.ceil(width / multiple) * multiple;
  if (tall === height && wide === width) return x;
  const index = Uint32Array.from(
    { length: tall * wide },
    (_, i) => mirrored(Math.floor(i / wide), height) * width + mirrored(i % wide, width),
  );
  const pixels = ops.gatherRows(reshape(x, [b, height * width, channels]), ops.input(index, [index.length]));
  return reshape(pixels, [b, tall, wide, channels]);
}

/** The upper left part of x [b, h, w, c]: `height` × `width` pixels. */
export function cropImage(ops: Ops, x: Tensor, height: number, width: number): Tensor {
  const [b, tall, wide, channels] = x.shape as [number, number, number, number];
  if (tall === height && wide === width) return x;
  const lines = reshape(x, [b * tall, wide * channels]), out = ops.empty([b * height, width * channels]);
  for (let image = 0; image < b; image++) {
    const seen = columns(rowRange(lines, image * tall, height), 0, width * channels);
    ops.unary(seen, "none", { out: rowRange(out, image * height, height) });
  }
  return reshape(out, [b, height, width, channels]);
}
