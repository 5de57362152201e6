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
  yield* inFlight(frames, (frame) => restore(model, frame, options));
}

/** Results of pictures in their order, some of them in flight. */
async function* inFlight(
  pictures: AsyncIterable<ImageInput> | Iterable<ImageInput>,
  run: (picture: ImageInput, index: number) => Promise<Restored>,
): AsyncGenerator<Restored, void> {
  const waiting: Promise<Restored>[] = [];
  let index = 0;
  try {
    for await (const picture of pictures) {
      const next = run(picture, index++);
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
  const { report, finish } = watchFrames(count, size.width * size.height * count / 1e6, onProgress);
  async function* frames(): AsyncGenerator<Frame, void> {
    const durations: number[] = [];
    const pictures = (async function* () {
      for await (const { pixels, duration } of animation!.frames) {
        durations.push(duration);
        yield pixels;
      }
    })();
    const run = (picture: ImageInput, index: number) =>
      restore(model, picture, { ...options, onProgress: ({ fraction }) => report(index, fraction) });
    for await (const { data, width, height, channels } of inFlight(pictures, run)) {
      finish();
      yield { pixels: { data, width, height, channels }, duration: durations.shift()! };
    }
  }
  return await stripAttached({ ...animation, ...size, frames: frames() }, strip);
}

/** Progress of frames that are finished in their order, and reported from within. */
function watchFrames(count: number, megapixels: number, onProgress: RestoreOptions["onProgress"]) {
  const pace = openPace(), shares = new Map<number, number>();
  let finished = 0;
  const say = (): void => {
    const fraction = Math.min(1, [...shares.values()].reduce((a, b) => a + b, finished) / count);
    onProgress?.({ ...progressOf("animate", finished, count, fraction), ...pace(fraction, megapixels) });
  };
  return {
    report(index: number, share: number): void {
      if (index < finished) return;
      shares.set(index, share);
      if (share < 1) say();
    },
    finish(): void {
      shares.delete(finished++);
      say();
    },
  };
}
