/**
 * The tables of `docs/laws.md`: the laws, and which law catches which wrong scan. `law_table [--check]`; with `--check`
 * nothing is written and a difference is an error.
 *
 * @module
 */
import { LAWS, verifyScan } from "../../src/laws/mod.ts";
import { SETTINGS } from "../arbitraries.ts";
import { MUTANTS, scanWith } from "./mutants.ts";

const DOCUMENT = new URL("../../docs/laws.md", import.meta.url);
const RUNS = 200;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");

/** One row a law. */
export function lawTable(): string {
  const cell = (text: string) => text.replaceAll("|", "\\|");
  return table(
    ["", "law", "statement", "formula", "tolerance", "needs"],
    LAWS.map(({ name, statement, formula, tolerance, needs = [] }, i) => [
      `${i + 1}`,
      name,
      statement,
      cell(formula),
      tolerance,
      needs.join(", "),
    ]),
  );
}

/** One row a wrong scan: at which of 200 cases each law caught it, a dot where it did not. */
export async function mutantTable(): Promise<string> {
  const rows: string[][] = [];
  for (const [name, changes] of Object.entries(MUTANTS)) {
    const cells: string[] = [];
    for (const law of LAWS) {
      // A fresh scan for each law, so that no law sees what another left behind.
      const subject = { name, scan: scanWith(changes) };
      const options = { runs: RUNS, seed: SETTINGS.seed, laws: [law], shrink: false };
      const [report] = await verifyScan(subject, options);
      cells.push(report!.outcome === "broken" ? `${report!.runs}` : "·");
    }
    const caught = cells.filter((cell) => cell !== "·").length;
    if (caught === 0) throw new Error(`Cannot write the table as every wrong scan must be caught: ${name} is not`);
    rows.push([name, `${caught}`, ...cells]);
  }
  return table(["wrong scan", "laws", ...LAWS.map((_, i) => `${i + 1}`)], rows);
}

/** The document with what stands between the markers of `name` replaced. */
function fill(document: string, name: string, content: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const from = document.indexOf(open), to = document.indexOf(close);
  if (from < 0 || to < from) throw new SyntaxError(`Cannot fill docs/laws.md as it must hold ${open} and ${close}`);
  return `${document.slice(0, from + open.length)}\n\n${content}\n\n${document.slice(to)}`;
}

if (import.meta.main) {
  const old = await Deno.readTextFile(DOCUMENT);
  const now = fill(fill(old, "laws", lawTable()), "wrong scans", await mutantTable());
  if (now === old) console.log("docs/laws.md is as the laws give it");
  else if (!Deno.args.includes("--check")) await Deno.writeTextFile(DOCUMENT, now);
  else {
    console.error("docs/laws.md differs from what the laws give: deno run -A tests/laws/law_table.ts writes it");
    Deno.exit(1);
  }
}
