/** `sidewinder forecast`: a table in, a table out. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { forecastCommand, readTable } from "../../src/cli/forecast.ts";
import { forecast } from "../../src/forecast.ts";
import { loadModel } from "../../src/load_model.ts";
import { openWasm } from "../../src/wasm/device.ts";
import { inFolder, runCommand, writeGolden } from "./in_process.ts";

const NAMES = ["load", "wind", "sun"] as const;

/** What a model of `models_tiny/timemachine_chind1` wants to see. */
async function sizesOf(model: string): Promise<{ readonly past: number; readonly columns: number }> {
  await using device = await openWasm();
  await using loaded = await loadModel(device, model);
  const { seq_len, enc_in } = loaded.info.options as { readonly seq_len: number; readonly enc_in: number };
  return { past: seq_len, columns: enc_in };
}

/** A table with a date and named columns. */
function table(rows: number, names: readonly string[]): string {
  const lines = Array.from(
    { length: rows },
    (_, r) => [`2024-01-${r + 1}`, ...names.map((_, c) => (10 * c + Math.sin(r + c)).toFixed(4))].join(","),
  );
  return [["date", ...names].join(","), ...lines].join("\n");
}

Deno.test("sidewinder forecast gives what forecast() gives, columns chosen by name", () =>
  inFolder(async (folder) => {
    const model = await writeGolden(`${folder}/m.safetensors`, "models_tiny/timemachine_chind1");
    const { past, columns } = await sizesOf(model), from = `${folder}/past.csv`, to = `${folder}/future.csv`;
    const names = Array.from({ length: columns }, (_, c) => NAMES[c] ?? `c${c}`),
      text = table(past + 2, [...names, "other"]);
    await Deno.writeTextFile(from, text);
    const args = [from, "-o", to, "--model", model, "--columns", names.join(",")];
    const { code, err } = await runCommand(forecastCommand, ...args);
    assertEquals([code, err], [0, ""]);
    const written = readTable(await Deno.readTextFile(to));
    assertEquals(written.names, names);
    await using device = await openWasm();
    await using loaded = await loadModel(device, model);
    const { values } = await forecast(loaded, { values: readTable(text, names).values, columns });
    assertEquals(Float32Array.from(written.values), values);
    assertStringIncludes((await runCommand(forecastCommand, ...args)).err, "--force overwrites it");
    const onto = await runCommand(forecastCommand, from, "-o", from, "--model", model, "--force");
    assertStringIncludes(onto.err, "must not be the input itself");
    assertEquals(await Deno.readTextFile(from), text);
    const cli = new URL("../../cli.ts", import.meta.url).pathname;
    const { stdout } = await new Deno.Command("sh", {
      args: ["-c", '"$0" run -A "$1" forecast - -o - --model "$2" --columns "$3" < "$4"', ...[
        Deno.execPath(),
        cli,
        model,
        names.join(","),
        from,
      ]],
    }).output();
    assertEquals(new TextDecoder().decode(stdout), await Deno.readTextFile(to));
  }));

Deno.test("sidewinder forecast names the row and the column of what is missing, and writes nothing", () =>
  inFolder(async (folder) => {
    const model = await writeGolden(`${folder}/m.safetensors`, "models_tiny/timemachine_chind1");
    const { past, columns } = await sizesOf(model), names = Array.from({ length: columns }, (_, c) => `c${c}`);
    const from = `${folder}/past.csv`, to = `${folder}/future.csv`, whole = table(past, names);
    const lines = whole.split("\n");
    const without = (row: number, column: number) =>
      lines.map((line, r) => r === row ? line.split(",").map((v, c) => c === column ? "" : v).join(",") : line).join(
        "\n",
      );
    for (
      const [text, more, message] of [
        [without(3, 2), [], "row 3, column c1"],
        [whole, ["--columns", "c0,nothing"], '"nothing"'],
        [whole, ["--columns", "date"], "row 1, column date"],
        [lines.slice(0, 3).join("\n"), [], `at least ${past} rows`],
        [`${whole}\n1,2`, [], `row ${past + 1} has 2`],
        ["", [], "it has none"],
      ] as const
    ) {
      await Deno.writeTextFile(from, text);
      const { code, out, err } = await runCommand(forecastCommand, from, "-o", to, "--model", model, ...more);
      assertEquals([code, out], [1, ""], message);
      assertStringIncludes(err, message);
    }
    assert(![...Deno.readDirSync(folder)].some(({ name }) => name === "future.csv"));
  }));

Deno.test("readTable() takes what pandas, R and spreadsheets write", () => {
  const read = (text: string, wanted?: readonly string[]) => {
    const { names, values } = readTable(text, wanted);
    return [names, [...values]];
  };
  assertEquals(read(",load,wind\n0,1,2\n1,3,4\n"), [["load", "wind"], [1, 2, 3, 4]]);
  assertEquals(read('"a", "b, of c" ,""\r\n1, 2 ,""\r\n'), [["a", "b, of c"], [1, 2]]);
  assertEquals(read("a,b,c\n1,2,3\n", ["c", "a"]), [["c", "a"], [3, 1]]);
});

Deno.test("readTable() leaves out no column that holds numbers, and says where there is none", () => {
  for (
    const [text, message] of [
      ["a,b\n1,\n3,4\n", 'row 1, column b holds ""'],
      ["a,b\n,2\n3,4\n", 'row 1, column a holds ""'],
      ["a,b\n1,NaN\n3,4\n", 'row 1, column b holds "NaN"'],
      ["a;b\n1;2\n3;4\n", 'row 1 is "1;2"'],
      ["a\tb\n1\t2\n", "parted from others by commas"],
      ["a\n1\n\n3\n", 'row 2, column a holds ""'],
    ] as const
  ) assertThrows(() => readTable(text), Error, message);
});
