/**
 * The models of the page: those of its catalogue and those that were dropped. A few stay on the device.
 *
 * @module
 */
import type { Checkpoint } from "../../src/checkpoint/checkpoint.ts";
import { openCheckpoint } from "../../src/checkpoint/open.ts";
import { describeModel, detectModel, loadModel, type Model, type ModelInfo } from "../../src/load_model.ts";
import { CATALOGUE } from "../catalogue.ts";
import type { ModelReport, Task } from "../protocol.ts";
import { currentDevice, onLeave } from "./workbench.ts";
import { checkpointFailure, Failure, kindOf } from "./failures.ts";
import { modelFile, type Watch } from "./model_files.ts";

/** Files that were dropped, by id. */
const dropped = new Map<string, Blob>();
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
      `Cannot run ${name} on the page as it must classify or restore pictures: it is ${info.family}, which is for ${info.task}`,
    );
  }
  if (scale > 1) return "upscale";
  return info.variant?.includes("car") || /car|jpeg/i.test(name) ? "dejpeg" : "denoise";
}

async function reportOf(id: string, name: string, checkpoint: Checkpoint): Promise<ModelReport> {
  const { detected, metadata } = await detectModel(checkpoint);
  const info = describeModel(checkpoint, detected);
  const { gives } = detected, scale = gives.kind === "image" ? gives.scale : 1;
  const classes = gives.kind === "classes" ? gives.classes : 0;
  const { family, variant, format, root, tensors, parameters, dtypes, ignored } = info;
  return {
    id,
    task: taskOf(info, scale, name),
    ...{ family, variant, format, root, tensors, parameters, dtypes, ignored, scale },
    options: Object.entries(info.options).filter(([, value]) => value !== undefined).map(([option, value]) => {
      return [option, JSON.stringify(value), info.sources[option] ?? "released defaults"] as const;
    }),
    warnings: checkpoint.warnings,
    classes,
    labels: metadata?.labels?.length ?? (classes === 1000 ? 1000 : 0),
  };
}

/** Looks into a dropped checkpoint and keeps it if it can run. */
export async function addModel(blob: Blob, name: string): Promise<ModelReport> {
  try {
    const checkpoint = await openCheckpoint(new File([blob], name));
    try {
      const report = await reportOf(`file:${dropped.size}:${name}`, name, checkpoint);
      dropped.set(report.id, new File([blob], name));
      return report;
    } finally {
      await checkpoint.close();
    }
  } catch (error) {
    throw checkpointFailure(error);
  }
}

async function load(id: string, watch: Watch) {
  const entry = CATALOGUE.models.find((model) => model.id === id);
  const blob = entry ? await modelFile(entry, watch) : dropped.get(id);
  if (!blob) throw new Failure("other", `Cannot load model ${id} as it must be one of the page: it is not`);
  const device = await currentDevice();
  watch.emit({ type: "progress", phase: "load", fraction: undefined });
  try {
    const checkpoint = await openCheckpoint(new File([blob], id));
    try {
      const report = await reportOf(id, id, checkpoint);
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
