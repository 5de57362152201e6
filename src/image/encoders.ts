/**
 * The packed encoders, apart from the decoders so that a bundle without encoding leaves them out.
 *
 * @module
 */
import { lazyImport } from "../bytes/lazy_import.ts";
import { type CodecModules, openPacked, type PackedCodec } from "./codecs.ts";

/** An encoder: RGBA in, encoded bytes out. */
export interface EncoderInstance {
  /** Encodes; what is returned is a copy. */
  encode(
    rgba: Uint8Array | Uint8ClampedArray,
    width: number,
    height: number,
    options: { readonly [name: string]: number | boolean },
  ): Uint8Array<ArrayBuffer> | null;
}

/** The encoders. */
const ENCODERS: Readonly<Record<"jpeg_encode" | "webp_encode", PackedCodec>> = {
  jpeg_encode: {
    glue: () => lazyImport("./image/codecs/jpeg_encode.gen.js"),
    wasm: () => lazyImport("./image/codecs/jpeg_encode_wasm.gen.js"),
  },
  webp_encode: {
    glue: () => lazyImport("./image/codecs/webp_encode.gen.js"),
    wasm: () => lazyImport("./image/codecs/webp_encode_wasm.gen.js"),
  },
};

/**
 * Loads an encoder.
 *
 * @throws {TypeError} If the runtime forbids compiling and the codec is not among `modules`.
 */
export async function openEncoder(name: keyof typeof ENCODERS, modules: CodecModules = {}): Promise<EncoderInstance> {
  return await openPacked(name, ENCODERS[name], modules) as EncoderInstance;
}
