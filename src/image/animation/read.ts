/**
 * Animated PNG, WebP and GIF as pictures with their timing.
 *
 * @module
 */
import { lazyImport } from "../../bytes/lazy_import.ts";
import { inTurns, type Steps } from "../../bytes/turns.ts";
import type { Animation, Frame } from "../animation.ts";
import { readAttached } from "../attached/read.ts";
import { riff, riffChunk } from "../attached/write.ts";
import { callCodec, type Codec, type Decoded, memoryIsShort } from "../codec_call.ts";
import type { CodecModules } from "../codecs.ts";
import { decodeByCodec } from "../decode_stored.ts";
import { type ImageHeader, latin1, malformed, u16, u24, u32 } from "../headers/bytes.ts";
import type { readHeader } from "../headers/header.ts";
import type { PngHeader } from "../headers/png.ts";
import { turnUpright } from "../orient.ts";
import { orientationOf } from "../orientation.ts";
import type { Channels, Pixels } from "../pixels.ts";
import { decodePng } from "../png_decode.ts";
import { decodeMilliseconds } from "../work.ts";
import { openCanvas, type Patch } from "./compose.ts";

type Header = ReturnType<typeof readHeader>;
/** A stored picture and how long it is shown. */
type Timed = Patch & { readonly duration: number };

/** The first picture of a GIF or an animation, as it is seen. */
export async function firstPicture(
  bytes: Uint8Array,
  header: ImageHeader,
  modules?: CodecModules,
  signal?: AbortSignal,
): Promise<Pixels> {
  for await (const { pixels } of composed(bytes, header, modules, signal)) return pixels;
  throw malformed(header.type, "must have a picture", "has none");
}

/** Opens an animation. */
export async function openAnimation(
  bytes: Uint8Array,
  header: Header,
  modules?: CodecModules,
  signal?: AbortSignal,
): Promise<Animation> {
  const { channels, frames } = header, attached = await readAttached(header), orientation = await orientationOf(header);
  const [width, height] = orientation >= 5 ? [header.height, header.width] : [header.width, header.height];
  return {
    width,
    height,
    channels: channelsOf(header, channels),
    count: frames!,
    plays: playsOf(bytes, header),
    ...(attached && { attached }),
    frames: upright(composed(bytes, header, modules, signal), orientation, signal),
  };
}

/** Frames are put together in colour; alpha stays where the file has some or frames leave a part of the canvas clear. */
function channelsOf(header: ImageHeader, channels: Channels): Channels {
  if (header.type !== "png") return channels;
  const first = header.pieces.find(({ kind }) => kind === "fcTL")?.content;
  const whole = first && u32(first, 4) === header.width && u32(first, 8) === header.height;
  const clears = header.pieces.some(({ kind, content }) => kind === "fcTL" && content[24] === 1);
  return channels === 2 || channels === 4 || !whole || clears ? 4 : 3;
}

function playsOf(bytes: Uint8Array, { type, pieces }: ImageHeader): number {
  if (type === "png") return u32(pieces.find(({ kind }) => kind === "acTL")!.content, 4);
  if (type === "webp") {
    const loop = pieces.find(({ kind }) => kind === "ANIM")?.content;
    return loop ? u16(loop, 4, true) : 0;
  }
  for (let at = bytes.indexOf(0x21); at >= 0; at = bytes.indexOf(0x21, at + 1)) {
    if (latin1(bytes, at, 14) !== "\x21\xff\x0bNETSCAPE2.0") continue;
    const repeats = u16(bytes, at + 16, true);
    return repeats === 0 ? 0 : repeats + 1;
  }
  return 1;
}

async function* upright(
  frames: AsyncIterable<Frame>,
  orientation: number,
  signal?: AbortSignal,
): AsyncGenerator<Frame, void> {
  for await (const { pixels, duration } of frames) {
    yield { pixels: await inTurns(turnUpright(pixels, orientation), signal), duration };
  }
}

async function* composed(
  bytes: Uint8Array,
  header: Header,
  modules?: CodecModules,
  signal?: AbortSignal,
): AsyncGenerator<Frame, void> {
  const { width, height, type } = header;
  const channels = channelsOf(header, header.channels);
  const place = openCanvas(width, height, channels, "depth" in header && header.depth === 16);
  const patches = type === "png"
    ? ofPng(header as PngHeader, signal)
    : type === "webp"
    ? ofWebp(header, modules, signal)
    : ofGif(bytes, header, signal);
  for await (const { duration, ...patch } of patches) {
    signal?.throwIfAborted();
    if (patch.x + patch.pixels.width > width || patch.y + patch.pixels.height > height) {
      throw malformed(type, "frames must lie inside of its size", `has one at ${patch.x}, ${patch.y} that does not`);
    }
    yield { pixels: await inTurns(place(patch), signal), duration };
  }
}

