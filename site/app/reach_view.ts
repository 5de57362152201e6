/**
 * What reaches a place of the photo, scan by scan and direction by direction: on the large photo, as small maps, and as the
 * decay of the state along the walk.
 *
 * @module
 */
import { spotlight } from "../spotlight.ts";
import type { InsideReport, ReachReport } from "../protocol.ts";
import { byId, colour, make, setText } from "./dom.ts";
import { call } from "./engine.ts";
import { sayFailure } from "./messages.ts";
import { paint } from "./painter.ts";
import { current, currentPhoto } from "./store.ts";
import { TEXT } from "./strings.ts";
import { onTap } from "./viewer.ts";

const layer = byId<HTMLInputElement>("reach-layer"), ways = byId("reach-ways"), maps = byId("reach-maps");
const row = byId<HTMLInputElement>("reach-row"), column = byId<HTMLInputElement>("reach-column");
const curve = byId<HTMLCanvasElement>("reach-decay");

let inside: InsideReport | undefined;
let place = 0;
let way = 0;
let reach: ReachReport | undefined;
/** Counts questions, so that an answer that comes late is left. */
let asked = 0;

/** Shares of even light: a place that gives this many times its fair share is clear, a fair share or less is dim. */
const CLEAR = 20;

const scan = () => inside!.scans[Number(layer.value) - 1]!;

/** Asks for what reaches the place. */
async function ask(): Promise<void> {
  const photo = currentPhoto();
  if (!inside || !photo) return;
  const question = ++asked, { rows, columns, paths } = scan();
  place = Math.min(place, rows * columns - 1);
  row.max = String(rows);
  column.max = String(columns);
  row.value = String(Math.floor(place / columns) + 1);
  column.value = String(place % columns + 1);
  way = Math.min(way, paths.length > 1 ? paths.length : 0);
  setText(byId("reach-layer-text"), TEXT.reach.layer(Number(layer.value), inside.scans.length));
  try {
    const args = { photo: photo.id, model: current().chosen.inside, scan: Number(layer.value) - 1, place };
    const answer = await call("reach", args);
    if (question !== asked || !inside) return;
    reach = answer;
    show();
  } catch (error) {
    if (question === asked) sayFailure(error);
  }
}

const wayNames = (): string[] => {
  const { paths } = scan();
  const names = paths.map(({ order }) => TEXT.orders[order]);
  return paths.length > 1 ? [TEXT.reach.all, ...names] : names;
};

/** Places that together give half of all, the strongest first. */
function halfOf(shares: Float32Array): number {
  let sum = 0, count = 0;
  const total = shares.reduce((a, b) => a + b, 0);
  for (const share of shares.toSorted().reverse()) {
    if (sum >= total / 2) break;
    sum += share;
    count++;
  }
  return count;
}

/** The ways to choose from. They stay where they are the same, as a key may have brought the focus to one meanwhile. */
function offerWays(names: readonly string[]): void {
  if (names.join() !== Array.from(ways.children, ({ textContent }) => textContent).join()) {
    ways.replaceChildren(...names.map((name, i) => {
      const radio = make("input", { type: "radio", name: "reach-way", value: i });
      radio.addEventListener("change", () => {
        way = i;
        show();
      });
      return make("label", { class: "chip" }, radio, make("span", {}, name));
    }));
  }
  ways.querySelectorAll("input").forEach((radio, i) => radio.checked = i === way);
}

function show(): void {
  if (!reach || !inside) return;
  const { rows, columns, shares, elsewhere } = reach, own = shares[way]!, fair = 1 / (rows * columns);
  const light = { rows, columns, region: inside.region, low: 0, high: CLEAR * fair };
  paint({ type: "light", light: { ...light, values: own, grid: { place } } });
  const names = wayNames();
  setText(
    byId("reach-text"),
    TEXT.reach.words(own[place]!, halfOf(own), rows * columns, elsewhere[way]!, names[way]!.toLowerCase()),
  );
  offerWays(names);
  maps.replaceChildren(
    ...shares.slice(shares.length > 1 ? 1 : 0).map((shares, k) => {
      const name = TEXT.orders[scan().paths[k]!.order];
      return make("figure", {}, mapOf(shares, name), make("figcaption", {}, name));
    }),
  );
  showDecay(reach.decays[Math.max(0, way - 1)]!);
}

