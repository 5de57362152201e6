/**
 * JPEGs of inks (CMYK and YCCK) into RGB: by their profile where they have one, else as Pillow does.
 *
 * @module
 */
import { inTurns, turnsOf } from "../../bytes/turns.ts";
import { readAttached } from "../attached/read.ts";
import type { CodecModules } from "../codecs.ts";
import { openTransform } from "../colour/transform.ts";
import { decodeByCodec } from "../decode_stored.ts";
import type { ImageHeader } from "../headers/bytes.ts";
import type { JpegHeader } from "../headers/jpeg.ts";
import type { Pixels } from "../pixels.ts";
import { separatePlanes } from "./planes.ts";
import { upsample } from "./upsample.ts";

/** Pixels that are converted at once. */
const PIXELS = 1 << 16;

/**
 * Decodes a JPEG of four components. The result is in sRGB and has no profile.
 *
 * @throws {SyntaxError} If its data is damaged.
 */
export async function decodeInks(
  bytes: Uint8Array,
  header: JpegHeader,
  modules?: CodecModules,
  signal?: AbortSignal,
): Promise<Pixels> {
  const { inks, ...shared } = header, { width, height } = shared, planes: Uint8Array[] = [];
  for (const plane of await inTurns(separatePlanes(bytes), signal)) {
    const grey: ImageHeader = { ...shared, width: plane.width, height: plane.height, channels: 1 };
    const { data } = await decodeByCodec(plane.file, grey, modules, signal);
    planes.push(await inTurns(upsample(data as Uint8Array, plane, width, height), signal));
  }
  // Everybody writes inks upside down, as Adobe does: 255 is no ink.
  const { profile } = await readAttached(header) ?? {};
  const transform = profile && await openTransform(profile, 4, 8, modules).catch(() => undefined);
  const data = new Uint8Array(3 * width * height), turn = turnsOf(signal);
  const inked = new Uint8Array(4 * Math.min(PIXELS, width * height));
  try {
    for (let first = 0; first < width * height; first += PIXELS) {
      const part = planes.map((plane) => plane.subarray(first, first + PIXELS));
      const [c, m, y, k] = part as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
      if (inks === "YCCK") toInks(c, m, y);
      if (transform) {
        part.forEach((plane, i) => {
          for (let p = 0; p < k.length; p++) inked[4 * p + i] = 255 - plane[p]!;
        });
        data.set(transform.apply(inked.subarray(0, 4 * k.length)), 3 * first);
      } else {
        for (let p = 0, o = 3 * first; p < k.length; p++) {
          data[o++] = overBlack(255 - c[p]!, k[p]!);
          data[o++] = overBlack(255 - m[p]!, k[p]!);
          data[o++] = overBlack(255 - y[p]!, k[p]!);
        }
      }
      await turn(16 * k.length);
    }
  } finally {
    transform?.close();
  }
  return { data, width, height, channels: 3 };
}

/** Light that is left by an ink and by black, with Pillow's rounding. */
function overBlack(ink: number, light: number): number {
  const product = ink * light + 128;
  return Math.max(0, light - (((product >> 8) + product) >> 8));
}

/** YCC of upside-down inks to the inks, in place, in libjpeg's fixed point. */
function toInks(y: Uint8Array, cb: Uint8Array, cr: Uint8Array): void {
  const clamp = (value: number): number => value < 0 ? 0 : value > 255 ? 255 : value;
  for (let p = 0; p < y.length; p++) {
    const luma = y[p]!, blue = cb[p]! - 128, red = cr[p]! - 128;
    y[p] = clamp(255 - (luma + ((91881 * red + 32768) >> 16)));
    cb[p] = clamp(255 - (luma + ((-22554 * blue - 46802 * red + 32768) >> 16)));
    cr[p] = clamp(255 - (luma + ((116130 * blue + 32768) >> 16)));
  }
}
