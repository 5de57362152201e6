import { BINARY_OPERATIONS } from "../kernels.ts";
import type { ReferenceKernel } from "./view.ts";

/**
 * out[r] = a[r] ∘ b[⌊r / bRepeat⌋ mod bRows]; accumulate adds that to out·scale. `rotate` reads both rows as interleaved
 * complex numbers and multiplies them: with b = (cos θ, sin θ) it is the rotary embedding of Vim's `rope.py`.
 */
export const binary: ReferenceKernel<"binary"> = ({ a, b, scale, out }, p) => {
  const operation = BINARY_OPERATIONS[p.operation]!;
  const store = (at: number, c: number, value: number): void => {
    out.data[at] = (p.accumulate ? out.data[at]! * (scale ? scale.data[scale.at + c]! : 1) : 0) + value;
  };
  for (let r = 0; r < p.rows; r++) {
    const left = a.at + r * p.aStride, result = out.at + r * p.outStride;
    const right = b.at + Math.floor(r / p.bRepeat) % p.bRows * p.bStride;
    for (let c = 0; c < p.columns; c++) {
      const x = a.data[left + c]!, y = b.data[right + c]!;
      if (operation === "add") store(result + c, c, x + y);
      else if (operation === "multiply") store(result + c, c, x * y);
      else if (c % 2 === 0) {
        const xi = a.data[left + c + 1]!, yi = b.data[right + c + 1]!;
        store(result + c, c, x * y - xi * yi);
        store(result + c + 1, c + 1, xi * y + x * yi);
      }
    }
  }
};
