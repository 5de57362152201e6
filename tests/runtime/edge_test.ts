import { assert, assertEquals } from "@std/assert";
import { decodeImage, defaultModel } from "../../mod.ts";
import { edgeHandler } from "../../src/edge.ts";
import { assertLabels } from "./expected.ts";
import { BUN, KIT, makeFolder, makeKit, must, NODE_20, NODE_24, ROOT } from "./kit.ts";
import { withServer } from "./with_server.ts";

await makeKit();
const folder = await makeFolder("edge", {
  "worker.js": "examples/edge/cloudflare/worker.js",
  "wrangler.jsonc": "examples/edge/cloudflare/wrangler.jsonc",
  "edge_miniflare.js": "tests/runtime/apps/edge_miniflare.js",
  "bun.js": "examples/edge/bun.js",
  "node.js": "examples/edge/node.js",
  "hono.js": "examples/edge/hono.js",
  "express.js": "examples/edge/express.js",
});
const ROCKET = await Deno.readFile(`${ROOT}examples/photos/rocket.jpg`);
const SMALL = await Deno.readFile(`${ROOT}tests/golden/image/files/q75_s2.jpg`);

/** What every platform must answer: the handler on the working tree. */
const expected = edgeHandler({
  classify: () => defaultModel("classify"),
  restore: () => defaultModel("upscale", { scale: 2 }),
});

/** Starts a server, waits until it is healthy, gives the address of its handler to `body` and ends it. */
async function serving(
  program: string,
  args: (port: number) => readonly string[],
  body: (url: string) => Promise<void>,
  path = "",
): Promise<void> {
  const healthy = async (url: string): Promise<boolean> => {
    const response = await fetch(`${url}${path}${path && "/"}health`);
    return (await response.json()).status === "ok";
  };
  await withServer(program, args, { cwd: folder, healthy }, (url) => body(url + path));
}

const post = (url: string, body: BodyInit, headers: Record<string, string> = {}) =>
  new Request(url, { method: "POST", body, headers });

/** Keeps no connection: servers end one that waits, as it would here for what is expected. */
const client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
const ask = (request: Request) => fetch(request, { client });

/** Labels, pixels and problems are those of the working tree. `exact`: to the bit. */
async function assertServes(url: string, exact: boolean): Promise<void> {
  const { labels } = await (await ask(post(`${url}?top=3`, ROCKET, { "content-type": "image/jpeg" }))).json();
  const wanted = (await (await expected(post("http://edge.test/?top=3", ROCKET))).json()).labels;
  assertLabels(labels, wanted, exact ? 1e-12 : 1e-5);

  const restored = await ask(post(url, SMALL, { accept: "image/png" }));
  assertEquals(restored.headers.get("content-type"), "image/png");
  const image = await decodeImage(await restored.arrayBuffer());
  const same = await decodeImage(
    await (await expected(post("http://edge.test/", SMALL, { accept: "image/png" }))).arrayBuffer(),
  );
  assertEquals([image.width, image.height], [same.width, same.height]);
  const off = Math.max(...image.data.map((value, i) => Math.abs(value - same.data[i]!)));
  assert(off <= (exact ? 0 : 1), `pixels are off by ${off}`);

  const tag = restored.headers.get("etag")!;
  const again = await ask(post(url, SMALL, { accept: "image/png", "if-none-match": tag }));
  assertEquals([again.status, (await again.json()).type], [412, "urn:sidewinder:problem:not-changed"]);
  const refused = await ask(post(url, "hello", { "content-type": "text/plain" }));
  assertEquals([refused.status, (await refused.json()).type], [415, "urn:sidewinder:problem:unsupported-type"]);
  const preflight = await ask(new Request(url, { method: "OPTIONS", headers: { origin: "https://page.test" } }));
  assertEquals(preflight.headers.get("access-control-allow-origin"), "*");
  const form = new FormData();
  form.append("photo", new Blob([ROCKET]), "rocket.jpg");
  assertEquals((await (await ask(post(url, form))).json()).labels[0].name, wanted[0].name);
}

