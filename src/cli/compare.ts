/**
 * `sidewinder compare A B`
 *
 * @module
 */
import { decodeImage } from "../image/decode.ts";
import { psnr, ssim } from "../image/metrics.ts";
import { convertToSrgb } from "../image/srgb.ts";
import { type Command, countOption, parse, UsageError } from "./command.ts";

/** `compare`. */
export const compareCommand: Command = {
  summary: "measure how far two images differ (PSNR, SSIM)",
  help: `Usage: sidewinder compare A B [--crop N] [--json]

Prints PSNR and SSIM of two images of the same size, over RGB and on the luma (Y) of BT.601, as published figures of
super-resolution are measured: 8 bits, sRGB, the border cropped.

  --crop N  pixels left out on each side (0); super-resolution figures crop as many as the scale
  --json    one JSON object`,
  needs: ["read", "net"],
  async run(args, terminal) {
    const { values, positionals: [first, second, ...more] } = parse(args, {
      crop: { type: "string" },
      json: { type: "boolean" },
    });
    if (first === undefined || second === undefined || more.length > 0) {
      throw new UsageError("Cannot compare as two images must be given: see sidewinder compare --help");
    }
    const crop = countOption("crop", values.crop, 0) ?? 0;
    const { signal, complain } = terminal;
    const open = async (path: string) =>
      await convertToSrgb(await decodeImage(path, { signal }), {
        signal,
        onUnconverted: (reason) => complain(`${path}: colours are taken as they are: ${reason}`),
      });
    const [a, b] = [await open(first), await open(second)];
    const figures = {
      psnr: { rgb: psnr(a, b, { crop }), y: psnr(a, b, { crop, luma: true }) },
      ssim: { rgb: ssim(a, b, { crop }), y: ssim(a, b, { crop, luma: true }) },
    };
    if (values.json) {
      // JSON has no infinity: equal images have a PSNR of null.
      terminal.print(JSON.stringify({ a: first, b: second, crop, ...figures }));
      return 0;
    }
    terminal.print("        RGB        Y");
    terminal.print(`PSNR  ${figures.psnr.rgb.toFixed(2).padStart(7)}  ${figures.psnr.y.toFixed(2).padStart(7)} dB`);
    terminal.print(`SSIM  ${figures.ssim.rgb.toFixed(4).padStart(7)}  ${figures.ssim.y.toFixed(4).padStart(7)}`);
    return 0;
  },
};
