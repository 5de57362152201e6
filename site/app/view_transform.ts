/**
 * Where a photo lies in its frame: zoom and shift, in CSS pixels. Plain arithmetic, no page needed.
 *
 * @module
 */

/** A width and a height. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** CSS pixels per photo pixel, and where the photo's middle is relative to the frame's. */
export interface ViewTransform {
  readonly zoom: number;
  readonly x: number;
  readonly y: number;
}

const LARGEST = 32, SMALLEST = 0.02, MARGIN = 0.96;

/** The whole photo, as large as the frame allows, but not blown up beyond four times. */
export function fitted(photo: Size, frame: Size): ViewTransform {
  const zoom = MARGIN * Math.min(frame.width / photo.width, frame.height / photo.height);
  return { zoom: clampZoom(Math.min(zoom, 4)), x: 0, y: 0 };
}

const clampZoom = (zoom: number): number => Math.min(LARGEST, Math.max(SMALLEST, zoom));

/** Keeps at least the middle of the frame on the photo. */
function held({ zoom, x, y }: ViewTransform, photo: Size): ViewTransform {
  const wide = photo.width * zoom / 2, tall = photo.height * zoom / 2;
  return { zoom, x: Math.min(wide, Math.max(-wide, x)), y: Math.min(tall, Math.max(-tall, y)) };
}

/** Shifts by CSS pixels. */
export function panned(view: ViewTransform, dx: number, dy: number, photo: Size): ViewTransform {
  return held({ ...view, x: view.x + dx, y: view.y + dy }, photo);
}

/** Zooms by a factor around a point of the frame, given from its middle. */
export function zoomed(view: ViewTransform, factor: number, photo: Size, px = 0, py = 0): ViewTransform {
  const zoom = clampZoom(view.zoom * factor), ratio = zoom / view.zoom;
  return held({ zoom, x: px - (px - view.x) * ratio, y: py - (py - view.y) * ratio }, photo);
}

/** A part of a photo in the middle of the frame, as large as {@linkcode fitted} would show it. */
export function around(
  part: Size & { readonly x: number; readonly y: number },
  photo: Size,
  frame: Size,
): ViewTransform {
  const zoom = clampZoom(MARGIN * Math.min(frame.width / part.width, frame.height / part.height));
  const shift = (at: number, size: number, all: number) => (all / 2 - (at + size / 2)) * zoom;
  return held({ zoom, x: shift(part.x, part.width, photo.width), y: shift(part.y, part.height, photo.height) }, photo);
}
