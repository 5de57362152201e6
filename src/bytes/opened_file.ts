/**
 * An open file, whatever the runtime.
 *
 * @module
 */

/** What a runtime's adapter gives for an open file. */
export interface OpenedFile {
  /** Not a folder, pipe or device. */
  readonly isFile: boolean;
  /** Length in bytes. */
  readonly size: number;
  /** Fills `bytes` from `offset` on; gives how many came, 0 at the end. */
  readAt(bytes: Uint8Array, offset: number): number | Promise<number>;
  /** Closes it. */
  close(): void | Promise<void>;
}
