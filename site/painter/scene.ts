/**
 * The large picture: the photo, its result right of the boundary, heat over both.
 *
 * @module
 */
import { heatPixels } from "../heat.ts";
import type { Paint, Placement } from "../paint.ts";
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
let heat: {
  readonly picture: OffscreenCanvas;
  readonly region: { x: number; y: number; width: number; height: number };
} | undefined;

/** Takes over what the page says; what is seen is drawn by {@linkcode draw}. */
export function accept(paint: Paint): void {
  if (paint.type === "canvas") context = paint.canvas.getContext("2d")!;
  else if (paint.type === "place") placement = paint.placement;
  else if (paint.type === "heat") heat = paint.heat && { picture: pictureOf(paint.heat), region: paint.heat.region };
  else if (paint.type === "photo") {
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

function pictureOf({ values, rows, columns, high, colour }: NonNullable<Extract<Paint, { type: "heat" }>["heat"]>) {
  const picture = new OffscreenCanvas(columns, rows);
  picture.getContext("2d")!.putImageData(heatPixels(values, columns, 0, high, colour), 0, 0);
  return picture;
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
  context.drawImage(photo.preview, left, top, photo.width * scale, photo.height * scale);
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
  if (!heat) return;
  const { picture, region } = heat;
  context.drawImage(
    picture,
    left + region.x * scale,
    top + region.y * scale,
    region.width * scale,
    region.height * scale,
  );
}
