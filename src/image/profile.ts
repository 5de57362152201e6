/**
 * The ICC profile of a picture: without it the numbers of its pixels are no colours. Found in a file of any format, and
 * put into one of any other (ICC.1:2010, annex B; PNG: iCCP, JPEG: APP2 in several segments, WebP: ICCP).
 *
 * @module
 */
import { crc32 } from "../bytes/crc32.ts";
import { joinBytes, latin1, u16, u32 } from "./headers/bytes.ts";
import { imageType, readHeader } from "./headers/header.ts";

/** Longest profile that is kept; printers' are some megabytes long. */
const LONGEST = 1 << 24;
const ICC_MARK = "ICC_PROFILE\0";
const SOI = 0xd8, SOS = 0xda, APP0 = 0xe0, APP2 = 0xe2;

/** The profile of a PNG, JPEG or WebP; undefined where there is none or what there is makes no sense. */
export async function readProfile(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const type = imageType(bytes);
  const profile = type === "png" ? await ofPng(bytes) : type === "jpeg" ? ofJpeg(bytes) : ofWebp(bytes);
  return profile !== undefined && profile.length >= 128 && latin1(profile, 36, 4) === "acsp" ? profile : undefined;
}

/** Whether a profile is for pictures of that many channels. */
export function fitsChannels(profile: Uint8Array, channels: number): boolean {
  const space = latin1(profile, 16, 4);
  return channels <= 2 ? space === "GRAY" : space === "RGB ";
}

async function ofPng(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer> | undefined> {
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = u32(bytes, at), kind = latin1(bytes, at + 4, 4);
    if (kind === "IDAT" || kind === "IEND") return undefined;
    if (kind === "iCCP") {
      const content = bytes.slice(at + 8, at + 8 + length), name = content.indexOf(0);
      return name < 0 ? undefined : await inflate(content.subarray(name + 2));
    }
    at += length + 12;
  }
  return undefined;
}

async function inflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const part of new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))) {
      if ((length += part.length) > LONGEST) return undefined;
      parts.push(part);
    }
  } catch {
    return undefined; // a damaged profile is no reason to refuse a picture
  }
  return joinBytes(parts);
}

function ofJpeg(bytes: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  const parts = new Map<number, Uint8Array>();
  let count = 0;
  for (let at = 2; at + 4 <= bytes.length;) {
    const marker = bytes[at + 1]!;
    if (bytes[at] !== 0xff || marker === 0 || marker === 0xff) {
      at++;
      continue;
    }
    if (marker === SOS) break;
    if (marker === 0x01 || (marker >= 0xd0 && marker <= SOI)) {
      at += 2;
      continue;
    }
    const end = at + 2 + u16(bytes, at + 2);
    if (marker === APP2 && latin1(bytes, at + 4, 12) === ICC_MARK) {
      count = bytes[at + 17]!;
      parts.set(bytes[at + 16]!, bytes.subarray(at + 18, end));
    }
    at = end;
  }
  const ordered = Array.from({ length: count }, (_, i) => parts.get(i + 1));
  return count > 0 && ordered.every((part) => part !== undefined) ? joinBytes(ordered) : undefined;
}

function ofWebp(bytes: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  for (let at = 12; at + 8 <= bytes.length;) {
    const length = u32(bytes, at + 4, true);
    if (latin1(bytes, at, 4) === "ICCP") return bytes.slice(at + 8, at + 8 + length);
    at += 8 + length + length % 2;
  }
  return undefined;
}

const text = (latin: string): Uint8Array<ArrayBuffer> => Uint8Array.from(latin, (letter) => letter.charCodeAt(0));

function number(value: number, little: boolean): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, value, little);
  return out;
}

/** The profile as the chunk of a PNG that follows its header. */
export async function profileChunk(profile: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const packed = await new Response(new Blob([profile]).stream().pipeThrough(new CompressionStream("deflate"))).bytes();
  const content = joinBytes([text("iCCPICC profile\0\0"), packed]);
  return joinBytes([number(content.length - 4, false), content, number(crc32(content), false)]);
}

/** An encoded JPEG or WebP that has no profile, with one. */
export function embedProfile(file: Uint8Array<ArrayBuffer>, profile: Uint8Array): Uint8Array<ArrayBuffer> {
  return imageType(file) === "jpeg" ? intoJpeg(file, profile) : intoWebp(file, profile);
}

/** Bytes of a profile that an APP2 segment holds. */
const SEGMENT = 65535 - 16;

function intoJpeg(file: Uint8Array, profile: Uint8Array): Uint8Array<ArrayBuffer> {
  const start = file[3] === APP0 ? 4 + u16(file, 4) : 2, count = Math.ceil(profile.length / SEGMENT);
  const segments = Array.from({ length: count }, (_, i) => {
    const part = profile.subarray(i * SEGMENT, (i + 1) * SEGMENT), length = part.length + 16;
    return joinBytes([
      Uint8Array.of(0xff, APP2, length >> 8, length),
      text(ICC_MARK),
      Uint8Array.of(i + 1, count),
      part,
    ]);
  });
  return joinBytes([file.subarray(0, start), ...segments, file.subarray(start)]);
}

const PROFILE_FLAG = 0x20, ALPHA_FLAG = 0x10;

function intoWebp(file: Uint8Array<ArrayBuffer>, profile: Uint8Array): Uint8Array<ArrayBuffer> {
  const extended = latin1(file, 12, 4) === "VP8X", { width, height, channels } = readHeader(file);
  const head = new Uint8Array(18);
  if (extended) head.set(file.subarray(12, 30));
  else {
    head.set(text("VP8X"));
    head.set(number(10, true), 4);
    head.set(number(width - 1, true).subarray(0, 3), 12);
    head.set(number(height - 1, true).subarray(0, 3), 15);
    head[8] = channels === 4 ? ALPHA_FLAG : 0;
  }
  head[8]! |= PROFILE_FLAG;
  const rest = file.subarray(extended ? 30 : 12);
  const chunks = joinBytes([
    text("WEBP"),
    head,
    text("ICCP"),
    number(profile.length, true),
    profile,
    new Uint8Array(profile.length % 2),
    rest,
  ]);
  return joinBytes([text("RIFF"), number(chunks.length, true), chunks]);
}
