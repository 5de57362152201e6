/**
 * The large picture: where it lies, by zoom and pan, and how a result is looked at. The painter draws it.
 *
 * @module
 */
import type { ViewMode } from "../paint.ts";
import type { Region } from "../protocol.ts";
import { boundary, onBoundary } from "./compare_handle.ts";
import { byId, oncePerFrame, setText } from "./dom.ts";
import { paint } from "./painter.ts";
import { afterOf, resultText, shownScale } from "./results.ts";
import { currentPhoto, type Photo, watch } from "./store.ts";
import { PAGE, TEXT } from "./strings.ts";
import { around, fitted, panned, type Size, type ViewTransform, zoomed } from "./view_transform.ts";
import { followPointers } from "./view_pointers.ts";

const frame = byId("viewer");
const canvas = byId<HTMLCanvasElement>("canvas");
const labels = byId("compare-labels"), hold = byId("hold"), loupe = byId("loupe");
const mode = byId<HTMLSelectElement>("view-mode");

let view: ViewTransform = { zoom: 1, x: 0, y: 0 };
let seenPhoto: number | undefined;
/** Follows the frame's size until the person zooms or pans. */
let following = true;
let held = false;
/** Where the loupe is, in the frame; undefined: it is off. */
let glass: { readonly x: number; readonly y: number } | undefined;
let tapped: (x: number, y: number) => void = () => {};

/** Draws again in the next frame. */
export const redraw = oncePerFrame(draw);

/** Calls back when a place of the photo is tapped, in its pixels. */
export function onTap(callback: (x: number, y: number) => void): void {
  tapped = callback;
}

const frameSize = (): Size => ({ width: frame.clientWidth, height: frame.clientHeight });

/** Top left corner of the photo in the frame, in CSS pixels. */
function corner({ width, height }: Size): { readonly left: number; readonly top: number } {
  const size = frameSize();
  return {
    left: size.width / 2 + view.x - width * view.zoom / 2,
    top: size.height / 2 + view.y - height * view.zoom / 2,
  };
}

/** The part of a photo that is in sight. */
export function visibleRegion(photo: Photo): Region {
  const { left, top } = corner(photo), size = frameSize();
  const along = (from: number, length: number, all: number) => {
    const start = Math.max(0, -from / view.zoom), end = Math.min(all, (length - from) / view.zoom);
    return [start, Math.max(1, end - start)] as const;
  };
  const [x, width] = along(left, size.width, photo.width), [y, height] = along(top, size.height, photo.height);
  return { x, y, width, height };
}

/** What is on the left and on the right, in words. */
function showLabels(photo: Photo | undefined): void {
  const [before, after] = labels.querySelectorAll("span") as unknown as [HTMLElement, HTMLElement];
  const compared = photo?.results.find(({ id }) => id === photo.against);
  setText(before, compared ? resultText(photo!, compared) : PAGE.before);
  const draft = photo?.draft;
  setText(
    after,
    draft
      ? (draft.trial ? TEXT.preview : TEXT.coming)
      : compared
      ? resultText(photo!, photo!.results.find(({ id }) => id === photo!.shown)!)
      : PAGE.after,
  );
  labels.hidden = afterOf(photo) === undefined || mode.value === "difference";
}

function draw(): void {
  const photo = currentPhoto(), { width, height } = frameSize(), density = devicePixelRatio;
  if (photo && following) view = fitted(photo, frameSize());
  const scale = view.zoom * density, after = afterOf(photo);
  const canvasWidth = Math.max(1, Math.round(width * density));
  const canvasHeight = Math.max(1, Math.round(height * density));
  showLabels(photo);
  setText(byId("zoom"), `${Math.round(100 * view.zoom / shownScale(photo))} %`);
  paint({
    type: "place",
    placement: {
      ...{
        photo: photo?.id,
        before: after === undefined ? undefined : photo?.against,
        after,
        canvasWidth,
        canvasHeight,
        scale,
      },
      mode: held ? "split" : mode.value as ViewMode,
      split: held ? 1 : boundary(),
      left: canvasWidth / 2 + view.x * density - (photo?.width ?? 0) * scale / 2,
      top: canvasHeight / 2 + view.y * density - (photo?.height ?? 0) * scale / 2,
      loupe: glass && { x: glass.x * density, y: glass.y * density, radius: RADIUS * density },
    },
  });
}

