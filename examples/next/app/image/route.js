/**
 * An image service as a route of a Next application: `npm install sidewinder next react react-dom`, `npx next build`,
 * `npx next start`, then `curl --data-binary @photo.jpg http://127.0.0.1:3000/image`.
 */
import { defaultModel } from "sidewinder";
import { edgeHandler } from "sidewinder/edge";

const handler = edgeHandler({
  path: "/image",
  classify: () => defaultModel("classify"),
  restore: () => defaultModel("upscale", { scale: 2 }),
  onError: (error) => console.error(error),
});

export { handler as OPTIONS, handler as POST };
