/**
 * Pictures and checkpoints in a form that can be sent to a worker.
 *
 * @module
 */
import { addressOf } from "../bytes/address.ts";
import { answeredBytes } from "../bytes/answered.ts";
import type { SourceInput } from "../bytes/source.ts";
import { isDrawable, readDrawable, sizeOfDrawable } from "../image/drawn.ts";
import { type Drawable, type ImageInput, isPixelSource, MAX_PIXELS } from "../image/pixels.ts";
import { buffersOf } from "./messages.ts";

/** What is sent, and what of it is handed over. */
export interface Sent {
  readonly value: unknown;
  readonly transfer: Iterable<Transferable>;
}

/** Views are sent with the whole of their memory, so a part of a larger one is copied first. */
const alone = <V>(value: V): V =>
  value instanceof Uint8Array && value.byteLength < value.buffer.byteLength
    ? Uint8Array.prototype.slice.call(value) as V
    : value;

/** A text or address as the worker, whose place is another, will understand it. */
const absolute = (input: string | URL): string =>
  typeof input === "string" ? addressOf(input)?.href ?? input : input.href;

/** What a browser draws as a bitmap, made off this thread where it can be; in words why it cannot. */
async function sentDrawable(input: Drawable, maxPixels: number): Promise<Sent> {
  sizeOfDrawable(input, maxPixels);
  if (input instanceof ImageBitmap || (typeof VideoFrame === "function" && input instanceof VideoFrame)) {
    return { value: input, transfer: [] };
  }
  const probe = new OffscreenCanvas(1, 1).getContext("2d")!;
  probe.drawImage(input, 0, 0, 1, 1);
  try {
    probe.getImageData(0, 0, 1, 1);
    const bitmap = await createImageBitmap(input);
    return { value: bitmap, transfer: [bitmap] };
  } catch {
    const value = readDrawable(input, maxPixels);
    return { value, transfer: buffersOf(value) };
  }
}

/**
 * A picture to be sent. It is copied, unless it is to be handed over.
 *
 * @throws {TypeError} As `decodeImage()`, of what only this page has.
 */
export async function sentImage(input: ImageInput, maxPixels = MAX_PIXELS, handOver = false): Promise<Sent> {
  if (typeof input === "string" || input instanceof URL) return { value: absolute(input), transfer: [] };
  if (input instanceof Response) {
    const value = await answeredBytes(input);
    return { value, transfer: [value.buffer] };
  }
  if (isDrawable(input)) {
    const sent = await sentDrawable(input, maxPixels);
    return handOver && sent.value === input ? { ...sent, transfer: [input as ImageBitmap] } : sent;
  }
  const value = isPixelSource(input) && !(typeof ImageData === "function" && input instanceof ImageData)
    ? { ...input, data: alone(input.data) }
    : alone(input);
  const held = value instanceof ArrayBuffer ? [value] : buffersOf(isPixelSource(value) ? value.data : value);
  return { value, transfer: handOver ? held : [] };
}

/** A checkpoint to be sent; of a text what it says, and which address it is if it is no name. */
export async function sentSource(source: SourceInput): Promise<Sent> {
  if (typeof source === "string") return { value: { named: source, address: absolute(source) }, transfer: [] };
  if (source instanceof URL) return { value: source.href, transfer: [] };
  if (source instanceof Response) {
    const value = await answeredBytes(source);
    return { value, transfer: [value.buffer] };
  }
  if (typeof source === "object" && "read" in source) {
    throw new TypeError(
      "Cannot load a model in a worker as its source must be bytes, a Blob, a Response, a path, a URL or a name: " +
        "current one is open in this thread",
    );
  }
  return { value: alone(source), transfer: [] };
}
