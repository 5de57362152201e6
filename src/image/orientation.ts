/**
 * How a file says that its picture is to be turned.
 *
 * @module
 */
import { lazyImport } from "../bytes/lazy_import.ts";
import type { ImageHeader } from "./headers/bytes.ts";

/** Pieces in which EXIF or XMP may stand elsewhere than where a header looks. */
const MORE = new Set(["tEXt", "zTXt", "iTXt", "APP1", "XMP "]);

/** EXIF orientation, 1 to 8: of EXIF, of EXIF in text chunks as ImageMagick writes it, or else of XMP. */
export async function orientationOf(header: ImageHeader): Promise<number> {
  const { orientation, pieces } = header;
  if (orientation > 1 || !pieces.some(({ kind }) => MORE.has(kind))) return orientation;
  const { attachedOrientation } = await lazyImport<typeof import("./attached/read.ts")>("./image/attached/read.ts");
  return await attachedOrientation(header);
}
