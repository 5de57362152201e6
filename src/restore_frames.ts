/**
 * Pictures that belong together, one after the other: frames of a video, of an animation.
 *
 * @module
 */
import { type Animation, decodeAnimation, type Frame } from "./image/animation.ts";
import { stripAttached } from "./image/attached.ts";
import type { ImageInput } from "./image/pixels.ts";
import { progressOf } from "./progress.ts";
import { restore, type Restored, type RestoreOptions, type Restorer } from "./restore.ts";
import { openPace } from "./restore/pace.ts";
import { growthOf, targetOf } from "./restore/size.ts";

/** Frames that are worked on at once: while one runs, the next is read and prepared. */
const IN_FLIGHT = 2;

/**
 * Restores frames in their order. Two are in flight: the next one is read and prepared while one runs.
 *
 * @throws {RangeError} As {@linkcode restore}.
 * @throws {TypeError} As {@linkcode restore}.
 *
 * @example
 * ```ts ignore
 * for await (const { data } of restoreFrames(model, framesOf(video), { scale: 2 })) await encoder.write(data);
 * ```
 */
export async function* restoreFrames(
  model: Restorer,
  frames: AsyncIterable<ImageInput> | Iterable<ImageInput>,
  options: RestoreOptions = {},
): AsyncGenerator<Restored, void> {
  const waiting: Promise<Restored>[] = [];
  try {
    for await (const frame of frames) {
      const next = restore(model, frame, options);
      next.catch(() => {}); // whoever waits for it hears of it
      waiting.push(next);
      if (waiting.length >= IN_FLIGHT) yield await waiting.shift()!;
    }
    while (waiting.length > 0) yield await waiting.shift()!;
  } finally {
    await Promise.allSettled(waiting);
  }
}

/**
 * Restores an animated PNG, WebP or GIF: every frame as it is seen, with its time; undefined for a still picture. Frames
 * are restored as they are walked.
 *
 * @throws {SyntaxError} When the bytes are not an image that can be read.
 * @throws {RangeError} When a frame is too large, or does not fit `memory`.
 *
 * @example
 * ```ts ignore
 * const animation = await restoreAnimation(model, "spinner.gif");
 * for await (const part of encodeAnimation(animation!, { type: "webp" })) await file.write(part);
 * ```
 */
export async function restoreAnimation(
  model: Restorer,
  image: ImageInput,
  options: RestoreOptions = {},
): Promise<Animation | undefined> {
  const { signal, maxPixels, strip = false, onProgress } = options;
  const animation = await decodeAnimation(image, {
    ...(maxPixels ? { maxPixels } : {}),
    ...(signal ? { signal } : {}),
  });
  if (!animation) return undefined;
  const { count } = animation, wish = targetOf(animation, options);
  const models = "reach" in model ? await model.reach(wish && growthOf(animation, wish)) : [model];
  const scale = models.reduce((product, net) => product * net.scale, 1);
  const size = wish ?? { width: animation.width * scale, height: animation.height * scale };
  async function* frames(): AsyncGenerator<Frame, void> {
    const durations: number[] = [];
    let index = 0;
    const pictures = (async function* () {
      for await (const { pixels, duration } of animation!.frames) {
        durations.push(duration);
        yield pixels;
      }
    })();
    const inner = { ...options, onProgress: undefined };
    const megapixels = size.width * size.height * count / 1e6, pace = openPace();
    for await (const { data, width, height, channels } of restoreFrames(model, pictures, inner)) {
      const fraction = ++index / count;
      onProgress?.({ ...progressOf("animate", index, count), ...pace(fraction, megapixels) });
      yield { pixels: { data, width, height, channels }, duration: durations.shift()! };
    }
  }
  return await stripAttached({ ...animation, ...size, frames: frames() }, strip);
}
