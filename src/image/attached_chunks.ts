/**
 * What travels with the pixels, as chunks of a PNG. Apart from the other encoders, so that a server that only writes PNG row
 * by row leaves them out.
 *
 * @module
 */
import { lazyImport } from "../bytes/lazy_import.ts";
import { type Attached, type Strip, unlessEmpty } from "./attached.ts";

/** What follows the header of a PNG of a picture with these facts. */
export async function attachedChunks(
  { attached, ...facts }: {
    readonly attached?: Attached | undefined;
    readonly width: number;
    readonly height: number;
    readonly channels: number;
  },
  strip: Strip,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!attached || !unlessEmpty(attached)) return new Uint8Array();
  const { pngChunks, stripped } = await lazyImport<typeof import("./attached/write.ts")>("./image/attached/write.ts");
  return await pngChunks(stripped(attached, strip), facts);
}
