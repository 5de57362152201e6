/**
 * What the pages of examples are asked for: the photo that they made larger.
 *
 * @module
 */
import { ROOT } from "./kit.ts";

/**
 * The size of what a document shows at last, or the words of its error; as text, for pages to run. `find`: the document, which
 * a frame replaces while it loads.
 */
export const SHOWN = `const shown = (find) => new Promise((resolve) => {
    const look = () => {
      const page = find(), words = page.querySelector("[role=alert]")?.textContent;
      const image = page.querySelector("img[src^=blob]"), canvas = page.querySelector("canvas[data-done]");
      const size = image?.complete ? [image.naturalWidth, image.naturalHeight] : canvas && [canvas.width, canvas.height];
      if (words || size?.[0]) resolve(words || size);
      else setTimeout(look, 50);
    };
    look();
  });
  const post = (server, result) => fetch(server, { method: "POST", mode: "no-cors", body: JSON.stringify(result) });`;

/** The photo of those pages. */
export const PHOTO = "tests/golden/image/files/rgb.png";

const { buffer } = await Deno.readFile(ROOT + PHOTO);
/** Twice the width and height in the header of the photo. */
export const RESTORED: readonly number[] = [16, 20].map((offset) => 2 * new DataView(buffer).getUint32(offset));
