/**
 * First bytes of the ways in which PyTorch writes checkpoints.
 *
 * @module
 */

/** A zip archive. */
export const ZIP_MAGIC: Uint8Array = Uint8Array.of(0x50, 0x4b);

/** First bytes of the older container: a pickle of its magic number. */
export const LEGACY_MAGIC: Uint8Array = Uint8Array.of(
  ...[0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e],
);
