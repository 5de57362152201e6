/**
 * The samples of a file as they are stored, by the decoder of its format.
 *
 * @module
 */
import { lazyImport } from "../bytes/lazy_import.ts";
import { callCodec, type Decoded, memoryIsShort } from "./codec_call.ts";
import { type CodecModules, loadDecoder } from "./codecs.ts";
import type { ImageHeader } from "./headers/bytes.ts";
import type { readHeader } from "./headers/header.ts";
import type { JpegHeader } from "./headers/jpeg.ts";
import type { Pixels } from "./pixels.ts";
import { decodePng } from "./png_decode.ts";
import { decodeMilliseconds } from "./work.ts";

/** The samples as they are stored. */
export async function decodeStored(
  bytes: Uint8Array<ArrayBuffer>,
  header: ReturnType<typeof readHeader>,
  { signal, codecModules }: { readonly signal?: AbortSignal; readonly codecModules?: CodecModules },
): Promise<Pixels> {
  if ("pixels" in header) return await decodePng(header, signal);
  if (header.type === "gif" || header.frames !== undefined) {
    const { firstPicture } = await lazyImport<typeof import("./animation/read.ts")>("./image/animation/read.ts");
    return await firstPicture(bytes, header, codecModules, signal);
  }
  return await decodeByCodec(bytes, header, codecModules, signal);
}

/** Decodes what needs a packed codec; a long decoding happens in a worker, which an abort ends. */
export async function decodeByCodec(
  bytes: Uint8Array,
  header: ImageHeader | JpegHeader,
  modules?: CodecModules,
  signal?: AbortSignal,
): Promise<Pixels> {
  const { type, width, height, channels } = header;
  if ("inks" in header) {
    const { decodeInks } = await lazyImport<typeof import("./inks/decode.ts")>("./image/inks/decode.ts");
    return await decodeInks(bytes, header, modules, signal);
  }
  const { open, module } = await loadDecoder(type === "jpeg" ? "jpeg_decode" : "webp_decode", modules);
  const task = type === "jpeg"
    ? { module, call: "decode", args: [bytes, false], channels } as const
    : { module, call: "decode", args: [bytes, width, height, channels] } as const;
  const { result, fault, short } = await callCodec(open, task, decodeMilliseconds(header), signal);
  const decoded = result as Decoded | null | undefined;
  if (decoded?.width === width && decoded.height === height) return { data: decoded.data, width, height, channels };
  if (short) throw memoryIsShort("decode", width, height, fault);
  if (fault) throw fault;
  throw new SyntaxError(
    `Cannot decode image as its ${type === "jpeg" ? "JPEG" : "WebP"} data must be intact: current file is damaged`,
  );
}
