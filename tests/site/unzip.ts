/**
 * Files out of the ZIPs that the page makes.
 *
 * @module
 */

/** Names and stored bytes of a ZIP whose files are not compressed. */
export function unzip(bytes: Uint8Array<ArrayBuffer>): Map<string, Uint8Array<ArrayBuffer>> {
  const view = new DataView(bytes.buffer), files = new Map<string, Uint8Array<ArrayBuffer>>();
  let at = bytes.length - 22;
  while (view.getUint32(at, true) !== 0x06054b50) at--;
  let entry = view.getUint32(at + 16, true);
  for (let left = view.getUint16(at + 10, true); left > 0; left--) {
    const [size, name, extra, comment] = [
      view.getUint32(entry + 20, true),
      view.getUint16(entry + 28, true),
      view.getUint16(entry + 30, true),
      view.getUint16(entry + 32, true),
    ];
    const local = view.getUint32(entry + 42, true);
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    files.set(
      new TextDecoder().decode(bytes.subarray(entry + 46, entry + 46 + name)),
      bytes.slice(start, start + size),
    );
    entry += 46 + name + extra + comment;
  }
  return files;
}
