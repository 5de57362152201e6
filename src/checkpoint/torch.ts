/**
 * What PyTorch means by the names in its pickles: storages and tensors as windows on them. Everything else stays opaque.
 *
 * @module
 */
import { type Dtype, DTYPE_BYTES } from "./dtype.ts";
import { malformed, tooLarge, unknownKind } from "../bytes/errors.ts";
import { Global, Opaque, type PickleMeaning, type PickleValue } from "./pickle.ts";

/** A block of numbers that tensors are windows on. */
export class Storage {
  /** `key` finds its bytes, `length` counts its elements. */
  constructor(readonly key: string, readonly type: string, readonly length: number) {}
}

/** A window on a storage: element `[i, j, …]` is at `offset + i·strides[0] + j·strides[1] + …`. */
export class View {
  /** Sizes and strides are checked when the tensor is wanted, see {@linkcode checkView}. */
  constructor(
    readonly storage: Storage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

const DTYPES: { readonly [type: string]: Dtype } = {
  Double: "F64",
  Float: "F32",
  Half: "F16",
  BFloat16: "BF16",
  Long: "I64",
  Int: "I32",
  Short: "I16",
  Char: "I8",
  Byte: "U8",
  Bool: "BOOL",
};

/** Most elements of one tensor. */
const MAX_ELEMENTS = 2 ** 31;
/** Most elements of a tensor that repeats elements of a smaller storage (stride 0): nobody saves weights so. */
const MAX_REPEATED = 2 ** 20;

const isNumbers = (value: PickleValue | undefined): value is number[] =>
  Array.isArray(value) && value.every((item) => typeof item === "number");

/** The names that have a meaning here, for pickles of `file`. */
export function torchMeaning(file: string): PickleMeaning {
  const rebuildTensor = ([storage, offset, shape, strides]: readonly PickleValue[]): PickleValue => {
    if (!(storage instanceof Storage) || typeof offset !== "number" || !isNumbers(shape) || !isNumbers(strides)) {
      throw malformed(file, "tensors must have a storage, an offset, sizes and strides", "tensor has something else");
    }
    return new View(storage, offset, shape, strides);
  };
  const makeDictionary = ([items]: readonly PickleValue[]): PickleValue => {
    const pairs = Array.isArray(items) ? items.filter((item) => Array.isArray(item)) : [];
    return new Map(pairs.map(([key = null, value = null]) => [key, value]));
  };
  const first = ([value]: readonly PickleValue[]) => value;
  const calls = new Map<string, (args: readonly PickleValue[]) => PickleValue | undefined>([
    ["collections.OrderedDict", makeDictionary],
    ["collections.defaultdict", () => new Map()],
    ["torch._utils._rebuild_tensor", rebuildTensor],
    ["torch._utils._rebuild_tensor_v2", rebuildTensor],
    ["torch._utils._rebuild_parameter", first],
    ["torch._utils._rebuild_parameter_with_state", first],
    ["torch.Size", first],
    ["builtins.set", first],
    ["__builtin__.set", first],
    ["copyreg._reconstructor", ([type]) => type instanceof Global ? new Opaque(type.name, []) : undefined],
    ["copy_reg._reconstructor", ([type]) => type instanceof Global ? new Opaque(type.name, []) : undefined],
  ]);
  return {
    call: (name, args) => calls.get(name)?.(args),
    persistent(id) {
      const [kind, type, key, , length, view = null] = Array.isArray(id) ? id : [];
      if (
        kind !== "storage" || !(type instanceof Global) || typeof key !== "string" || typeof length !== "number" ||
        view !== null
      ) {
        throw malformed(file, "persistent ids must name a storage", "id is something else");
      }
      return new Storage(key, type.name, length);
    },
  };
}

/** Number format of a storage. */
export function dtypeOf(where: string, { type }: Storage): Dtype {
  const dtype = DTYPES[/^torch\.(?:cuda\.)?(\w+)Storage$/.exec(type)?.[1] ?? ""];
  if (dtype) return dtype;
  throw unknownKind(where, `its numbers must be ${Object.keys(DTYPES).join(", ")}`, `storage is ${type}`);
}

/**
 * Refuses a tensor that is not inside its storage, or larger than it honestly can be, before anything is allocated.
 *
 * @returns Its element count.
 */
export function checkView(where: string, { storage, offset, shape, strides }: View): number {
  const count = shape.reduce((product, size) => product * size, 1);
  if (shape.length !== strides.length) {
    throw malformed(where, `it must have as many strides as sizes (${shape.length})`, `count is ${strides.length}`);
  }
  if (![offset, storage.length, ...shape, ...strides].every((value) => Number.isSafeInteger(value) && value >= 0)) {
    throw malformed(
      where,
      "offset, sizes and strides must not be negative",
      `offset is ${offset}, sizes are [${shape.join(", ")}], strides [${strides.join(", ")}]`,
    );
  }
  const limit = count > storage.length ? MAX_REPEATED : MAX_ELEMENTS;
  if (count > limit) throw tooLarge(where, `it must have at most ${limit} elements`, `shape is [${shape.join(", ")}]`);
  const last = shape.reduce((sum, size, i) => sum + (size - 1) * strides[i]!, offset);
  if (count > 0 && last >= storage.length) {
    throw malformed(where, `it must lie inside its storage of ${storage.length}`, `last element is at ${last}`);
  }
  return count;
}

function isContiguous({ shape, strides }: View): boolean {
  let expected = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] !== 1 && strides[i] !== expected) return false;
    expected *= shape[i]!;
  }
  return true;
}

/** Elements of a given width, as whatever array type has it: only moved, never looked at. */
function elementsOf({ buffer }: Uint8Array, width: number) {
  if (width === 1) return new Uint8Array(buffer);
  if (width === 2) return new Uint16Array(buffer);
  return width === 4 ? new Uint32Array(buffer) : new BigUint64Array(buffer);
}

/** Elements of a tensor in row-major order, as stored. `read` gives bytes of its storage, in memory of their own. */
export async function readView(
  view: View,
  dtype: Dtype,
  read: (offset: number, length: number) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const { offset, shape, strides } = view;
  const width = DTYPE_BYTES[dtype];
  const count = shape.reduce((product, size) => product * size, 1);
  if (count === 0) return new Uint8Array(0);
  if (isContiguous(view)) return await read(offset * width, count * width);

  const span = shape.reduce((sum, size, i) => sum + (size - 1) * strides[i]!, 1);
  const stored = elementsOf(await read(offset * width, span * width), width);
  const out = new Uint8Array(count * width);
  const ordered = elementsOf(out, width);
  const index = shape.map(() => 0);
  for (let i = 0, at = 0; i < count; i++) {
    ordered[i] = stored[at]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      at -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}
