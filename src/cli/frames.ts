/**
 * `sidewinder restore --frames WxH@FORMAT`: raw frames of a video from standard input to standard output.
 *
 * @module
 */
import { toChannels } from "../image/colour.ts";
import { type Channels, checkSize, type Pixels } from "../image/pixels.ts";
import type { RestoreOptions, Restorer } from "../restore.ts";
import { restoreFrames } from "../restore_frames.ts";
import { type Terminal, UsageError } from "./command.ts";
import { standardInput, writeStandard } from "./standard_streams.ts";

/** Formats of a pixel by ffmpeg's names of them. */
const FORMATS: { readonly [name: string]: { readonly channels: Channels; readonly depth: 8 | 16 } } = {
  gray: { channels: 1, depth: 8 },
  ya8: { channels: 2, depth: 8 },
  rgb24: { channels: 3, depth: 8 },
  rgba: { channels: 4, depth: 8 },
  gray16le: { channels: 1, depth: 16 },
  rgb48le: { channels: 3, depth: 16 },
  rgba64le: { channels: 4, depth: 16 },
};

/** What the frames are. */
export interface FrameFormat {
  readonly width: number;
  readonly height: number;
  readonly channels: Channels;
  readonly depth: 8 | 16;
}

/** What `--frames` says. */
export function framesOption(value: string | undefined): FrameFormat | undefined {
  if (value === undefined) return undefined;
  const [, width, height, name = "rgb24"] = /^(\d+)x(\d+)(?:@(\w+))?$/.exec(value) ?? [];
  const format = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
  if (width === undefined || !format || !(Number(width) > 0 && Number(height) > 0)) {
    throw new UsageError(
      `Cannot use --frames as it must be WIDTHxHEIGHT@FORMAT with one of ${Object.keys(FORMATS).join(", ")}: ` +
        `current value is ${value}`,
    );
  }
  return { width: Number(width), height: Number(height), ...format };
}

/** Cuts a stream into frames. The buffer of each is its own. */
async function* framesOf(
  bytes: AsyncIterable<Uint8Array>,
  { width, height, channels, depth }: FrameFormat,
): AsyncGenerator<Pixels, void> {
  checkSize(width, height);
  const size = width * height * channels * depth / 8;
  let frame = new Uint8Array(size), filled = 0;
  for await (const part of bytes) {
    for (let at = 0; at < part.length;) {
      const taken = part.subarray(at, at + size - filled);
      frame.set(taken, filled);
      filled += taken.length;
      at += taken.length;
      if (filled < size) continue;
      yield { data: depth === 16 ? new Uint16Array(frame.buffer) : frame, width, height, channels };
      [frame, filled] = [new Uint8Array(size), 0];
    }
  }
  if (filled > 0) {
    throw new SyntaxError(
      `Cannot read frames as each must have ${size} bytes: the last one is cut off after ${filled}`,
    );
  }
}

/** Restores frames from standard input to standard output; the result is the exit code. */
export async function restoreStream(
  restorer: Restorer,
  format: FrameFormat,
  options: RestoreOptions,
  terminal: Terminal,
  json: boolean,
): Promise<number> {
  const started = performance.now(), frames = framesOf(standardInput(terminal.signal), format);
  let count = 0, pixels = 0;
  for await (const frame of restoreFrames(restorer, frames, { ...options, depth: options.depth ?? format.depth })) {
    const { data } = toChannels(frame, format.channels);
    await writeStandard(new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength));
    count++;
    pixels += frame.width * frame.height;
    const seconds = (performance.now() - started) / 1000;
    const facts = { frames: count, width: frame.width, height: frame.height, seconds };
    if (json) {
      terminal.complain(JSON.stringify({ event: "frame", ...facts, megapixelsPerSecond: pixels / 1e6 / seconds }));
    } else if (count === 1) {
      terminal.complain(`frames of ${format.width} × ${format.height} to ${frame.width} × ${frame.height}`);
    }
  }
  const seconds = (performance.now() - started) / 1000;
  const total = { event: "total", frames: count, megapixels: pixels / 1e6, seconds };
  terminal.complain(json ? JSON.stringify(total) : `${count} frames, ${(count / seconds).toFixed(2)} a second`);
  return 0;
}
