/**
 * WebAssembly that travels inside a module of text.
 *
 * @module
 */
import { fromBase64 } from "./base64.ts";

/**
 * What a module that carries WebAssembly has as its default: base64, or, in the build for runtimes that forbid compiling
 * (workerd), the compiled module.
 */
export interface PackedWasm {
  readonly default: string | WebAssembly.Module;
}

/** First byte of what gzip writes; WebAssembly begins with 0. */
const GZIP = 0x1f;

/** The bytes of a text, which the build for npm has gzipped. */
async function unpack(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = fromBase64(text);
  if (bytes[0] !== GZIP) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The compiled form of what a module carries; `change` may alter bytes before they are compiled. */
export async function compilePacked(
  { default: packed }: PackedWasm,
  change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> = (bytes) => bytes,
): Promise<WebAssembly.Module> {
  return typeof packed === "string" ? await WebAssembly.compile(change(await unpack(packed))) : packed;
}
