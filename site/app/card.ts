/**
 * The card of a checkpoint: what it is, its parts, and every tensor with its range and histogram. Read, never run.
 *
 * @module
 */
import type { CardReport, TensorRow, TensorStats } from "../protocol.ts";
import { size } from "./amounts.ts";
import { byId, make, setText } from "./dom.ts";
import { call } from "./engine.ts";
import { TEXT } from "./strings.ts";

const dialog = byId<HTMLDialogElement>("card"), body = byId("card-rows");
const search = byId<HTMLInputElement>("card-search"), more = byId<HTMLButtonElement>("card-more");
/** Rows that are added at a time. */
const ROWS = 50;
/** Largest tensor whose numbers are read without being asked for. */
const READ = 16e6;

let card: CardReport | undefined;
let most = ROWS;
const known = new Map<string, TensorStats>();
/** Counts what is shown, so that reading for an earlier list stops. */
let shown = 0;

const sizeOf = ({ shape }: TensorRow): number => shape.reduce((a, b) => a * b, 1);
const number = new Intl.NumberFormat("en");

const short = (value: number): string => Number.isFinite(value) ? String(Number(value.toPrecision(3))) : "—";

/** Bars of a histogram as a picture. */
function histogramOf({ histogram, min, max, mean, broken }: TensorStats): Node {
  const highest = Math.max(...histogram, 1), wide = 96, tall = 24;
  const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  picture.setAttribute("viewBox", `0 0 ${wide} ${tall}`);
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", TEXT.card.histogram(short(min), short(max), short(mean)));
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  const step = wide / histogram.length;
  path.setAttribute(
    "d",
    histogram.map((count, i) => {
      const high = count === 0 ? 0 : Math.max(1, tall * count / highest);
      return `M${i * step} ${tall}v${-high}h${step}v${high}z`;
    }).join(""),
  );
  picture.append(path);
  if (broken === 0) return picture;
  return make("span", {}, TEXT.card.broken(broken));
}

function fill(row: HTMLElement, stats: TensorStats): void {
  const [, , , range, bars] = row.children as unknown as HTMLElement[];
  setText(range!, `${short(stats.min)} … ${short(stats.max)}`);
  bars!.replaceChildren(histogramOf(stats));
}

function rowOf(tensor: TensorRow): HTMLElement {
  return make(
    "tr",
    { "data-tensor": tensor.name },
    make("th", { scope: "row" }, tensor.name),
    make("td", {}, `[${tensor.shape.join(", ")}]`),
    make("td", {}, tensor.dtype),
    make("td", {}),
    make("td", {}),
  );
}

/** Reads the numbers of the rows that are shown, one tensor after the other. */
async function readRows(tensors: readonly TensorRow[], rows: readonly HTMLElement[]): Promise<void> {
  const own = ++shown, { id } = card!;
  for (const [i, tensor] of tensors.entries()) {
    if (own !== shown || !dialog.open) return;
    const range = rows[i]!.children[3] as HTMLElement;
    if (sizeOf(tensor) > READ && !known.has(tensor.name)) {
      const ask = make("button", { type: "button", class: "quiet" }, TEXT.card.measure);
      ask.addEventListener("click", () => readOne(id, tensor, rows[i]!));
      range.replaceChildren(ask);
    } else await readOne(id, tensor, rows[i]!);
  }
}

async function readOne(id: string, { name }: TensorRow, row: HTMLElement): Promise<void> {
  try {
    const stats = known.get(name) ?? await call("tensor", { card: id, tensor: name });
    known.set(name, stats);
    fill(row, stats);
  } catch (error) {
    setText(row.children[3]!, (error as Error).message);
  }
}

function showRows(): void {
  const wanted = search.value.trim().toLowerCase();
  const found = card!.tensors.filter(({ name, dtype, shape }) =>
    `${name} ${dtype} [${shape.join(", ")}]`.toLowerCase().includes(wanted)
  );
  const listed = found.slice(0, most), rows = listed.map(rowOf);
  body.replaceChildren(...rows);
  setText(byId("card-found"), TEXT.card.found(listed.length, found.length, card!.tensors.length));
  more.hidden = found.length <= most;
  readRows(listed, rows);
}

/** Numbers by the first names of their keys, the largest part first. */
function partsOf({ tensors }: CardReport): (readonly [string, number])[] {
  const parts = new Map<string, number>();
  for (const tensor of tensors) {
    const names = tensor.name.split("."), part = names.length > 1 ? names[0]! : tensor.name;
    parts.set(part, (parts.get(part) ?? 0) + sizeOf(tensor));
  }
  return [...parts].sort(([, a], [, b]) => b - a).slice(0, 12);
}

function showParts(report: CardReport): void {
  const total = report.tensors.reduce((sum, tensor) => sum + sizeOf(tensor), 0);
  byId("card-parts").replaceChildren(
    ...partsOf(report).map(([name, count]) => {
      const bar = make("span", { class: "bar", "aria-hidden": "true" });
      bar.style.width = `${100 * count / Math.max(1, total)}%`;
      return make("li", {}, bar, make("span", {}, name), make("span", {}, number.format(count)));
    }),
  );
}

function showFacts(report: CardReport): void {
  const { model, refusal, tensors, format, root, bytes, ignored, warnings, metadata } = report;
  const total = tensors.reduce((sum, tensor) => sum + sizeOf(tensor), 0);
  const rows: (readonly [string, string])[] = [
    [
      TEXT.card.what,
      model ? `${model.variant ?? model.family} (${TEXT.tasks[model.task]})` : TEXT.card.cannot(refusal!),
    ],
    [TEXT.model.file, `${TEXT.model.format(format, root)}, ${size(bytes)}`],
    [
      TEXT.model.parameters,
      TEXT.model.parametersIn(total, tensors.length, [...new Set(tensors.map((t) => t.dtype))].join(", ")),
    ],
    [TEXT.model.ignored, ignored.length > 0 ? ignored.slice(0, 20).join(", ") : TEXT.model.none],
    ...warnings.map((warning) => [TEXT.card.warning, warning] as const),
    ...metadata.map(([key, value]) => [key, value.slice(0, 300)] as const),
  ];
  byId("card-facts").replaceChildren(...rows.flatMap(([name, text]) => [make("dt", {}, name), make("dd", {}, text)]));
}

let started = false;

function start(): void {
  if (started) return;
  started = true;
  search.addEventListener("input", () => {
    most = ROWS;
    showRows();
  });
  more.addEventListener("click", () => {
    most += ROWS;
    showRows();
  });
  byId("card-close").addEventListener("click", () => dialog.close());
}

/** Shows a card. */
export function showCard(report: CardReport): void {
  start();
  if (card !== report) known.clear();
  card = report;
  most = ROWS;
  search.value = "";
  setText(byId("card-title"), report.name);
  showFacts(report);
  showParts(report);
  dialog.showModal();
  showRows();
}
