/**
 * The large picture: a photo and its results side by side, split, or as their difference; a spotlight and a loupe over them.
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
  readonly alpha: boolean;
}

type Context = OffscreenCanvasRenderingContext2D;
/** Left, top, width, height, in canvas pixels. */
type Box = readonly [number, number, number, number];

const photos = new Map<number, Photo>();
const results = new Map<number, Surface>();
let context: Context | undefined;
let colours: PredefinedColorSpace = "srgb";
let placement: Placement | undefined;
let light: (Light & { readonly picture: OffscreenCanvas }) | undefined;
let checks: CanvasPattern | undefined;

/** Side of a square behind what is transparent, in canvas pixels. */
const CHECK = 8;
/** How much the loupe enlarges what is seen. */
const LOUPE = 4;
/** How often a difference is doubled, so that small ones show. */
const DOUBLINGS = 3;

/** Takes over what the page says; what is seen is drawn by {@linkcode draw}. */
export function accept(paint: Paint): void {
  switch (paint.type) {
    case "canvas":
      colours = paint.colours;
      context = paint.canvas.getContext("2d", { colorSpace: colours })!;
      break;
    case "place":
      placement = paint.placement;
      break;
    case "light":
      light = paint.light && { ...paint.light, picture: pictureOf(paint.light) };
      break;
    case "photo":
      photos.set(paint.photo, paint);
      break;
    case "forget":
      photos.get(paint.photo)?.preview.close();
      photos.delete(paint.photo);
      break;
    case "begin":
      results.set(paint.result, new Surface(paint.width, paint.height, colours));
      break;
    case "tile":
      results.get(paint.result)?.put(paint.bitmap, paint.x, paint.y);
      paint.bitmap.close();
      break;
    case "drop":
      results.delete(paint.result);
  }
}

function pictureOf({ values, rows, columns, low, high }: Light): OffscreenCanvas {
  const picture = new OffscreenCanvas(columns, rows);
  picture.getContext("2d")!.putImageData(spotlight(values, columns, low, high), 0, 0);
  return picture;
}

/** A rectangle of the photo on the canvas, its edges on whole pixels, so that neighbours meet. */
function onPixels(x: number, y: number, width: number, height: number, { left, top, scale }: Placement): Box {
  const x0 = Math.round(left + x * scale), y0 = Math.round(top + y * scale);
  const x1 = Math.round(left + (x + width) * scale), y1 = Math.round(top + (y + height) * scale);
  return [x0, y0, x1 - x0, y1 - y0];
}

/** Squares that show what is transparent. */
function drawChecks(context: Context, box: Box): void {
  if (!checks) {
    const tile = new OffscreenCanvas(2 * CHECK, 2 * CHECK), squares = tile.getContext("2d")!;
    squares.fillStyle = "#cfcac4";
    squares.fillRect(0, 0, 2 * CHECK, 2 * CHECK);
    squares.fillStyle = "#f4f1ec";
    for (const at of [0, CHECK]) squares.fillRect(at, at, CHECK, CHECK);
    checks = context.createPattern(tile, "repeat")!;
  }
  context.fillStyle = checks;
  context.fillRect(...box);
}

/** Draws one picture: a result as far as it has come, the photo where it has not. Nothing is laid over anything else. */
function drawPicture(context: Context, photo: Photo, result: Surface | undefined, at: Placement): void {
  const whole = onPixels(0, 0, photo.width, photo.height, at);
  if (photo.alpha) drawChecks(context, whole);
  const own = result ? at.scale * photo.width / result.width : at.scale;
  if (!result?.whole) {
    context.save();
    // Over a photo without alpha the parts may lie; with alpha nothing may show through them.
    if (result && photo.alpha) {
      const ratio = photo.width / result.width;
      context.beginPath();
      context.rect(...whole);
      for (const { x, y, width, height } of result.parts) {
        context.rect(...onPixels(x * ratio, y * ratio, width * ratio, height * ratio, at));
      }
      context.clip("evenodd");
    }
    context.imageSmoothingEnabled = at.scale < 3;
    context.drawImage(photo.preview, ...whole);
    context.restore();
  }
  if (!result) return;
  context.imageSmoothingEnabled = own < 3; // single pixels are shown as such
  result.draw(context, own, at.left, at.top);
}

function clipped(context: Context, box: Box, body: () => void): void {
  context.save();
  context.beginPath();
  context.rect(...box);
  context.clip();
  body();
  context.restore();
}

