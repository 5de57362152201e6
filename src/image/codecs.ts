/**
 * The packed codecs: one WebAssembly module each, loaded when first needed, a fresh instance for every image. WebAssembly
 * memory never shrinks and a failed decode may leave it in any state, so an instance is not used twice.
 *
 * @module
 */
import { lazyImport } from "../bytes/lazy_import.ts";
import { compilePacked, type PackedWasm } from "../bytes/packed_wasm.ts";
import type { OpenCodec } from "./codec_call.ts";

/** Names of the packed codecs. */
export type CodecName = "jpeg_decode" | "jpeg_encode" | "webp_decode" | "webp_encode" | "colour";

/**
 * Compiled codecs, for runtimes that forbid compiling at run time (workerd): their `.wasm` files, imported as modules.
 * Those not given are compiled from the bytes that the package carries.
 */
export type CodecModules = { readonly [name in CodecName]?: WebAssembly.Module };

/** The two files of a codec, fetched when first needed. */
export interface PackedCodec {
  readonly glue: () => Promise<{ readonly open: OpenCodec }>;
  readonly wasm: () => Promise<PackedWasm>;
}

/** A codec that can be called. */
export interface LoadedCodec {
  /** Makes an instance. */
  readonly open: OpenCodec;
  /** Compiled. */
  readonly module: WebAssembly.Module;
}

const compiled = new Map<CodecName, Promise<WebAssembly.Module>>();

/** The decoders. The encoders are in a file of their own, so that a bundle without encoding leaves them out. */
const DECODERS: Readonly<Record<"jpeg_decode" | "webp_decode", PackedCodec>> = {
  jpeg_decode: {
    glue: () => lazyImport("./image/codecs/jpeg_decode.gen.js"),
    wasm: () => lazyImport("./image/codecs/jpeg_decode_wasm.gen.js"),
  },
  webp_decode: {
    glue: () => lazyImport("./image/codecs/webp_decode.ts"),
    wasm: () => lazyImport("./image/codecs/webp_decode_wasm.gen.js"),
  },
};

/**
 * Loads a decoder.
 *
 * @throws {TypeError} If the runtime forbids compiling and the codec is not among `modules`.
 */
export async function loadDecoder(name: keyof typeof DECODERS, modules: CodecModules = {}): Promise<LoadedCodec> {
  return await loadPacked(name, DECODERS[name], modules);
}

/** Loads the glue and the WebAssembly of a codec at once. */
export async function loadPacked(name: CodecName, codec: PackedCodec, modules: CodecModules): Promise<LoadedCodec> {
  const [{ open }, module] = await Promise.all([codec.glue(), modules[name] ?? compile(name, codec)]);
  return { open, module };
}

/** Compiles a codec, once. */
function compile(name: CodecName, codec: PackedCodec): Promise<WebAssembly.Module> {
  const earlier = compiled.get(name);
  if (earlier !== undefined) return earlier;
  const module = codec.wasm().then(compilePacked).catch((cause) => {
    throw new TypeError(
      `Cannot open codec ${name} as its WebAssembly must be compiled: current runtime refuses (${cause.message}); ` +
        `pass codecModules.${name}`,
      { cause },
    );
  });
  compiled.set(name, module);
  return module;
}
