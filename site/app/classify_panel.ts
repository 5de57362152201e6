/**
 * What is in the photo, how sure that is, and where the answer comes from. An answer belongs to its model and device.
 *
 * @module
 */
import { CATALOGUE } from "../catalogue.ts";
import { announce, byId, make, setText } from "./dom.ts";
import { call } from "./engine.ts";
import { runJob, type WorkOptions } from "./jobs.ts";
import { startJobView } from "./job_view.ts";
import { paint } from "./painter.ts";
import {
  type Answer,
  answerOf,
  current,
  currentPhoto,
  type Photo,
  photoOf,
  type State,
  update,
  updatePhoto,
  watch,
} from "./store.ts";
import { PAGE, TEXT } from "./strings.ts";

const list = byId("labels"), where = byId<HTMLInputElement>("where"), note = byId("where-note");
const search = byId<HTMLInputElement>("class-search");
/** Which of the answers the picture explains. */
let explained = 0;
let shown: Answer | undefined;

const percent = (share: number): string => `${(100 * share).toFixed(share > 0.1 && share < 0.995 ? 0 : 1)} %`;

/** Keeps an answer in the place of an earlier one of the same model and device. */
function keepAnswer(photo: number, answer: Answer): void {
  const others = photoOf(photo)?.answers.filter(({ model, device }) =>
    model !== answer.model || device !== answer.device
  );
  if (others) updatePhoto(photo, { answers: [...others, answer] });
}

function run(): void {
  const photo = currentPhoto(), model = current().chosen.classify;
  if (!photo) return;
  runJob({ tool: "classify", photo: photo.id, what: PAGE.classifyTab }, async (options) => {
    const report = await call("classify", { photo: photo.id, model }, options);
    if (!current().reports.has(model)) {
      const facts = await call("loadModel", { model }, options);
      update({ reports: new Map(current().reports).set(model, facts) });
    }
    const answer: Answer = { model, device: report.device, report, occluded: undefined };
    explained = 0;
    keepAnswer(photo.id, answer);
    update({ timings: report.timings });
    announce(verdictOf(current(), answer));
    if (where.checked) await occlude(photo, answer, options);
  });
}

async function occlude(photo: Photo, answer: Answer, options: WorkOptions): Promise<void> {
  const classes = answer.report.labels.map(({ index }) => index);
  const occluded = await call("occlude", { photo: photo.id, model: answer.model, classes }, options);
  keepAnswer(photo.id, { ...answer, occluded });
  announce(TEXT.occlusionDone);
}

/** Computes the picture when it is wanted and not there. */
function wantWhere(): void {
  const photo = currentPhoto(), answer = answerOf(current(), photo);
  if (where.checked && photo && answer && !answer.occluded) {
    const work = { tool: "classify", photo: photo.id, what: PAGE.where } as const;
    runJob(work, (options) => occlude(photo, answer, options));
  }
  showWhere();
}

/** The answer in a sentence; an honest one where no class stands out. */
function verdictOf({ reports }: State, { model, report }: Answer): string {
  const [best] = report.labels, facts = reports.get(model)?.answers;
  if (facts && best!.probability < facts.unsureBelow) return TEXT.notSure(best!.name, percent(best!.probability));
  return TEXT.bestLabel(best!.name, percent(best!.probability));
}

function showLabels(state: State, answer: Answer | undefined): void {
  setText(
    byId("verdict"),
    answer ? [verdictOf(state, answer), ...answer.report.warnings.map(TEXT.note)].join(" ") : "",
  );
  list.replaceChildren(...(answer?.report.labels ?? []).map(({ name, probability }, i) => {
    const bar = make("span", { class: "bar", "aria-hidden": "true" });
    bar.style.width = `${100 * probability}%`;
    const button = make(
      "button",
      { type: "button", class: "label", title: TEXT.whereOf(name) },
      bar,
      make("span", { class: "name" }, name),
      make("span", { class: "share" }, percent(probability)),
    );
    button.addEventListener("click", () => {
      explained = i;
      if (!where.checked) where.checked = true;
      wantWhere();
    });
    return make("li", {}, button);
  }));
}

