/**
 * The safetensors format: eight bytes that give the length of a JSON header, the header, the numbers. Nothing is
 * allocated before the header has been believed.
 *
 * @module
 */
import type { ByteSource } from "../bytes/byte_source.ts";
import type { Entry } from "./checkpoint.ts";
import { type Dtype, DTYPE_BYTES, isDtype, widen } from "./dtype.ts";
import { malformed, tooLarge, unknownKind } from "../bytes/errors.ts";
import { checkJson } from "./json.ts";
import { openingOf } from "./limits.ts";

/** Cost of a tensor's entry, in bytes handled. */
const TENSOR_COST = 256;

/** Most dimensions of a tensor, as in torch. */
const MAX_RANK = 64;

/** What a safetensors file holds. */
export interface Safetensors {
  /** Its tensors, in the order of their bytes. */
  readonly entries: readonly Entry[];
  /** Its `__metadata__`. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** One tensor as the header tells it. */
interface Declared {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function parseTensor(file: string, name: string, declared: unknown): Declared {
  const where = `tensor "${name}" of ${file}`;
  if (!isRecord(declared)) {
    throw malformed(where, "its entry must be an object", `entry is ${JSON.stringify(declared)}`);
  }
  const { dtype, shape, data_offsets: offsets } = declared;
  if (typeof dtype !== "string" || !isDtype(dtype)) {
    const known = Object.keys(DTYPE_BYTES).join(", ");
    throw unknownKind(where, `dtype must be one of ${known}`, `dtype is ${JSON.stringify(dtype)}`);
  }
  if (!Array.isArray(shape) || shape.length > MAX_RANK || !shape.every(isSize)) {
    throw malformed(where, "shape must be a list of sizes", `shape is ${JSON.stringify(shape)}`);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    throw malformed(where, "data_offsets must be two positions", `data_offsets are ${JSON.stringify(offsets)}`);
  }
  const bytes = shape.reduce((product, size) => product * size, DTYPE_BYTES[dtype]);
  const [begin, end] = offsets as [number, number];
  if (end - begin !== bytes) {
    throw malformed(where, `${dtype} [${shape.join(", ")}] must take ${bytes} bytes`, `length is ${end - begin}`);
  }
  return { name, dtype, shape, begin, end };
}

/** Tensors in the order of their bytes, which they must cover without gap or overlap. */
function orderTensors(file: string, tensors: Declared[], size: number): Declared[] {
  tensors.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const { name, begin, end } of tensors) {
    if (begin !== at) {
      throw malformed(file, `tensor "${name}" must begin where another ends, at ${at}`, `begin is ${begin}`);
    }
    at = end;
  }
  if (at !== size) {
    throw malformed(
      file,
      `its tensors must take the ${size} bytes after the header`,
      `sum is ${at}, the file may be truncated`,
    );
  }
  return tensors;
}

/**
 * Reads the header of a safetensors file.
 *
 * @throws {SyntaxError} When header or layout are not as the format demands: tensors must cover the file without gaps
 * and no key may come twice.
 * @throws {RangeError} When the header is longer than its limit.
 * @throws {TypeError} When a tensor has a number format that cannot be read.
 */
export async function readSafetensors(source: ByteSource, opening = openingOf()): Promise<Safetensors> {
  const { name: file, size } = source, { limits, turn } = opening;
  if (size < 8) throw malformed(file, "it must have at least 8 bytes", `size is ${size}`);
  const word = new DataView((await source.read(0, 8)).buffer);
  const length = word.getUint32(0, true) + word.getUint32(4, true) * 2 ** 32;
  if (length > size - 8) {
    throw malformed(
      file,
      "its header must lie inside it",
      `header length is ${length} of ${size} bytes, the file may be truncated`,
    );
  }
  if (length > limits.headerBytes) {
    throw tooLarge(file, `its header must have at most ${limits.headerBytes} bytes`, `header length is ${length}`);
  }
  const header = await checkJson(file, await source.read(8, length), turn);
  if (!isRecord(header)) throw malformed(file, "its header must be an object", "header is something else");

  const { __metadata__, ...rest } = header, metadata = __metadata__ ?? {};
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === "string")) {
    throw malformed(
      file,
      "its __metadata__ must hold texts only",
      `metadata is ${JSON.stringify(metadata).slice(0, 80)}`,
    );
  }
  const start = 8 + length;
  const tensors: Declared[] = [];
  for (const [name, declared] of Object.entries(rest)) {
    tensors.push(parseTensor(file, name, declared));
    await turn(TENSOR_COST);
  }
  const entries = orderTensors(file, tensors, size - start).map(({ name, dtype, shape, begin, end }) => {
    const readRaw = () => source.read(start + begin, end - begin);
    return { name, dtype, shape, bytes: end - begin, readRaw, read: async () => widen(await readRaw(), dtype) };
  });
  return { entries, metadata: metadata as Record<string, string> };
}

