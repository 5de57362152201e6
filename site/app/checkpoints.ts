/**
 * Checkpoints that people drop: looked into, added to the models, chosen for the tool they fit.
 *
 * @module
 */
import type { ModelReport } from "../protocol.ts";
import { announce } from "./dom.ts";
import { call } from "./engine.ts";
import { sayFailure } from "./messages.ts";
import { type Choice, current, type Tool, update } from "./store.ts";
import { TEXT } from "./strings.ts";

/** What a model does, in words. */
export function taskText({ task, scale, file }: Choice): string {
  const what = task === "upscale" ? TEXT.upscaleBy(scale) : TEXT.tasks[task];
  return file === undefined ? what : TEXT.ofFile(what, file);
}

/** What a model does and which one it is, for lists of models. */
export const modelText = (choice: Choice): string => taskText({ ...choice, file: choice.file ?? choice.id });

/** The tool that a model is for. */
export const toolOf = ({ task }: Pick<ModelReport, "task">): Tool => task === "classify" ? "classify" : "restore";

/** Takes a checkpoint in. */
export async function addCheckpoint(file: File): Promise<void> {
  announce(TEXT.opening(file.name));
  try {
    const report = await call("addModel", { blob: file, name: file.name });
    const choice: Choice = { id: report.id, task: report.task, scale: report.scale, file: file.name };
    const { models, chosen, reports, photos } = current(), tool = toolOf(report);
    update({
      models: [...models, choice],
      chosen: { ...chosen, [tool]: report.id, inside: report.id },
      reports: new Map(reports).set(report.id, report),
      tool,
    });
    announce(TEXT.model.added(taskText(choice)));
    if (photos.length === 0) document.getElementById("drop-title")?.focus();
  } catch (error) {
    sayFailure(error, [], file.name);
  }
}
