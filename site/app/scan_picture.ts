/**
 * Draws a walk over the tokens of a photo.
 *
 * @module
 */
import type { InsideReport, ScanPath } from "../protocol.ts";
import { colour } from "./dom.ts";

/** Longer side of the drawing, in canvas pixels. */
export const SCAN_SIDE = 640;

const FORTH = "forth", BACK = "back";

/** Middle of a token's place; a class token hovers between the places it comes between. */
function middleOf(path: ScanPath, index: number, { rows, columns }: InsideReport, width: number, height: number) {
  const at = (place: number) => ({
    x: (place % columns + 0.5) * width / columns,
    y: (Math.floor(place / columns) + 0.5) * height / rows,
  });
  const place = path.steps[index]!;
  if (place >= 0) return at(place);
  const before = path.steps[index - 1], after = path.steps[index + 1];
  if (before === undefined) return at(after!);
  if (after === undefined) return at(before);
  const a = at(before), b = at(after);
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

/** Draws the photo as the model saw it, its grid, and the way so far; `light` lies between. */
export function drawScan(
  context: CanvasRenderingContext2D,
  report: InsideReport,
  path: ScanPath,
  step: number,
  light: HTMLCanvasElement | undefined,
): void {
  const { width, height } = context.canvas, { rows, columns } = report;
  context.imageSmoothingEnabled = rows !== report.picture.height; // where tokens are pixels, pixels are squares
  context.drawImage(report.picture, 0, 0, width, height);
  context.imageSmoothingEnabled = false;
  if (light) context.drawImage(light, 0, 0, width, height);

  context.strokeStyle = "rgb(255 255 255 / 35%)";
  context.lineWidth = 1;
  context.beginPath();
  for (let i = 1; i < columns; i++) line(context, i * width / columns, 0, i * width / columns, height);
  for (let i = 1; i < rows; i++) line(context, 0, i * height / rows, width, i * height / rows);
  context.stroke();

  const points = Array.from({ length: step }, (_, i) => middleOf(path, i, report, width, height));
  const strand = (style: string, wide: number) => {
    context.strokeStyle = style;
    context.lineWidth = wide;
    context.beginPath();
    points.forEach(({ x, y }, i) => i === 0 ? context.moveTo(x, y) : context.lineTo(x, y));
    context.stroke();
  };
  const ink = colour(path.order.endsWith("Reversed") ? BACK : FORTH);
  const unit = Math.max(2, Math.min(width / columns, height / rows) / 9);
  context.lineJoin = "round";
  context.lineCap = "round";
  strand("rgb(0 0 0 / 65%)", unit + 3);
  strand(ink, unit);

  path.steps.forEach((place, i) => {
    if (place >= 0) return;
    const { x, y } = middleOf(path, i, report, width, height);
    disc(context, x, y, 2.4 * unit, i < step ? ink : "rgb(255 255 255 / 80%)", true);
  });
  const head = points.at(-1);
  if (head) disc(context, head.x, head.y, 1.7 * unit, "#ffffff", false);
}

function line(context: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
}

/** A dot, or a ring for a class token. */
function disc(context: CanvasRenderingContext2D, x: number, y: number, radius: number, style: string, ring: boolean) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.lineWidth = radius / 2.5;
  context.strokeStyle = ring ? style : "rgb(0 0 0 / 75%)";
  context.fillStyle = ring ? "rgb(0 0 0 / 55%)" : style;
  context.fill();
  context.stroke();
}
