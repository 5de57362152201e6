/**
 * A JPEG is a list of segments, each a marker and a length, then entropy-coded scans. All of it is walked once before
 * decoding: the frame header for the size, APP1 for the orientation, and the end for completeness, since libjpeg fills
 * what is missing with grey instead of refusing.
 *
 * @module
 */
import { type ImageHeader, latin1, malformed, MOST_METADATA, type Piece, tooMuch, u16 } from "./bytes.ts";
import { exifOrientation } from "./exif.ts";

const SOI = 0xd8, EOI = 0xd9, SOS = 0xda, DHT = 0xc4, JPG = 0xc8, DAC = 0xcc;
const APP0 = 0xe0, APP1 = 0xe1, APP14 = 0xee, APP15 = 0xef, COM = 0xfe;

/** Coding processes that the decoder lacks, by the frame's marker. */
const UNSUPPORTED: { readonly [marker: number]: string } = {
  0xc3: "lossless",
  0xc5: "hierarchical",
  0xc6: "hierarchical",
  0xc7: "hierarchical",
  0xc9: "arithmetic-coded",
  0xca: "arithmetic-coded",
  0xcb: "lossless arithmetic-coded",
  0xcd: "hierarchical",
  0xce: "hierarchical",
  0xcf: "hierarchical",
};

const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== DHT && marker !== JPG && marker !== DAC;

const standsAlone = (marker: number): boolean => marker === 0x01 || (marker >= 0xd0 && marker <= SOI);

/** What the header of a JPEG says. */
export interface JpegHeader extends ImageHeader {
  /** Four components: inks, or luma, chroma and black. */
  readonly inks?: "CMYK" | "YCCK";
}

type Frame = Pick<ImageHeader, "width" | "height" | "channels"> & { readonly components: number };

/**
 * Reads the size, colour and orientation of a JPEG, and makes sure that it is complete.
 *
 * @throws {SyntaxError} If the file is cut off or its segments make no sense.
 * @throws {RangeError} If it is a kind of JPEG that is not supported (12 bit, lossless, arithmetic coding); by name.
 */
export function readJpegHeader(bytes: Uint8Array): JpegHeader {
  let frame: Frame | undefined;
  let orientation: number | undefined;
  let transform = 0;
  const pieces: Piece[] = [];
  let scans = 0, segments = 0, metadata = 0, coded = 0;
  let at = 2;
  while (true) {
    if (at + 2 > bytes.length) throw cutOff(bytes);
    const marker = bytes[at + 1]!;
    if (bytes[at] !== 0xff || marker === 0 || marker === 0xff) { // stray and fill bytes are passed over, as libjpeg does
      at++;
      continue;
    }
    at += 2;
    if (marker === EOI) break;
    if (standsAlone(marker)) continue;
    const end = at + u16(bytes, at);
    if (at + 2 > bytes.length || end > bytes.length) throw cutOff(bytes);
    if (end < at + 2) throw malformed("JPEG", "segments must be two bytes or longer", `has a shorter one at ${at}`);
    if (marker === APP1 && latin1(bytes, at + 2, 6) === "Exif\0\0") {
      orientation ??= exifOrientation(bytes.subarray(at + 2, end));
    } else if (marker === APP14 && latin1(bytes, at + 2, 5) === "Adobe") {
      transform = bytes[at + 13]!;
    } else if (isFrame(marker)) {
      frame ??= readFrame(bytes.subarray(at + 2, end), marker);
    }
    if (marker >= APP0 && marker <= APP15) {
      pieces.push({ kind: `APP${marker - APP0}`, content: bytes.subarray(at + 2, end) });
    } else if (marker === COM) pieces.push({ kind: "COM", content: bytes.subarray(at + 2, end) });
    if (marker === SOS) checkScans(++scans, frame);
    if (++segments > MOST_SEGMENTS) throw tooMuch("JPEG", `at most ${MOST_SEGMENTS} segments`, "more of them");
    if (marker !== SOS && (metadata += end - at) > MOST_METADATA) {
      throw tooMuch("JPEG", `at most ${MOST_METADATA} bytes of metadata`, "more of them");
    }
    at = marker === SOS ? endOfScan(bytes, end) : end;
    coded += at - end;
  }
  if (frame === undefined) throw malformed("JPEG", "must have a frame header", "has none");
  const { components, ...size } = frame;
  return {
    type: "jpeg",
    ...size,
    orientation: orientation ?? 1,
    scans: Math.max(1, scans),
    coded,
    pieces,
    ...(components === 4 && { inks: transform === 2 ? "YCCK" : "CMYK" }),
  };
}

/** Most segments; the largest real files have some hundred pieces of profiles and metadata. */
const MOST_SEGMENTS = 4096;
/** Most scans, and most pixels of all scans together beyond those of a usual progressive file (10 scans). */
const MOST_SCANS = 100;
const USUAL_SCANS = 24;
const MOST_SCANNED = 100_000_000;

/** Refuses files whose scans would cost far more than their pixels: a scan of a few bytes passes over all of them. */
function checkScans(scans: number, frame: { width: number; height: number } | undefined): void {
  if (scans > MOST_SCANS) throw tooMuch("JPEG", `at most ${MOST_SCANS} scans`, "more of them");
  const scanned = scans * (frame?.width ?? 0) * (frame?.height ?? 0);
  if (scans > USUAL_SCANS && scanned > MOST_SCANNED) {
    throw tooMuch("JPEG", `at most ${USUAL_SCANS} scans for its size`, `at least ${scans}`);
  }
}

const cutOff = (bytes: Uint8Array): SyntaxError =>
  malformed("JPEG", "must end with an end-of-image marker", `is cut off after ${bytes.length} bytes`);

/** Precision, height, width and number of components of a frame header. */
function readFrame(frame: Uint8Array, marker: number): Frame {
  if (frame.length < 6) throw malformed("JPEG", "frame header must be 6 bytes or longer", `has ${frame.length}`);
  const precision = frame[0], height = u16(frame, 1), width = u16(frame, 3), components = frame[5]!;
  const unsupported = UNSUPPORTED[marker] ??
    (precision !== 8 ? `${precision} bit` : undefined);
  if (unsupported !== undefined) {
    throw new RangeError(
      `Cannot decode image as JPEG must be baseline or progressive and have 8 bits: current file is ${unsupported}`,
    );
  }
  if (components !== 1 && components !== 3 && components !== 4) {
    throw malformed("JPEG", "must have 1, 3 or 4 components", `has ${components}`);
  }
  return { width, height, channels: components === 4 ? 3 : components, components };
}

/** First marker after the entropy-coded bytes that start at `at`. */
function endOfScan(bytes: Uint8Array, at: number): number {
  while (true) {
    at = bytes.indexOf(0xff, at);
    if (at < 0 || at + 1 >= bytes.length) throw cutOff(bytes);
    const next = bytes[at + 1]!;
    const inside = next === 0 || (next >= 0xd0 && next <= 0xd7); // a stuffed byte, or a restart
    if (!inside && next !== 0xff) return at;
    at += next === 0xff ? 1 : 2;
  }
}