Deno.test("edge example for Cloudflare, built by wrangler, serves in workerd with weights from a module and a bucket", async () => {
  await must(NODE_24, [`${KIT}node_modules/wrangler/bin/wrangler.js`, "deploy", "--dry-run", "--outdir", "built"], {
    cwd: folder,
    env: { WRANGLER_SEND_METRICS: "false", CI: "1" },
  });
  const files = await Array.fromAsync(Deno.readDir(`${folder}built`));
  assertEquals(files.filter(({ name }) => /encode/.test(name)), []);
  // The one model that it names, though all are installed.
  assertEquals(files.flatMap(({ name }) => /-(\w+)\.safetensors$/.exec(name)?.[1] ?? []), ["vim_micro"]);
  const weights = `${KIT}node_modules/@sidewinder/weights-mambair-light-x2/mambair_light_x2.safetensors`;
  const args = (port: number) => ["edge_miniflare.js", "built/worker.js", weights, `${port}`];
  await serving(NODE_24, args, (url) => assertServes(url, true));
});

Deno.test("edge example for deno serve --parallel serves with no permission but reading the tree", async () => {
  const args = (port: number) => [
    "serve",
    "--parallel",
    "--no-prompt",
    `--allow-read=${ROOT}`,
    `--port=${port}`,
    "--host=127.0.0.1",
    `${ROOT}examples/edge/deno.ts`,
  ];
  await serving(Deno.execPath(), args, (url) => assertServes(url, true));
});

/** What a client may send that is no request of any use. */
const STRANGE = [
  "GET // HTTP/1.1",
  "TRACE / HTTP/1.1",
  "GET http://[ HTTP/1.1",
  "POST http://user:secret@host/ HTTP/1.1",
  "GET //[ HTTP/1.1",
  "CONNECT host:1 HTTP/1.1",
  "OPTIONS * HTTP/1.1",
  "POST /%ff%zz HTTP/1.1",
  "no request at all",
];

/** The status of the answer to a raw request; undefined where the connection is closed without one. */
async function rawStatus(url: string, line: string): Promise<number | undefined> {
  const { hostname, port } = new URL(url), connection = await Deno.connect({ hostname, port: Number(port) });
  try {
    await connection.write(new TextEncoder().encode(`${line}\r\nHost: x\r\nConnection: close\r\n\r\n`));
    const answer = await new Response(connection.readable).text().catch(() => "");
    return answer === "" ? undefined : Number(answer.split(" ")[1]);
  } catch {
    return undefined;
  }
}

/** Strange requests are refused for what they are, and the server goes on. */
async function assertSurvives(url: string): Promise<void> {
  for (const line of STRANGE) {
    const status = await rawStatus(url, line);
    assert(status === undefined || (status >= 200 && status < 500), `${line} gives ${status}`);
  }
  assertEquals((await fetch(`${url.replace(/\/$/, "")}/health`)).status, 200);
}

Deno.test("edge example for Node serves in Node 20, whose SIMD is the plain one, and survives any request line", async () => {
  await serving(NODE_20, () => ["node.js"], async (url) => {
    await assertServes(url, false);
    await assertSurvives(url);
  });
});

Deno.test("edge example for Node serves in Node 24, and survives any request line", async () => {
  await serving(NODE_24, () => ["node.js"], async (url) => {
    await assertServes(url, true);
    await assertSurvives(url);
  });
});

for (const name of ["hono", "express"]) {
  Deno.test(`edge example for ${name} serves as a part of an application, and survives any request line`, async () => {
    await serving(NODE_20, () => [`${name}.js`], async (url) => {
      const { labels } = await (await fetch(post(`${url}?top=1`, ROCKET))).json();
      assertEquals(labels[0].name, (await (await expected(post("http://edge.test/", ROCKET))).json()).labels[0].name);
      const refused = await fetch(post(url, "hello", { "content-type": "text/plain" }));
      assertEquals([refused.status, (await refused.json()).type], [415, "urn:sidewinder:problem:unsupported-type"]);
      assertEquals(await (await fetch(new URL("/", url))).text(), "POST a photo to /image");
      await assertSurvives(url);
    }, "image");
  });
}

Deno.test("edge example for Bun serves", async () => {
  await serving(BUN, () => ["bun.js"], (url) => assertServes(url, false));
});
