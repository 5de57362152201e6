import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type CacheOptions, fetchCached, fetchToBrowser } from "../../src/bytes/cache.ts";
import { cacheFolder } from "../../src/bytes/cache_node.ts";
import { writeAtomically } from "../../src/bytes/files_node.ts";
import { isReleased, RELEASED, resolveReleased } from "../../src/checkpoint/released.ts";
import { type Loopback, noise, sameBytes, serve } from "./loopback.ts";

const bytes = noise(3_000_000);
const hash = [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))].map((b) =>
  b.toString(16).padStart(2, "0")
).join("");
const tag = () => '"v1"';

async function inFolder(task: (cacheDir: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await task(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const wantedFrom = (server: Loopback) => ({ url: server.url.href, file: "model.pth" });
const filesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

/** Fetches until `limit` bytes have come, then aborts. */
async function fetchSome(server: Loopback, cacheDir: string, limit: number): Promise<void> {
  const controller = new AbortController();
  const options: CacheOptions = {
    cacheDir,
    signal: controller.signal,
    onProgress: ({ loaded }) => loaded > limit && controller.abort(new Error("stopped by the test")),
  };
  await assertRejects(() => fetchCached(wantedFrom(server), options), Error, "stopped by the test");
}

Deno.test("fetchCached() downloads once with progress, then works without the server", () =>
  inFolder(async (root) => {
    const cacheDir = `${root}/deep/er`;
    const server = serve(bytes, { tag });
    const seen: [number, number | undefined][] = [];
    const path = await fetchCached({ ...wantedFrom(server), sha256: hash }, {
      cacheDir,
      onProgress: ({ loaded, total }) => seen.push([loaded, total]),
    });
    assertEquals(path, `${cacheDir}/model.pth`);
    assert(sameBytes(await Deno.readFile(path as string), bytes));
    assertEquals(seen.at(-1), [bytes.length, bytes.length]);
    assertEquals(filesIn(cacheDir), ["model.pth", "model.pth.json"]);
    await server[Symbol.asyncDispose]();
    assertEquals(await fetchCached(wantedFrom(server), { cacheDir }), path);
    assertEquals(server.asked, [null]);
  }));

Deno.test("fetchCached() goes on by range where the connection broke", () =>
  inFolder(async (cacheDir) => {
    await using server = serve(bytes, { tag, cuts: [1_000_000, 1_000_000] });
    const path = await fetchCached(wantedFrom(server), { cacheDir });
    assert(sameBytes(await Deno.readFile(path as string), bytes));
    assertEquals(server.asked.length, 3);
    assert(server.asked.slice(1).every((range) => /^bytes=[1-9]\d*-$/.test(range!)));
    assert(server.sent() < bytes.length + 200_000);
  }));

Deno.test("fetchCached() starts over where the server has no ranges", () =>
  inFolder(async (cacheDir) => {
    await using server = serve(bytes, { ranges: false, cuts: [2_000_000] });
    const path = await fetchCached({ ...wantedFrom(server), sha256: hash }, { cacheDir });
    assert(sameBytes(await Deno.readFile(path as string), bytes));
    assertEquals(filesIn(cacheDir), ["model.pth", "model.pth.json"]);
  }));

Deno.test("fetchCached() goes on with what an earlier run left", () =>
  inFolder(async (cacheDir) => {
    await using server = serve(bytes, { tag });
    await fetchSome(server, cacheDir, 1_000_000);
    assertEquals(filesIn(cacheDir), ["model.pth.part", "model.pth.part.json"]);
    const path = await fetchCached({ ...wantedFrom(server), sha256: hash }, { cacheDir });
    assert(sameBytes(await Deno.readFile(path as string), bytes));
    assert(server.asked[1]!.startsWith("bytes="));
    assertEquals(filesIn(cacheDir), ["model.pth", "model.pth.json"]);
  }));

Deno.test("fetchCached() does not mix two versions of a file", () =>
  inFolder(async (cacheDir) => {
    const old = noise(3_100_000).reverse();
    await using before = serve(old, { tag: () => '"v0"' });
    await fetchSome(before, cacheDir, 1_000_000);
    const note = JSON.parse(await Deno.readTextFile(`${cacheDir}/model.pth.part.json`));
    await using server = serve(bytes, { tag });
    await Deno.writeTextFile(`${cacheDir}/model.pth.part.json`, JSON.stringify({ ...note, url: server.url.href }));
    const path = await fetchCached({ ...wantedFrom(server), sha256: hash }, { cacheDir });
    assert(sameBytes(await Deno.readFile(path as string), bytes));
    assertEquals(server.asked.length, 2);
  }));

Deno.test("fetchCached() survives a damaged note and keeps a part that is whole already", () =>
  inFolder(async (cacheDir) => {
    await using server = serve(bytes, { tag });
    await Deno.writeTextFile(`${cacheDir}/model.pth.part`, "rubbish");
    await Deno.writeTextFile(`${cacheDir}/model.pth.part.json`, "{");
    const path = await fetchCached({ ...wantedFrom(server), sha256: hash }, { cacheDir }) as string;
    assertEquals(server.asked, [null]);
    await Deno.rename(path, `${path}.part`);
    await Deno.writeTextFile(
      `${path}.part.json`,
      JSON.stringify({ url: server.url.href, tag: '"v1"', total: bytes.length }),
    );
    assertEquals(await fetchCached({ ...wantedFrom(server), sha256: hash }, { cacheDir }), path);
    assertEquals(server.asked, [null]);
  }));

Deno.test("fetchCached() refuses a file with the wrong hash and leaves nothing", () =>
  inFolder(async (cacheDir) => {
    await using server = serve(bytes, { tag });
    const wanted = { ...wantedFrom(server), sha256: "0".repeat(64) };
    await assertRejects(() => fetchCached(wanted, { cacheDir }), RangeError, `current sha256 is ${hash}`);
    assertEquals(filesIn(cacheDir), []);
  }));

Deno.test("fetchCached() does not keep a web page", () =>
  inFolder(async (cacheDir) => {
    await using server = serve(new TextEncoder().encode("<html>sign in</html>"), { type: "text/html; charset=utf-8" });
    await assertRejects(() => fetchCached(wantedFrom(server), { cacheDir }), Error, "a web page");
    assert(!filesIn(cacheDir).includes("model.pth"));
  }));

Deno.test("fetchCached() without network says what to fetch from where and where to put it", () =>
  inFolder(async (cacheDir) => {
    const failing = () => Promise.reject(new TypeError("no network"));
    const released = resolveReleased("vim-tiny-plus");
    const error = await assertRejects(() => fetchCached(released, { cacheDir, fetch: failing }), Error);
    assert(error.message.includes(`fetch ${released.url} and put it at ${cacheDir}/${released.file}`), error.message);
    assert(error.message.includes("no network"));
    await Deno.writeFile(`${cacheDir}/${released.file}`, bytes);
    assertEquals(await fetchCached(released, { cacheDir, fetch: failing }), `${cacheDir}/${released.file}`);
  }));

Deno.test("fetchCached() refuses a file name that leaves the folder", async () => {
  for (const file of ["../x", "a/b", "", ".hidden"]) {
    await assertRejects(() => fetchCached({ url: "http://127.0.0.1:9/", file }), RangeError, "plain file name");
  }
});

Deno.test("cacheFolder() is below XDG_CACHE_HOME where that is set", async () => {
  const before = Deno.env.get("XDG_CACHE_HOME");
  try {
    Deno.env.set("XDG_CACHE_HOME", "/somewhere");
    assertEquals(await cacheFolder(), "/somewhere/sidewinder");
    Deno.env.delete("XDG_CACHE_HOME");
    assert((await cacheFolder()).includes("sidewinder"));
  } finally {
    if (before !== undefined) Deno.env.set("XDG_CACHE_HOME", before);
  }
});

/** A Cache API that lives in memory. */
function memoryCaches(): CacheStorage {
  const kept = new Map<string, Blob>();
  const cache = {
    match: (url: string) => Promise.resolve(kept.has(url) ? new Response(kept.get(url)) : undefined),
    put: async (url: string, response: Response) => void kept.set(url, await response.blob()),
  };
  return { open: () => Promise.resolve(cache) } as unknown as CacheStorage;
}

Deno.test("fetchToBrowser() keeps a download in the Cache API", async () => {
  const caches = memoryCaches();
  const server = serve(bytes, { tag, cuts: [1_000_000] });
  const wanted = { ...wantedFrom(server), sha256: hash };
  const blob = await fetchToBrowser(wanted, {}, caches);
  assert(sameBytes(new Uint8Array(await blob.arrayBuffer()), bytes));
  await server[Symbol.asyncDispose]();
  assertEquals((await fetchToBrowser(wanted, {}, caches)).size, bytes.length);
  await assertRejects(() => fetchToBrowser(wanted, {}, memoryCaches()), Error, "pass the file itself");
});

Deno.test("fetchToBrowser() starts over without ranges, works without a Cache API and checks the hash", async () => {
  await using server = serve(bytes, { ranges: false, cuts: [1_000_000] });
  const blob = await fetchToBrowser(wantedFrom(server), {}, null);
  assert(sameBytes(new Uint8Array(await blob.arrayBuffer()), bytes));
  await assertRejects(
    () => fetchToBrowser({ ...wantedFrom(server), sha256: "0" }, {}, null),
    RangeError,
    "sha256",
  );
});

Deno.test("fetchCached() fetches a kept file again that was damaged, and no other", () =>
  inFolder(async (cacheDir) => {
    await using server = serve(bytes, { tag });
    const wanted = wantedFrom(server), path = await fetchCached(wanted, { cacheDir }) as string;
    const damages: (() => Promise<void>)[] = [
      () => Deno.truncate(path, 457_796),
      () => Deno.truncate(path),
      () => Deno.writeFile(path, Uint8Array.from(bytes, (byte, i) => i === 7 ? byte ^ 1 : byte)),
    ];
    for (const [i, damage] of damages.entries()) {
      await damage();
      await fetchCached(wanted, { cacheDir });
      assertEquals(server.asked.length, i + 2);
      assert(sameBytes(await Deno.readFile(path), bytes));
    }
    await Deno.utime(path, 1, 1);
    await fetchCached({ ...wanted, sha256: hash }, { cacheDir });
    await Deno.writeTextFile(`${path}.json`, "{");
    await fetchCached(wanted, { cacheDir });
    assertEquals(server.asked.length, damages.length + 1);
  }));

Deno.test("fetchCached() puts no parts together whose version nobody vouches for", () =>
  inFolder(async (cacheDir) => {
    for (const weak of [() => 'W/"v1"', undefined]) {
      await using server = serve(bytes, { ...(weak ? { tag: weak } : {}), cuts: [1_000_000] });
      const path = await fetchCached(wantedFrom(server), { cacheDir }) as string;
      assert(sameBytes(await Deno.readFile(path), bytes));
      assertEquals(server.asked, [null, null]);
      await Deno.remove(path);
    }
  }));

Deno.test("fetchCached() keeps no empty answer", () =>
  inFolder(async (cacheDir) => {
    await using server = serve(new Uint8Array(), { tag });
    await assertRejects(() => fetchCached(wantedFrom(server), { cacheDir }), RangeError, "current length is 0");
    assertEquals(filesIn(cacheDir), []);
    await assertRejects(
      () => fetchToBrowser(wantedFrom(server), {}, memoryCaches()),
      RangeError,
      "current length is 0",
    );
  }));

Deno.test("fetchCached() gives every process the right bytes, though all download at once", () =>
  inFolder(async (cacheDir) => {
    await using server = serve(bytes, { tag, cuts: [700_000, 900_000, 1_100_000] });
    const code = `import { fetchCached } from ${
      JSON.stringify(new URL("../../src/bytes/cache.ts", import.meta.url).href)
    };
      console.log(await fetchCached({ url: ${
      JSON.stringify(server.url.href)
    }, file: "model.pth" }, { cacheDir: Deno.args[0] }));`;
    await Deno.writeTextFile(`${cacheDir}/fetch.ts`, code);
    const run = () =>
      new Deno.Command(Deno.execPath(), { args: ["run", "-A", "--no-config", `${cacheDir}/fetch.ts`, cacheDir] })
        .output();
    for (const { success } of await Promise.all([run(), run(), run()])) assert(success);
    assert(sameBytes(await Deno.readFile(`${cacheDir}/model.pth`), bytes));
    assertEquals(filesIn(cacheDir), ["fetch.ts", "model.pth", "model.pth.json"]);
  }));

Deno.test("writeAtomically() keeps the mode of a file, writes through a link and into a pipe", () =>
  inFolder(async (folder) => {
    const path = `${folder}/real.bin`, link = `${folder}/link.bin`, dangling = `${folder}/dangling.bin`;
    await Deno.writeFile(path, Uint8Array.of(1), { mode: 0o640 });
    await Deno.chmod(path, 0o640);
    await writeAtomically(path, [Uint8Array.of(2)]);
    assertEquals((await Deno.stat(path)).mode! & 0o777, 0o640);
    await Deno.symlink("real.bin", link);
    await writeAtomically(link, [Uint8Array.of(3)]);
    assert((await Deno.lstat(link)).isSymlink);
    assertEquals([...await Deno.readFile(path)], [3]);
    await Deno.symlink("later.bin", dangling);
    await writeAtomically(dangling, [Uint8Array.of(4)]);
    assertEquals([...await Deno.readFile(`${folder}/later.bin`)], [4]);
    await writeAtomically("/dev/null", [Uint8Array.of(5)]);
    assert((await Deno.stat("/dev/null")).isCharDevice);
    assertEquals(filesIn(folder), ["dangling.bin", "later.bin", "link.bin", "real.bin"]);
  }));

Deno.test("writeAtomically() writes a file whole or not at all", () =>
  inFolder(async (folder) => {
    const path = `${folder}/out.bin`;
    await writeAtomically(path, [Uint8Array.of(1), Uint8Array.of(2, 3)]);
    assertEquals([...await Deno.readFile(path)], [1, 2, 3]);
    const failing = async function* () {
      yield await Promise.resolve(Uint8Array.of(9));
      throw new Error("mid-way");
    };
    await assertRejects(() => writeAtomically(path, failing()), Error, "mid-way");
    await assertRejects(() => writeAtomically(path, [Uint8Array.of(9)], { signal: AbortSignal.abort() }), DOMException);
    assertEquals([...await Deno.readFile(path)], [1, 2, 3]);
    assertEquals(filesIn(folder), ["out.bin"]);
  }));

Deno.test("RELEASED names the five Vim checkpoints and where they are", () => {
  assertEquals(RELEASED.map(({ name }) => name), [
    "vim-tiny",
    "vim-tiny-plus",
    "vim-small",
    "vim-small-plus",
    "vim-base",
  ]);
  for (const { url, file } of RELEASED) {
    assert(url.startsWith("https://huggingface.co/hustvl/") && url.endsWith(`/resolve/main/${file}`));
  }
  assert(isReleased("vim-base") && !isReleased("vim.pth"));
  assertEquals(resolveReleased("vim-tiny").top1, 76.1);
  assertThrows(() => resolveReleased("vim-huge"), RangeError, "vim-tiny, vim-tiny-plus");
});
