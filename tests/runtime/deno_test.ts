import { assert, assertEquals, assertMatch } from "@std/assert";
import { must, ROOT } from "./kit.ts";
import { serveFolder } from "./serve.ts";

/** What is fetched late; the table of released models is small and comes at once. */
const LAZY = /(?<!released)\.gen\.[jt]s$/;

Deno.test("mod.ts from a URL classifies with no permission, and fetches no codec or model it does not use", async () => {
  await using server = serveFolder(ROOT);
  const cache = await Deno.makeTempDir({ prefix: "sidewinder_deno_" });
  try {
    const printed = await must(Deno.execPath(), ["run", "--no-prompt", `${server.url}examples/deno/classify.ts`], {
      cwd: cache, // where no configuration is
      env: { DENO_DIR: cache, NO_COLOR: "1" },
    });
    assertMatch(printed, /^wasm relaxed-simd, \d+ ms\n\S+ % +bucket, pail\n/);
    assertEquals(server.requests.filter((path) => path.startsWith("404")), []);
    assertEquals(
      server.requests.filter((path) => LAZY.test(path)).sort(),
      ["/src/wasm/kernels_relaxed.gen.ts", "/weights/vim_micro/vim_micro.gen.js"],
    );
    assert(!server.requests.some((path) => /\/codecs\/|\/cli\//.test(path)));
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
});

Deno.test("mod.ts from a URL fetches nothing lazily before it is asked to", async () => {
  await using server = serveFolder(ROOT);
  const cache = await Deno.makeTempDir({ prefix: "sidewinder_deno_" });
  try {
    await must(Deno.execPath(), ["cache", "--allow-import", `${server.url}mod.ts`], {
      cwd: cache,
      env: { DENO_DIR: cache },
    });
    assertEquals(server.requests.filter((path) => LAZY.test(path)), []);
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
});

Deno.test("README's demo names what is on its photos, and from an empty cache fetches no package", async () => {
  const [, command] = /^npx deno@\S+ (run .*?) +#/m.exec(await Deno.readTextFile(`${ROOT}README.md`))!;
  const requests: string[] = [], cache = await Deno.makeTempDir({ prefix: "sidewinder_deno_" });
  await using registry = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, ({ url }) => {
    requests.push(url);
    return new Response("not found", { status: 404 });
  });
  const url = `http://127.0.0.1:${registry.addr.port}/`;
  try {
    const env = { DENO_DIR: cache, NO_COLOR: "1", NPM_CONFIG_REGISTRY: url, JSR_URL: url };
    const printed = await must(Deno.execPath(), command!.split(" "), { cwd: ROOT, env });
    assertMatch(printed, /coffee\.png\n +\S+ % +espresso\n[^]*chelsea\.png\n +\S+ % +tabby, tabby cat\n/);
    assertEquals(requests, []);
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
});
