/**
 * The main jobs on the models that ship: says what is on two photos, then makes a detail of three photos twice as large and
 * writes each beside bicubic, to look at. `deno run -A examples/demo.ts [--whole]`: the whole photos, which takes a minute or
 * two. As a task it makes Deno fetch what the tests need.
 *
 * @module
 */
import { decodeImage, defaultModel, encodeImage, loadModel, openDevice, type Pixels, restore } from "../mod.ts";
import { resizeBicubic } from "../kernels.ts";
import { main } from "../src/cli/main.ts";

const PHOTOS = "examples/photos/";
const FOLDER = "out/";
/** Sides of the detail in pixels, and how often each pixel of the result is repeated so that it can be seen. */
const DETAIL = { width: 64, height: 48, zoom: 3 };
/** Pixels between the two pictures. */
const GAP = 4;

/** The middle of a picture. */
function middle(pixels: Pixels, width: number, height: number): Pixels {
  const { channels } = pixels, data = new Uint8Array(width * height * channels);
  const left = pixels.width - width >> 1, top = pixels.height - height >> 1;
  for (let y = 0; y < height; y++) {
    const first = ((top + y) * pixels.width + left) * channels;
    data.set(pixels.data.subarray(first, first + width * channels), y * width * channels);
  }
  return { data, width, height, channels };
}

/** Each pixel as a square of `zoom` pixels. */
function zoomed(pixels: Pixels, zoom: number): Pixels {
  const { channels } = pixels, width = pixels.width * zoom, height = pixels.height * zoom;
  const data = Uint8Array.from({ length: width * height * channels }, (_, i) => {
    const pixel = Math.floor(i / channels), x = pixel % width, y = Math.floor(pixel / width);
    return pixels.data[(Math.floor(y / zoom) * pixels.width + Math.floor(x / zoom)) * channels + i % channels]!;
  });
  return { data, width, height, channels };
}

/** Two pictures of one size, white between them. */
function beside(left: Pixels, right: Pixels): Pixels {
  const { height, channels } = left, width = left.width + GAP + right.width;
  const data = new Uint8Array(width * height * channels).fill(255), row = left.width * channels;
  for (let y = 0; y < height; y++) {
    data.set(left.data.subarray(y * row, (y + 1) * row), y * width * channels);
    data.set(right.data.subarray(y * row, (y + 1) * row), (y * width + left.width + GAP) * channels);
  }
  return { data, width, height, channels };
}

const whole = Deno.args.includes("--whole");
const code = await main(["classify", ...["coffee.png", "chelsea.png"].map((name) => PHOTOS + name)]);
if (code !== 0) Deno.exit(code);

await using device = await openDevice();
await using model = await loadModel(device, await defaultModel("upscale", { scale: 2 }));
await Deno.mkdir(FOLDER, { recursive: true });
console.log(`\n×2 with ${(model.info.parameters / 1e6).toFixed(2)} M parameters: bicubic left, restored right`);
for (const name of ["astronaut.png", "chelsea.png", "coffee.png"]) {
  const photo = await decodeImage(PHOTOS + name);
  const small = whole ? photo : middle(photo, DETAIL.width, DETAIL.height), zoom = whole ? 1 : DETAIL.zoom;
  const restored = await restore(model, small);
  const bicubic = resizeBicubic(small, restored.width, restored.height);
  const path = `${FOLDER}${name.replace(".png", "_x2.png")}`;
  await Deno.writeFile(path, await encodeImage(beside(zoomed(bicubic, zoom), zoomed(restored, zoom)), { type: "png" }));
  console.log(
    `${path}  ${small.width} × ${small.height} → ${restored.width} × ${restored.height}, run ${
      restored.timings.run.toFixed(0)
    } ms`,
  );
}
