import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { openModelSource } from "../../src/load_model.ts";
import { weightBytes } from "../../src/edge/weights.ts";
import { fetchHub, type FetchHubOptions } from "../../src/hub/fetch_hub.ts";
import { parseHubName } from "../../src/hub/name.ts";
import { noise } from "../bytes/loopback.ts";
import { type Hub, openHub, type Repository, TOKEN } from "./hub.ts";

const OLD = "0".repeat(39) + "1", NEW = "0".repeat(39) + "2";
const vim = await Deno.readFile("weights/vim_micro/vim_micro.safetensors");
const first = noise(2_500_000), second = noise(2_400_000).reverse(), small = new TextEncoder().encode("small file");

const repository = (more: Partial<Repository> = {}): Repository => ({
  commits: {
    [OLD]: { "model.pth": first, "deep/er/small.txt": small },
    [NEW]: { "model.pth": second, "vim.safetensors": vim },
  },
  refs: { main: OLD, next: NEW },
  ...more,
});

async function withHub(
  test: (hub: Hub, options: FetchHubOptions & { cacheDir: string }) => Promise<void>,
): Promise<void> {
  const cacheDir = await Deno.makeTempDir();
  await using hub = openHub({
    "owner/repo": repository(),
    "owner/secret": repository({ access: "private" }),
    "owner/gated": repository({ access: "gated" }),
    "owner/old-name": repository({ movedTo: "owner/repo" }),
  });
  try {
    await test(hub, { cacheDir, mirror: hub.url });
  } finally {
    await Deno.remove(cacheDir, { recursive: true });
  }
}

const bytesOf = async (name: string, options: FetchHubOptions) =>
  await Deno.readFile((await fetchHub(name, options)).source as string);

Deno.test("names on the hub are read, and what is none is refused", () => {
  assertEquals(parseHubName("hf:a/b/c.pth"), { repo: "a/b", revision: "main", file: "c.pth" });
  assertEquals(parseHubName("hf://a/b@v1.0/c/d e.pth"), { repo: "a/b", revision: "v1.0", file: "c/d e.pth" });
  assertEquals(parseHubName("hf:a/b@refs/pr/3/c.pth").revision, "refs/pr/3");
  assertEquals(parseHubName("hf:a/b").file, undefined);
  for (
    const text of ["hf:a", "hf:a/../c", "hf:a/b/../c", "hf:../b/c", "hf:", "hf:a/b//c", "hf:a b/c/d", "hf:a/b@%zz/c"]
  ) {
    assertThrows(() => parseHubName(text), RangeError, "must be hf:owner/repo/file");
  }
});

Deno.test("a file of the hub is downloaded once a version, over the redirect, and the branch is asked again", () =>
  withHub(async (hub, options) => {
    assertEquals(await bytesOf("hf:owner/repo/model.pth", options), first);
    assertEquals(hub.asked.map(({ host, method }) => `${host} ${method}`), ["hub HEAD", "hub GET", "cdn GET"]);
    assert(hub.asked[1]!.path.includes(OLD), "the download is pinned to the commit");
    assertEquals(await bytesOf("hf:owner/repo/model.pth", options), first);
    assertEquals(hub.asked.length, 4);
    hub.repositories["owner/repo"]!.refs.main = NEW;
    assertEquals(await bytesOf("hf:owner/repo/model.pth", options), second);
    hub.repositories["owner/repo"]!.refs.main = OLD;
    const before = hub.asked.length;
    assertEquals(await bytesOf("hf:owner/repo/model.pth", options), first);
    assertEquals(hub.asked.length, before + 1);
    assertEquals(await bytesOf("hf:owner/old-name@next/model.pth", options), second);
    assertEquals(await bytesOf("hf:owner/repo/deep/er/small.txt", options), small);
    hub.faults.noHead = true;
    assertEquals(await bytesOf("hf:owner/repo/model.pth", options), first);
  }));

