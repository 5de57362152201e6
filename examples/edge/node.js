/**
 * An image service in Node, on srvx, which makes a `Request` of whatever a client sends: `npm install sidewinder srvx`,
 * `node node.js`, then `curl --data-binary @photo.jpg http://127.0.0.1:3000/`.
 */
import { serve } from "srvx";
import { defaultModel } from "sidewinder";
import { edgeHandler } from "sidewinder/edge";

const fetch = edgeHandler({
  classify: () => defaultModel("classify"),
  restore: () => defaultModel("upscale", { scale: 2 }),
  origins: "*",
  onError: (error) => console.error(error),
});

const server = serve({
  fetch,
  hostname: process.env.HOST ?? "127.0.0.1",
  port: Number(process.env.PORT ?? 3000),
  silent: true,
});
await server.ready();
console.log(`listening on ${server.url}`);
