/**
 * An image service in Bun: `bun bun.js`, then
 * `curl --data-binary @photo.jpg http://127.0.0.1:3000/`.
 */
import { defaultModel } from "sidewinder";
import { edgeHandler } from "sidewinder/edge";

const fetch = edgeHandler({
  classify: () => defaultModel("classify"),
  restore: () => defaultModel("upscale", { scale: 2 }),
  origins: "*",
  onError: (error) => console.error(error),
});

export default { hostname: process.env.HOST ?? "127.0.0.1", port: process.env.PORT ?? 3000, fetch };
