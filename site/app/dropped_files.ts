/**
 * Files out of what was dropped: folders are walked.
 *
 * @module
 */

/** Most files that one drop takes in. */
const MOST = 2000;

async function* walk(entry: FileSystemEntry): AsyncGenerator<File, void> {
  if (entry.isFile) {
    yield await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A reader gives some entries at a time, and none at the end.
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0) return;
    for (const entry of entries.sort((a, b) => a.name < b.name ? -1 : 1)) yield* walk(entry);
  }
}

/** Files that systems put into folders, and nobody means. */
const HIDDEN = /^\.|^(Thumbs\.db|desktop\.ini)$/i;

/** Leaves out what nobody means. */
export const meant = (files: Iterable<File>): File[] => [...files].filter(({ name }) => !HIDDEN.test(name));

/** All files of a drop. It has to be called before the event is over, as its entries are gone then. */
export async function filesOf(transfer: DataTransfer): Promise<File[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter((entry) => entry != null);
  if (!entries.some(({ isDirectory }) => isDirectory)) return [...transfer.files];
  const found: File[] = [];
  for (const entry of entries) {
    for await (const file of walk(entry)) {
      found.push(file);
      if (found.length >= MOST) return meant(found);
    }
  }
  return meant(found);
}
