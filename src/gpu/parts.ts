/**
 * Calls that a GPU does in parts: kernel calls one after the other.
 *
 * @module
 */
import type { KernelCall } from "../device.ts";
import type { Tensor } from "../tensor.ts";
import { normsApart } from "./grid.ts";

/** The calls that a call comes down to; `make` gives the memory between them. */
export function partsOf(call: KernelCall, make: (shape: readonly number[]) => Tensor): readonly KernelCall[] {
  return isProduct(call) ? product(call, make) : [call];
}

const isProduct = (call: KernelCall): call is KernelCall<"linear"> => call.kernel === "linear";

/** A product, and the norm of its rows by itself where each of its tiles would do it again. */
function product(call: KernelCall<"linear">, make: (shape: readonly number[]) => Tensor): readonly KernelCall[] {
  const { operands, params: p } = call, { normWeight, normBias, ...rest } = operands;
  if (!normWeight || !normsApart(p)) return [call];
  const { rows, inner, epsilon } = p, x = make([rows, inner]);
  const norm: KernelCall<"layer_norm"> = {
    kernel: "layer_norm",
    operands: { x: operands.x, weight: normWeight, bias: normBias, out: x },
    params: { rows, columns: inner, epsilon, xStride: p.xStride, residualStride: 0, gateStride: 0, outStride: inner },
  };
  return [norm, { ...call, operands: { ...rest, x }, params: { ...p, xStride: inner, norm: 0 } } as KernelCall];
}
