/**
 * Number formats that checkpoints use, by their safetensors names, and the way from each to f32.
 *
 * @module
 */
import { decodeBf16, decodeF16 } from "./half.ts";

/** Bytes an element takes. */
export const DTYPE_BYTES = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  U64: 8,
  I32: 4,
  U32: 4,
  I16: 2,
  U16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
} as const;

/** How the numbers of a tensor are stored. */
export type Dtype = keyof typeof DTYPE_BYTES;

/** Whether a text names a number format that can be read. */
export const isDtype = (name: string): name is Dtype => Object.hasOwn(DTYPE_BYTES, name);

let halves: Float32Array | undefined;

/** All binary16 values by their bits: a tensor of millions is then one look-up an element. */
function halfTable(): Float32Array {
  return halves ??= Float32Array.from({ length: 65536 }, (_, bits) => decodeF16(bits));
}

const reader: { readonly [D in Dtype]: (view: DataView, at: number) => number } = {
  F64: (view, at) => view.getFloat64(at, true),
  F32: (view, at) => view.getFloat32(at, true),
  F16: (view, at) => decodeF16(view.getUint16(at, true)),
  BF16: (view, at) => decodeBf16(view.getUint16(at, true)),
  I64: (view, at) => Number(view.getBigInt64(at, true)),
  U64: (view, at) => Number(view.getBigUint64(at, true)),
  I32: (view, at) => view.getInt32(at, true),
  U32: (view, at) => view.getUint32(at, true),
  I16: (view, at) => view.getInt16(at, true),
  U16: (view, at) => view.getUint16(at, true),
  I8: (view, at) => view.getInt8(at),
  U8: (view, at) => view.getUint8(at),
  BOOL: (view, at) => view.getUint8(at) ? 1 : 0,
};

const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Little-endian bytes of a tensor as f32 numbers; for F32 a view of the same memory where it is aligned. */
export function widen(bytes: Uint8Array, dtype: Dtype): Float32Array {
  const count = bytes.length / DTYPE_BYTES[dtype];
  if (dtype === "F32" && littleEndian && bytes.byteOffset % 4 === 0) {
    return new Float32Array(bytes.buffer, bytes.byteOffset, count);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out = new Float32Array(count);
  if (dtype === "F16") {
    const table = halfTable();
    for (let i = 0; i < count; i++) out[i] = table[view.getUint16(2 * i, true)]!;
    return out;
  }
  const read = reader[dtype];
  const width = DTYPE_BYTES[dtype];
  for (let i = 0; i < count; i++) out[i] = read(view, i * width);
  return out;
}
