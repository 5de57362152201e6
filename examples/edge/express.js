/**
 * An image service as a part of an Express application: `npm install sidewinder express srvx`, `node express.js`, then
 * `curl --data-binary @photo.jpg http://127.0.0.1:3000/image`. No body parser may stand before it.
 */
import express from "express";
import { toNodeHandler } from "srvx/node";
import { defaultModel } from "sidewinder";
import { edgeHandler } from "sidewinder/edge";

const images = toNodeHandler(edgeHandler({
  path: "/image",
  classify: () => defaultModel("classify"),
  restore: () => defaultModel("upscale", { scale: 2 }),
  onError: (error) => console.error(error),
}));

const app = express();
app.get("/", (_, response) => response.send("POST a photo to /image"));
app.all(["/image", "/image/health"], images);
app.listen(Number(process.env.PORT ?? 3000), process.env.HOST ?? "127.0.0.1");