function drawBoth(context: Context, photo: Photo, at: Placement): void {
  const { canvasWidth: width, canvasHeight: height, mode, split } = at;
  const before = () => at.before === undefined ? undefined : results.get(at.before);
  const after = at.after === undefined ? undefined : results.get(at.after);
  if (!after) return drawPicture(context, photo, before(), at);
  if (mode === "side") {
    const shifted = (share: number) => ({ ...at, left: at.left + share * width });
    clipped(context, [0, 0, width / 2, height], () => drawPicture(context, photo, before(), shifted(-1 / 4)));
    clipped(context, [width / 2, 0, width / 2, height], () => drawPicture(context, photo, after, shifted(1 / 4)));
    context.fillStyle = "#ffffff";
    context.fillRect(width / 2 - 1, 0, 2, height);
  } else if (mode === "difference") {
    drawPicture(context, photo, before(), at);
    context.globalCompositeOperation = "difference";
    drawPicture(context, { ...photo, alpha: false }, after, at);
    context.globalCompositeOperation = "lighter";
    for (let i = 0; i < DOUBLINGS; i++) context.drawImage(context.canvas, 0, 0);
    context.globalCompositeOperation = "source-over";
  } else {
    const x = split * width;
    clipped(context, [0, 0, x, height], () => drawPicture(context, photo, before(), at));
    clipped(context, [x, 0, width - x, height], () => drawPicture(context, photo, after, at));
  }
}

function drawLight(context: Context, photo: Photo, at: Placement): void {
  if (!light) return;
  const { picture, region, grid, rows, columns } = light;
  const seen = onPixels(region.x, region.y, region.width, region.height, at);
  const whole = onPixels(0, 0, photo.width, photo.height, at);
  context.imageSmoothingEnabled = !grid;
  context.imageSmoothingQuality = "medium";
  context.drawImage(picture, ...seen);
  // What the model does not see counts for nothing.
  context.fillStyle = `rgb(0 0 0 / ${DARKEST})`;
  context.beginPath();
  context.rect(...whole);
  context.rect(...seen);
  context.fill("evenodd");
  if (!grid) return;
  context.strokeStyle = "rgb(255 255 255 / 30%)";
  context.lineWidth = 1;
  context.beginPath();
  const [x, y, width, height] = seen;
  for (let i = 0; i <= columns; i++) line(context, x + i * width / columns, y, x + i * width / columns, y + height);
  for (let i = 0; i <= rows; i++) line(context, x, y + i * height / rows, x + width, y + i * height / rows);
  context.stroke();
  if (grid.place === undefined) return;
  const box: Box = [
    x + grid.place % columns * width / columns,
    y + Math.floor(grid.place / columns) * height / rows,
    width / columns,
    height / rows,
  ];
  for (const [style, wide] of [["rgb(0 0 0 / 80%)", 6], ["#ff9b54", 3]] as const) {
    context.strokeStyle = style;
    context.lineWidth = wide;
    context.strokeRect(...box);
  }
}

function line(context: Context, x0: number, y0: number, x1: number, y1: number): void {
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
}

function drawLoupe(context: Context, photo: Photo, at: Placement): void {
  if (!at.loupe) return;
  const { x, y, radius } = at.loupe;
  context.save();
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.clip();
  context.clearRect(x - radius, y - radius, 2 * radius, 2 * radius);
  const closer = { left: x - (x - at.left) * LOUPE, top: y - (y - at.top) * LOUPE, scale: at.scale * LOUPE };
  drawBoth(context, photo, { ...at, mode: "split", ...closer });
  context.restore();
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.lineWidth = 3;
  context.strokeStyle = "#ffffff";
  context.stroke();
}

/** Draws what is there. */
export function draw(): void {
  if (!context || !placement) return;
  const { canvas } = context, { canvasWidth, canvasHeight } = placement;
  if (canvas.width !== canvasWidth || canvas.height !== canvasHeight) {
    canvas.width = canvasWidth;
    canvas.height = canvasHeight;
  }
  context.clearRect(0, 0, canvasWidth, canvasHeight);
  const photo = placement.photo === undefined ? undefined : photos.get(placement.photo);
  if (!photo) return;
  drawBoth(context, photo, placement);
  drawLight(context, photo, placement);
  drawLoupe(context, photo, placement);
}
