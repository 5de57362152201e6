import { columnsOf, rowsOf, type Tensor } from "../tensor.ts";

/** The elements of a tensor, row behind row, out of memory whose element `first` is its first. */
export function readRows(
  memory: Float32Array | Float64Array | Uint32Array,
  first: number,
  tensor: Tensor,
): Float32Array {
  const rows = rowsOf(tensor), columns = columnsOf(tensor);
  const result = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    const at = first + r * tensor.stride;
    result.set(memory.subarray(at, at + columns), r * columns);
  }
  return result;
}
