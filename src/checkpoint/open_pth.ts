/**
 * Checkpoints as PyTorch writes them: a pickle in a zip archive, or the older form without one.
 *
 * @module
 */
import type { ByteSource } from "../bytes/byte_source.ts";
import type { Checkpoint, Entry } from "./checkpoint.ts";
import { tooLarge } from "../bytes/errors.ts";
import { DTYPE_BYTES, widen } from "./dtype.ts";
import type { Opening } from "./limits.ts";
import { findParts } from "./parts.ts";
import { openLegacyPth, openZipPth, type Pth } from "./pth.ts";
import { checkView, costOf, dtypeOf, readView, type View } from "./torch.ts";

/** Bytes of all tensors that every file may have. */
const MIN_TOTAL = 2 ** 26;
/** Most attributes of tensors that are named. */
const MAX_DROPPED = 20;

function entryOf(file: string, name: string, view: View, pth: Pth): Entry {
  const where = `tensor "${name}" of ${file}`;
  const dtype = dtypeOf(where, view.storage);
  const count = checkView(where, view);
  const content = pth.content(view.storage);
  const readRaw = () => readView(view, dtype, content.read);
  return {
    name,
    dtype,
    shape: view.shape,
    bytes: count * DTYPE_BYTES[dtype],
    readRaw,
    read: async () => widen(await readRaw(), dtype),
  };
}

/**
 * Opens a `.pth` checkpoint. Reading is lazy: the tensors of the wanted part are known, none has been read.
 *
 * @throws {SyntaxError} When the bytes are broken or truncated.
 * @throws {RangeError} When a size is beyond what a model can need, or the named part does not exist.
 */
export async function openPth(
  source: ByteSource,
  legacy: boolean,
  key: string | undefined,
  opening: Opening,
): Promise<Checkpoint> {
  const pth = await (legacy ? openLegacyPth : openZipPth)(source, opening);
  const { root, tensors, ignored, metadata, trainingArgs } = findParts(source.name, pth.root, source.size, key);
  const entries = new Map([...tensors].map(([name, view]) => [name, entryOf(source.name, name, view, pth)]));
  const args = trainingArgs === undefined ? {} : { trainingArgs };
  let total = 0;
  for (const [name, { bytes, dtype }] of entries) total += Math.max(bytes, costOf(tensors.get(name)!, dtype));
  const most = Math.max(MIN_TOTAL, opening.limits.sharing * source.size);
  if (total > most) throw tooLarge(source.name, `its tensors must have at most ${most} bytes`, `sum is ${total}`);
  const dropped = [...tensors].flatMap(([name, view]) => view.dropped.map((what) => `${what} of ${name}`));
  return {
    format: "pth",
    entries,
    root,
    metadata,
    ...args,
    ignored: [...ignored, ...dropped.slice(0, MAX_DROPPED), ...(dropped.length > MAX_DROPPED ? ["and more"] : [])],
    warnings: pth.warnings,
    close: () => source.close(),
  };
}
