import { assert, assertEquals, assertRejects } from "@std/assert";
import { readAll } from "../../src/bytes/read_all.ts";
import { noise, sameBytes, serve } from "./loopback.ts";

Deno.test("readAll() takes a broken download up again where it broke", async () => {
  const bytes = noise(300_000);
  await using server = serve(bytes, { tag: () => '"1"', cuts: [100_000, 50_000] });
  assert(sameBytes(await readAll(server.url), bytes));
  assertEquals(server.asked.length, 3);
  assertEquals(server.asked[0], null);
});

Deno.test("readAll() starts over when the server has another version by then, or no ranges", async () => {
  const bytes = noise(200_000);
  for (const manners of [{ tag: (answer: number) => `"${answer}"` }, { ranges: false }]) {
    await using server = serve(bytes, { ...manners, cuts: [100_000] });
    assert(sameBytes(await readAll(server.url), bytes));
  }
});

Deno.test("readAll() takes bodies of unknown length, and refuses those above a cap", async () => {
  const bytes = noise(200_000);
  await using server = serve(bytes, { states: false, ranges: false });
  assert(sameBytes(await readAll(server.url), bytes));
  await assertRejects(() => readAll(server.url, { maxBytes: 150_000 }), RangeError, "at most 150000 bytes");
});

Deno.test("readAll() says the status of a server that does not give the file", async () => {
  await using server = serve(noise(10), { failures: { status: 404, times: 1 } });
  const error = await assertRejects(() => readAll(server.url), Error, "current status is 404");
  assert(error.cause !== undefined);
});
