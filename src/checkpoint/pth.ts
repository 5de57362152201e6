/**
 * The two containers of `torch.save`: a zip archive with a pickle and a file per storage, and the older form, pickles one
 * after the other with the storages behind them. Both give the pickled object and a way to the bytes of a storage.
 *
 * @module
 */
import { crc32 } from "../bytes/crc32.ts";
import type { ByteSource } from "../bytes/byte_source.ts";
import { DTYPE_BYTES } from "./dtype.ts";
import { malformed, tooLarge } from "../bytes/errors.ts";
import type { Opening } from "./limits.ts";
import { LEGACY_NUMBER } from "./magic.ts";
import { PickleEnd, PickleReader } from "./pickle.ts";
import type { PickleValue } from "./pickle_value.ts";
import { dtypeOf, Storage, torchMeaning } from "./torch.ts";
import { readZipDirectory, readZipEntry, type ZipEntry } from "./zip.ts";

/** Where the bytes of a storage are. */
export interface Content {
  /** Bytes `[offset, offset + length)`, in memory of their own. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** An opened `.pth` file. */
export interface Pth {
  /** The object that was saved. */
  readonly root: PickleValue;
  /** Finds the bytes of a storage; throws when they are missing or too few. */
  content(storage: Storage): Content;
  /** What was not right but could be read; grows as storages are read. */
  readonly warnings: readonly string[];
}

/** Bytes that the deflated entries of a small file may inflate to. */
const MIN_INFLATED = 2 ** 24;
const LEGACY_PROTOCOL = 1001;
/** What is read at first to find the pickles of the older container. */
const LEGACY_WINDOW = 2 ** 18;

function tooShort(file: string, { key }: Storage, wanted: number, size: number): SyntaxError {
  return malformed(
    `storage ${key} of ${file}`,
    `it must have ${wanted} bytes`,
    `size is ${size}, the file may be truncated`,
  );
}

/**
 * Opens the zip container.
 *
 * @throws {SyntaxError} When archive or pickle are broken, a storage is missing, or the numbers are big endian.
 * @throws {RangeError} When the pickle is larger than its limit.
 */
export async function openZipPth(source: ByteSource, opening: Opening): Promise<Pth> {
  const file = source.name, { limits } = opening;
  const entries = await readZipDirectory(source, opening);
  const warnings: string[] = [];
  const most = Math.max(MIN_INFLATED, limits.inflation * source.size);
  const readWhole = async (entry: ZipEntry) => {
    const limit = Math.min(limits.pickleBytes, most);
    if (entry.size > limit) {
      throw tooLarge(
        `entry "${entry.name}" of ${file}`,
        `it must have at most ${limit} bytes`,
        `size is ${entry.size}`,
      );
    }
    return checked(entry, await readZipEntry(source, entry));
  };
  const checked = (entry: ZipEntry, bytes: Uint8Array) => {
    if (crc32(bytes) !== entry.crc) {
      warnings.push(`The checksum of "${entry.name}" in ${file} does not match: the file may be damaged`);
    }
    return bytes;
  };

  const pickles = [...entries.keys()].filter((name) => /(^|\/)data\.pkl$/.test(name));
  const pickle = pickles.sort((a, b) => a.length - b.length)[0];
  if (pickle === undefined) {
    throw malformed(file, "the archive must hold data.pkl", "archive has none, it is no PyTorch file");
  }
  const folder = pickle.slice(0, -"data.pkl".length);
  const order = entries.get(`${folder}byteorder`);
  const endian = order && new TextDecoder().decode(await readWhole(order)).trim();
  if (endian !== undefined && endian !== "little") {
    throw malformed(file, "its numbers must be little endian", `byte order is ${endian.slice(0, 20)}`);
  }
  const reader = new PickleReader(file, await readWhole(entries.get(pickle)!), torchMeaning(file, warnings), opening);
  const root = await reader.read();
  if (reader.position < reader.bytes.length) {
    warnings.push(`${reader.bytes.length - reader.position} bytes after the end of the pickle of ${file} are not read`);
  }

  const deflated = new Set<ZipEntry>();
  let inflating = 0;
  let inflated: { entry: ZipEntry; bytes: Uint8Array } | undefined;
  // An entry is inflated twice at most: who asks for it again gets what is kept then.
  const before = new Set<ZipEntry>(), kept = new Map<ZipEntry, Uint8Array>();
  const read = async (entry: ZipEntry, offset: number, length: number, wanted: number) => {
    if (entry.method === 0) {
      const bytes = await readZipEntry(source, entry, offset, length);
      return length === entry.size ? checked(entry, bytes) : bytes;
    }
    if (entry.size > wanted) {
      throw tooLarge(
        file,
        `deflated entries must have at most the ${wanted} bytes of their storage`,
        `size of "${entry.name}" is ${entry.size}`,
      );
    }
    if (inflated?.entry !== entry) {
      const bytes = kept.get(entry) ?? checked(entry, await readZipEntry(source, entry));
      if (before.has(entry)) kept.set(entry, bytes);
      before.add(entry);
      inflated = { entry, bytes };
    }
    return inflated.bytes.slice(offset, offset + length);
  };
  const content = (storage: Storage): Content => {
    const entry = entries.get(`${folder}data/${storage.key}`);
    if (!entry) throw malformed(file, `the archive must hold storage "${storage.key}"`, "archive has none");
    const wanted = storage.length * DTYPE_BYTES[dtypeOf(file, storage)];
    if (entry.size < wanted) throw tooShort(file, storage, wanted, entry.size);
    if (entry.method !== 0 && !deflated.has(entry)) {
      deflated.add(entry);
      if ((inflating += wanted) > most) {
        throw tooLarge(file, `its deflated storages must have at most ${most} bytes`, `sum is at least ${inflating}`);
      }
    }
    return { read: (offset, length) => read(entry, offset, length, wanted) };
  };
  return { root, content, warnings };
}

interface LegacyPickles {
  readonly root: PickleValue;
  readonly keys: readonly string[];
  readonly storages: ReadonlyMap<string, Storage>;
  readonly warnings: readonly string[];
  readonly end: number;
}

/** Reads the five pickles of the older container from its first bytes. */
async function readLegacyPickles(file: string, bytes: Uint8Array, opening: Opening): Promise<LegacyPickles> {
  const storages = new Map<string, Storage>(), warnings: string[] = [];
  const meaning = torchMeaning(file, warnings);
  const reader = new PickleReader(file, bytes, {
    ...meaning,
    persistent(id) {
      const storage = meaning.persistent(id);
      if (storage instanceof Storage) storages.set(storage.key, storage);
      return storage;
    },
  }, opening);
  if (await reader.read() !== LEGACY_NUMBER) {
    throw malformed(file, "its magic number must be torch's", "number is another");
  }
  const protocol = await reader.read();
  if (protocol !== LEGACY_PROTOCOL) {
    const fact = typeof protocol === "number" ? `protocol is ${protocol}` : "protocol is no number";
    throw malformed(file, `its protocol must be ${LEGACY_PROTOCOL}`, fact);
  }
  const system = await reader.read();
  if (system instanceof Map && system.get("little_endian") === false) {
    throw malformed(file, "its numbers must be little endian", "byte order is big");
  }
  const root = await reader.read();
  const keys = await reader.read();
  if (!Array.isArray(keys) || !keys.every((key) => typeof key === "string")) {
    throw malformed(file, "its storage keys must be a list of texts", "keys are something else");
  }
  return { root, keys: keys as string[], storages, warnings, end: reader.position };
}

/**
 * Opens the older container.
 *
 * @throws {SyntaxError} When a pickle is broken, a storage is missing or cut, or the numbers are big endian.
 * @throws {RangeError} When the pickles are larger than their limit.
 */
export async function openLegacyPth(source: ByteSource, opening: Opening): Promise<Pth> {
  const file = source.name, { pickleBytes } = opening.limits;
  let pickles: LegacyPickles | undefined;
  for (let window = LEGACY_WINDOW; !pickles; window *= 4) {
    const length = Math.min(source.size, window);
    try {
      pickles = await readLegacyPickles(file, await source.read(0, length), opening);
    } catch (error) {
      if (!(error instanceof PickleEnd) || length === source.size) throw error;
      if (window >= pickleBytes) {
        throw tooLarge(file, `its pickles must have at most ${pickleBytes} bytes`, "size is larger");
      }
    }
  }

  const { root, keys, storages, warnings, end } = pickles;
  const starts = new Map<string, number>();
  let at = end;
  for (const key of keys) {
    const storage = storages.get(key);
    if (!storage) throw malformed(file, "its storage keys must be those of its tensors", `key "${key}" is of none`);
    starts.set(key, at);
    const length = storage.length * DTYPE_BYTES[dtypeOf(file, storage)];
    at += 8 + length;
    if (!(storage.length >= 0 && at <= source.size)) {
      throw tooShort(file, storage, length, Math.max(0, source.size - (at - length)));
    }
  }
  const content = (storage: Storage): Content => {
    const start = starts.get(storage.key);
    if (start === undefined) throw malformed(file, `it must hold storage "${storage.key}"`, "file has none");
    if (storages.get(storage.key)!.length < storage.length) {
      throw malformed(file, "a storage must have one length", `storage "${storage.key}" has two`);
    }
    return {
      async read(offset, length) {
        const header = await source.read(start, 8);
        const stated = Number(new DataView(header.buffer).getBigInt64(0, true));
        if (stated < storage.length) throw tooShort(file, storage, storage.length, stated);
        return await source.read(start + 8 + offset, length);
      },
    };
  };
  return { root, content, warnings };
}
