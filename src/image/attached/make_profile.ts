/**
 * ICC profiles for pictures that say by numbers what a profile would say (ICC.1:2022, matrix and curve).
 *
 * @module
 */
import type { ColourCoding } from "../attached.ts";
import { joinBytes, latin1, u32 } from "../headers/bytes.ts";

/** A curve from samples to light: a parametric curve's type and its parameters. */
interface Curve {
  readonly type: number;
  readonly parameters: readonly number[];
}

const SRGB_CURVE: Curve = { type: 3, parameters: [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045] };
const BT709_CURVE: Curve = { type: 3, parameters: [1 / 0.45, 1 / 1.099, 0.099 / 1.099, 1 / 4.5, 0.081] };
const power = (exponent: number): Curve => ({ type: 0, parameters: [exponent] });

const D65 = [0.3127, 0.329], BT709 = [0.64, 0.33, 0.3, 0.6, 0.15, 0.06];
/** x and y of white, red, green, blue, by H.273's number of the primaries. */
const PRIMARIES: { readonly [code: number]: readonly number[] } = {
  1: [...D65, ...BT709],
  4: [0.31, 0.316, 0.67, 0.33, 0.21, 0.71, 0.14, 0.08],
  5: [...D65, 0.64, 0.33, 0.29, 0.6, 0.15, 0.06],
  6: [...D65, 0.63, 0.34, 0.31, 0.595, 0.155, 0.07],
  7: [...D65, 0.63, 0.34, 0.31, 0.595, 0.155, 0.07],
  9: [...D65, 0.708, 0.292, 0.17, 0.797, 0.131, 0.046],
  11: [0.314, 0.351, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06],
  12: [...D65, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06],
};
/** By H.273's number of the transfer; those of high dynamic range are no curves of a profile. */
const TRANSFERS: { readonly [code: number]: Curve } = {
  1: BT709_CURVE,
  4: power(2.2),
  5: power(2.8),
  6: BT709_CURVE,
  8: power(1),
  13: SRGB_CURVE,
  14: BT709_CURVE,
  15: BT709_CURVE,
};

const SRGB: readonly number[] = PRIMARIES[1]!;
const near = (a: readonly number[], b: readonly number[], most: number): boolean =>
  a.every((value, i) => Math.abs(value - b[i]!) <= most);

/** What the numbers of a picture mean: sRGB, a profile that can be made, or something that no profile says. */
export type Meaning = "srgb" | "unknown" | { readonly chromaticities: readonly number[]; readonly curve: Curve };

/** What a coding means; the first that is there counts, in PNG's order. */
export function meaningOf({ cicp, srgb, gamma, chromaticities = SRGB }: ColourCoding): Meaning {
  if (cicp) {
    const [primaries, transfer, matrix, full] = cicp, curve = TRANSFERS[transfer];
    if (matrix !== 0 || full !== 1 || !PRIMARIES[primaries] || !curve) return "unknown";
    return primaries === 1 && transfer === 13 ? "srgb" : { chromaticities: PRIMARIES[primaries], curve };
  }
  if (srgb !== undefined || gamma === undefined) return "srgb";
  // 1 / 2.2 beside these primaries is how sRGB was written before there was a chunk for it.
  if (Math.abs(gamma - 0.45455) < 0.005 && near(chromaticities, SRGB, 0.002)) return "srgb";
  return { chromaticities, curve: power(1 / gamma) };
}

/** Whether x and y of white, red, green and blue are those of colours, and of three that are not on one line. */
export function areColours(values: readonly number[]): boolean {
  const [, , xr, yr, xg, yg, xb, yb] = values as [number, number, number, number, number, number, number, number];
  const points = [0, 2, 4, 6].map((i) => [values[i]!, values[i + 1]!] as const);
  return points.every(([x, y]) => x >= 0 && x <= 1 && y >= 5e-5 && y <= 1.00001 - x) &&
    Math.abs((xg - xr) * (yb - yr) - (xb - xr) * (yg - yr)) > 1e-4;
}

type Vector = readonly [number, number, number];
type Matrix = readonly [Vector, Vector, Vector];

const xyz = (x: number, y: number): Vector => [x / y, 1, (1 - x - y) / y];
const apply = (m: Matrix, v: Vector): Vector =>
  m.map((row) => row[0] * v[0] + row[1] * v[1] + row[2] * v[2]) as unknown as Vector;
const product = (a: Matrix, b: Matrix): Matrix => {
  const columns = [0, 1, 2].map((c) => apply(a, [b[0][c]!, b[1][c]!, b[2][c]!]));
  return [0, 1, 2].map((r) => columns.map((column) => column[r])) as unknown as Matrix;
};
function inverse([[a, b, c], [d, e, f], [g, h, i]]: Matrix): Matrix {
  const A = e * i - f * h, B = f * g - d * i, C = d * h - e * g, det = a * A + b * B + c * C;
  return [[A, c * h - b * i, b * f - c * e], [B, a * i - c * g, c * d - a * f], [C, b * g - a * h, a * e - b * d]]
    .map((row) => row.map((value) => value / det)) as unknown as Matrix;
}

