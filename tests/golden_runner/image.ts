/**
 * Adapters for images: what Pillow and the published metrics give.
 *
 * @module
 */
import { toChannels } from "../../src/image/colour.ts";
import { decodeImage } from "../../src/image/decode.ts";
import { psnr, ssim } from "../../src/image/metrics.ts";
import type { Channels, Pixels } from "../../src/image/pixels.ts";
import { evaluate, IMAGENET_EVALUATION } from "../../src/image/preprocess.ts";
import { resizeBicubic } from "../../src/image/resize.ts";
import type { Adapter, Produced } from "./adapter.ts";
import type { Fixture } from "./fixture.ts";

function pixels(fixture: Fixture, name: string): Pixels {
  const { shape: [height, width, channels], values } = fixture.take(name);
  return { data: values as Uint8Array, width: width!, height: height!, channels: channels as Channels };
}

/** Names of the cases of a fixture, by a part that each of them has. */
const cases = (fixture: Fixture, part: string): string[] =>
  fixture.names().filter((name) => name.endsWith(`.${part}`)).map((name) => name.slice(0, -part.length - 1));

const host = (run: (fixture: Fixture) => Promise<Produced[]> | Produced[]): Adapter => ({
  host: true,
  run: (fixture) => Promise.resolve(run(fixture)),
});

const resize = host((fixture) =>
  cases(fixture, "input").map((name) => {
    const [height, width] = fixture.peek(`${name}.output`).shape;
    const { data } = resizeBicubic(pixels(fixture, `${name}.input`), width!, height!);
    return { name: `${name}.output`, values: data, within: () => 1 };
  })
);

const evaluation = host((fixture) =>
  cases(fixture, "input").flatMap((name) => {
    const [side, crop] = name.split("_").slice(-2).map(Number);
    const result = evaluate(pixels(fixture, `${name}.input`), { ...IMAGENET_EVALUATION, resize: side!, crop: crop! });
    const { tensor } = result, [rows, columns, channels] = fixture.peek(`${name}.corner`).shape;
    const corner = Array.from({ length: rows! }, (_, y) => [
      ...tensor.subarray(y * crop! * channels!, (y * crop! + columns!) * channels!),
    ]).flat();
    const sum = [tensor.reduce((a, b) => a + b, 0), tensor.reduce((a, b) => a + Math.abs(b), 0)];
    const total = fixture.peek(`${name}.sum`).values[1]!;
    return [
      { name: `${name}.crop`, values: result.crop.data, within: () => 1 },
      { name: `${name}.corner`, values: corner, within: () => 1e-6 },
      { name: `${name}.sum`, values: sum, within: () => 1e-6 * total },
    ];
  })
);

/** Lossy decoders may differ by 2, a CMYK JPEG by 3 where it is not refused by name. */
const decodeTolerance = (file: string): number => file === "cmyk.jpg" ? 3 : /\.jpg$|^lossy/.test(file) ? 2 : 0;

const decode = host(async (fixture) => {
  const produced: Produced[] = [];
  for (const file of cases(fixture, "pixels")) {
    const name = `${file}.pixels`, [, , channels] = fixture.peek(name).shape;
    const bytes = await Deno.readFile(new URL(`files/${file}`, fixture.folder));
    try {
      const decoded = toChannels(await decodeImage(bytes), channels as Channels);
      produced.push({ name, values: decoded.data, within: () => decodeTolerance(file) });
    } catch (error) {
      if (file !== "cmyk.jpg" || !(error as Error).message.includes("CMYK")) throw error;
      fixture.take(name);
    }
  }
  return produced;
});

const metrics = host((fixture) =>
  cases(fixture, "a").flatMap((name) => {
    const a = pixels(fixture, `${name}.a`), b = pixels(fixture, `${name}.b`), crop = Number(name.match(/\d+$/)![0]);
    return (["psnr_rgb", "psnr_y", "ssim_rgb", "ssim_y"] as const).map((part) => {
      const measure = part.startsWith("psnr") ? psnr : ssim;
      return {
        name: `${name}.${part}`,
        values: [measure(a, b, { crop, luma: part.endsWith("_y") })],
        within: (wanted: number) => 1e-6 * Math.abs(wanted),
      };
    });
  })
);

/** Adapters by the `group` of a fixture. */
export const IMAGE_ADAPTERS: Readonly<Record<string, Adapter>> = { resize, evaluate: evaluation, decode, metrics };
