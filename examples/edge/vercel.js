/**
 * A Vercel Function on the Node runtime, `api/image.js`. Weights travel with the function; give it 1 GB of memory.
 */
import { defaultModel } from "sidewinder";
import { edgeHandler } from "sidewinder/edge";

const handler = edgeHandler({
  classify: () => defaultModel("classify"),
  restore: () => defaultModel("upscale", { scale: 2 }),
  path: "/api/image",
  maxBytes: 4.5e6, // what the platform lets through
  memory: 512,
});

export { handler as OPTIONS, handler as POST };