const D50: Vector = [0.9642, 1, 0.8249];
const BRADFORD: Matrix = [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]];

/** Columns of the matrix from linear samples to XYZ as seen under D50. */
function colorants([xw, yw, xr, yr, xg, yg, xb, yb]: readonly number[]): Matrix {
  const white = xyz(xw!, yw!), [r, g, b] = [xyz(xr!, yr!), xyz(xg!, yg!), xyz(xb!, yb!)];
  const primaries: Matrix = [[r[0], g[0], b[0]], [r[1], g[1], b[1]], [r[2], g[2], b[2]]];
  const [sr, sg, sb] = apply(inverse(primaries), white);
  const from = apply(BRADFORD, white), to = apply(BRADFORD, D50);
  const cone: Matrix = [[to[0] / from[0], 0, 0], [0, to[1] / from[1], 0], [0, 0, to[2] / from[2]]];
  const adapted = product(product(inverse(BRADFORD), cone), BRADFORD);
  return product(adapted, primaries.map(([x, y, z]) => [x * sr, y * sg, z * sb]) as unknown as Matrix);
}

function numbers(...values: readonly number[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(4 * values.length), view = new DataView(out.buffer);
  values.forEach((value, i) => view.setInt32(4 * i, value));
  return out;
}
const fixed = (value: number): number => Math.round(value * 65536);
const text = (latin: string): Uint8Array => Uint8Array.from(latin, (letter) => letter.charCodeAt(0));
const xyzTag = (value: Vector): Uint8Array => joinBytes([text("XYZ \0\0\0\0"), numbers(...value.map(fixed))]);
const curveTag = ({ type, parameters }: Curve): Uint8Array =>
  joinBytes([text("para\0\0\0\0"), Uint8Array.of(0, type, 0, 0), numbers(...parameters.map(fixed))]);
function textTag(content: string): Uint8Array {
  const wide = Uint8Array.from([...content].flatMap((letter) => [0, letter.charCodeAt(0)]));
  return joinBytes([text("mluc\0\0\0\0"), numbers(1, 12), text("enUS"), numbers(wide.length, 28), wide]);
}

/** A profile of tags; tags that are the same are stored once. */
function assemble(space: "RGB " | "GRAY", tags: readonly (readonly [name: string, content: Uint8Array])[]) {
  const directory: Uint8Array[] = [numbers(tags.length)], body: Uint8Array[] = [];
  const placed = new Map<Uint8Array, number>();
  let at = 128 + 4 + 12 * tags.length;
  for (const [name, content] of tags) {
    if (!placed.has(content)) {
      placed.set(content, at);
      const padded = new Uint8Array(Math.ceil(content.length / 4) * 4);
      padded.set(content);
      body.push(padded);
      at += padded.length;
    }
    directory.push(text(name), numbers(placed.get(content)!, content.length));
  }
  const head = new Uint8Array(128), view = new DataView(head.buffer);
  view.setUint32(0, at);
  view.setUint32(8, 0x04400000);
  head.set(text("mntr"), 12);
  head.set(text(space), 16);
  head.set(text("XYZ "), 20);
  view.setUint16(24, 2024);
  view.setUint16(26, 1);
  view.setUint16(28, 1);
  head.set(text("acsp"), 36);
  head.set(numbers(...D50.map(fixed)), 68);
  return joinBytes([head, ...directory, ...body]);
}

const described = (name: string) =>
  [["desc", textTag(name)], ["cprt", textTag("No copyright, use freely")], ["wtpt", xyzTag(D50)]] as const;

/** A profile for what numbers mean, of that many channels. */
export function makeProfile({ chromaticities, curve }: Exclude<Meaning, string>, channels: number) {
  const shared = curveTag(curve);
  if (channels <= 2) return assemble("GRAY", [...described("Grey"), ["kTRC", shared]]);
  const rows = colorants(chromaticities);
  const columns = ["rXYZ", "gXYZ", "bXYZ"].map((name, c) =>
    [name, xyzTag([rows[0][c]!, rows[1][c]!, rows[2][c]!])] as const
  );
  return assemble("RGB ", [...described("RGB"), ...columns, ["rTRC", shared], ["gTRC", shared], ["bTRC", shared]]);
}

/** The profile for colour whose greys are those of a profile for grey; undefined when that has no curve. */
export function colourProfileOfGrey(grey: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  for (let i = 0, count = Math.min(u32(grey, 128), 100); i < count; i++) {
    const entry = 132 + 12 * i;
    if (latin1(grey, entry, 4) !== "kTRC") continue;
    const at = u32(grey, entry + 4), shared = grey.slice(at, at + u32(grey, entry + 8));
    const rows = colorants(SRGB);
    const columns = ["rXYZ", "gXYZ", "bXYZ"].map((name, c) =>
      [name, xyzTag([rows[0][c]!, rows[1][c]!, rows[2][c]!])] as const
    );
    return assemble("RGB ", [...described("Grey as RGB"), ...columns, ["rTRC", shared], ["gTRC", shared], [
      "bTRC",
      shared,
    ]]);
  }
  return undefined;
}
