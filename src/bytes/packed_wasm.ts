/**
 * WebAssembly that travels inside a module of text.
 *
 * @module
 */
import { fromBase64 } from "./base64.ts";
import { fromBase85 } from "./base85.ts";

/**
 * What a module that carries WebAssembly has as its default: base64, or, in the build for runtimes that forbid compiling
 * (workerd), the compiled module.
 */
export interface PackedWasm {
  readonly default: string | WebAssembly.Module;
}

/** How WebAssembly begins in base64. */
const PLAIN = "AGFz";

/** The bytes of a text: base64, or, in the build for npm, gzip in Z85 after the number of zeros that fill it up. */
async function unpack(text: string): Promise<Uint8Array<ArrayBuffer>> {
  if (text.startsWith(PLAIN)) return fromBase64(text);
  const bytes = fromBase85(text.slice(1));
  const stream = new Blob([bytes.subarray(0, bytes.length - Number(text[0]))]).stream().pipeThrough(
    new DecompressionStream("gzip"),
  );
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The compiled form of what a module carries; `change` may alter bytes before they are compiled. */
export async function compilePacked(
  { default: packed }: PackedWasm,
  change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> = (bytes) => bytes,
): Promise<WebAssembly.Module> {
  return typeof packed === "string" ? await WebAssembly.compile(change(await unpack(packed))) : packed;
}