Deno.test("a commit is asked once; offline takes what is kept and says what is not", () =>
  withHub(async (hub, options) => {
    const pinned = `hf:owner/repo@${OLD}/model.pth`;
    assertEquals(await bytesOf(pinned, options), first);
    const count = hub.asked.length;
    assertEquals(await bytesOf(pinned, options), first);
    assertEquals(hub.asked.length, count);
    assertEquals(await bytesOf(pinned, { ...options, offline: true }), first);
    await assertRejects(
      () => fetchHub("hf:owner/repo@next/model.pth", { ...options, offline: true }),
      Error,
      `must be in the cache when offline: current cache, ${options.cacheDir}, has none`,
    );
    await assertRejects(() => openModelSource("vim-tinny", options), Error, "did you mean vim-tiny?");
    await assertRejects(() => openModelSource("vim-tiny", { ...options, offline: true }), Error, "when offline");
    assertEquals(hub.asked.length, count);
    assertEquals(await bytesOf("hf:owner/repo/model.pth", options), first);
    const gone = "http://127.0.0.1:9"; // nobody is there: the version that was seen last is given
    assertEquals(await bytesOf("hf:owner/repo/model.pth", { ...options, mirror: gone }), first);
    await assertRejects(
      () => fetchHub("hf:owner/repo@next/model.pth", { ...options, mirror: gone }),
      Error,
      "as 127.0.0.1:9 must be within reach",
    );
  }));

Deno.test("a download from the hub that is cut goes on where it stopped, also in a later run", () =>
  withHub(async (hub, options) => {
    hub.faults.cutAfter = 1_000_000;
    assertEquals(await bytesOf("hf:owner/repo/model.pth", options), first);
    assertEquals(hub.asked.filter(({ host }) => host === "cdn").map(({ range }) => range), [null, "bytes=1000000-"]);
    const stop = new AbortController(), name = "hf:owner/repo@next/model.pth";
    const onProgress = ({ loaded }: { loaded: number }) => loaded > 1_000_000 && stop.abort(new Error("stopped"));
    await assertRejects(() => fetchHub(name, { ...options, signal: stop.signal, onProgress }), Error, "stopped");
    hub.asked.length = 0;
    assertEquals(await bytesOf(name, options), second);
    assert(/^bytes=[1-9]/.test(hub.asked.find(({ host }) => host === "cdn")?.range ?? "whole"));
  }));

Deno.test("the token opens what is not public, and goes to the hub alone", () =>
  withHub(async (hub, options) => {
    const name = "hf:owner/secret/model.pth", gated = "hf:owner/gated/model.pth";
    await assertRejects(() => fetchHub(name, options), Error, "must exist and be public, or a token must be given");
    await assertRejects(
      () => fetchHub(name, { ...options, token: "hf_wrong" }),
      Error,
      "the token must be valid for it",
    );
    await assertRejects(() => fetchHub(gated, options), Error, `terms must be accepted at ${hub.url}/owner/gated`);
    assertEquals(await bytesOf(name, { ...options, token: TOKEN }), first);
    assertEquals(await bytesOf(gated, { ...options, token: TOKEN }), first);
    assert(hub.asked.some(({ host }) => host === "cdn"));
    assert(hub.asked.every(({ host, token }) => host === "hub" || token === null));
    await assertRejects(
      () => fetchHub(name, { ...options, token: TOKEN, mirror: "http://hub.invalid" }),
      TypeError,
      "a token must be sent by https",
    );
    await assertRejects(
      () => fetchHub(name, { ...options, mirror: "mirror" }),
      TypeError,
      "must be an http or https address",
    );
    const before = { token: Deno.env.get("HF_TOKEN"), endpoint: Deno.env.get("HF_ENDPOINT") };
    try {
      Deno.env.set("HF_TOKEN", TOKEN);
      Deno.env.set("HF_ENDPOINT", hub.url);
      const { cacheDir } = options;
      assertEquals(await bytesOf("hf:owner/secret@next/model.pth", { cacheDir }), second);
      Deno.env.set("HF_HUB_OFFLINE", "1");
      await assertRejects(() => fetchHub("hf:owner/secret@next/other.pth", { cacheDir }), Error, "when offline");
      Deno.env.delete("HF_HUB_OFFLINE");
      Deno.env.set("XDG_CACHE_HOME", cacheDir);
      assertEquals(new Uint8Array(await weightBytes("hf:owner/repo/model.pth")), first);
    } finally {
      for (const [key, value] of [["HF_TOKEN", before.token], ["HF_ENDPOINT", before.endpoint]] as const) {
        value === undefined ? Deno.env.delete(key) : Deno.env.set(key, value);
      }
      Deno.env.delete("XDG_CACHE_HOME");
    }
  }));

