/**
 * What the model of the tool is: variant, tensors, options and where each comes from, what was ignored.
 *
 * @module
 */
import type { ModelReport } from "../protocol.ts";
import { byId, make } from "./dom.ts";
import { call } from "./engine.ts";
import { sayFailure } from "./messages.ts";
import { modelText, openCard } from "./checkpoints.ts";
import { current, type State, update, watch } from "./store.ts";
import { TEXT } from "./strings.ts";

const box = byId<HTMLDetailsElement>("model-box");
const facts = byId("model-facts");
const select = byId<HTMLSelectElement>("model-choice");
/** Names shown of what was ignored. */
const NAMED = 6;

const row = (name: string, text: string): HTMLElement[] => [make("dt", {}, name), make("dd", {}, text)];

function ignoredText({ ignored }: ModelReport): string {
  if (ignored.length === 0) return TEXT.model.none;
  const rest = ignored.length - NAMED;
  return ignored.slice(0, NAMED).join(", ") + (rest > 0 ? ` ${TEXT.model.ignoredMore(rest)}` : "");
}

function showFacts(report: ModelReport): void {
  const { family, variant, format, root, parameters, tensors, dtypes, options, warnings, published } = report;
  const figures = Object.entries(published.figures).map((figure) => figure.join(" "));
  facts.replaceChildren(
    make(
      "dl",
      { class: "facts" },
      ...row(TEXT.model.family, family),
      ...row(TEXT.model.variant, variant ?? TEXT.model.unnamed),
      ...row(TEXT.model.file, TEXT.model.format(format, root)),
      ...row(TEXT.model.parameters, TEXT.model.parametersIn(parameters, tensors, dtypes.join(", "))),
      ...row(TEXT.model.ignored, ignoredText(report)),
      ...row(TEXT.model.paper, published.paper),
      ...row(TEXT.model.code, published.repository),
      ...row(TEXT.model.licence, published.licence.weights),
      ...(figures.length > 0 ? row(TEXT.model.figures, figures.join(", ")) : []),
    ),
    ...cardButton(report.id),
    ...warnings.map((warning) => make("p", { class: "hint" }, warning)),
    make(
      "details",
      {},
      make("summary", {}, TEXT.model.options(options.length)),
      make(
        "dl",
        { class: "facts" },
        ...options.flatMap(([name, value, source]) => row(name, TEXT.model.optionSource(value, source))),
      ),
    ),
  );
}

/** The way to the card of a dropped checkpoint. */
function cardButton(id: string): HTMLElement[] {
  if (!current().cards.some((card) => card.id === id)) return [];
  const button = make("button", { type: "button" }, TEXT.card.open);
  button.addEventListener("click", () => openCard(id));
  return [button];
}

/** Facts of a model of the page are known once it is loaded, which opening the box does. */
async function want(id: string): Promise<void> {
  const known = current().reports.get(id);
  if (known) return showFacts(known);
  facts.replaceChildren();
  if (!box.open || current().job) return;
  try {
    const report = await call("loadModel", { model: id });
    update({ reports: new Map(current().reports).set(id, report) });
  } catch (error) {
    sayFailure(error);
  }
}

function showChoices({ models, tool }: State): void {
  const fits = models.filter(({ task }) => tool === "inside" || (task === "classify") === (tool === "classify"));
  select.replaceChildren(...fits.map((model) => make("option", { value: model.id }, modelText(model))));
}

/** Starts the box. */
export function startModel(): void {
  box.addEventListener("toggle", () => want(current().chosen[current().tool]));
  select.addEventListener("change", () => {
    const { chosen, tool } = current();
    update({ chosen: { ...chosen, [tool]: select.value } });
  });
  watch((state, before) => {
    const id = state.chosen[state.tool];
    if (state === before || state.models !== before.models || state.tool !== before.tool) showChoices(state);
    select.value = id;
    select.disabled = state.job !== undefined;
    const changed = id !== before.chosen[before.tool] || state.reports !== before.reports || state === before;
    if (changed || (!state.job && before.job)) want(id);
  });
}
