import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { decodeImage, defaultModel, type Device, encodeImage } from "../mod.ts";
import { edgeHandler, type EdgeOptions, type EdgeWeights } from "../src/edge.ts";
import { beginDeadline } from "../src/edge/deadline.ts";
import { Engine } from "../src/edge/engine.ts";

const URL_ = "http://edge.test/";
const ROCKET = await Deno.readFile("examples/photos/rocket.jpg");
const SMALL = await Deno.readFile("tests/golden/image/files/q75_s2.jpg");
const WEIGHTS = { classify: await defaultModel("classify"), restore: await defaultModel("upscale", { scale: 2 }) };

/** Both tasks, on the device that every machine has. */
const handlerOf = (options: Partial<EdgeOptions> = {}) => edgeHandler({ ...WEIGHTS, ...options });

const handler = handlerOf();

const post = (body: BodyInit | null, headers: Record<string, string> = {}, query = "") =>
  new Request(URL_ + query, { method: "POST", body, headers });

/** Status and kind of a problem; its body must be as RFC 9457 has it. */
async function problemOf(response: Response): Promise<[status: number, kind: string]> {
  assertEquals(response.headers.get("content-type"), "application/problem+json");
  const { type, title, status, detail } = await response.json();
  assertEquals(status, response.status);
  assert(title.length > 0 && detail.length > 0);
  return [status, type.replace("urn:sidewinder:problem:", "")];
}

Deno.test("edgeHandler() answers a photo with its likeliest classes", async () => {
  const response = await handler(post(ROCKET, { "content-type": "image/jpeg" }, "?top=3"));
  assertEquals(response.status, 200);
  const { labels, device, model } = await response.json();
  assertEquals([labels.length, labels[0].name, model], [3, "fountain", "vim"]);
  assert(device.startsWith("wasm"));
  assert(response.headers.get("server-timing")!.includes("run;dur="));
});

Deno.test("edgeHandler() answers image/png with the restored image when that is preferred", async () => {
  const response = await handler(post(SMALL, { accept: "application/json;q=0.5, image/png" }));
  assertEquals(response.headers.get("content-type"), "image/png");
  const small = await decodeImage(SMALL);
  const { width, height } = await decodeImage(await response.arrayBuffer());
  assertEquals([width, height], [2 * small.width, 2 * small.height]);
});

Deno.test("edgeHandler() leaves metadata out and says so, or keeps it; the colour profile stays", async () => {
  const all = await Deno.readFile("tests/golden/image/pictures/all.png");
  for (const keepMetadata of [false, true]) {
    const response = await handlerOf({ keepMetadata })(post(all, { accept: "image/png" }));
    assertEquals(response.headers.get("sidewinder-metadata"), keepMetadata ? "kept" : "stripped");
    const { attached } = await decodeImage(await response.arrayBuffer());
    assertEquals([attached?.profile !== undefined, attached?.exif !== undefined], [true, keepMetadata]);
  }
});

Deno.test("edgeHandler() takes the task that there is when the client does not mind", async () => {
  const only = edgeHandler({ restore: WEIGHTS.restore });
  const response = await only(post(SMALL, { accept: "image/*, */*;q=0.1" }));
  assertEquals(response.headers.get("content-type"), "image/png");
  await response.body?.cancel();
  assertEquals(await problemOf(await only(post(SMALL, { accept: "application/json" }))), [406, "not-acceptable"]);
});

Deno.test("edgeHandler() takes an upload that comes in pieces of unknown number", async () => {
  const pieces = ReadableStream.from((function* () {
    for (let at = 0; at < ROCKET.length; at += 1000) yield ROCKET.slice(at, at + 1000);
  })());
  const response = await handler(post(pieces));
  assertEquals((await response.json()).labels[0].name, "fountain");
});

Deno.test("edgeHandler() stops reading an upload once it is longer than allowed", async () => {
  let pulled = 0, cancelled = false;
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(1000).fill(++pulled)),
    cancel: () => void (cancelled = true),
  });
  assertEquals(await problemOf(await handlerOf({ maxBytes: 5000 })(post(endless))), [413, "too-many-bytes"]);
  assert(cancelled);
  assert(pulled < 10, `${pulled} pieces`);
});

