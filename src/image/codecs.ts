/**
 * The packed codecs: one WebAssembly module each, loaded when first needed, a fresh instance for every image. WebAssembly
 * memory never shrinks and a failed decode may leave it in any state, so an instance is not used twice.
 *
 * @module
 */

/** Names of the packed codecs. */
export type CodecName = "jpeg_decode" | "jpeg_encode" | "webp_decode" | "webp_encode";

/**
 * Compiled codecs, for runtimes that forbid compiling at run time (workerd): their `.wasm` files, imported as modules.
 * Those not given are compiled from the bytes that the package carries.
 */
export type CodecModules = { readonly [name in CodecName]?: WebAssembly.Module };

/** What a packed module exports. */
interface PackedCodec<Instance> {
  compile(): Promise<WebAssembly.Module>;
  open(module: WebAssembly.Module): Promise<Instance>;
}

/** A decoder: encoded bytes in, RGBA out; `null` or an exception for bytes it cannot read. */
export interface DecoderInstance {
  /** Decodes; what is returned is a copy. JPEG takes a second argument, whether to leave EXIF orientation alone. */
  decode(
    bytes: Uint8Array,
    preserveOrientation?: boolean,
  ): { data: Uint8ClampedArray; width: number; height: number } | null;
}

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

const compiled = new Map<CodecName, Promise<WebAssembly.Module>>();

/**
 * Loads a codec. The specifier is a template, which Deno resolves on demand (it downloads literal ones up front) and
 * bundlers expand to the files in the folder.
 *
 * @throws {TypeError} If the runtime forbids compiling and the codec is not among `modules`.
 */
export async function openCodec(name: `${string}_decode` & CodecName, modules?: CodecModules): Promise<DecoderInstance>;
/** Loads an encoder: see the first form. */
export async function openCodec(name: `${string}_encode` & CodecName, modules?: CodecModules): Promise<EncoderInstance>;
export async function openCodec(name: CodecName, modules: CodecModules = {}): Promise<unknown> {
  const packed: PackedCodec<unknown> = await import(`./codecs/${name}.gen.js`);
  return packed.open(await (modules[name] ?? compile(name, packed)));
}

/** Compiles a codec, once. */
function compile(name: CodecName, packed: PackedCodec<unknown>): Promise<WebAssembly.Module> {
  const earlier = compiled.get(name);
  if (earlier !== undefined) return earlier;
  const module = packed.compile().catch((cause) => {
    throw new TypeError(
      `Cannot open codec ${name} as its WebAssembly must be compiled: current runtime refuses (${cause.message}); ` +
        `pass codecModules.${name}`,
      { cause },
    );
  });
  compiled.set(name, module);
  return module;
}
