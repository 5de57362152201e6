/**
 * Reading files in Deno by its own calls: importing `node:fs` there costs 10 MB and more time than loading a small model.
 *
 * @module
 */
import type { OpenedFile } from "./opened_file.ts";

/** Opens a file for reading. Seek and read are one synchronous step, so that two reads cannot mix. */
export async function openDenoFile(path: string | URL): Promise<OpenedFile> {
  const file = await Deno.open(path);
  const { isFile, size } = file.statSync();
  return {
    isFile,
    size,
    readAt(bytes, offset) {
      file.seekSync(offset, Deno.SeekMode.Start);
      return file.readSync(bytes) ?? 0;
    },
    close: () => file.close(),
  };
}