Deno.test("edgeHandler() refuses what is not an image request, one problem per kind", async () => {
  const text = new TextEncoder().encode("not an image, but long enough for a header");
  const cases: [Request, number, string][] = [
    [post(null), 400, "empty-body"],
    [post(new Uint8Array()), 400, "empty-body"],
    [post(SMALL, {}, "?top=0"), 400, "bad-option"],
    [post(SMALL, {}, "?top=many"), 400, "bad-option"],
    [post(SMALL, {}, "elsewhere"), 404, "not-found"],
    [new Request(URL_), 405, "method-not-allowed"],
    [new Request(`${URL_}health`, { method: "DELETE" }), 405, "method-not-allowed"],
    [new Request(`${URL_}health`, { method: "EA" }), 405, "method-not-allowed"],
    [post(SMALL, {}, "/"), 404, "not-found"],
    [post(SMALL, { "content-encoding": "br" }), 415, "unsupported-encoding"],
    [post("no form", { "content-type": "multipart/form-data" }), 400, "bad-form"],
    [post(new FormData()), 400, "bad-form"],
    [post(SMALL, { accept: "text/html" }), 406, "not-acceptable"],
    [post(SMALL, { "content-type": "application/json" }), 415, "unsupported-type"],
    [post(text), 415, "unsupported-type"],
    [post(ROCKET.slice(0, 3000)), 422, "unreadable-image"],
    [post(await Deno.readFile("tests/golden/hostile/progressive_2500_scans.jpg")), 422, "unreadable-image"],
  ];
  for (const [request, status, kind] of cases) assertEquals(await problemOf(await handler(request)), [status, kind]);
});

Deno.test("edgeHandler() names the allowed methods", async () => {
  assertEquals((await handler(new Request(URL_))).headers.get("allow"), "POST, OPTIONS");
  const deleted = await handler(new Request(`${URL_}health`, { method: "DELETE" }));
  assertEquals(deleted.headers.get("allow"), "GET, HEAD, OPTIONS");
  const head = await handler(new Request(`${URL_}health`, { method: "HEAD" }));
  assertEquals([head.status, await head.text()], [200, ""]);
});

Deno.test("edgeHandler() refuses a long or large image before it works on it", async () => {
  const strict = handlerOf({ maxBytes: 50_000, maxPixels: 1000 });
  const stated = post(ROCKET, { "content-length": `${ROCKET.length}` });
  assertEquals(await problemOf(await strict(stated)), [413, "too-many-bytes"]);
  assertEquals(await problemOf(await strict(post(SMALL))), [413, "too-many-pixels"]);
  assertEquals(await problemOf(await handlerOf({ memory: 1 })(post(SMALL, { accept: "image/png" }))), [
    413,
    "too-many-pixels",
  ]);
});

Deno.test("edgeHandler() answers hostile pictures as the client's fault, in time, and tells the log of none", async () => {
  const told: unknown[] = [], strict = handlerOf({ timeout: 5000, onError: (error) => void told.push(error) });
  for (const name of ["thin_1x24000.png", "thin_1x60000.png", "progressive_2500_scans.jpg"]) {
    const [status] = await problemOf(await strict(post(await Deno.readFile(`tests/golden/hostile/${name}`))));
    assert(status === 413 || status === 422, `${name}: ${status}`);
  }
  assertEquals(told, []);
});

Deno.test("edgeHandler() saves the work when the client has the result, and not when an option differs", async () => {
  const first = await handler(post(SMALL));
  const tag = first.headers.get("etag")!;
  assertEquals(await first.json(), await (await handler(post(SMALL))).json());
  const again = await handler(post(SMALL, { "if-none-match": `"other", ${tag}` }));
  assertEquals(again.headers.get("etag"), tag);
  assertEquals(await problemOf(again), [412, "not-changed"]);
  for (const other of [post(SMALL, { "if-none-match": tag }, "?top=2"), post(ROCKET, { "if-none-match": tag })]) {
    const response = await handler(other);
    assertEquals(response.status, 200);
    assert(response.headers.get("etag") !== tag);
  }
});