/**
 * Evidence for a class: the logarithm of its odds. How far that falls when a place is covered can be compared between answers
 * and between photos, so that the spotlight has one scale: dark where covering changes nothing, clear from {@linkcode CLEAR}.
 */
const evidence = (share: number): number => Math.log(Math.max(share, 1e-9) / Math.max(1 - share, 1e-9));
/** Evidence below which a place is dark, and from which it is clear: odds e² times as high. */
const DIM = 0.1, CLEAR = 2;
/** Evidence that the strongest place must carry, so that a bright spot can be seen and spoken of. */
const LIT = 0.5;

function showWhere(): void {
  const photo = currentPhoto(), answer = answerOf(current(), photo), falls = answer?.occluded?.falls[explained];
  const showing = where.checked && current().tool === "classify" && falls !== undefined;
  [...list.querySelectorAll(".label")].forEach((button, i) => {
    button.setAttribute("aria-pressed", String(showing && i === explained));
  });
  setText(note, "");
  if (current().tool !== "classify") return;
  if (!showing) return paint({ type: "light", light: undefined });
  const { rows, columns, region } = answer!.occluded!, { name, probability } = answer!.report.labels[explained]!;
  const values = falls.map((fall) => evidence(probability) - evidence(probability - fall));
  const largest = Math.max(...falls), lit = Math.max(...values) > LIT;
  const words = lit ? TEXT.covering : TEXT.noPlace;
  setText(note, words(name, percent(probability), percent(probability - Math.max(0, largest))));
  paint({
    type: "light",
    light: lit ? { values, rows, columns, region, low: DIM, high: CLEAR, grid: undefined } : undefined,
  });
}

/** What the model can name at all. */
function showAbilities({ reports, chosen }: State): void {
  const report = reports.get(chosen.classify), names = report?.labels ?? [];
  const facts = report?.answers;
  setText(byId("class-names"), !report ? "" : TEXT.canName(report.classes, facts?.kind, names.length > 0));
  setText(byId("class-unsure"), facts ? TEXT.unsureBelow(percent(facts.unsureBelow), facts.chosen) : "");
  byId("class-list-box").hidden = names.length === 0;
  const wanted = search.value.trim().toLowerCase();
  const found = names.filter((name) => name.toLowerCase().includes(wanted));
  byId("class-list").replaceChildren(...found.slice(0, MOST_NAMES).map((name) => make("li", {}, name)));
  setText(byId("class-found"), TEXT.namesFound(found.length, names.length));
}

/** Names that are listed at once. */
const MOST_NAMES = 200;

/** Better models, where their authors keep them: the person fetches the file and drops it. */
function showOffers(): void {
  byId("offers").replaceChildren(...CATALOGUE.offers.map(({ name, url, megabytes, halved, top1 }) =>
    make(
      "li",
      {},
      make("b", {}, name),
      ` ${TEXT.offer(top1, megabytes, halved)} `,
      make("a", { href: url, target: "_blank", rel: "noreferrer" }, url),
    )
  ));
}

/** Starts the tool. */
export function startClassify(): void {
  startJobView("classify", run);
  where.addEventListener("change", wantWhere);
  search.addEventListener("input", () => showAbilities(current()));
  byId("offer-open").addEventListener("click", () => byId("checkpoint").click());
  showOffers();
  watch((state, before) => {
    const answer = answerOf(state, currentPhoto());
    const known = state.reports !== before.reports || state === before;
    if (answer?.report !== shown?.report || known) {
      explained = answer?.report === shown?.report ? explained : 0;
      showLabels(state, answer);
    }
    const changed = answer !== shown || known;
    shown = answer;
    if (changed || state.tool !== before.tool || state.current !== before.current) showWhere();
    if (known || state.chosen.classify !== before.chosen.classify) showAbilities(state);
  });
}