Deno.test("what the hub refuses is said in words, with what was probably meant", () =>
  withHub(async (hub, options) => {
    const cases: readonly (readonly [string, string])[] = [
      [
        "hf:owner/repo/modle.pth",
        "must have the file modle.pth: current answer is 404 (Entry not found); did you mean model.pth?",
      ],
      ["hf:owner/repo/model.safetensors", "it has model.pth"],
      [
        "hf:owner/repo@nxt/model.pth",
        "must have the revision nxt: current answer is 404 (Invalid rev id: nxt); did you mean next?",
      ],
      ["hf:owner/nothing/model.pth", "the repository owner/nothing must exist and be public"],
      ["hf:owner/repo", "a file of the repository must be named: none is; it has model.pth"],
      [
        "hg:owner/repo/model.pth",
        "its scheme must be one of hf, https, http, file, data, blob, or it must be a file: current scheme is hg; did you mean hf:?",
      ],
      ["huggingface://owner/repo/model.pth", "did you mean hf:?"],
    ];
    for (const [name, words] of cases) await assertRejects(() => openModelSource(name, options), Error, words);
    hub.faults.html = true;
    await assertRejects(
      () => fetchHub("hf:owner/repo/model.pth", options),
      Error,
      "must give the file: current answer is a web page",
    );
    delete hub.faults.html;
    hub.faults.status = 503;
    await assertRejects(
      () => fetchHub("hf:owner/repo/model.pth", options),
      Error,
      "must give the file: current answer is 503",
    );
    delete hub.faults.status;
    hub.repositories["owner/repo"]!.commits[OLD]!["model.pth"] = new Uint8Array(2000);
    const wrong = await fetchHub("hf:owner/repo/model.pth", { ...options, fetch: tampering }).catch((error) => error);
    assert(/must have sha256/.test(wrong.message), wrong.message);
  }));

/** A network that changes what it carries. */
const tampering: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  if (response.status !== 200 || init?.method === "HEAD") return response;
  return new Response(new Uint8Array(2000).fill(7), { headers: response.headers });
};

Deno.test("a model of the hub is opened by name, also one in several files, all of one commit", () =>
  withHub(async (hub, options) => {
    const checkpoint = await openModelSource("hf:owner/repo@next/vim.safetensors", options);
    assertEquals(checkpoint.format, "safetensors");
    await checkpoint.close();
    const header = (name: string) => {
      const text = JSON.stringify({ [name]: { dtype: "F32", shape: [1], data_offsets: [0, 4] } }).padEnd(72);
      const file = new Uint8Array(8 + text.length + 4);
      new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
      file.set(new TextEncoder().encode(text), 8);
      return file;
    };
    const index = { weight_map: { one: "model-1.safetensors", two: "model-2.safetensors" } };
    const files = {
      "net/model.safetensors.index.json": new TextEncoder().encode(JSON.stringify(index)),
      "net/model-1.safetensors": header("one"),
      "net/model-2.safetensors": header("two"),
    };
    const commit = "a".repeat(40);
    hub.repositories["owner/sharded"] = { commits: { [commit]: files }, refs: { main: commit } };
    hub.asked.length = 0;
    const sharded = await openModelSource("hf:owner/sharded/net/model.safetensors.index.json", options);
    assertEquals([...sharded.entries.keys()], ["one", "two"]);
    await sharded.close();
    assert(hub.asked.slice(1).every(({ path }) => path.includes(commit)));
    const again = await openModelSource("hf:owner/sharded/net/model.safetensors.index.json", {
      ...options,
      offline: true,
    });
    assertEquals(again.entries.size, 2);
    await again.close();
  }));