Deno.test("edgeHandler() lets pages of the listed origins ask, and only those", async () => {
  const listed = handlerOf({ origins: ["https://good.test"] });
  const ask = (from: string) =>
    listed(
      new Request(URL_, { method: "OPTIONS", headers: { origin: from, "access-control-request-method": "POST" } }),
    );
  const good = await ask("https://good.test"), bad = await ask("https://bad.test");
  assertEquals(good.status, 204);
  assertEquals(good.headers.get("access-control-allow-origin"), "https://good.test");
  assertEquals(good.headers.get("access-control-allow-methods"), "POST, OPTIONS");
  assertEquals(bad.headers.get("access-control-allow-origin"), null);
  const problem = await listed(post(null, { origin: "https://good.test" }));
  assertEquals(problem.headers.get("access-control-allow-origin"), "https://good.test");
  assertEquals(problem.headers.get("vary"), "Accept, Origin");
});

/** A signal and its controller, for a request whose client leaves. */
const leaving = (body: BodyInit, headers: Record<string, string> = {}) => {
  const controller = new AbortController();
  const request = new Request(URL_, { method: "POST", body, headers, signal: controller.signal });
  return { request, leave: () => controller.abort() };
};

const busyPlaces = async (handler: (request: Request) => Promise<Response>): Promise<number> =>
  (await (await handler(new Request(`${URL_}health`))).json()).busy;

Deno.test("edgeHandler() lets a few wait, then answers 503 with Retry-After, and works again afterwards", async () => {
  const narrow = handlerOf({ concurrency: 1, waiting: 1 });
  const answers = await Promise.all([1, 2, 3, 4].map(() => narrow(post(ROCKET))));
  assertEquals(answers.map(({ status }) => status).sort(), [200, 200, 503, 503]);
  const refused = answers.find(({ status }) => status === 503)!;
  assertEquals(refused.headers.get("retry-after"), "1");
  assertEquals(await problemOf(refused), [503, "busy"]);
  assertEquals((await narrow(post(ROCKET))).status, 200);
  const strict = handlerOf({ concurrency: 1, waiting: 0 });
  assertEquals((await Promise.all([strict(post(ROCKET)), strict(post(ROCKET))])).map(({ status }) => status).sort(), [
    200,
    503,
  ]);
});

Deno.test("edgeHandler() ends an upload that does not go on, which holds no place meanwhile", async () => {
  const narrow = handlerOf({ concurrency: 1, waiting: 0, uploadTimeout: 300 });
  const stuck = () => post(new ReadableStream({ start: (controller) => controller.enqueue(SMALL.slice(0, 10)) }));
  const trickled = [narrow(stuck()), narrow(stuck()), narrow(stuck())];
  assertEquals((await narrow(post(SMALL))).status, 200);
  for (const answer of trickled) assertEquals(await problemOf(await answer), [408, "upload-timeout"]);
  assertEquals(await busyPlaces(narrow), 0);
});

Deno.test("edgeHandler() takes an upload that breaks off for the client's fault", async () => {
  const errors: unknown[] = [];
  const listening = handlerOf({ onError: (error) => errors.push(error) });
  const broken = new ReadableStream({
    pull(controller) {
      controller.enqueue(SMALL.slice(0, 10));
      controller.error(new Error("connection reset"));
    },
  });
  assertEquals(await problemOf(await listening(post(broken))), [400, "upload-broken"]);
  const { request, leave } = leaving(new ReadableStream({ start: (to) => to.enqueue(SMALL.slice(0, 9)) }));
  const answer = listening(request);
  leave();
  assertEquals((await answer).status, 499);
  assertEquals(errors, []);
});

Deno.test("edgeHandler() reads the file of a form, and whatever type of image a client says", async () => {
  const form = new FormData();
  form.append("note", "a rocket");
  form.append("photo", new File([ROCKET], "rocket.jpg", { type: "image/jpeg" }));
  assertEquals((await (await handler(post(form))).json()).labels[0].name, "fountain");
  for (const type of ["image/jpg", "image/pjpeg", "image/x-citrix-jpeg", "image/*", "Image/JPEG; charset=x"]) {
    assertEquals((await handler(post(SMALL, { "content-type": type }))).status, 200, type);
  }
  const png = await handler(post(SMALL, { accept: "image/x-png" }));
  assertEquals(png.headers.get("content-type"), "image/png");
  await png.body?.cancel();
});

