/**
 * Bands as a GeoTIFF file. The writer of the `geotiff` package places an image that has no position over the whole earth and
 * cuts a header at 1000 bytes, so this one is ours: one uncompressed little-endian image.
 *
 * @module
 */

/** Numbers of an image, in the type in which they are written. */
export type Samples = Uint8Array | Uint16Array | Int16Array | Float32Array;

/** Tags that say where an image lies, by number. */
export type GeoTags = Readonly<Record<number, readonly number[] | string>>;

/** Types of values in a TIFF file, with their bytes. */
const ASCII = 2, SHORT = 3, LONG = 4, DOUBLE = 12;
const BYTES: Readonly<Record<number, number>> = { [ASCII]: 1, [SHORT]: 2, [LONG]: 4, [DOUBLE]: 8 };

/** Tags that are carried over from one image to another of the same place, with their types. */
export const GEO_TAGS: Readonly<Record<number, number>> = {
  33550: DOUBLE, // ModelPixelScale
  33922: DOUBLE, // ModelTiepoint
  34264: DOUBLE, // ModelTransformation
  34735: SHORT, // GeoKeyDirectory
  34736: DOUBLE, // GeoDoubleParams
  34737: ASCII, // GeoAsciiParams
};

/** `SampleFormat` of a type: 1 unsigned, 2 signed, 3 floating point. */
const formatOf = (data: Samples): number => data instanceof Float32Array ? 3 : data instanceof Int16Array ? 2 : 1;

const HEADER = 8, ENTRY = 12;
const LARGEST = 2 ** 32;

interface Field {
  readonly tag: number;
  readonly type: number;
  readonly values: readonly number[];
}

function textField(tag: number, text: string): Field {
  const bytes = new TextEncoder().encode(text.endsWith("\0") ? text : `${text}\0`);
  return { tag, type: ASCII, values: [...bytes] };
}

/** Where an image lies and how large it is. */
export interface GeotiffImage {
  /** [height, width, bands]. */
  readonly data: Samples;
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Numbers of a pixel. */
  readonly bands: number;
  /** Where it lies; nowhere when empty. */
  readonly place: GeoTags;
}

/**
 * The bytes of a GeoTIFF file: its directory, then its pixels.
 *
 * @throws {RangeError} The file would be larger than 4 GiB, which is what a TIFF can be.
 */
export function geotiffBytes({ data, width, height, bands, place }: GeotiffImage): Uint8Array[] {
  const each = (value: number): readonly number[] => new Array<number>(bands).fill(value);
  const fields: Field[] = [
    { tag: 256, type: LONG, values: [width] },
    { tag: 257, type: LONG, values: [height] },
    { tag: 258, type: SHORT, values: each(8 * data.BYTES_PER_ELEMENT) },
    { tag: 259, type: SHORT, values: [1] }, // no compression
    { tag: 262, type: SHORT, values: [1] }, // black is zero
    { tag: 273, type: LONG, values: [0] }, // where the pixels begin: known below
    { tag: 277, type: SHORT, values: [bands] },
    { tag: 278, type: LONG, values: [height] },
    { tag: 279, type: LONG, values: [data.byteLength] },
    { tag: 284, type: SHORT, values: [1] }, // pixel after pixel
    ...(bands > 1 ? [{ tag: 338, type: SHORT, values: new Array<number>(bands - 1).fill(0) }] : []),
    { tag: 339, type: SHORT, values: each(formatOf(data)) },
    ...Object.entries(GEO_TAGS).flatMap(([tag, type]) => {
      const value = place[Number(tag)];
      if (value === undefined) return [];
      return [typeof value === "string" ? textField(Number(tag), value) : { tag: Number(tag), type, values: value }];
    }),
  ];
  const aside = (field: Field): number => {
    const bytes = field.values.length * BYTES[field.type]!;
    return bytes > 4 ? bytes + bytes % 2 : 0;
  };
  const directory = 2 + ENTRY * fields.length + 4;
  const pixels = Math.ceil((HEADER + directory + fields.reduce((sum, field) => sum + aside(field), 0)) / 8) * 8;
  if (pixels + data.byteLength >= LARGEST) {
    throw new RangeError(
      `Cannot write a GeoTIFF as it must be below ${LARGEST} bytes: it would be ${pixels + data.byteLength}`,
    );
  }
  const view = new DataView(new ArrayBuffer(pixels));
  view.setUint32(0, 0x002a4949, true); // II, 42
  view.setUint32(4, HEADER, true);
  view.setUint16(HEADER, fields.length, true);
  let at = HEADER + 2, free = HEADER + directory;
  for (const field of fields) {
    const { tag, type, values } = field.tag === 273 ? { ...field, values: [pixels] } : field, beside = aside(field);
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, type, true);
    view.setUint32(at + 4, values.length, true);
    if (beside > 0) view.setUint32(at + 8, free, true);
    const first = beside > 0 ? free : at + 8;
    values.forEach((value, i) => put(view, type, first + i * BYTES[type]!, value));
    free += beside;
    at += ENTRY;
  }
  return [new Uint8Array(view.buffer), littleEndian(data)];
}

function put(view: DataView, type: number, at: number, value: number): void {
  if (type === ASCII) view.setUint8(at, value);
  else if (type === SHORT) view.setUint16(at, value, true);
  else if (type === LONG) view.setUint32(at, value, true);
  else view.setFloat64(at, value, true);
}

/** The bytes of numbers; every engine of today is little-endian. */
const littleEndian = ({ buffer, byteOffset, byteLength }: Samples): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