/** One direction as a small picture. */
function mapOf(shares: Float32Array, name: string): HTMLCanvasElement {
  const { rows, columns } = reach!, zoom = Math.max(1, Math.floor(96 / Math.max(rows, columns)));
  const canvas = make("canvas", {
    ...{ width: columns * zoom, height: rows * zoom, role: "img" },
    "aria-label": TEXT.reach.map(name, halfOf(shares)),
  });
  const small = new OffscreenCanvas(columns, rows), context = canvas.getContext("2d")!;
  small.getContext("2d")!.putImageData(spotlight(shares, columns, 0, CLEAR / (rows * columns)), 0, 0);
  context.imageSmoothingEnabled = false;
  context.fillStyle = "#ffe9d2";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(small, 0, 0, canvas.width, canvas.height);
  context.strokeStyle = "#b3490f";
  context.lineWidth = 2;
  context.strokeRect(place % columns * zoom, Math.floor(place / columns) * zoom, zoom, zoom);
  return canvas;
}

/** Steps of the walk that the curve shows. */
const STEPS = 64;

function showDecay(decay: Float32Array): void {
  const context = curve.getContext("2d")!, { width, height } = curve, shown = decay.slice(0, STEPS);
  const half = decay.findIndex((left) => left < 0.5);
  const text = TEXT.reach.decay(half, decay[Math.min(16, decay.length - 1)]!, Math.min(16, decay.length - 1));
  setText(byId("reach-decay-text"), text);
  curve.setAttribute("aria-label", text);
  context.clearRect(0, 0, width, height);
  context.strokeStyle = colour("line");
  context.lineWidth = 1;
  context.beginPath();
  for (const level of [0, 0.5, 1]) {
    context.moveTo(0, y(level));
    context.lineTo(width, y(level));
  }
  context.stroke();
  context.strokeStyle = colour("accent");
  context.lineWidth = 3;
  context.beginPath();
  shown.forEach((left, i) => {
    const x = i * width / Math.max(1, shown.length - 1);
    if (i === 0) context.moveTo(x, y(left));
    else context.lineTo(x, y(left));
  });
  context.stroke();

  function y(level: number): number {
    return 6 + (1 - level) * (height - 12);
  }
}

/** Shows a run, or nothing. */
export function showReach(report: InsideReport | undefined): void {
  const again = report !== inside;
  inside = report;
  reach = again ? undefined : reach;
  if (!report) {
    if (current().tool === "inside") paint({ type: "light", light: undefined });
    return;
  }
  if (again) {
    layer.max = String(report.scans.length);
    layer.value = String(Math.ceil(report.scans.length / 2));
    way = 0;
    place = Math.floor(report.rows / 2) * report.columns + Math.floor(report.columns / 2);
  }
  ask();
}

/** Starts the controls. */
export function startReach(): void {
  layer.addEventListener("input", ask);
  for (const input of [row, column]) {
    input.addEventListener("change", () => {
      if (!inside) return;
      const { rows, columns } = scan();
      const within = (value: number, most: number) => Math.min(most, Math.max(1, Math.round(value) || 1)) - 1;
      place = within(Number(row.value), rows) * columns + within(Number(column.value), columns);
      ask();
    });
  }
  onTap((x, y) => {
    if (!inside || current().tool !== "inside") return;
    const { region } = inside, { rows, columns } = scan();
    const across = Math.floor((x - region.x) / region.width * columns);
    const down = Math.floor((y - region.y) / region.height * rows);
    if (across < 0 || down < 0 || across >= columns || down >= rows) return;
    place = down * columns + across;
    ask();
  });
}
