/**
 * The packed encoders, apart from the decoders so that a bundle without encoding leaves them out.
 *
 * @module
 */
import { lazyImport } from "../bytes/lazy_import.ts";
import { type CodecModules, type LoadedCodec, loadPacked, type PackedCodec } from "./codecs.ts";

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
export async function loadEncoder(name: keyof typeof ENCODERS, modules: CodecModules = {}): Promise<LoadedCodec> {
  return await loadPacked(name, ENCODERS[name], modules);
}
