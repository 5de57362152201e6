/**
 * `sidewinder convert IN OUT`
 *
 * @module
 */
import { convertCheckpoint } from "../checkpoint/convert.ts";
import { writeAtomically } from "../bytes/files_node.ts";
import { readTextPath } from "../bytes/read_path.ts";
import { checkModel, detectModel, officialEntries, openModelSource } from "../load_model.ts";
import type { AnyDetected, ModelMetadata } from "../models/family.ts";
import { jsonOption } from "./classify.ts";
import { type Command, MODEL_HELP, MODEL_OPTIONS, modelOption, parse, UsageError } from "./command.ts";
import { loadingLine } from "./progress.ts";
import { checkFree } from "./targets.ts";

const HELP = `Usage: sidewinder convert IN OUT [options]

Writes the weights of a checkpoint as .safetensors, without optimizer state and averages: a quarter of a training
checkpoint, an eighth with --dtype f16, a sixteenth with --dtype int8. What the file says of the model goes along in its
metadata.

  --dtype f16|f32|int8   how numbers are stored (f32); int8: matrices in 8 bits with a factor for each output channel
  --key NAME             part of the checkpoint that holds the weights, such as model_ema
  --options JSON         constructor options that the file cannot say; they are written down
  --labels FILE          JSON list of class names to write down
  --preprocessing JSON   such as '{"resize": 256, "crop": 224, "mean": [...], "std": [...]}'
  --force                overwrite OUT
${MODEL_HELP}`;

/** `convert`. */
export const convertCommand: Command = {
  summary: "write the weights of a checkpoint as .safetensors",
  help: HELP,
  needs: ["read", "write", "net"],
  async run(args, terminal) {
    const { values, positionals: [from, to, ...more] } = parse(args, {
      dtype: { type: "string", default: "f32" },
      ...MODEL_OPTIONS,
      options: { type: "string" },
      labels: { type: "string" },
      preprocessing: { type: "string" },
      force: { type: "boolean" },
    });
    if (from === undefined || to === undefined || more.length > 0) {
      throw new UsageError("Cannot convert as one IN and one OUT must be given: see sidewinder convert --help");
    }
    if (!/\.safetensors$/i.test(to)) {
      throw new UsageError(
        `Cannot convert as OUT must end in .safetensors, the one format that is written: it is ${to}`,
      );
    }
    const { dtype } = values;
    if (dtype !== "f16" && dtype !== "f32" && dtype !== "int8") {
      throw new UsageError(`Cannot use --dtype as it must be f16, f32 or int8: current value is ${dtype}`);
    }
    await checkFree(to, [from], values.force ?? false);
    const options = jsonOption("options", values.options);
    const progress = loadingLine(terminal);
    const step = { signal: terminal.signal, onProgress: progress.onProgress };
    const checkpoint = await openModelSource(from, {
      ...step,
      ...modelOption(values),
    });
    try {
      const { detected, metadata } = await detectModel(checkpoint, options);
      checkModel(checkpoint, detected);
      const facts: ModelMetadata = {
        ...metadata,
        family: detected.family,
        options: detected.options,
        ...(values.labels === undefined ? {} : { labels: await readLabels(values.labels, detected) }),
        ...(values.preprocessing === undefined
          ? {}
          : { preprocessing: jsonOption("preprocessing", values.preprocessing) as never }),
      };
      const chunks = convertCheckpoint({ ...checkpoint, entries: officialEntries(checkpoint, detected) }, {
        ...step,
        dtype,
        metadata: { sidewinder: JSON.stringify(facts) },
      });
      await writeAtomically(to, chunks, { signal: terminal.signal });
    } finally {
      progress.done();
      await checkpoint.close();
    }
    terminal.print(`${to}`);
    return 0;
  },
};

/** A JSON list of as many names as the model has classes. */
async function readLabels(path: string, { gives }: AnyDetected): Promise<string[]> {
  const text = await readTextPath(path);
  const value = await new Response(text).json().catch(() => undefined) as unknown;
  if (!Array.isArray(value) || value.some((label) => typeof label !== "string")) {
    throw new UsageError(`Cannot use --labels as ${path} must hold a JSON list of texts: it does not`);
  }
  const classes = gives.kind === "classes" ? gives.classes : 0;
  if (value.length !== classes) {
    throw new UsageError(`Cannot use --labels as ${path} must name ${classes} classes: it names ${value.length}`);
  }
  return value as string[];
}
