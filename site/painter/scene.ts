/**
 * The large picture: the photo, its result right of the boundary, a spotlight over both.
 *
 * @module
 */
import type { Light, Paint, Placement } from "../paint.ts";
import { DARKEST, spotlight } from "../spotlight.ts";
import { Surface } from "./surface.ts";

interface Photo {
  readonly width: number;
  readonly height: number;
  readonly preview: ImageBitmap;
  /** The last whole result. */
  result: Surface | undefined;
  /** One that is coming. */
  draft: Surface | undefined;
}

const photos = new Map<number, Photo>();
let context: OffscreenCanvasRenderingContext2D | undefined;
let placement: Placement | undefined;
let light: { readonly picture: OffscreenCanvas; readonly region: Light["region"] } | undefined;

/** Takes over what the page says; what is seen is drawn by {@linkcode draw}. */
export function accept(paint: Paint): void {
  if (paint.type === "canvas") context = paint.canvas.getContext("2d")!;
  else if (paint.type === "place") placement = paint.placement;
  else if (paint.type === "light") {
    light = paint.light && { picture: pictureOf(paint.light), region: paint.light.region };
  } else if (paint.type === "photo") {
    const { width, height, preview } = paint;
    photos.set(paint.photo, { width, height, preview, result: undefined, draft: undefined });
  } else changePhoto(paint);
}

function changePhoto(paint: Extract<Paint, { readonly type: "forget" | "begin" | "tile" | "end" }>): void {
  const photo = photos.get(paint.photo);
  if (paint.type === "forget") {
    photo?.preview.close();
    photos.delete(paint.photo);
  } else if (paint.type === "tile") {
    photo?.draft?.put(paint.bitmap, paint.x, paint.y);
    paint.bitmap.close();
  } else if (photo && paint.type === "begin") photo.draft = new Surface(paint.width, paint.height);
  else if (photo) {
    if (paint.type === "end" && paint.whole) photo.result = photo.draft;
    photo.draft = undefined;
  }
}

function pictureOf({ values, rows, columns, high }: Light): OffscreenCanvas {
  const picture = new OffscreenCanvas(columns, rows);
  picture.getContext("2d")!.putImageData(spotlight(values, columns, 0, high), 0, 0);
  return picture;
}

/** A rectangle of the photo on the canvas, its edges on whole pixels, so that neighbours meet. */
function onPixels(x: number, y: number, width: number, height: number, { left, top, scale }: Placement) {
  const x0 = Math.round(left + x * scale), y0 = Math.round(top + y * scale);
  const x1 = Math.round(left + (x + width) * scale), y1 = Math.round(top + (y + height) * scale);
  return [x0, y0, x1 - x0, y1 - y0] as const;
}

/** Draws what is there. */
export function draw(): void {
  if (!context || !placement) return;
  const { canvas } = context, { canvasWidth, canvasHeight, left, top, scale, split } = placement;
  if (canvas.width !== canvasWidth || canvas.height !== canvasHeight) {
    canvas.width = canvasWidth;
    canvas.height = canvasHeight;
  }
  context.clearRect(0, 0, canvasWidth, canvasHeight);
  const photo = placement.photo === undefined ? undefined : photos.get(placement.photo);
  if (!photo) return;
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "medium";
  const whole = onPixels(0, 0, photo.width, photo.height, placement);
  context.drawImage(photo.preview, ...whole);
  for (const surface of [photo.result, photo.draft]) {
    if (!surface) continue;
    const own = scale * photo.width / surface.width;
    context.save();
    context.beginPath();
    context.rect(split * canvasWidth, 0, canvasWidth, canvasHeight);
    context.clip();
    context.imageSmoothingEnabled = own < 3; // single pixels are shown as such
    surface.draw(context, own, left, top);
    context.restore();
  }
  if (!light) return;
  const { picture, region } = light;
  const seen = onPixels(region.x, region.y, region.width, region.height, placement);
  context.imageSmoothingEnabled = true;
  context.drawImage(picture, ...seen);
  // What the model does not see counts for nothing.
  context.fillStyle = `rgb(0 0 0 / ${DARKEST})`;
  context.beginPath();
  context.rect(...whole);
  context.rect(...seen);
  context.fill("evenodd");
}
