/**
 * What travels inside a module of text: in the tree as base64 or as it is, in the package for npm compressed.
 *
 * @module
 */
import { fromBase64 } from "./base64.ts";
import { fromBase85 } from "./base85.ts";
import { lazyImport } from "./lazy_import.ts";

/** How a text begins that is compressed: what follows is Z85, filled up with this many zeros. */
const PACKED_REGEXP = /^z([0-3])/;

/** First byte of gzip; LZMA begins with another. */
const GZIP = 0x1f;

/** The packed `lzma1`, named here since a type taken from it would have it fetched. */
interface LzmaModule {
  readonly decompress: (bytes: Uint8Array) => Uint8Array<ArrayBuffer>;
}

/** The bytes of a packed text: gzip, which every runtime undoes by itself, or LZMA, which is a fifth smaller. */
async function unpack(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const padded = fromBase85(text.slice(2)), bytes = padded.subarray(0, padded.length - Number(text[1]));
  if (bytes[0] !== GZIP) {
    const { decompress } = await lazyImport<LzmaModule>("./bytes/lzma.gen.ts");
    return decompress(bytes);
  }
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The bytes of a text: base64 or packed. */
export async function unpackBytes(text: string): Promise<Uint8Array<ArrayBuffer>> {
  return PACKED_REGEXP.test(text) ? await unpack(text) : fromBase64(text);
}

/** A text as it is, or packed. */
export async function unpackText(text: string): Promise<string> {
  return PACKED_REGEXP.test(text) ? new TextDecoder().decode(await unpack(text)) : text;
}
