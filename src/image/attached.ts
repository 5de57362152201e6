/**
 * What a file says about its picture beside the samples. Pixels carry it from the file they come from to the file they go
 * to; what each format can hold is in `docs/pictures.md`.
 *
 * @module
 */

import { lazyImport } from "../bytes/lazy_import.ts";

/** How a PNG without a profile says what its numbers mean: cICP, sRGB, gAMA and cHRM. */
export interface ColourCoding {
  /** Colour primaries, transfer function, matrix and range, as H.273 numbers them (cICP). */
  readonly cicp?: readonly [primaries: number, transfer: number, matrix: number, fullRange: number];
  /** Rendering intent of a picture in sRGB. */
  readonly srgb?: number;
  /** Exponent from light to samples, such as 0.45455. */
  readonly gamma?: number;
  /** CIE x and y of white, red, green and blue. */
  readonly chromaticities?: readonly number[];
  /** Volume of the mastering display (mDCV), as stored. */
  readonly mastering?: Uint8Array<ArrayBuffer>;
  /** Light levels of the content (cLLI), as stored. */
  readonly light?: Uint8Array<ArrayBuffer>;
}

/** A text under a keyword: the text chunks of a PNG, the comments of a JPEG. */
export interface AttachedText {
  /** `Title`, `Author`, `Comment`, … */
  readonly keyword: string;
  /** The text. */
  readonly text: string;
}

/** Samples per inch, or only their ratio. */
export interface Density {
  /** Across. */
  readonly x: number;
  /** Down. */
  readonly y: number;
  /** `none`: only the ratio of the two means something. */
  readonly unit: "inch" | "none";
}

/** What is attached to a picture. */
export interface Attached {
  /** ICC profile of the samples. */
  readonly profile?: Uint8Array<ArrayBuffer>;
  /** What a PNG says of its colours otherwise. */
  readonly coding?: ColourCoding;
  /** EXIF as a TIFF structure, of a picture that stands upright and has no thumbnail. */
  readonly exif?: Uint8Array<ArrayBuffer>;
  /** XMP packet. */
  readonly xmp?: string;
  /** What the packet of a JPEG says in further segments: a packet of its own, which the first one names. */
  readonly xmpExtension?: string;
  /** IPTC-IIM records. */
  readonly iptc?: Uint8Array<ArrayBuffer>;
  /** Texts. */
  readonly texts?: readonly AttachedText[];
  /** Samples per inch. */
  readonly density?: Density;
}

/** What is left out of a picture: everything that is no colour, or only where it was taken. */
export type Strip = boolean | "gps";

/** Undefined where nothing is attached. */
export function unlessEmpty(attached: Attached): Attached | undefined {
  return Object.keys(attached).length > 0 ? attached : undefined;
}

/** Only what the samples mean. */
export function colourOf({ profile, coding }: Attached): Attached {
  return { ...(profile && { profile }), ...(coding && { coding }) };
}

/** A picture without a part of what is attached to it. */
export async function stripAttached<P extends { readonly attached?: Attached }>(pixels: P, strip: Strip): Promise<P> {
  if (strip === false || !pixels.attached) return pixels;
  const { attached, ...rest } = pixels;
  const { stripped } = await lazyImport<typeof import("./attached/write.ts")>("./image/attached/write.ts");
  const left = unlessEmpty(stripped(attached, strip));
  return { ...rest, ...(left && { attached: left }) } as P;
}
