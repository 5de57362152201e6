/**
 * The large picture: before and after with a boundary between, zoom, pan, and what is laid over it.
 *
 * @module
 */
import type { Region } from "../protocol.ts";
import { byId, oncePerFrame } from "./dom.ts";
import { boundary, onBoundary } from "./compare_handle.ts";
import { currentPhoto, watch } from "./store.ts";
import { PAGE } from "./strings.ts";
import { fitted, panned, type ViewTransform, zoomed } from "./view_transform.ts";
import { followPointers } from "./view_pointers.ts";

/** A small picture laid over a part of the photo. */
export interface Overlay {
  readonly picture: HTMLCanvasElement;
  readonly region: Region;
}

const frame = byId("viewer");
const canvas = byId<HTMLCanvasElement>("canvas");
const context = canvas.getContext("2d")!;
const zoomText = byId("zoom");
const labels = byId("compare-labels");

let view: ViewTransform = { zoom: 1, x: 0, y: 0 };
let fittedPhoto: number | undefined;
/** Follows the frame's size until the person zooms or pans. */
let following = true;
let overlay: Overlay | undefined;

/** Lays a picture over the photo, or takes it away. */
export function setOverlay(next: Overlay | undefined): void {
  overlay = next;
  redraw();
}

/** Draws again in the next frame. */
export const redraw = oncePerFrame(draw);

function frameSize() {
  return { width: frame.clientWidth, height: frame.clientHeight };
}

function draw(): void {
  const photo = currentPhoto(), { width, height } = frameSize(), density = devicePixelRatio;
  if (canvas.width !== Math.round(width * density) || canvas.height !== Math.round(height * density)) {
    canvas.width = Math.round(width * density);
    canvas.height = Math.round(height * density);
  }
  context.clearRect(0, 0, canvas.width, canvas.height);
  if (!photo || width === 0) return;
  if (following) view = fitted(photo, frameSize());
  const scale = view.zoom * density;
  const left = canvas.width / 2 + view.x * density - photo.width * scale / 2;
  const top = canvas.height / 2 + view.y * density - photo.height * scale / 2;
  zoomText.textContent = `${Math.round(view.zoom * 100)} %`;
  context.imageSmoothingQuality = "medium";
  context.drawImage(photo.preview, left, top, photo.width * scale, photo.height * scale);

  const surface = photo.restored?.surface, split = boundary() * canvas.width;
  labels.hidden = !surface;
  if (surface) {
    const own = scale * photo.width / surface.width;
    context.save();
    context.beginPath();
    context.rect(split, 0, canvas.width - split, canvas.height);
    context.clip();
    context.imageSmoothingEnabled = own < 3; // single pixels are shown as such
    surface.draw(context, own, left, top);
    context.restore();
  }
  if (overlay) {
    const { picture, region: { x, y, width, height } } = overlay;
    context.imageSmoothingEnabled = true;
    context.drawImage(picture, left + x * scale, top + y * scale, width * scale, height * scale);
  }
}

function change(
  next: (view: ViewTransform, photo: { readonly width: number; readonly height: number }) => ViewTransform,
) {
  const photo = currentPhoto();
  if (!photo) return;
  following = false;
  view = next(view, photo);
  redraw();
}

/** Shows the whole photo. */
function fit(): void {
  following = true;
  redraw();
}

const zoomBy = (factor: number, px = 0, py = 0) => change((view, photo) => zoomed(view, factor, photo, px, py));
const STEP = 48, KEY_ZOOM = 1.25;

const KEYS: Readonly<Record<string, () => void>> = {
  ArrowLeft: () => change((view, photo) => panned(view, STEP, 0, photo)),
  ArrowRight: () => change((view, photo) => panned(view, -STEP, 0, photo)),
  ArrowUp: () => change((view, photo) => panned(view, 0, STEP, photo)),
  ArrowDown: () => change((view, photo) => panned(view, 0, -STEP, photo)),
  "+": () => zoomBy(KEY_ZOOM),
  "=": () => zoomBy(KEY_ZOOM),
  "-": () => zoomBy(1 / KEY_ZOOM),
  "0": fit,
  "1": () => change((view) => ({ ...view, zoom: 1 })),
};

/** Starts the viewer. */
export function startViewer(): void {
  frame.setAttribute("aria-label", PAGE.viewer);
  frame.addEventListener("keydown", (event) => {
    const action = event.target === frame && !event.ctrlKey && !event.metaKey ? KEYS[event.key] : undefined;
    if (!action) return;
    event.preventDefault();
    action();
  });
  followPointers(frame, {
    pan: (dx, dy) => change((view, photo) => panned(view, dx, dy, photo)),
    zoom: zoomBy,
  });
  byId("zoom-in").addEventListener("click", () => zoomBy(KEY_ZOOM));
  byId("zoom-out").addEventListener("click", () => zoomBy(1 / KEY_ZOOM));
  byId("fit").addEventListener("click", fit);
  byId("actual").addEventListener("click", KEYS["1"]!);
  onBoundary(redraw);
  new ResizeObserver(redraw).observe(frame);
  watch((state, before) => {
    if (state.current !== fittedPhoto) {
      fittedPhoto = state.current;
      following = true;
    }
    if (state.photos !== before.photos || state.current !== before.current) redraw();
  });
}
