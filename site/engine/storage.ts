/**
 * What survives a reload: photos, results and the state of the page, as files that belong to this page's origin (OPFS). A
 * second tab, a private window, an old browser or a full disk keeps them in memory instead, where they live as long as the tab.
 *
 * @module
 */

const FOLDER = "session", LOCK = "sidewinder-session";
/** Milliseconds that a tab which is just closing is waited for: a reload ends the engine of the page before it. */
const PATIENCE = 10_000;

/** A file that is written in a worker; the DOM's types have it only with a newer library. */
interface SyncAccess {
  read(bytes: Uint8Array, at: { readonly at: number }): number;
  write(bytes: Uint8Array, at: { readonly at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}

type FileHandle = FileSystemFileHandle & { createSyncAccessHandle(): Promise<SyncAccess> };

const memory = new Map<string, Blob>();
/** Ends the waiting for the tab that is just closing. */
const waiting = new AbortController();
let opening: Promise<FileSystemDirectoryHandle | undefined> | undefined;

/** Another tab has the folder, and is not about to close. */
export const leaveFolder = (): void => waiting.abort();

/** The folder, if this tab is the one that has it. */
function folder(): Promise<FileSystemDirectoryHandle | undefined> {
  return opening ??= open().catch(() => undefined);
}

async function open(): Promise<FileSystemDirectoryHandle> {
  await new Promise<void>((resolve, reject) => {
    const signal = AbortSignal.any([AbortSignal.timeout(PATIENCE), waiting.signal]);
    navigator.locks.request(LOCK, { signal }, () => {
      resolve();
      return new Promise(() => {}); // as long as the tab
    }).catch(reject);
  });
  const root = await navigator.storage.getDirectory();
  return await root.getDirectoryHandle(FOLDER, { create: true });
}

/** Bytes that come one after the other. */
export type Pieces = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/**
 * Writes a file piece by piece, without a second copy in memory. Where nothing can be kept it stays in memory, and what was
 * written before the disk was full goes there too.
 *
 * @returns Whether it is on the disk.
 */
export async function keep(name: string, pieces: Pieces): Promise<boolean> {
  const own = await folder(), parts: BlobPart[] = [];
  const file = await own?.getFileHandle(name, { create: true }).then(
    (handle) => (handle as FileHandle).createSyncAccessHandle(),
  ).catch(() => undefined);
  let at = 0, full = file === undefined;
  const write = (piece: Uint8Array): boolean => {
    try {
      return file!.write(piece, { at }) === piece.length;
    } catch {
      return false;
    }
  };
  try {
    for await (const piece of pieces) {
      if (!full && !write(piece)) {
        full = true;
        const written = new Uint8Array(at);
        file!.read(written, { at: 0 });
        parts.push(written);
      }
      if (full) parts.push(piece as Uint8Array<ArrayBuffer>);
      else at += piece.length;
    }
    file?.truncate(at);
    file?.flush();
  } finally {
    file?.close();
  }
  if (full) {
    await own?.removeEntry(name).catch(() => {});
    memory.set(name, new Blob(parts));
  } else memory.delete(name);
  return !full;
}

/** Whether a file lives as long as the tab only. */
export const isInMemory = (name: string): boolean => memory.has(name);

/** The pieces of a blob. */
export async function* piecesOf(blob: Blob): AsyncGenerator<Uint8Array, void> {
  const PIECE = 1 << 22;
  for (let at = 0; at < blob.size; at += PIECE) {
    yield new Uint8Array(await blob.slice(at, at + PIECE).arrayBuffer());
  }
}

/** A kept file; it is read from disk when its bytes are asked for. */
export async function kept(name: string): Promise<Blob | undefined> {
  const held = memory.get(name);
  if (held) return held;
  try {
    return await (await (await folder())?.getFileHandle(name))?.getFile();
  } catch {
    return undefined;
  }
}

/** Lets a kept file go. */
export async function forget(name: string): Promise<void> {
  memory.delete(name);
  await (await folder())?.removeEntry(name).catch(() => {});
}

/** Lets all go but what is named. */
export async function forgetAllBut(wanted: ReadonlySet<string>): Promise<void> {
  for (const name of memory.keys()) if (!wanted.has(name)) memory.delete(name);
  const own = await folder();
  if (!own) return;
  const names: string[] = [];
  for await (const name of (own as unknown as { keys(): AsyncIterable<string> }).keys()) names.push(name);
  for (const name of names) if (!wanted.has(name)) await own.removeEntry(name).catch(() => {});
}
