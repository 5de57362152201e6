/**
 * One picture or animation, restored and written when it is complete.
 *
 * @module
 */
import { writeAtomically } from "../bytes/files_node.ts";
import { encodeAnimation } from "../image/animation.ts";
import type { Strip } from "../image/attached.ts";
import { checkEncodable, encodeImage } from "../image/encode.ts";
import { readHeader } from "../image/headers/header.ts";
import { orientationOf } from "../image/orientation.ts";
import { pngEncoderApart } from "../image/png_apart.ts";
import { readBytes } from "../image/read_bytes.ts";
import type { Model } from "../load_model.ts";
import { restore, type RestoreOptions, type Restorer, restoreRows } from "../restore.ts";
import { restoreAnimation } from "../restore_frames.ts";
import { encodeRows } from "../restore/encode_rows.ts";
import { netsCost } from "../restore/cost.ts";
import { netsOf } from "../restore/restore_with.ts";
import { growthOf, type Size, targetOf } from "../restore/size.ts";
import type { Terminal } from "./command.ts";
import { STANDARD } from "./image_paths.ts";
import { allOfStandardInput, writeStandard } from "./standard_streams.ts";
import { makeRoom, type Target } from "./targets.ts";
import { watchWriting } from "./writing.ts";

/** What was made. */
export interface Done extends Size {
  readonly tiles: number;
  readonly frames?: number;
  readonly device: string;
  /** What the format could not hold. */
  readonly leftOut: readonly string[];
}

/** How a result is written. */
export interface WriteOptions {
  readonly quality: number | undefined;
  readonly lossless: boolean;
}

/** The nets that an image of that size goes through, one after the other. */
export async function netsFor(restorer: Restorer, from: Size, options: RestoreOptions): Promise<readonly Model[]> {
  const target = targetOf(from, options);
  return await netsOf(restorer, options)(target && growthOf(from, target));
}

/** Size of the result of an image of that size. */
export async function resultSize(restorer: Restorer, from: Size, options: RestoreOptions): Promise<Size> {
  const target = targetOf(from, options);
  if (target) return target;
  const nets = await netsFor(restorer, from, options);
  const scale = nets.reduce((product, net) => product * net.scale, 1);
  return { width: from.width * scale, height: from.height * scale };
}

/** Milliseconds that nets take on modest cores, as many as their device has threads; 0 where they run on none. */
function runCost(nets: readonly Model[], from: Size): number {
  const device = nets[0]?.device;
  return device && device.kind !== "webgpu" ? netsCost(nets, from) / (device.threads ?? 1) : 0;
}

/** Restores an image and writes it; what cannot be written is refused before any work. */
export async function restoreOne(
  restorer: Restorer,
  image: string,
  target: Target,
  options: RestoreOptions,
  write: WriteOptions,
  terminal: Terminal,
): Promise<Done> {
  const { signal } = terminal, { type, path } = target;
  const bytes = image === STANDARD ? await allOfStandardInput(signal) : await readBytes(image, signal);
  const header = readHeader(bytes), turned = await orientationOf(header) >= 5;
  const from = { width: turned ? header.height : header.width, height: turned ? header.width : header.height };
  const size = await resultSize(restorer, from, options);
  const animated = header.frames !== undefined;
  if (type === "gif" || (animated && type === "jpeg")) {
    if (!animated) {
      throw new RangeError(`Cannot write ${path} as a GIF must come from an animation: ${image} is a still picture`);
    }
    if (type === "jpeg") {
      throw new RangeError(`Cannot write ${path} as JPEG must be for one picture: ${image} is an animation`);
    }
  } else checkEncodable(type, size.width, size.height);
  const nets = await netsFor(restorer, from, options);
  const frames = header.frames ?? 1;
  if (path !== STANDARD) await makeRoom(target, size.width * size.height * frames);
  const leftOut: string[] = [], megapixels = size.width * size.height / 1e6, { onProgress = () => {} } = options;
  const kind = write.lossless && type === "webp" ? "lossless" : type;
  const cost = runCost(nets, from);
  const writing = animated || kind === "gif" ? undefined : watchWriting({ kind, megapixels, cost }, onProgress);
  const watched = { ...options, ...(writing && { onProgress: writing.onProgress }) };
  let done: Done | undefined;
  const chunks = (async function* (): AsyncGenerator<Uint8Array, void> {
    const result = animated
      ? animation(restorer, bytes, watched, write, target, (reason) => leftOut.push(reason))
      : type === "png"
      ? png(restorer, bytes, watched)
      : whole(restorer, bytes, watched, write, type as "jpeg" | "webp", (reason) => leftOut.push(reason));
    try {
      for (;;) {
        const step = await result.next();
        if (step.done) {
          done = { ...step.value, leftOut };
          return;
        }
        yield step.value;
      }
    } finally {
      await result.return(undefined as never); // it may hold a worker, without whose end the process would not end
    }
  })();
  if (path === STANDARD) { for await (const chunk of chunks) await writeStandard(chunk); }
  else await writeAtomically(path, chunks, { signal });
  writing?.done();
  return done!;
}

type Making = AsyncGenerator<Uint8Array, Omit<Done, "leftOut">>;

/** PNG row by row, so that the result is never held as a whole; rows are compressed while later ones are made. */
async function* png(restorer: Restorer, bytes: Uint8Array<ArrayBuffer>, options: RestoreOptions): Making {
  const result = await restoreRows(restorer, bytes, options), { width, height, tiles, device } = result;
  await using encoder = await pngEncoderApart(width, height, result.channels, result.depth);
  yield* encodeRows(result, encoder, options.signal);
  return { width, height, tiles, device };
}

async function* whole(
  restorer: Restorer,
  bytes: Uint8Array<ArrayBuffer>,
  options: RestoreOptions,
  { quality, lossless }: WriteOptions,
  type: "jpeg" | "webp",
  onLeftOut: (reason: string) => void,
): Making {
  const result = await restore(restorer, bytes, options), { width, height, tiles, device } = result;
  yield await encodeImage(result, { type, lossless, onLeftOut, ...(quality === undefined ? {} : { quality }) });
  return { width, height, tiles, device };
}

async function* animation(
  restorer: Restorer,
  bytes: Uint8Array<ArrayBuffer>,
  options: RestoreOptions,
  { quality, lossless }: WriteOptions,
  { type }: Target,
  onLeftOut: (reason: string) => void,
): Making {
  const result = (await restoreAnimation(restorer, bytes, options))!, { width, height, count } = result;
  const strip: Strip = options.strip ?? false;
  yield* encodeAnimation(result, {
    type: type as "png" | "webp" | "gif",
    lossless,
    strip,
    onLeftOut,
    ...(quality === undefined ? {} : { quality }),
  });
  const device = "device" in restorer ? restorer.device.name : (await restorer.reach(undefined))[0]!.device.name;
  return { width, height, tiles: count, frames: count, device };
}
