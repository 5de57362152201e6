/**
 * The large picture: where it lies, by zoom and pan. The painter draws it.
 *
 * @module
 */
import { byId, oncePerFrame } from "./dom.ts";
import { boundary, onBoundary } from "./compare_handle.ts";
import { paint } from "./painter.ts";
import { currentPhoto, watch } from "./store.ts";
import { PAGE } from "./strings.ts";
import { fitted, panned, type ViewTransform, zoomed } from "./view_transform.ts";
import { followPointers } from "./view_pointers.ts";

const frame = byId("viewer");
const canvas = byId<HTMLCanvasElement>("canvas");
const zoomText = byId("zoom");
const labels = byId("compare-labels");

let view: ViewTransform = { zoom: 1, x: 0, y: 0 };
let fittedPhoto: number | undefined;
/** Follows the frame's size until the person zooms or pans. */
let following = true;
/** Draws again in the next frame. */
export const redraw = oncePerFrame(draw);

function frameSize() {
  return { width: frame.clientWidth, height: frame.clientHeight };
}

function draw(): void {
  const photo = currentPhoto(), { width, height } = frameSize(), density = devicePixelRatio;
  if (photo && following) view = fitted(photo, frameSize());
  const scale = view.zoom * density;
  const canvasWidth = Math.max(1, Math.round(width * density)),
    canvasHeight = Math.max(1, Math.round(height * density));
  labels.hidden = !photo?.restored;
  zoomText.textContent = `${Math.round(view.zoom * 100)} %`;
  paint({
    type: "place",
    placement: {
      ...{ photo: photo?.id, canvasWidth, canvasHeight, scale, split: boundary() },
      left: canvasWidth / 2 + view.x * density - (photo?.width ?? 0) * scale / 2,
      top: canvasHeight / 2 + view.y * density - (photo?.height ?? 0) * scale / 2,
    },
  });
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
  const offscreen = canvas.transferControlToOffscreen();
  paint({ type: "canvas", canvas: offscreen }, [offscreen]);
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
