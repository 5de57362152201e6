/**
 * An image service on Node's own HTTP server: `node node.js`, then
 * `curl --data-binary @photo.jpg http://127.0.0.1:3000/`.
 */
import { createServer } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { defaultModel } from "sidewinder";
import { edgeHandler } from "sidewinder/edge";

const handler = edgeHandler({
  classify: () => defaultModel("classify"),
  restore: () => defaultModel("upscale", { scale: 2 }),
  origins: "*",
  onError: (error) => console.error(error),
});

createServer(async (incoming, outgoing) => {
  const gone = new AbortController();
  outgoing.once("close", () => gone.abort());
  const { method, headers } = incoming, hasBody = method !== "GET" && method !== "HEAD";
  const response = await handler(
    new Request(new URL(incoming.url, "http://localhost"), {
      method,
      headers: Object.entries(headers).map(([name, value]) => [name, String(value)]),
      signal: gone.signal,
      ...(hasBody ? { body: Readable.toWeb(incoming), duplex: "half" } : {}),
    }),
  );
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body) await pipeline(response.body, outgoing).catch(() => {}); // the client has gone
  else outgoing.end();
}).listen(Number(process.env.PORT ?? 3000), process.env.HOST ?? "127.0.0.1", function () {
  console.log(`listening on port ${this.address().port}`);
});
