/**
 * `sidewinder forecast FILE.csv -o OUT.csv`
 *
 * @module
 */
import { writeAtomically } from "../bytes/files_node.ts";
import { readTextPath } from "../bytes/read_path.ts";
import { forecast } from "../forecast.ts";
import { loadModel } from "../load_model.ts";
import { openDevice } from "../open_device.ts";
import { jsonOption } from "./classify.ts";
import {
  type Command,
  DEVICE_OPTIONS,
  deviceOption,
  MODEL_HELP,
  MODEL_OPTIONS,
  modelOption,
  parse,
  UsageError,
} from "./command.ts";
import { STANDARD } from "./image_paths.ts";
import { allOfStandardInput, writeStandard } from "./standard_streams.ts";
import { checkFree } from "./targets.ts";

const HELP = `Usage: sidewinder forecast FILE.csv -o OUT.csv --model FILE [options]

Forecasts the columns of a table with a TimeMachine. The first line names the columns; those that hold no numbers, such as
a date, are left out unless they are asked for, which is an error, and so are those without a name, such as pandas' index.
FILE.csv and OUT.csv may be -, standard input and output.

  -o, --output FILE      where the future goes, with the same names
  --model FILE|URL|NAME  the checkpoint; its authors publish none
  --columns A,B          columns to forecast, by name and in this order; all that hold numbers unless given
  --key NAME             part of the checkpoint that holds the weights
  --options JSON         constructor options that the file cannot say
  --force                overwrite OUT
  --device KIND          webgpu, wasm, wasm-simd128 or reference; the best one present unless given
  --threads N            threads of the WASM device; as many as there are usable cores unless given
  --json                 one JSON object
${MODEL_HELP}`;

/** A table of numbers. */
export interface Table {
  readonly names: readonly string[];
  /** Row after row. */
  readonly values: Float64Array;
}

/** Fields of a line; a field in quotes may hold commas. */
const fieldsOf = (line: string): string[] =>
  [...`${line},`.matchAll(/(?:\s*"((?:[^"]|"")*)"\s*|([^,]*)),/g)].map(([, quoted, plain]) =>
    (quoted?.replaceAll('""', '"') ?? plain ?? "").trim()
  );

const isNumber = (field: string): boolean => field !== "" && Number.isFinite(Number(field));

/**
 * Reads the columns of a table, in the order in which they are wanted.
 *
 * @throws {SyntaxError} When a line has another number of fields, or a value is missing or no number: by row and column.
 * @throws {RangeError} When there is no column of a name, or none that holds numbers.
 */
export function readTable(text: string, wanted?: readonly string[]): Table {
  const [head, ...others] = text.trim().split(/\r?\n/), names = fieldsOf(head!);
  const lines = others.filter((line) => names.length === 1 || line.trim() !== "");
  if (lines.length === 0) {
    throw new SyntaxError("Cannot read the table as it must have a line of names and lines of numbers: it has none");
  }
  const rows = lines.map(fieldsOf);
  rows.forEach((row, i) => {
    if (row.length !== names.length) {
      throw new SyntaxError(
        `Cannot read the table as every line must have ${names.length} fields: row ${i + 1} has ${row.length}`,
      );
    }
  });
  const missing = (wanted ?? []).find((name) => !names.includes(name));
  if (missing !== undefined) {
    throw new RangeError(
      `Cannot read the table as its columns must hold ${JSON.stringify(missing)}: current ones are ${names.join(", ")}`,
    );
  }
  const taken = wanted?.map((name) => names.indexOf(name)) ??
    names.map((_, i) => i).filter((i) => names[i] !== "" && rows.some((row) => isNumber(row[i]!)));
  if (taken.length === 0) {
    throw new RangeError(
      `Cannot read the table as a column with a name must hold numbers, parted from others by commas: row 1 is ${
        JSON.stringify(lines[0])
      }`,
    );
  }
  const values = new Float64Array(rows.length * taken.length);
  rows.forEach((row, r) =>
    taken.forEach((column, c) => {
      if (!isNumber(row[column]!)) {
        throw new SyntaxError(
          `Cannot read the table as every value must be a number: row ${r + 1}, column ${names[column]} holds ${
            JSON.stringify(row[column])
          }`,
        );
      }
      values[r * taken.length + c] = Number(row[column]);
    })
  );
  return { names: taken.map((i) => names[i]!), values };
}

const quoted = (name: string): string => /[",\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;

/** Writes a table. */
export function writeTable(names: readonly string[], values: ArrayLike<number>): string {
  const lines = [names.map(quoted).join(",")], width = names.length;
  for (let i = 0; i < values.length; i += width) {
    lines.push(Array.from({ length: width }, (_, c) => String(values[i + c])).join(","));
  }
  return `${lines.join("\n")}\n`;
}

/** `forecast`. */
export const forecastCommand: Command = {
  summary: "say how the columns of a table go on",
  help: HELP,
  needs: ["read", "write", "env", "net"],
  async run(args, terminal) {
    const { values, positionals: [from, ...more] } = parse(args, {
      ...DEVICE_OPTIONS,
      output: { type: "string", short: "o" },
      ...MODEL_OPTIONS,
      model: { type: "string" },
      columns: { type: "string" },
      options: { type: "string" },
      force: { type: "boolean" },
    });
    const { output, model: path, columns } = values;
    if (from === undefined || more.length > 0 || output === undefined || path === undefined) {
      throw new UsageError(
        "Cannot forecast as one FILE.csv, -o OUT.csv and --model FILE must be given: see sidewinder forecast --help",
      );
    }
    const piped = output === STANDARD;
    if (!piped) await checkFree(output, [from], values.force ?? false);
    const text = from === STANDARD
      ? new TextDecoder().decode(await allOfStandardInput(terminal.signal))
      : await readTextPath(from);
    const table = readTable(text, columns === undefined ? undefined : fieldsOf(columns));
    await using device = await openDevice(deviceOption(values));
    const options = jsonOption("options", values.options);
    await using model = await loadModel(device, path, {
      signal: terminal.signal,
      options,
      ...modelOption(values),
    });
    const { values: future, rows } = await forecast(model, { values: table.values, columns: table.names.length }, {
      signal: terminal.signal,
    });
    const written = new TextEncoder().encode(writeTable(table.names, future));
    if (piped) {
      await writeStandard(written);
      return 0;
    }
    await writeAtomically(output, [written], { signal: terminal.signal });
    terminal.print(values.json ? JSON.stringify({ output, rows, columns: table.names, device: device.name }) : output);
    return 0;
  },
};
