/**
 * Pansharpening from GeoTIFF files: `deno run -A examples/pansharpen/fuse.ts MODEL PAN.tif MS.tif OUT.raw`, with `420.pth` of
 * PSRben/FusionMamba. The result is written as raw float32 numbers, pixel after pixel; `sidewinder fuse` writes a GeoTIFF.
 *
 * @module
 */
import { fromFile } from "geotiff";
import { fuse, loadModel, openDevice } from "sidewinder";
import type { Bands } from "sidewinder/kernels";

const [file, panFile, msFile, out] = Deno.args;
if (file === undefined || panFile === undefined || msFile === undefined || out === undefined) {
  throw new TypeError("Usage: fuse.ts MODEL PAN.tif MS.tif OUT.raw");
}

/** The first image of a file as numbers, pixel after pixel. */
async function read(path: string): Promise<Bands> {
  const image = await (await fromFile(path)).getImage();
  const data = Float32Array.from(await image.readRasters({ interleave: true }) as unknown as ArrayLike<number>);
  return { data, width: image.getWidth(), height: image.getHeight() };
}

await using device = await openDevice();
await using model = await loadModel(device, file);
const { data, width, height, bands } = await fuse(model, { pan: await read(panFile), ms: await read(msFile) }, {
  maximum: 2047, // of a sensor of 11 bits
});
await Deno.writeFile(out, new Uint8Array(data.buffer));
console.log(`${out}: ${width} × ${height} pixels of ${bands} bands, float32`);
