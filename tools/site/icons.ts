/**
 * The page's icon as PNG, for places that take no SVG: the same shapes, drawn by distance.
 *
 * @module
 */
import { encodeImage } from "../../src/image/encode.ts";

type Point = readonly [x: number, y: number];

/** Cubic curves of `site/icon.svg`, on its 64 × 64 grid. */
const CURVES: readonly (readonly [Point, Point, Point, Point])[] = [
  [[12, 45], [17, 51], [23, 51], [26, 45]],
  [[26, 45], [30, 36.333], [34, 27.667], [38, 19]],
  [[38, 19], [41, 13], [47, 13], [52, 19]],
];
const GROUND = [0xb3, 0x49, 0x0f], STROKE = [0xff, 0xe9, 0xd2];
const HALF_STROKE = 3.5, CORNER = 14, EYE: Point = [51, 18.5], EYE_RADIUS = 1.6;

const POINTS: readonly Point[] = CURVES.flatMap(([a, b, c, d]) =>
  Array.from({ length: 65 }, (_, i) => {
    const t = i / 64, s = 1 - t;
    const at = (k: 0 | 1) => s ** 3 * a[k] + 3 * s * s * t * b[k] + 3 * s * t * t * c[k] + t ** 3 * d[k];
    return [at(0), at(1)] as const;
  })
);

const distance = ([x, y]: Point, px: number, py: number): number => Math.hypot(x - px, y - py);

/** How far a point is inside the rounded square, negative outside. */
function insideSquare(x: number, y: number): number {
  const dx = Math.abs(x - 32) - (32 - CORNER), dy = Math.abs(y - 32) - (32 - CORNER);
  return CORNER - Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) - Math.min(Math.max(dx, dy), 0);
}

/** A PNG of the icon; `full` has no round corners, for systems that cut icons themselves. */
export function drawIcon(side: number, full = false): Promise<Uint8Array<ArrayBuffer>> {
  const unit = 64 / side, data = new Uint8Array(side * side * 4);
  const cover = (inside: number) => Math.min(1, Math.max(0, inside / unit + 0.5));
  // An icon that is cut keeps its middle four fifths.
  const zoom = full ? 1.25 : 1;
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const x = 32 + ((column + 0.5) * unit - 32) * zoom, y = 32 + ((row + 0.5) * unit - 32) * zoom;
      const nearest = POINTS.reduce((least, point) => Math.min(least, distance(point, x, y)), Infinity);
      const stroke = cover(HALF_STROKE - nearest) * (1 - cover(EYE_RADIUS - distance(EYE, x, y)));
      const at = 4 * (row * side + column);
      for (let c = 0; c < 3; c++) data[at + c] = Math.round(GROUND[c]! + (STROKE[c]! - GROUND[c]!) * stroke);
      data[at + 3] = full ? 255 : Math.round(255 * cover(insideSquare(x, y)));
    }
  }
  return encodeImage({ data, width: side, height: side, channels: 4 }, { type: "png" });
}
