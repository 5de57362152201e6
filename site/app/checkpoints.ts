/**
 * Checkpoints that people drop: looked into, shown on a card, added to the models where they can run.
 *
 * @module
 */
import type { CardReport, ModelReport } from "../protocol.ts";
import { announce } from "./dom.ts";
import { call } from "./engine.ts";
import { say } from "./messages.ts";
import { type Choice, current, newNumber, type Tool, update } from "./store.ts";
import { TEXT } from "./strings.ts";

/** What a model does, in words; which one where several do the same. */
export function taskText({ task, scale, file }: Choice): string {
  const what = task === "upscale" ? TEXT.upscaleBy(scale) : TEXT.tasks[task];
  return file === undefined ? what : TEXT.ofFile(what, file);
}

/** Name of a model. */
export const modelName = ({ file, id }: Choice): string => file ?? id;

/** What a model does and which one it is, for lists of models. */
export const modelText = (choice: Choice): string => taskText({ ...choice, file: modelName(choice) });

/** The tool that a model is for. */
export const toolOf = ({ task }: Pick<ModelReport, "task">): Tool => task === "classify" ? "classify" : "restore";

/** Adds a model to those that can be chosen, and chooses it. */
export function takeModel(model: ModelReport, file: string): Choice {
  const { id, task, scale, parameters } = model;
  const choice: Choice = { id, task, scale, parameters, file };
  const { models, chosen, reports } = current(), tool = toolOf(model);
  update({
    models: [...models.filter((other) => other.id !== id), choice],
    chosen: { ...chosen, [tool]: id, inside: id },
    reports: new Map(reports).set(id, model),
    tool,
  });
  return choice;
}

function addCard(card: CardReport): void {
  update({ cards: [...current().cards.filter(({ id }) => id !== card.id), card] });
}

/** Shows the card of a checkpoint. */
export async function openCard(id: string): Promise<void> {
  const { showCard } = await import("./card.ts");
  const card = current().cards.find((card) => card.id === id);
  if (card) showCard(card);
}

/**
 * Takes a checkpoint in: one file, or an index with its parts.
 *
 * @throws {EngineFailure} When it cannot be read at all.
 */
export async function addCheckpoint(files: readonly File[]): Promise<void> {
  const { name } = files.find(({ name }) => name.endsWith(".json")) ?? files[0]!;
  announce(TEXT.opening(name));
  const id = `file:${newNumber()}:${name}`;
  const card = await call("inspect", { blobs: files, name, id });
  addCard(card);
  const look = { text: TEXT.card.open, go: () => void openCard(id) };
  if (!card.model) {
    say("notice", TEXT.card.foreign(name, card.tensors.length, card.refusal!), [look]);
    return;
  }
  const choice = takeModel(card.model, name), { variant, parameters } = card.model;
  const what = taskText(choice), words = TEXT.model.added(variant ? `${what}: ${variant}` : what, parameters);
  say("notice", current().photos.length === 0 ? `${words} ${TEXT.model.nowAPhoto}` : words, [look]);
  announce(words);
  if (current().photos.length === 0) document.getElementById("drop-title")?.focus();
}
