/**
 * The scan drawn: each order walks over the tokens of the photo, in steps that can be played or taken by hand.
 *
 * @module
 */
import type { InsideReport, ScanPath } from "../protocol.ts";
import { byId, calmMotion, make, oncePerFrame } from "./dom.ts";
import { drawScan, SCAN_SIDE } from "./scan_picture.ts";
import { TEXT } from "./strings.ts";

const canvas = byId<HTMLCanvasElement>("scan");
const orders = byId("scan-orders");
const slider = byId<HTMLInputElement>("scan-step");
const play = byId<HTMLButtonElement>("scan-play");
const context = canvas.getContext("2d")!;

/** Milliseconds that a whole walk takes. */
const WALK = 6000;

let report: InsideReport | undefined;
let path: ScanPath | undefined;
let light: HTMLCanvasElement | undefined;
let walking = false;
let last = 0, exact = 0;

const redraw = oncePerFrame(draw);

/** Lays the norms of a block over the picture. */
export function setScanLight(pixels: ImageData | undefined): void {
  light = undefined;
  if (pixels) {
    light = make("canvas", { width: pixels.width, height: pixels.height });
    light.getContext("2d")!.putImageData(pixels, 0, 0);
  }
  redraw();
}

function draw(): void {
  if (!report || !path) return;
  const step = Number(slider.value), { steps, order } = path;
  drawScan(context, report, path, step, light);
  const token = steps[step - 1]! < 0 ? ` (${TEXT.classToken})` : "";
  byId("scan-at").textContent = TEXT.stepOf(step, steps.length) + token;
  slider.setAttribute("aria-valuetext", TEXT.stepOf(step, steps.length) + token);
  canvas.setAttribute("aria-label", TEXT.scanPicture(TEXT.orders[order], step, steps.length));
}

function walk(now: number): void {
  if (!walking || !path || !canvas.isConnected) return;
  const total = path.steps.length;
  exact += (now - last) / WALK * total;
  last = now;
  if (exact > total + total / 8) nextOrder();
  slider.value = String(Math.min(path.steps.length, Math.max(1, Math.floor(exact))));
  draw();
  requestAnimationFrame(walk);
}

/** After a walk comes the next order, so that all are seen. */
function nextOrder(): void {
  const all = report!.paths;
  choose(all[(all.indexOf(path!) + 1) % all.length]!);
  exact = 1;
}

function setWalking(next: boolean): void {
  walking = next;
  play.textContent = next ? TEXT.playing : TEXT.resting;
  play.setAttribute("aria-pressed", String(next));
  if (!next) return;
  exact = Number(slider.value) >= Number(slider.max) ? 1 : Number(slider.value);
  last = performance.now();
  requestAnimationFrame(walk);
}

function choose(next: ScanPath): void {
  path = next;
  slider.max = String(next.steps.length);
  for (const radio of orders.querySelectorAll("input")) radio.checked = radio.value === next.order;
  redraw();
}

/** Shows the scan of a run, walking unless the person wants little motion. */
export function showScan(next: InsideReport | undefined): void {
  report = next;
  light = undefined;
  setWalking(false);
  if (!next) return;
  const { rows, columns, classTokens, picture } = next;
  const longer = Math.max(picture.width, picture.height);
  canvas.width = Math.round(SCAN_SIDE * picture.width / longer);
  canvas.height = Math.round(SCAN_SIDE * picture.height / longer);
  byId("scan-what").textContent = rows === picture.height && columns === picture.width
    ? TEXT.scanPixels(rows, columns)
    : TEXT.scanVim(rows, columns, classTokens);
  orders.replaceChildren(...next.paths.map((path) => {
    const radio = make("input", { type: "radio", name: "scan-order", value: path.order });
    radio.addEventListener("change", () => choose(path));
    return make("label", { class: "chip" }, radio, make("span", {}, TEXT.orders[path.order]));
  }));
  slider.value = "1";
  choose(next.paths[0]!);
  slider.value = calmMotion() ? slider.max : "1";
  draw();
  if (!calmMotion()) setWalking(true);
}

/** Starts the controls. */
export function startScan(): void {
  play.addEventListener("click", () => setWalking(!walking));
  slider.addEventListener("input", () => {
    setWalking(false);
    redraw();
  });
}
