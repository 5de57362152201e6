/**
 * The only thing wanted of EXIF is tag 0x0112: how the camera was held.
 *
 * @module
 */
import { latin1, u16, u32 } from "./bytes.ts";

const ORIENTATION = 0x0112;
/** Types a number may have; the format says SHORT, some writers say LONG. */
const SHORT = 3, LONG = 4;

/**
 * EXIF orientation of a TIFF structure (an `Exif\0\0` prefix is skipped): 1 to 8, and 1 where there is none or the
 * structure makes no sense. Damaged metadata is no reason to refuse a picture.
 */
export const exifOrientation = (bytes: Uint8Array): number => saidOrientation(bytes) ?? 1;

/** The same; undefined where EXIF says nothing of it. */
export function saidOrientation(bytes: Uint8Array): number | undefined {
  const exif = latin1(bytes, 0, 6) === "Exif\0\0" ? bytes.subarray(6) : bytes;
  const order = latin1(exif, 0, 2);
  if (order !== "II" && order !== "MM") return undefined;
  const little = order === "II";
  if (u16(exif, 2, little) !== 42) return undefined;
  const directory = u32(exif, 4, little);
  const entries = u16(exif, directory, little);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + i * 12;
    if (entry + 12 > exif.length) break;
    if (u16(exif, entry, little) !== ORIENTATION) continue;
    const type = u16(exif, entry + 2, little);
    const value = type === SHORT ? u16(exif, entry + 8, little) : type === LONG ? u32(exif, entry + 8, little) : 1;
    return value >= 1 && value <= 8 ? value : 1;
  }
  return undefined;
}