/** A tensor to be written. */
export interface Writable {
  /** Its key. */
  readonly name: string;
  /** How its numbers are stored. */
  readonly dtype: Dtype;
  /** Sizes, outermost first. */
  readonly shape: readonly number[];
  /** Its numbers, row-major and little endian; called once, when its turn has come. */
  bytes(): Promise<Uint8Array> | Uint8Array;
}

/** The header of a file, its tensors in the order of their bytes, and where each ends. */
function layOut<T extends Omit<Writable, "bytes">>(tensors: readonly T[], metadata: Readonly<Record<string, string>>) {
  const ordered = tensors.toSorted((a, b) => DTYPE_BYTES[b.dtype] - DTYPE_BYTES[a.dtype]);
  const rows: [string, unknown][] = Object.keys(metadata).length > 0 ? [["__metadata__", metadata]] : [];
  let at = 0;
  const ends = ordered.map(({ name, dtype, shape }) => {
    const begin = at;
    at += shape.reduce((product, size) => product * size, DTYPE_BYTES[dtype]);
    rows.push([name, { dtype, shape, data_offsets: [begin, at] }]);
    return at;
  });
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(rows)));
  const header = new Uint8Array(8 + Math.ceil(text.length / 8) * 8).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(header.length - 8), true);
  header.set(text, 8);
  return { header, ordered, ends };
}

/** Bytes that a file of such tensors takes. */
export function safetensorsBytes(
  tensors: readonly Omit<Writable, "bytes">[],
  metadata: Readonly<Record<string, string>> = {},
): number {
  const { header, ends } = layOut(tensors, metadata);
  return header.length + (ends.at(-1) ?? 0);
}

/**
 * The bytes of a safetensors file, piece by piece: the header, then one tensor after the other, wide numbers first so that
 * all are aligned.
 *
 * @throws {TypeError} When a tensor has not the bytes of its shape.
 *
 * @example
 * ```ts
 * const weight = { name: "weight", dtype: "F32", shape: [2], bytes: () => new Uint8Array(8) } as const;
 * for await (const piece of writeSafetensors([weight], { model: "mine" })) console.log(piece.length);
 * ```
 */
export async function* writeSafetensors(
  tensors: readonly Writable[],
  metadata: Readonly<Record<string, string>> = {},
): AsyncGenerator<Uint8Array> {
  const { header, ordered, ends } = layOut(tensors, metadata);
  yield header;

  let begin = 0;
  for (const [i, tensor] of ordered.entries()) {
    const bytes = await tensor.bytes();
    if (bytes.length !== ends[i]! - begin) {
      throw new TypeError(
        `Cannot write tensor "${tensor.name}" as ${tensor.dtype} [${tensor.shape.join(", ")}] must take ${
          ends[i]! - begin
        } bytes: current length is ${bytes.length}`,
      );
    }
    begin = ends[i]!;
    yield bytes;
  }
}
