/**
 * Animations into files. Every picture is stored whole.
 *
 * @module
 */
import { lazyImport } from "../../bytes/lazy_import.ts";
import type { Animation, EncodeAnimationOptions, Frame } from "../animation.ts";
import { type Facts, pngChunk, riff, riffChunk, stripped, webpParts } from "../attached/write.ts";
import { colourOf } from "../attached.ts";
import { attachedChunks } from "../attached_chunks.ts";
import { gifParts } from "../attached/gif.ts";
import { to8Bit, toChannels } from "../colour.ts";
import { checkEncodable, encodeImage } from "../encode.ts";
import { joinBytes, latin1, u32 } from "../headers/bytes.ts";
import { convertToSrgb } from "../srgb.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Encodes an animation. */
export async function* writeAnimation(
  animation: Animation,
  options: EncodeAnimationOptions,
): AsyncGenerator<Bytes, void> {
  const { type } = options;
  if (type === "png") yield* intoPng(animation, options);
  else if (type === "webp") yield await intoWebp(animation, options);
  else if (type === "gif") yield* intoGif(animation, options);
  else throw new RangeError(`Cannot encode animation as type must be png, webp or gif: current value is ${type}`);
}

/** The pictures, which must all be as large as the animation. */
async function* checked({ frames, width, height }: Animation): AsyncGenerator<Frame, void> {
  for await (const frame of frames) {
    const { pixels } = frame;
    if (pixels.width !== width || pixels.height !== height) {
      throw new RangeError(
        `Cannot encode animation as its frames must be ${width}x${height}: ` +
          `current size is ${pixels.width}x${pixels.height}`,
      );
    }
    yield frame;
  }
}

/** Durations in steps of a format, so that what rounding takes from one picture the next one gets. */
function stepsOf(step: number): (duration: number) => number {
  let exact = 0, written = 0;
  return (duration) => {
    exact += duration / step;
    const steps = duration > 0 ? Math.max(1, Math.round(exact - written)) : 0;
    written += steps;
    return steps;
  };
}

function numbers(format: string, ...values: readonly number[]): Bytes {
  const view = new DataView(new ArrayBuffer([...format].reduce((sum, size) => sum + Number(size), 0)));
  let at = 0;
  [...format].forEach((size, i) => {
    if (size === "4") view.setUint32(at, values[i]!);
    else if (size === "2") view.setUint16(at, values[i]!);
    else view.setUint8(at, values[i]!);
    at += Number(size);
  });
  return new Uint8Array(view.buffer);
}

async function* intoPng(animation: Animation, { strip = false }: EncodeAnimationOptions): AsyncGenerator<Bytes, void> {
  const { width, height, count, plays } = animation;
  const milliseconds = stepsOf(1);
  let sequence = 0, begun = false;
  for await (const { pixels, duration } of checked(animation)) {
    const file = await encodeImage({ ...pixels, attached: {} }, { type: "png" });
    if (!begun) {
      yield file.slice(0, 33);
      yield pngChunk("acTL", numbers("44", count, plays));
      yield await attachedChunks(
        { width, height, channels: pixels.channels, attached: animation.attached },
        strip,
      );
    }
    const delay = duration <= 65535
      ? [milliseconds(duration), 1000]
      : [Math.min(65535, Math.round(duration / 100)), 10];
    yield pngChunk("fcTL", numbers("444442211", sequence++, width, height, 0, 0, delay[0]!, delay[1]!, 0, 0));
    for (let at = 33; at < file.length;) {
      const length = u32(file, at), content = file.subarray(at + 8, at + 8 + length);
      if (latin1(file, at + 4, 4) === "IDAT") {
        yield begun ? pngChunk("fdAT", numbers("4", sequence++), content) : pngChunk("IDAT", content);
      }
      at += 12 + length;
    }
    begun = true;
  }
  yield pngChunk("IEND");
}

const little24 = (value: number): readonly number[] => [value & 255, value >> 8 & 255, value >> 16 & 255];
const ANIMATED = 0x02, ALPHA = 0x10, NO_BLEND = 0x02, LONGEST_DURATION = 0xffffff;