async function* ofPng(header: PngHeader, signal?: AbortSignal): AsyncGenerator<Timed, void> {
  const plain = (control: Uint8Array, parts: readonly Uint8Array[]): PngHeader => (
    { ...header, width: u32(control, 4), height: u32(control, 8), pixels: parts }
  );
  let control: Uint8Array | undefined, parts: Uint8Array[] = [];
  const finished = async (first: boolean): Promise<Timed> => {
    const [x, y] = [u32(control!, 12), u32(control!, 16)], picture = plain(control!, parts);
    const { width, height } = picture;
    if (!(width > 0 && height > 0 && x + width <= header.width && y + height <= header.height)) {
      throw malformed("PNG", "frames must lie inside of its size", `has one of ${width}x${height} at ${x}, ${y}`);
    }
    const denominator = u16(control!, 22) || 100, after = control![24];
    return {
      pixels: await decodePng(picture, signal),
      x,
      y,
      duration: 1000 * u16(control!, 20) / denominator,
      blend: control![25] === 1,
      after: after === 1 || (after === 2 && first) ? "clear" : after === 2 ? "restore" : "keep",
    };
  };
  let first = true;
  for (const { kind, content } of header.pieces) {
    if (kind === "fcTL" && content.length === 26) {
      if (control && parts.length > 0) {
        yield await finished(first);
        first = false;
      }
      [control, parts] = [content, []];
    } else if (kind === "IDAT" && control) parts.push(...header.pixels);
    else if (kind === "fdAT" && control) parts.push(content.subarray(4));
  }
  if (control && parts.length > 0) yield await finished(first);
}

async function* ofWebp(header: ImageHeader, modules?: CodecModules, signal?: AbortSignal): AsyncGenerator<Timed, void> {
  for (const { kind, content } of header.pieces) {
    if (kind !== "ANMF") continue;
    const width = u24(content, 6) + 1, height = u24(content, 9) + 1, flags = content[15]!;
    const chunks: Uint8Array[] = [];
    let alpha = false;
    for (let at = 16; at + 8 <= content.length;) {
      const name = latin1(content, at, 4), length = u32(content, at + 4, true);
      const body = content.subarray(at + 8, at + 8 + length);
      alpha ||= name === "ALPH" || (name === "VP8L" && ((u32(body, 1, true) >>> 28) & 1) === 1);
      if (name === "ALPH" || name === "VP8 " || name === "VP8L") chunks.push(riffChunk(name, body));
      at += 8 + length + length % 2;
    }
    const facts = { width, height, channels: alpha ? 4 : 3 } as const;
    const file = riff(facts, alpha ? 0x10 : 0, chunks);
    const pixels = await decodeByCodec(file, { ...header, ...facts, orientation: 1 }, modules, signal);
    yield {
      pixels,
      x: 2 * u24(content, 0),
      y: 2 * u24(content, 3),
      duration: u24(content, 12),
      blend: (flags & 2) === 0,
      after: flags & 1 ? "clear" : "keep",
    };
  }
}

/** A rectangle of a picture of four channels. */
function* cutOut(
  whole: Decoded["data"],
  stride: number,
  { x, y, width, height }: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): Steps<Pixels> {
  const data = new Uint8Array(4 * width * height);
  for (let row = 0; row < height; row++) {
    const from = ((y + row) * stride + x) * 4;
    data.set(whole.subarray(from, from + 4 * width), 4 * width * row);
    yield 4 * width;
  }
  return { data, width, height, channels: 4 };
}

/** omggif, as `tools/pack_codecs.ts` wraps it. */
interface GifCodec extends Codec {
  frames(bytes: Uint8Array): { x: number; y: number; width: number; height: number; delay: number; disposal: number }[];
}

async function* ofGif(bytes: Uint8Array, header: ImageHeader, signal?: AbortSignal): AsyncGenerator<Timed, void> {
  const { open } = await lazyImport<{ open(): Promise<GifCodec> }>("./image/codecs/gif_decode.gen.js");
  const damaged = (cause: unknown) =>
    new SyntaxError("Cannot decode image as its GIF data must be intact: current file is damaged", { cause });
  const codec = await open();
  let frames;
  try {
    frames = codec.frames(bytes);
  } catch (error) {
    throw damaged(error);
  }
  for (const [i, { x, y, width, height, delay, disposal }] of frames.entries()) {
    const task = { call: "decode", args: [bytes, i] } as const;
    const { result, fault, short } = await callCodec(open, task, decodeMilliseconds(header), signal, codec);
    if (short) throw memoryIsShort("decode", header.width, header.height, fault);
    if (!result) throw damaged(fault);
    yield {
      pixels: await inTurns(cutOut((result as Decoded).data, header.width, { x, y, width, height }), signal),
      x,
      y,
      duration: 10 * delay,
      blend: true,
      after: disposal === 2 ? "clear" : disposal === 3 ? "restore" : "keep",
    };
  }
}
