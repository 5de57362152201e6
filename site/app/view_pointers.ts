/**
 * Mouse, pen and fingers on the picture: one pans, two pinch, the wheel zooms.
 *
 * @module
 */

/** What the gestures do. */
export interface ViewGestures {
  readonly pan: (dx: number, dy: number) => void;
  /** Around a point given from the middle of the frame. */
  readonly zoom: (factor: number, px: number, py: number) => void;
  /** At a point given from the frame's corner. */
  readonly tap: (px: number, py: number) => void;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Pixels that a tap may move. */
const STILL = 4;
/** Zoom per pixel of wheel. */
const WHEEL = 0.0015;

/** Listens for gestures on a frame. */
export function followPointers(frame: HTMLElement, gestures: ViewGestures): void {
  const down = new Map<number, Point>();
  let start: Point | undefined;
  const fromMiddle = ({ x, y }: Point): Point => {
    const box = frame.getBoundingClientRect();
    return { x: x - box.left - box.width / 2, y: y - box.top - box.height / 2 };
  };
  const spread = (): { middle: Point; distance: number } => {
    const [a, b] = [...down.values()] as [Point, Point];
    return { middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }, distance: Math.hypot(a.x - b.x, a.y - b.y) };
  };

  frame.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || (event.target as Element).closest("button, [role=slider]")) return;
    frame.setPointerCapture(event.pointerId);
    down.set(event.pointerId, event);
    start = down.size === 1 ? event : undefined;
  });
  frame.addEventListener("pointermove", (event) => {
    const last = down.get(event.pointerId);
    if (!last) return;
    const pinching = down.size === 2, before = pinching ? spread() : undefined;
    down.set(event.pointerId, { x: event.x, y: event.y });
    if (!before) return gestures.pan(event.x - last.x, event.y - last.y);
    const after = spread(), at = fromMiddle(after.middle);
    gestures.pan(after.middle.x - before.middle.x, after.middle.y - before.middle.y);
    gestures.zoom(after.distance / Math.max(1, before.distance), at.x, at.y);
  });
  for (const type of ["pointerup", "pointercancel"] as const) {
    frame.addEventListener(type, (event) => {
      if (!down.delete(event.pointerId) || type === "pointercancel" || !start) return;
      if (Math.hypot(event.x - start.x, event.y - start.y) > STILL) return;
      const box = frame.getBoundingClientRect();
      gestures.tap(event.x - box.left, event.y - box.top);
    });
  }
  frame.addEventListener("wheel", (event) => {
    event.preventDefault();
    const at = fromMiddle(event);
    gestures.zoom(Math.exp(-event.deltaY * WHEEL), at.x, at.y);
  }, { passive: false });
}
