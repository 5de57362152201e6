/**
 * WebAssembly that travels inside a module of text.
 *
 * @module
 */
import { unpackBytes } from "./unpack.ts";

/**
 * What a module that carries WebAssembly has as its default: base64, packed in the build for npm, or, in the build for runtimes that forbid compiling
 * (workerd), the compiled module.
 */
export interface PackedWasm {
  readonly default: string | WebAssembly.Module;
}

/** The compiled form of what a module carries; `change` may alter bytes before they are compiled. */
export async function compilePacked(
  { default: packed }: PackedWasm,
  change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> = (bytes) => bytes,
): Promise<WebAssembly.Module> {
  return typeof packed === "string" ? await WebAssembly.compile(change(await unpackBytes(packed))) : packed;
}