async function intoWebp(animation: Animation, options: EncodeAnimationOptions): Promise<Bytes> {
  const { width, height, plays, channels, attached = {} } = animation,
    { strip = false, quality, lossless, onLeftOut = () => {} } = options;
  checkEncodable("webp", width, height);
  const facts: Facts = { width, height, channels };
  const { flags, before, after } = webpParts(stripped(attached, strip), facts, onLeftOut);
  const chunks: Uint8Array[] = [], milliseconds = stepsOf(1);
  for await (const { pixels, duration } of checked(animation)) {
    const file = await encodeImage({ ...pixels, attached: {} }, {
      type: "webp",
      ...(quality === undefined ? {} : { quality }),
      ...(lossless === undefined ? {} : { lossless }),
    });
    const head = Uint8Array.from([
      ...[...little24(0), ...little24(0), ...little24(width - 1), ...little24(height - 1)],
      ...[...little24(Math.min(LONGEST_DURATION, milliseconds(duration))), NO_BLEND],
    ]);
    chunks.push(riffChunk("ANMF", head, file.subarray(latin1(file, 12, 4) === "VP8X" ? 30 : 12)));
  }
  const loop = riffChunk("ANIM", Uint8Array.of(0, 0, 0, 0, plays & 255, plays >> 8 & 255));
  return riff(facts, flags | ANIMATED | (channels === 4 || channels === 2 ? ALPHA : 0), [
    before,
    loop,
    ...chunks,
    after,
  ]);
}

/** The part of gifenc used here. */
interface GifModule {
  readonly GIFEncoder: () => {
    writeFrame(indices: Uint8Array, width: number, height: number, options: object): void;
    finish(): void;
    bytes(): Bytes;
  };
  readonly quantize: (rgba: Uint8Array, colours: number, options: object) => number[][];
  readonly applyPalette: (rgba: Uint8Array, palette: number[][], format: string) => Uint8Array;
}

async function* intoGif(animation: Animation, options: EncodeAnimationOptions): AsyncGenerator<Bytes, void> {
  const { width, height, plays, channels, attached = {} } = animation,
    { strip = false, onLeftOut = () => {} } = options;
  const reasons = new Set<string>();
  if (Math.max(width, height) > 65535) {
    throw new RangeError(
      `Cannot encode animation as a gif must be at most 65535 long: current size is ${width}x${height}`,
    );
  }
  const { GIFEncoder, quantize, applyPalette } = await lazyImport<GifModule>("./image/codecs/gif_encode.gen.js");
  const encoder = GIFEncoder(), colour = colourOf(attached), hundredths = stepsOf(10);
  for await (const { pixels, duration } of checked(animation)) {
    // Viewers of GIF know no profiles.
    const seen = await convertToSrgb({ ...pixels, attached: colour }, {
      onUnconverted: (reason) => reasons.add(reason),
    });
    const rgba = Uint8Array.from(toChannels(to8Bit(seen), 4).data);
    let clear = false;
    for (let i = 3; i < rgba.length; i += 4) {
      const opaque = rgba[i]! >= 128;
      clear ||= !opaque;
      if (opaque) rgba[i] = 255;
      else rgba.fill(0, i - 3, i + 1);
    }
    const format = clear ? "rgba4444" : "rgb565", palette = quantize(rgba, 256, { format, oneBitAlpha: true });
    const transparent = clear ? palette.findIndex((colour) => colour[3] === 0) : -1;
    encoder.writeFrame(applyPalette(rgba, palette, format), width, height, {
      palette,
      delay: 10 * hundredths(duration),
      repeat: plays === 0 ? 0 : plays === 1 ? -1 : plays - 1,
      transparent: transparent >= 0,
      transparentIndex: Math.max(0, transparent),
      dispose: clear ? 2 : 0,
    });
  }
  encoder.finish();
  for (const reason of reasons) onLeftOut(reason);
  const file = encoder.bytes(), said = gifParts(stripped(attached, strip), { width, height, channels }, onLeftOut);
  yield joinBytes([file.subarray(0, -1), said, file.subarray(-1)]);
}