/** Radius of the loupe, in CSS pixels. */
const RADIUS = 88;

function change(next: (view: ViewTransform, photo: Photo) => ViewTransform): void {
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

/** Shows one pixel of what is shown as one pixel of the page. */
const actual = (): void => change((view, photo) => zoomed(view, shownScale(photo) / view.zoom, photo));

/** Goes to a part of the photo unless it is well in sight. */
export function showRegion(region: Region): void {
  const photo = currentPhoto();
  if (!photo) return;
  const next = around(region, photo, frameSize());
  if (next.zoom > 1.5 * view.zoom) change(() => next);
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
  "1": actual,
};

/** The button that shows what was before as long as it is held. */
function startHold(): void {
  const set = (to: boolean) => {
    if (held === to) return;
    held = to;
    hold.setAttribute("aria-pressed", String(to));
    redraw();
  };
  hold.addEventListener("pointerdown", (event) => {
    hold.setPointerCapture(event.pointerId);
    set(true);
  });
  for (const type of ["pointerup", "pointercancel", "blur"]) hold.addEventListener(type, () => set(false));
  hold.addEventListener("keydown", ({ key }) => (key === " " || key === "Enter") && set(true));
  hold.addEventListener("keyup", () => set(false));
}

function startLoupe(): void {
  loupe.addEventListener("click", () => {
    const { width, height } = frameSize();
    glass = glass ? undefined : { x: width / 2, y: height / 2 };
    loupe.setAttribute("aria-pressed", String(glass !== undefined));
    frame.classList.toggle("magnified", glass !== undefined);
    redraw();
  });
  frame.addEventListener("pointermove", ({ clientX, clientY }) => {
    if (!glass) return;
    const box = frame.getBoundingClientRect();
    glass = { x: clientX - box.left, y: clientY - box.top };
    redraw();
  });
}

/** After a run the view goes where its pixels can be seen, unless that would be smaller. */
function goToResult(photo: Photo): void {
  const zoom = Math.max(fitted(photo, frameSize()).zoom, shownScale(photo));
  if (!following && view.zoom >= zoom) return;
  change((view) => zoomed(view, zoom / view.zoom, photo));
}

/** Starts the viewer. */
export function startViewer(): void {
  const offscreen = canvas.transferControlToOffscreen();
  const colours = matchMedia("(color-gamut: p3)").matches ? "display-p3" : "srgb";
  paint({ type: "canvas", canvas: offscreen, colours }, [offscreen]);
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
    tap(x, y) {
      const photo = currentPhoto();
      if (!photo) return;
      const { left, top } = corner(photo);
      tapped((x - left) / view.zoom, (y - top) / view.zoom);
    },
  });
  byId("zoom-in").addEventListener("click", () => zoomBy(KEY_ZOOM));
  byId("zoom-out").addEventListener("click", () => zoomBy(1 / KEY_ZOOM));
  byId("fit").addEventListener("click", fit);
  byId("actual").addEventListener("click", actual);
  mode.addEventListener("change", redraw);
  startHold();
  startLoupe();
  onBoundary(redraw);
  new ResizeObserver(redraw).observe(frame);
  let draft: number | undefined;
  watch((state, before) => {
    const photo = currentPhoto();
    if (state.current !== seenPhoto) {
      seenPhoto = state.current;
      following = true;
    } else if (draft !== undefined && photo?.shown === draft && !photo.draft) goToResult(photo);
    draft = photo?.draft?.id;
    const same = (["photos", "current", "tool"] as const).every((key) => state[key] === before[key]);
    if (!same || state === before) redraw();
    const after = afterOf(photo) !== undefined;
    byId("look").hidden = !after;
    byId("compare").hidden = !after || mode.value !== "split";
  });
  mode.addEventListener("change", () => byId("compare").hidden = mode.value !== "split");
}