Deno.test("Deno's permissions are named before one is asked for", async () => {
  const script = `import { fetchHub } from "${new URL("../../src/hub/fetch_hub.ts", import.meta.url)}";
    await fetchHub("hf:owner/repo/model.pth", { cacheDir: "/nowhere" }).catch(({ message }) => console.log(message));`;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, script);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--no-prompt", "--allow-read=src", file],
  }).output();
  await Deno.remove(file);
  assertEquals(
    new TextDecoder().decode(stdout).trim(),
    "Cannot load hf:owner/repo/model.pth as Deno must be run with --allow-net=huggingface.co --allow-read=/nowhere " +
      "--allow-write=/nowhere: current permissions lack that",
  );
});

Deno.test("Deno's permissions for a released checkpoint are named, too, and none for the net when it is kept", async () => {
  const run = async (...args: string[]) => {
    const { stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-check",
        "--no-prompt",
        ...args,
        "cli.ts",
        "info",
        "vim-tiny",
        "--cache",
        "dist/no",
      ],
    }).output();
    return new TextDecoder().decode(stderr).trim();
  };
  const before = "Cannot load vim-tiny as Deno must be run with ", files = ["--allow-read", "--allow-write=dist/no"];
  assertEquals(
    await run("--allow-read=src,weights", "--allow-env", "--allow-sys"),
    `${before}--allow-read=dist/no --allow-write=dist/no: current permissions lack that`,
  );
  assertEquals(
    await run("--allow-env", "--allow-sys", ...files),
    `${before}--allow-net=huggingface.co: current permissions lack that`,
  );
});

Deno.test("the command line takes mirror, token, cache and offline as options", () =>
  withHub(async (hub, { cacheDir }) => {
    const run = async (...args: string[]) => {
      const { stdout, stderr, code } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--quiet", "--no-check", "cli.ts", "info", "--json", "--cache", cacheDir, ...args],
        env: { HF_ENDPOINT: "http://127.0.0.1:1", XDG_CACHE_HOME: "/nowhere" },
      }).output();
      return { code, text: new TextDecoder().decode(code === 0 ? stdout : stderr) };
    };
    const name = "hf:owner/secret@next/vim.safetensors";
    assertMatch((await run(name, "--mirror", hub.url)).text, /or a token must be given \(token, HF_TOKEN\)/);
    assertMatch((await run(name, "--offline")).text, /must be in the cache when offline/);
    const { text } = await run(name, "--mirror", hub.url, "--token", TOKEN), { length } = hub.asked;
    assertEquals(JSON.parse(text).family, "vim");
    assertEquals(JSON.parse((await run(name, "--mirror", hub.url, "--offline")).text).family, "vim");
    assertEquals(hub.asked.length, length);
  }));

Deno.test("the command line takes a name on the hub", () =>
  withHub(async (hub, { cacheDir }) => {
    const run = (file: string) =>
      new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--quiet", "--no-check", "cli.ts", "info", file, "--json"],
        env: { HF_ENDPOINT: hub.url, XDG_CACHE_HOME: cacheDir },
      }).output();
    const { stdout } = await run("hf:owner/repo@next/vim.safetensors"), text = new TextDecoder();
    assertEquals(JSON.parse(text.decode(stdout)).family, "vim");
    const { stderr, code } = await run("hf:owner/repo@next/vin.safetensors");
    assertEquals([code, text.decode(stderr).includes("did you mean vim.safetensors?")], [1, true]);
  }));
