/**
 * What PyTorch means by the names in its pickles: storages and tensors as windows on them. Everything else stays opaque.
 *
 * @module
 */
import { type Dtype, DTYPE_BYTES } from "./dtype.ts";
import { malformed, tooLarge, unknownKind } from "../bytes/errors.ts";
import { Global, keyText, Opaque, type PickleMeaning, type PickleValue } from "./pickle_value.ts";

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
    /** Whether the tensor is minus its numbers (torch's negative bit). */
    readonly negated: boolean = false,
    /** Names of what the tensor carried beside its numbers and what is not read. */
    readonly dropped: string[] = [],
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

/** The storage type that has the numbers of a `torch.dtype`, as newer files name it. */
const STORAGES: { readonly [dtype: string]: string } = {
  "torch.float64": "Double",
  "torch.float32": "Float",
  "torch.float16": "Half",
  "torch.bfloat16": "BFloat16",
  "torch.int64": "Long",
  "torch.int32": "Int",
  "torch.int16": "Short",
  "torch.int8": "Char",
  "torch.uint8": "Byte",
  "torch.bool": "Bool",
};

/** Most dimensions of a tensor; torch has the same limit. */
const MAX_RANK = 64;

/** Most elements of one tensor. */
const MAX_ELEMENTS = 2 ** 31;
/** Most elements of a tensor that repeats elements of a smaller storage (stride 0): nobody saves weights so. */
const MAX_REPEATED = 2 ** 20;

const isNumbers = (value: PickleValue | undefined): value is number[] =>
  Array.isArray(value) && value.length <= MAX_RANK && value.every((item) => typeof item === "number");

/** Most words about what was left out of a file, or of a tensor, and most attributes of one that are named. */
const MAX_DROPPED = 20;
const MAX_NAMED = 8;
/** Attribute of a state dict, which holds the versions of its modules. */
const VERSIONS = "_metadata";

