/**
 * An image service in Deno, one process per core:
 *
 * ```sh
 * deno serve --parallel --allow-read --port 8000 examples/edge/deno.ts
 * curl --data-binary @photo.jpg http://127.0.0.1:8000/
 * curl --data-binary @photo.jpg -H 'Accept: image/png' http://127.0.0.1:8000/ -o larger.png
 * ```
 *
 * @module
 */
import { defaultModel } from "../../mod.ts";
import { edgeHandler } from "../../src/edge.ts";

const handler = edgeHandler({
  classify: () => defaultModel("classify"),
  restore: () => defaultModel("upscale", { scale: 2 }),
  origins: "*",
  onError: (error) => console.error(error),
});

export default { fetch: handler } satisfies Deno.ServeDefaultExport;
