import { assert, assertEquals } from "@std/assert";
import { KIT, makeFolder, makeKit, must, ROOT } from "./kit.ts";
import { askPage, BROWSERS } from "./serve.ts";

await makeKit();
const folder = await makeFolder("inputs", {
  "app.js": "tests/runtime/apps/inputs.js",
  "photo.png": "examples/photos/coffee.png",
});
const bundle = ["app.js", "--bundle", "--splitting", "--format=esm", "--outdir=built", "--entry-names=inputs"];
await must(`${KIT}node_modules/.bin/esbuild`, bundle, { cwd: folder });
await Deno.copyFile(`${ROOT}weights/vim_micro/vim_micro.safetensors`, `${folder}built/vim_micro.safetensors`);
await Deno.writeTextFile(`${folder}page.html`, `<!doctype html><script type="module" src="built/inputs.js"></script>`);

/** How each refusal begins and what it advises, by what was given. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  "another origin's picture":
    /^TypeError: Cannot read image of the HTMLImageElement as every picture in it .* crossorigin/,
  "a tainted canvas": /^TypeError: Cannot read image of the OffscreenCanvas as every picture in it .* crossorigin/,
  "a picture that loads":
    /^TypeError: Cannot read image of the HTMLImageElement as it must have loaded: .* await image\.decode\(\)/,
  "a broken picture": /^TypeError: Cannot read image of the HTMLImageElement as its source must be .*nowhere\.png$/,
  "an empty canvas": /^RangeError: Cannot read image as its width and height must be positive integers: .* 0x150$/,
  "a closed bitmap": /^TypeError: Cannot read image of the ImageBitmap as it must be open/,
  "a closed frame": /^TypeError: Cannot read image of the VideoFrame as it must be open/,
  "a video without a frame":
    /^TypeError: Cannot read image of the HTMLVideoElement as it must show a frame: .* loadeddata/,
  "a picture that is too large": /^RangeError: Cannot read image as it must have at most 0\.00001 megapixels/,
  "a missing file":
    /^TypeError: Cannot read http:.*nowhere\.png as the answer must be a success: current status is 404/,
  "a missing address": /^TypeError: Cannot fetch http:.*nowhere\.png as the server must give the file: .* 404/,
  "a Response that was read": /^TypeError: Cannot read http:.*photo\.png as its body must not have been read: .*clone/,
  "an opaque Response": /^TypeError: Cannot read the given response as the server must let this page see .* opaque$/,
  "a worker from a blob": /^TypeError: Cannot read photo\.png as an address must be absolute .* current place is blob:/,
};

for (const browser of Object.keys(BROWSERS)) {
  Deno.test(`every kind of picture that ${browser} has is an input, and pixels go back to it`, async () => {
    const { answer } = await askPage(browser, folder, "page.html");
    const { answers, failures, grey, wide, space, jpeg, error } = JSON.parse(answer);
    assertEquals(error, undefined);
    assertEquals(Object.keys(answers).length, 11);
    for (
      const [kind, { size, off, label }] of Object.entries<{ size: number[]; off: number; label: string }>(answers)
    ) {
      assertEquals([kind, ...size, label], [kind, 600, 400, "espresso"]);
      assert(off <= (kind === "a VideoFrame" ? 2 : 0), `${kind} is off by ${off}`);
    }
    for (const [kind, words] of Object.entries(REFUSED)) {
      assert(words.test(failures[kind]), `${kind}: ${failures[kind]}`);
    }
    assertEquals(grey, [0, 0, 0, 255]);
    // Firefox leaves the colour space of an ImageData out.
    if (browser === "chromium") assertEquals([wide, space], [{ coding: { cicp: [12, 13, 0, 1] } }, "display-p3"]);
    assertEquals(jpeg, ["image/jpeg", 600]);
  });
}
