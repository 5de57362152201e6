import { assert, assertEquals, assertRejects } from "@std/assert";
import type { ByteSource } from "../../src/bytes/byte_source.ts";
import { openCheckpoint } from "../../src/checkpoint/open.ts";
import { openSource } from "../../src/bytes/source.ts";
import { noise, sameBytes, serve } from "./loopback.ts";

const small = Uint8Array.of(1, 2, 3, 4, 5);

async function checkSmall(source: ByteSource): Promise<void> {
  assertEquals(source.size, 5);
  const read = await source.read(1, 3);
  assertEquals([...read], [2, 3, 4]);
  assertEquals([read.byteOffset, read.buffer.byteLength], [0, 3]);
  assertEquals((await source.read(5, 0)).length, 0);
  for (const [offset, length] of [[3, 3], [6, 0], [-1, 2], [0.5, 1], [0, NaN]] as const) {
    await assertRejects(async () => await source.read(offset, length), RangeError);
  }
  await source.close();
  await source.close();
}

Deno.test("openSource() says of a text that begins as an address when it is none", async () => {
  for (const text of ["http://[", "https://a b/c.pth", "http://[\u001b[2J"]) {
    const error = await assertRejects(
      async () => await openSource(text),
      TypeError,
      "an address must be one that can be read",
    );
    assert(!error.message.includes("\u001b"), error.message);
  }
});

Deno.test("openSource() reads bytes, buffers, blobs and files at any offset", async () => {
  await checkSmall(await openSource(small));
  await checkSmall(await openSource(small.slice().buffer));
  await checkSmall(await openSource(new Blob([small])));
  const file = await openSource(new File([small], "weights.pth"));
  assertEquals(file.name, "weights.pth");
  await checkSmall(file);
});

Deno.test("openSource() reads a path and a file URL", async () => {
  const path = await Deno.makeTempFile();
  await Deno.writeFile(path, small);
  await checkSmall(await openSource(path));
  await checkSmall(await openSource(new URL(`file://${path}`)));
  await checkSmall(await openSource(`file://${path}`));
  await Deno.remove(path);
  const error = await assertRejects(() => openSource(path), Error, "must be a readable file");
  assert(error.cause !== undefined);
  await assertRejects(() => openSource(Deno.cwd()), Error, "not a regular file");
});

Deno.test("openSource() refuses what is no input, and starts nothing when it is aborted", async () => {
  for (const value of [null, undefined, 5, {}]) await assertRejects(() => openSource(value as never), TypeError);
  await assertRejects(() => openSource(small, { signal: AbortSignal.abort() }), DOMException);
});

Deno.test("openSource() reads a URL by range and asks for little more than is read", async () => {
  const bytes = noise(20_000_000);
  await using server = serve(bytes, { tag: () => '"1"' });
  const source = await openSource(server.url);
  assertEquals(source.size, bytes.length);
  for (
    const [offset, length] of [[0, 10], [19_999_990, 10], [5_000_000, 100], [5_000_100, 3_000_000], [
      1_048_570,
      12,
    ]] as const
  ) {
    assert(sameBytes(await source.read(offset, length), bytes.subarray(offset, offset + length)));
  }
  assert(server.sent() < 9 * 2 ** 20, `${server.sent()}`);
  assert(server.asked.every((range) => range !== null));
  await source.close();
});

Deno.test("openSource() reads a range larger than the blocks it keeps", async () => {
  const bytes = noise(30_000_001);
  await using server = serve(bytes);
  const source = await openSource(server.url.href);
  await source.read(20_000_000, 10);
  assert(sameBytes(await source.read(100, 29_999_000), bytes.subarray(100, 29_999_100)));
  await source.close();
});

Deno.test("openSource() downloads the whole once where the server has no ranges", async () => {
  const bytes = noise(3_000_000);
  for (const states of [true, false]) {
    await using server = serve(bytes, { ranges: false, states });
    const seen: number[] = [];
    const source = await openSource(server.url, {
      onProgress: ({ loaded, total }) => (seen.push(loaded), assertEquals(total, states ? 3_000_000 : undefined)),
    });
    assert(sameBytes(await source.read(0, bytes.length), bytes));
    assertEquals(seen.at(-1), bytes.length);
    assert(seen.every((loaded, i) => i === 0 || loaded > seen[i - 1]!));
    assert(server.asked.length <= 2);
    await source.close();
  }
});

Deno.test("openSource() refuses a download above the limit, stated or not", async () => {
  for (const states of [true, false]) {
    await using server = serve(noise(2_000_000), { ranges: false, states });
    await assertRejects(() => openSource(server.url, { maxBytes: 1_000_000 }), RangeError, "at most 1000000 bytes");
  }
});

Deno.test("openSource() takes a broken connection up again, with and without ranges", async () => {
  const bytes = noise(2_500_000);
  for (const ranges of [true, false]) {
    await using server = serve(bytes, { ranges, cuts: [900_000, 900_000] });
    const source = await openSource(server.url);
    assert(sameBytes(await source.read(0, bytes.length), bytes));
    await source.close();
  }
});

Deno.test("openSource() tries a busy server again but takes a refusal at its word", async () => {
  await using busy = serve(small, { failures: { status: 503, times: 2 } });
  await checkSmall(await openSource(busy.url));
  await using absent = serve(small, { failures: { status: 404, times: 9 } });
  await assertRejects(() => openSource(absent.url), Error, "404");
  assertEquals(absent.asked.length, 1);
});

Deno.test("openSource() soon gives up on a server that is not there", async () => {
  const server = serve(small);
  await server[Symbol.asyncDispose]();
  const started = performance.now();
  await assertRejects(() => openSource(server.url), Error, "Cannot fetch");
  assert(performance.now() - started < 2000);
});

Deno.test("openSource() notices that the file on the server has changed while it is read", async () => {
  await using server = serve(noise(5_000_000), { tag: (answer) => `"${answer}"` });
  const source = await openSource(server.url);
  await assertRejects(() => source.read(4_000_000, 10), Error, "must stay the same");
  await source.close();
});

Deno.test("openSource() stops a download when it is aborted", async () => {
  await using server = serve(noise(50_000_000), { ranges: false });
  const controller = new AbortController();
  const onProgress = () => controller.abort(new Error("enough"));
  await assertRejects(() => openSource(server.url, { onProgress, signal: controller.signal }), Error, "enough");
  assert(server.sent() < 40_000_000);
});

Deno.test("openCheckpoint() reads an empty file on a server as empty", async () => {
  await using server = serve(new Uint8Array(0));
  await assertRejects(() => openCheckpoint(server.url), SyntaxError, "empty");
});
