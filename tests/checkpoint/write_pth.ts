/**
 * A minimal `torch.save`: enough of the zip container and of pickle protocol 2 to make checkpoints of any size for tests.
 *
 * @module
 */
import { crc32 } from "../../src/bytes/crc32.ts";

/** A contiguous f32 tensor; values are asked for when their turn has come. */
export class PthTensor {
  constructor(readonly shape: readonly number[], readonly values: () => Float32Array) {}
}

/** An object of a class with attributes, for example `argparse.Namespace`. */
export class PthObject {
  constructor(readonly module: string, readonly type: string, readonly state: PthValue) {}
}

/** What can be saved. */
export type PthValue =
  | null
  | boolean
  | number
  | string
  | readonly PthValue[]
  | ReadonlyMap<string | number, PthValue>
  | PthTensor
  | PthObject;

const encoder = new TextEncoder();
const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** The pickle of a value; its tensors are appended to `tensors` and named by their index. */
function pickle(root: PthValue, tensors: PthTensor[]): Uint8Array<ArrayBuffer> {
  const out: number[] = [0x80, 2];
  const put32 = (value: number) => out.push(value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >>> 24) & 255);
  const text = (value: string) => {
    const bytes = encoder.encode(value);
    out.push(0x58);
    put32(bytes.length);
    for (const byte of bytes) out.push(byte);
  };
  const name = (module: string, type: string) => out.push(0x63, ...encoder.encode(`${module}\n${type}\n`));
  const tuple = (items: readonly (() => void)[]) => {
    out.push(0x28);
    items.forEach((item) => item());
    out.push(0x74);
  };
  const numbers = (values: readonly number[]) => tuple(values.map((value) => () => save(value)));
  const saveTensor = (tensor: PthTensor) => {
    const key = `${tensors.push(tensor) - 1}`;
    const strides = tensor.shape.map((_, i) => sizeOf(tensor.shape.slice(i + 1)));
    const id = [() => text("storage"), () => name("torch", "FloatStorage"), () => text(key), () => text("cuda:0")];
    name("torch._utils", "_rebuild_tensor_v2");
    tuple([
      () => {
        tuple([...id, () => save(sizeOf(tensor.shape))]);
        out.push(0x51);
      },
      () => save(0),
      () => numbers(tensor.shape),
      () => numbers(strides),
      () => save(false),
      () => {
        name("collections", "OrderedDict");
        out.push(0x29, 0x52);
      },
    ]);
    out.push(0x52);
  };
  const save = (value: PthValue): void => {
    if (value === null) out.push(0x4e);
    else if (typeof value === "boolean") out.push(value ? 0x88 : 0x89);
    else if (typeof value === "string") text(value);
    else if (typeof value === "number" && Number.isInteger(value)) {
      out.push(0x4a);
      put32(value);
    } else if (typeof value === "number") {
      const double = new DataView(new ArrayBuffer(8));
      double.setFloat64(0, value);
      out.push(0x47, ...new Uint8Array(double.buffer));
    } else if (value instanceof PthTensor) saveTensor(value);
    else if (value instanceof PthObject) {
      name(value.module, value.type);
      out.push(0x29, 0x81);
      save(value.state);
      out.push(0x62);
    } else if (value instanceof Map) {
      out.push(0x7d, 0x28);
      for (const [key, item] of value) {
        save(key);
        save(item);
      }
      out.push(0x75);
    } else {
      out.push(0x5d, 0x28);
      for (const item of value as readonly PthValue[]) save(item);
      out.push(0x65);
    }
  };
  save(root);
  out.push(0x2e);
  return Uint8Array.from(out);
}

/** Fields of the given widths, one after the other, little endian. */
function record(...fields: readonly (readonly [value: number, width: 2 | 4])[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(fields.reduce((sum, [, width]) => sum + width, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [value, width] of fields) {
    if (width === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += width;
  }
  return bytes;
}

/** The bytes of a `.pth` file, piece by piece; at most 4 GB in all. Storages are aligned to 64 bytes as torch has them. */
export function* writePth(root: PthValue): Generator<Uint8Array<ArrayBuffer>> {
  const tensors: PthTensor[] = [];
  const data = pickle(root, tensors);
  const files: [name: string, bytes: () => Uint8Array<ArrayBuffer>][] = [
    ["archive/data.pkl", () => data],
    ["archive/byteorder", () => encoder.encode("little")],
    ...tensors.map(({ shape, values }, i): [string, () => Uint8Array<ArrayBuffer>] => [`archive/data/${i}`, () => {
      const numbers = values();
      if (numbers.length !== sizeOf(shape)) throw new TypeError(`tensor ${i} has ${numbers.length} values`);
      return new Uint8Array(new Float32Array(numbers).buffer);
    }]),
    ["archive/version", () => encoder.encode("3\n")],
  ];
  const rows: Uint8Array<ArrayBuffer>[] = [];
  let at = 0;
  for (const [name, read] of files) {
    const title = encoder.encode(name);
    const bytes = read();
    const padding = (64 - (at + 30 + title.length + 4) % 64) % 64;
    const common = [[0, 2], [0, 2], [0, 2], [0, 2], [crc32(bytes), 4], [bytes.length, 4], [bytes.length, 4]] as const;
    rows.push(
      record([0x02014b50, 4], [20, 2], [20, 2], ...common, [title.length, 2], [0, 2], [0, 2], [0, 2], [0, 2], [0, 4], [
        at,
        4,
      ]),
      title,
    );
    yield record([0x04034b50, 4], [20, 2], ...common, [title.length, 2], [4 + padding, 2]);
    yield title;
    yield record([0x4246, 2], [padding, 2]);
    yield new Uint8Array(padding);
    yield bytes;
    at += 30 + title.length + 4 + padding + bytes.length;
  }
  yield* rows;
  const size = rows.reduce((sum, row) => sum + row.length, 0);
  yield record([0x06054b50, 4], [0, 2], [0, 2], [files.length, 2], [files.length, 2], [size, 4], [at, 4], [0, 2]);
}

/** All pieces in one. */
export async function joinPieces(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  const all: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of pieces) all.push(piece as Uint8Array<ArrayBuffer>);
  return new Uint8Array(await new Blob(all).arrayBuffer());
}
