import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { compress } from "lzma1";
import { toBase85 } from "../../src/bytes/base85.ts";
import { unpackBytes, unpackText } from "../../src/bytes/unpack.ts";

/** As `tools/npm/plugins.ts` writes it. */
const packed = (bytes: Uint8Array): string => `z${(4 - bytes.length % 4) % 4}${toBase85(bytes)}`;

async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

Deno.test("unpackBytes() undoes base64, gzip and LZMA", () =>
  fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), async (given) => {
      const bytes = Uint8Array.from([...given, ...given]);
      assertEquals(await unpackBytes(bytes.toBase64()), bytes);
      assertEquals(await unpackBytes(packed(await gzip(bytes))), bytes);
      assertEquals(await unpackBytes(packed(compress(bytes, 9))), bytes);
    }),
    { numRuns: 20 },
  ));

Deno.test("unpackText() leaves a text as it is, or unpacks it", async () => {
  const text = "//# zero.wgsl\nfn main() {}\n";
  assertEquals(await unpackText(text), text);
  assertEquals(await unpackText(packed(await gzip(new TextEncoder().encode(text)))), text);
});
