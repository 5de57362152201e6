/**
 * A Cloudflare Worker: POST an image, get its labels; with a bucket bound as MODELS, also a restored PNG.
 *
 * Weights of the classifier are a static module; those of the restorer lie in the bucket, so that the script stays small.
 */
import { env } from "cloudflare:workers";
import classify from "@sidewinder/weights-vim-micro/vim_micro.safetensors";
import { edgeHandler } from "sidewinder/edge";

const handler = edgeHandler({
  classify,
  ...(env.MODELS ? { restore: { bucket: env.MODELS, key: "mambair_light_x2.safetensors" } } : {}),
  origins: "*",
  maxPixels: 2e6,
  concurrency: 1,
  onError: (error) => console.error(error),
});

export default { fetch: (request) => handler(request) };
