/**
 * `sidewinder info FILE`
 *
 * @module
 */
import { checkModel, describeModel, detectModel, openModelSource } from "../load_model.ts";
import { printable } from "../bytes/errors.ts";
import { type Command, MODEL_HELP, MODEL_OPTIONS, modelOption, parse, UsageError } from "./command.ts";
import { jsonOption } from "./classify.ts";
import { loadingLine } from "./progress.ts";

const HELP = `Usage: sidewinder info FILE|URL|NAME [options]

Tells what a checkpoint is without loading its weights: family, variant, tensors, parameters, number formats, each
option with where it comes from, what would be ignored, and what its authors published.

  --key NAME             part of the checkpoint that holds the weights, such as model_ema
  --options JSON         constructor options that the file cannot say
  --tensors              list the tensors too
  --json                 one JSON object
${MODEL_HELP}`;

/** Most ignored names that are shown, and the most of each. */
const MOST_NAMES = 20;
const MOST_OF_NAME = 80;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).map((name) =>
    printable(name.length > MOST_OF_NAME ? `${name.slice(0, MOST_OF_NAME)}…` : name)
  );
  if (names.length > MOST_NAMES) shown.push(`and ${names.length - MOST_NAMES} more`);
  return shown.join(", ") || "nothing";
}

/** Number formats; weights of 8 bits always have factors. */
const numberFormats = (dtypes: readonly string[]): string =>
  dtypes.map((dtype) => dtype === "I8" ? "I8 with a scale for each output channel" : dtype).join(", ");

/** `info`. */
export const infoCommand: Command = {
  summary: "tell what a checkpoint is",
  help: HELP,
  needs: ["read", "net"],
  async run(args, terminal) {
    const { values, positionals: [file, ...more] } = parse(args, {
      json: { type: "boolean" },
      ...MODEL_OPTIONS,
      options: { type: "string" },
      tensors: { type: "boolean" },
    });
    if (file === undefined || more.length > 0) {
      throw new UsageError(
        `Cannot show a checkpoint as one FILE must be given: there are ${file ? 1 + more.length : 0}`,
      );
    }
    const options = jsonOption("options", values.options);
    const progress = loadingLine(terminal);
    const checkpoint = await openModelSource(file, {
      signal: terminal.signal,
      onProgress: progress.onProgress,
      ...modelOption(values),
    }).finally(progress.done);
    try {
      const { detected, metadata } = await detectModel(checkpoint, options);
      checkModel(checkpoint, detected);
      const info = describeModel(checkpoint, detected);
      const tensors = [...checkpoint.entries.values()].map(({ name, dtype, shape, scale }) => ({
        ...{ name, dtype, shape },
        ...(scale ? { scale: scale.shape } : {}),
      }));
      if (values.json) {
        terminal.print(JSON.stringify({
          file,
          ...info,
          preprocessing: metadata?.preprocessing,
          labels: metadata?.labels?.length,
          ...(values.tensors ? { tensors } : {}),
        }));
        return 0;
      }
      const rows: (readonly [string, string])[] = [
        ["file", `${file} (${info.format}${info.root ? `, part ${info.root}` : ""})`],
        ["model", `${info.variant ?? info.family} (${info.task})`],
        [
          "parameters",
          `${info.parameters.toLocaleString("en")} in ${info.tensors} tensors, ${numberFormats(info.dtypes)}`,
        ],
        ["labels", metadata?.labels ? `${metadata.labels.length} in the file` : "none in the file"],
        ["ignored", listed(info.ignored)],
        ["paper", info.published.paper],
        ["code", `${info.published.repository} (${info.published.licence.code})`],
        ["weights' terms", info.published.licence.weights],
        ...(Object.keys(info.published.figures).length > 0
          ? [
            ["published", Object.entries(info.published.figures).map((figure) => figure.join(" ")).join(", ")] as const,
          ]
          : []),
        ...Object.entries(info.sources).filter(([name]) => name in info.options).map(([name, source]) =>
          [name, `${JSON.stringify(info.options[name])} (${source})`] as const
        ),
        ...(values.tensors
          ? tensors.map(({ name, dtype, shape, scale }) => {
            const text = `${dtype} [${shape.join(", ")}]${scale ? `, scale [${scale.join(", ")}]` : ""}`;
            return [printable(name), text] as const;
          })
          : []),
      ];
      const width = Math.max(...rows.map(([name]) => name.length)) + 2;
      for (const [name, text] of rows) terminal.print(name.padEnd(width) + text);
      return 0;
    } finally {
      await checkpoint.close();
    }
  },
};
