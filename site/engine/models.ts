/**
 * The models of the page: those of its catalogue and those that were dropped. A few stay on the device.
 *
 * @module
 */
import type { Checkpoint } from "../../src/checkpoint/checkpoint.ts";
import { describeModel, detectModel, loadModel, type Model, type ModelInfo } from "../../src/load_model.ts";
import { IMAGENET_ANSWERS, loadImagenetLabels } from "../../src/models/imagenet_labels.ts";
import { CATALOGUE } from "../catalogue.ts";
import type { ModelReport, Task } from "../protocol.ts";
import { currentDevice, onLeave } from "./workbench.ts";
import { checkpointFailure, Failure, kindOf } from "./failures.ts";
import { openParts } from "./cards.ts";
import { modelFile, type Watch } from "./model_files.ts";

/** Files that were dropped, by id. */
const dropped = new Map<string, { readonly blobs: readonly Blob[]; readonly name: string }>();
/** Models on the device, the one used last at the end. */
const loaded = new Map<string, { readonly model: Model; readonly report: ModelReport }>();
const KEPT = 2;

onLeave(() => {
  for (const { model } of loaded.values()) model.close();
  loaded.clear();
});

/** What a model is for; a one-channel residual network of the published names removes JPEG artefacts. */
function taskOf(info: ModelInfo, scale: number, name: string): Task {
  if (info.task === "classify") return "classify";
  if (info.task !== "restore") {
    throw new TypeError(
      `This page restores and classifies single photos; ${name} is ${info.family}, which is there to ${info.task}. ` +
        `The library runs it: see ${info.task}() in the documentation.`,
    );
  }
  if (scale > 1) return "upscale";
  return info.variant?.includes("car") || /car|jpeg/i.test(name) ? "dejpeg" : "denoise";
}

/** What a checkpoint is, if it can run on the page. */
export async function reportOf(id: string, name: string, checkpoint: Checkpoint): Promise<ModelReport> {
  const { detected, metadata } = await detectModel(checkpoint);
  const info = describeModel(checkpoint, detected);
  const { gives } = detected, scale = gives.kind === "image" ? gives.scale : 1;
  const classes = gives.kind === "classes" ? gives.classes : 0;
  const { title: family, variant, format, root, tensors, parameters, dtypes, ignored, published } = info;
  return {
    id,
    task: taskOf(info, scale, name),
    ...{ family, variant, format, root, tensors, parameters, dtypes, ignored, published, scale },
    options: Object.entries(info.options).filter(([, value]) => value !== undefined).map(([option, value]) => {
      return [option, JSON.stringify(value), info.sources[option] ?? "released defaults"] as const;
    }),
    warnings: checkpoint.warnings,
    classes,
    labels: metadata?.labels ?? (classes === 1000 ? await loadImagenetLabels() : []),
    answers: metadata?.answers ?? (classes === 1000 ? IMAGENET_ANSWERS : undefined),
  };
}

/** Adds a dropped checkpoint to the models that can be loaded. */
export function dropModel(id: string, blobs: readonly Blob[], name: string): void {
  dropped.set(id, { blobs, name });
}

async function load(id: string, watch: Watch) {
  const entry = CATALOGUE.models.find((model) => model.id === id);
  const file = entry ? { blobs: [await modelFile(entry, watch)], name: id } : dropped.get(id);
  if (!file) throw new Failure("other", `Cannot load model ${id} as it must be one of the page: it is not`);
  const device = await currentDevice();
  watch.emit({ type: "progress", phase: "load", fraction: undefined });
  try {
    const checkpoint = await openParts(file.blobs, file.name);
    try {
      const report = await reportOf(id, file.name, checkpoint);
      const model = await loadModel(device, checkpoint, { signal: watch.signal });
      return { model, report };
    } finally {
      await checkpoint.close();
    }
  } catch (error) {
    watch.signal.throwIfAborted();
    throw kindOf(error) === "device-lost" ? error : checkpointFailure(error);
  }
}

/** A model on the device, and how long it took to get there. */
export async function modelOf(
  id: string,
  watch: Watch,
): Promise<{ readonly model: Model; readonly report: ModelReport; readonly milliseconds: number }> {
  const started = performance.now();
  const found = loaded.get(id) ?? await load(id, watch);
  loaded.delete(id);
  loaded.set(id, found);
  for (const [old, { model }] of loaded) {
    if (loaded.size <= KEPT) break;
    loaded.delete(old);
    model.close();
  }
  return { ...found, milliseconds: performance.now() - started };
}
