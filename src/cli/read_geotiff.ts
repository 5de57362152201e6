/**
 * GeoTIFF files as bands, through the packed `geotiff`.
 *
 * @module
 */
import { lazyImport } from "../bytes/lazy_import.ts";
import { readPath } from "../bytes/read_path.ts";
import { GEO_TAGS, type GeoTags, type Samples } from "./write_geotiff.ts";

/** An image of a GeoTIFF file. */
export interface GeoImage {
  /** [height, width, bands]. */
  readonly data: Float32Array;
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Numbers of a pixel. */
  readonly bands: number;
  /** How the file holds its numbers. */
  readonly kind: SampleKind;
  /** Where the image lies on the earth. */
  readonly place: GeoTags;
}

/** How a file holds its numbers; `other`: in a way that is not written. */
export type SampleKind = "uint8" | "uint16" | "int16" | "float32" | "other";

/** The part of `geotiff` used here. */
interface GeotiffModule {
  readonly fromArrayBuffer: (bytes: ArrayBuffer, signal?: AbortSignal) => Promise<{
    readonly getImage: () => Promise<Image>;
  }>;
}

interface Image {
  getWidth(): number;
  getHeight(): number;
  getSamplesPerPixel(): number;
  readonly fileDirectory: { hasTag(tag: number): boolean; loadValue(tag: number): Promise<unknown> };
  readRasters(options: { readonly interleave: true; readonly signal: AbortSignal }): Promise<Samples | Float64Array>;
}

/** Most numbers that an image may have: 1 GiB of them. */
const MOST_NUMBERS = 2 ** 28;

/** Tag of the compression, and those that are read: the rest need a decoder larger than all of this, or a browser. */
const COMPRESSION = 259;
const READ: Readonly<Record<number, string>> = {
  1: "none",
  5: "LZW",
  7: "JPEG",
  8: "Deflate",
  32773: "PackBits",
  32946: "Deflate",
  50000: "Zstandard",
};
const UNREAD: Readonly<Record<number, string>> = { 6: "old JPEG", 34887: "LERC", 34925: "LZMA", 50001: "WebP" };

const KINDS: Readonly<Record<string, SampleKind>> = {
  Uint8Array: "uint8",
  Uint16Array: "uint16",
  Int16Array: "int16",
  Float32Array: "float32",
};

/**
 * Reads the first image of a GeoTIFF file.
 *
 * @throws {SyntaxError} The file is no TIFF, or is damaged.
 * @throws {RangeError} The image is too large to be held, or of a compression that is not read.
 */
export async function readGeotiff(path: string, signal: AbortSignal): Promise<GeoImage> {
  const bytes = await readPath(path, signal);
  const { fromArrayBuffer } = await lazyImport<GeotiffModule>("./cli/geotiff.gen.ts");
  const broken = (error: unknown): never => {
    signal.throwIfAborted();
    throw new SyntaxError(`Cannot read ${path} as it must be a GeoTIFF: ${(error as Error).message || error}`);
  };
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const image = await fromArrayBuffer(buffer, signal).then((file) => file.getImage()).catch(broken);
  const width = image.getWidth(), height = image.getHeight(), bands = image.getSamplesPerPixel();
  if (!(width * height * bands <= MOST_NUMBERS)) {
    throw new RangeError(
      `Cannot read ${path} as it must have at most ${MOST_NUMBERS} numbers: current ones are ${width} × ${height} of ` +
        `${bands} bands`,
    );
  }
  const compression = image.fileDirectory.hasTag(COMPRESSION)
    ? Number(await image.fileDirectory.loadValue(COMPRESSION).catch(broken))
    : 1;
  if (!(compression in READ)) {
    throw new RangeError(
      `Cannot read ${path} as its compression must be one of ${
        [...new Set(Object.values(READ))].join(", ")
      }: current ` +
        `one is ${UNREAD[compression] ?? compression} (gdal_translate -co COMPRESS=DEFLATE writes the file anew)`,
    );
  }
  const samples = await image.readRasters({ interleave: true, signal }).catch(broken);
  const place: Record<number, readonly number[] | string> = {};
  for (const tag of Object.keys(GEO_TAGS).map(Number)) {
    if (!image.fileDirectory.hasTag(tag)) continue;
    const value = await image.fileDirectory.loadValue(tag).catch(broken);
    place[tag] = typeof value === "string" ? value : Array.from(value as ArrayLike<number>);
  }
  return {
    data: Float32Array.from(samples),
    width,
    height,
    bands,
    kind: KINDS[samples.constructor.name] ?? "other",
    place,
  };
}
