/**
 * An image service as a part of a Hono application: `npm install sidewinder hono @hono/node-server`, `node hono.js`, then
 * `curl --data-binary @photo.jpg http://127.0.0.1:3000/image`.
 */
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { defaultModel } from "sidewinder";
import { edgeHandler } from "sidewinder/edge";

const images = edgeHandler({
  path: "/image",
  classify: () => defaultModel("classify"),
  restore: () => defaultModel("upscale", { scale: 2 }),
  onError: (error) => console.error(error),
});

const app = new Hono();
app.get("/", (context) => context.text("POST a photo to /image"));
app.all("/image", (context) => images(context.req.raw));
app.all("/image/health", (context) => images(context.req.raw));

serve({ fetch: app.fetch, hostname: process.env.HOST ?? "127.0.0.1", port: Number(process.env.PORT ?? 3000) });