/** The names that have a meaning here, for pickles of `file`; `warnings` hears of what is left out. */
export function torchMeaning(file: string, warnings: string[] = []): PickleMeaning {
  const wrong = (wish: string, fact: string) => malformed(file, wish, fact);
  const rebuildTensor = (
    [storage, offset, shape, strides, , hooks = null, metadata = null]: readonly PickleValue[],
  ): PickleValue => {
    if (!(storage instanceof Storage) || typeof offset !== "number" || !isNumbers(shape) || !isNumbers(strides)) {
      throw wrong("tensors must have a storage, an offset, sizes and strides", "tensor has something else");
    }
    const dropped = hooks instanceof Map && hooks.size > 0 ? ["backward hooks"] : [];
    if (metadata === null) return new View(storage, offset, shape, strides, false, dropped);
    if (!(metadata instanceof Map)) throw wrong("the metadata of a tensor must be a dictionary", "metadata is none");
    // The conjugate bit changes nothing where there are no complex numbers; other metadata changes what numbers mean.
    const strange = [...metadata.keys()].filter((key) => key !== "neg" && key !== "conj");
    if (strange.length > 0) {
      const names = strange.slice(0, 3).map(keyText).join(", ");
      throw unknownKind(file, "tensors must have no metadata but neg and conj", `metadata is ${names}`);
    }
    return new View(storage, offset, shape, strides, metadata.get("neg") === true, dropped);
  };
  /** As above, over a storage without a number format. */
  const rebuildTyped = (
    [storage, offset, shape, strides, , hooks, dtype, metadata]: readonly PickleValue[],
  ): PickleValue => {
    const type = dtype instanceof Global ? STORAGES[dtype.name] : undefined;
    if (type === undefined || !(storage instanceof Storage)) {
      const fact = dtype instanceof Global ? dtype.name : "something else";
      throw unknownKind(file, `dtypes must be ${Object.keys(STORAGES).join(", ")}`, `dtype is ${fact}`);
    }
    const typed = new Storage(storage.key, `torch.${type}Storage`, storage.length / DTYPE_BYTES[DTYPES[type]!]);
    return rebuildTensor([
      typed,
      offset ?? null,
      shape ?? null,
      strides ?? null,
      null,
      hooks ?? null,
      metadata ?? null,
    ]);
  };
  /** A tensor with Python attributes, or of a class of its own: the numbers of it. */
  const rebuildFromType = ([rebuild, type, args, state = null]: readonly PickleValue[]): PickleValue | undefined => {
    // Only what makes a tensor of a storage: such a call within such a call could be nested without end.
    const inner = rebuild instanceof Global && /^torch\._utils\._rebuild_/.test(rebuild.name) && Array.isArray(args)
      ? calls.get(rebuild.name)?.(args)
      : undefined;
    if (!(inner instanceof View)) return undefined;
    const kind = type instanceof Global && !/^torch\.(Tensor|nn\.parameter\.\w+)$/.test(type.name)
      ? [`class ${type.name.slice(0, 80)}`]
      : [];
    return carrying(inner, [...kind, ...attributes(state)]);
  };
  const rebuildParameter = ([data, , , state = null]: readonly PickleValue[]): PickleValue | undefined =>
    data instanceof View ? carrying(data, attributes(state)) : data;
  const makeDictionary = ([items]: readonly PickleValue[]): PickleValue => {
    if (items === undefined) return new Map();
    if (items instanceof Map) return new Map(items);
    if (!Array.isArray(items) || !items.every((item) => Array.isArray(item) && item.length === 2)) {
      throw wrong("dictionaries must be made of pairs", "argument is something else");
    }
    return new Map(items as [PickleValue, PickleValue][]);
  };
  const first = ([value]: readonly PickleValue[]) => value;
  const calls = new Map<string, (args: readonly PickleValue[]) => PickleValue | undefined>([
    ["collections.OrderedDict", makeDictionary],
    ["collections.defaultdict", ([, items]) => makeDictionary(items === undefined ? [] : [items])],
    ["torch._utils._rebuild_tensor", rebuildTensor],
    ["torch._utils._rebuild_tensor_v2", rebuildTensor],
    ["torch._utils._rebuild_tensor_v3", rebuildTyped],
    ["torch._utils._rebuild_parameter", rebuildParameter],
    ["torch._utils._rebuild_parameter_with_state", rebuildParameter],
    ["torch._tensor._rebuild_from_type", rebuildFromType],
    ["torch._tensor._rebuild_from_type_v2", rebuildFromType],
    ["torch.Size", first],
    ["builtins.set", first],
    ["__builtin__.set", first],
    ["copyreg._reconstructor", ([type]) => type instanceof Global ? new Opaque(type.name, []) : undefined],
    ["copy_reg._reconstructor", ([type]) => type instanceof Global ? new Opaque(type.name, []) : undefined],
  ]);
  return {
    call: (name, args) => calls.get(name)?.(args),
    state(target, state) {
      const names = attributes(state).filter((name) => name !== `attribute ${VERSIONS}`);
      if (target instanceof View) target.dropped.push(...names.slice(0, MAX_DROPPED - target.dropped.length));
      else if (names.length > 0 && warnings.length < MAX_DROPPED) {
        warnings.push(
          `A dictionary or list of ${file} has more than its items, which is not read: ${names.join(", ")}`,
        );
      }
    },
    persistent(id) {
      // The older container also names classes whose source it kept; the object of one is refused later, in words.
      if (Array.isArray(id) && id[0] === "module" && id[1] instanceof Global) return id[1];
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

/** A tensor that came with more than its numbers. */
function carrying(view: View, names: readonly string[]): View {
  const { storage, offset, shape, strides, negated, dropped } = view;
  if (names.length === 0) return view;
  return new View(storage, offset, shape, strides, negated, [...dropped, ...names].slice(0, MAX_DROPPED));
}

/** Names of the attributes in the state of an object: a dictionary, or a pair of one and of slots. */
function attributes(state: PickleValue): string[] {
  const names: string[] = [];
  for (const part of Array.isArray(state) ? state.slice(0, 2) : [state]) {
    if (!(part instanceof Map)) continue;
    let count = 0;
    for (const key of part.keys()) {
      if (count++ === MAX_NAMED) break;
      names.push(`attribute ${keyText(key)}`);
    }
  }
  return names;
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
export function checkView(where: string, { storage, offset, shape, strides, negated }: View): number {
  const count = shape.reduce((product, size) => product * size, 1);
  if (negated && !/(Double|Float|Half|BFloat16)Storage$/.test(storage.type)) {
    throw unknownKind(
      where,
      "tensors with the negative bit must hold floating-point numbers",
      `storage is ${storage.type}`,
    );
  }
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

/** Elements from the first to the last of a tensor, which are read for it. */
const spanOf = ({ shape, strides }: View): number => shape.reduce((sum, size, i) => sum + (size - 1) * strides[i]!, 1);

/** Bytes that reading a tensor passes over, which must be inside its storage. */
export const costOf = (view: View, dtype: Dtype): number =>
  view.shape.includes(0) ? 0 : spanOf(view) * DTYPE_BYTES[dtype];

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

/** Changes the sign of floating-point numbers in place, by their sign bit. */
function negateFloats(bytes: Uint8Array, width: number): Uint8Array {
  for (let i = width - 1; i < bytes.length; i += width) bytes[i]! ^= 0x80;
  return bytes;
}

/** Elements of a tensor in row-major order, as it is. `read` gives bytes of its storage, in memory of their own. */
export async function readView(
  view: View,
  dtype: Dtype,
  read: (offset: number, length: number) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const stored = await readStored(view, dtype, read);
  return view.negated ? negateFloats(stored, DTYPE_BYTES[dtype]) : stored;
}

async function readStored(
  view: View,
  dtype: Dtype,
  read: (offset: number, length: number) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const { offset, shape, strides } = view;
  const width = DTYPE_BYTES[dtype];
  const count = shape.reduce((product, size) => product * size, 1);
  if (count === 0) return new Uint8Array(0);
  if (isContiguous(view)) return await read(offset * width, count * width);

  const span = spanOf(view);
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