Deno.test("edgeHandler() frees the place of a client that leaves, in the queue and in a run", async () => {
  const narrow = handlerOf({ concurrency: 1, waiting: 2 });
  assertEquals((await narrow(post(SMALL))).status, 200);
  const device = (await (await narrow(post(SMALL))).json()).device;
  const running = leaving(ROCKET, { accept: "image/png" }), queued = leaving(SMALL), next = post(SMALL);
  const first = narrow(running.request);
  while (await busyPlaces(narrow) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const second = narrow(queued.request), third = narrow(next);
  queued.leave();
  assertEquals((await second).status, 499);
  running.leave();
  await (await first).body?.cancel();
  assertEquals((await (await third).json()).device, device);
  assertEquals(await busyPlaces(narrow), 0);
});

Deno.test("edgeHandler() refuses a restoration that cannot end in time at once, with the size that could", async () => {
  const hasty = handlerOf({ timeout: 10_000 });
  const flat = { data: new Uint8Array(1800 * 1200 * 3), width: 1800, height: 1200, channels: 3 } as const;
  const response = await hasty(post(await encodeImage(flat, { type: "png" }), { accept: "image/png" }));
  const copy = response.clone();
  assertEquals(await problemOf(response), [413, "too-slow"]);
  const { largest, detail } = await copy.json();
  assert(largest.width < 1800 && largest.height < 1200 && largest.width > largest.height, detail);
  assert(detail.includes(`${largest.width} x ${largest.height}`));
  assertEquals(await busyPlaces(hasty), 0);
});

Deno.test("edgeHandler() sends rows while later tiles are still to be run", async () => {
  const small = handlerOf({ memory: 24, timeout: 600_000 });
  const { request } = leaving(await tall(), { accept: "image/png" });
  const response = await small(request), reader = response.body!.getReader();
  await reader.read();
  assertEquals(await busyPlaces(small), 1);
  await reader.cancel();
  while (await busyPlaces(small) > 0) await new Promise((resolve) => setTimeout(resolve, 5));
});

Deno.test("edgeHandler() drops rows that nobody reads, and lets go of their place", async () => {
  const { setTimeout: begin } = globalThis, timeout = 600_000, timers: { id: number; run: () => void }[] = [];
  globalThis.setTimeout = ((run: () => void, milliseconds?: number) => {
    const id = begin(run, milliseconds) as unknown as number;
    if (milliseconds === timeout) timers.push({ id, run });
    return id;
  }) as typeof begin;
  try {
    const small = handlerOf({ memory: 24, timeout });
    const response = await small(post(await tall(), { accept: "image/png" })), reader = response.body!.getReader();
    await reader.read();
    timers.at(-1)!.run();
    await assertRejects(() => reader.read(), Error, "was not read");
    while (await busyPlaces(small) > 0) await new Promise((resolve) => begin(resolve, 5));
  } finally {
    globalThis.setTimeout = begin;
    for (const { id } of timers) clearTimeout(id);
  }
});

Deno.test("edgeHandler() answers HEAD without a body, refusals too", async () => {
  for (const [path, status] of [["health", 200], ["", 405], ["nowhere", 404]] as const) {
    const response = await handler(new Request(URL_ + path, { method: "HEAD" }));
    assertEquals([response.status, response.body], [status, null]);
    assert(response.headers.has("content-type"));
  }
});

/** A picture of many rows of tiles. */
const tall = () =>
  encodeImage({ data: new Uint8Array(48 * 3000), width: 48, height: 3000, channels: 1 }, { type: "png" });

Deno.test("edgeHandler() keeps no timers of requests that are over", async () => {
  const { setTimeout: begin, clearTimeout: end } = globalThis, open = new Set<unknown>();
  globalThis.setTimeout = ((...args: Parameters<typeof begin>) => {
    const id = begin(...args);
    if ((args[1] ?? 0) >= 1000) open.add(id);
    return id;
  }) as typeof begin;
  globalThis.clearTimeout = (id) => (open.delete(id), end(id));
  try {
    const full = handlerOf({ concurrency: 1, waiting: 1 });
    await Promise.all(Array.from({ length: 20 }, () => full(post(SMALL)).then((response) => response.text())));
    await (await full(post(null))).text();
    assertEquals(open.size, 0);
  } finally {
    Object.assign(globalThis, { setTimeout: begin, clearTimeout: end });
  }
});

Deno.test("Engine replaces a device that fails, and no other", async () => {
  const engine = new Engine({}, WEIGHTS, 30_000), devices: Device[] = [];
  const deadline = beginDeadline(undefined, 30_000);
  const run = (fault?: Error) =>
    engine.run("classify", deadline, ({ device }) => {
      devices.push(device);
      return fault && devices.length < 3 ? Promise.reject(fault) : Promise.resolve(device.name);
    });
  await run();
  await run(new Error("Cannot go on as the WebGPU device was lost"));
  assert(devices[0] === devices[1] && devices[1] !== devices[2]);
  await assertRejects(() => engine.run("classify", deadline, () => Promise.reject(new RangeError("too large"))));
  await run();
  assert(devices[2] === devices[3]);
  deadline.end();
  devices[3]!.close();
});

Deno.test("edgeHandler() starts anew after work that never came back", async () => {
  let calls = 0;
  const classify = () => ++calls === 1 ? new Promise<Uint8Array>(() => {}) : Promise.resolve(WEIGHTS.classify);
  const recovering = edgeHandler({ classify, timeout: 3000 });
  assertEquals(await problemOf(await recovering(post(SMALL))), [504, "run-timeout"]);
  // On a machine that is busy even what comes back may take longer than that.
  let status = 504;
  for (let i = 0; i < 20 && status === 504; i++) ({ status } = await recovering(post(SMALL)));
  assertEquals([status, calls > 1], [200, true]);
});

Deno.test("edgeHandler() says that the model is out of reach, tells the log why, and tries again", async () => {
  const errors: unknown[] = [];
  let calls = 0;
  const classify = () => ++calls === 1 ? Promise.reject(new Error("secret place")) : Promise.resolve(WEIGHTS.classify);
  const recovering = edgeHandler({ classify, onError: (error) => errors.push(error) });
  const response = await recovering(post(SMALL));
  assertEquals(response.headers.get("retry-after"), "5");
  const text = await response.clone().text();
  assertEquals(await problemOf(response), [503, "no-model"]);
  assert(!text.includes("secret place"));
  assertEquals(errors.map(String), ["Error: secret place"]);
  assertEquals((await recovering(post(SMALL))).status, 200);
});

Deno.test("edgeHandler() takes weights from a module, a bucket, static assets and a URL", async () => {
  const bytes = WEIGHTS.classify;
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => new URL(request.url).pathname === "/vim" ? new Response(bytes) : new Response("", { status: 404 }),
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  const bucket = { get: (key: string) => Promise.resolve(key === "vim" ? new Response(bytes) : null) };
  const good: EdgeWeights[] = [
    bytes.buffer,
    { bucket, key: "vim" },
    { assets: { fetch: (request) => fetch(url + new URL(request.url).pathname) }, path: "/vim" },
    new URL(`${url}/vim`),
  ];
  for (const classify of good) assertEquals((await edgeHandler({ classify })(post(SMALL))).status, 200);
  for (const classify of [{ bucket, key: "mamba" }, new URL(`${url}/mamba`), new Uint8Array(64)]) {
    assertEquals(await problemOf(await edgeHandler({ classify })(post(SMALL))), [503, "no-model"]);
  }
});

Deno.test("edgeHandler() tells its state below its path", async () => {
  const nested = handlerOf({ path: "/api/image" });
  const health = async () => (await nested(new Request("http://edge.test/api/image/health"))).json();
  assertEquals(await health(), { status: "ok", tasks: ["classify", "restore"], loaded: [], busy: 0, concurrency: 2 });
  await nested(new Request("http://edge.test/api/image", { method: "POST", body: SMALL }));
  assertEquals((await health()).loaded, ["classify"]);
});

Deno.test("edgeHandler() refuses options that make no sense", () => {
  assertThrows(() => edgeHandler({}), TypeError, "weights must be given");
  assertThrows(() => handlerOf({ timeout: 0 }), RangeError, "timeout must be a positive number");
  assertThrows(() => handlerOf({ waiting: -1 }), RangeError, "waiting must not be negative");
  assertThrows(() => handlerOf({ path: "image" }), TypeError, 'path must begin with "/"');
});
