/**
 * The tables of `docs/laws.md`: the laws, and what each kills. `law_table [--check] [--kills]`; with `--check` nothing is
 * written and a difference is an error; with `--kills` every law is tried on every wrong scan first, which takes long.
 *
 * @module
 */
import { elementsOf } from "../../src/laws/cases.ts";
import { LAWS } from "../../src/laws/mod.ts";
import { emission, judged } from "./mutants/emission.ts";
import { KINDS, MUTANTS, scanWith } from "./mutants/mod.ts";
import kills from "./mutants/kills.json" with { type: "json" };

const DOCUMENT = new URL("../../docs/laws.md", import.meta.url);
const KILLS_FILE = new URL("./mutants/kills.json", import.meta.url);
/** State elements of the largest case on which all laws are tried for their lists; beyond it the first to refuse ends it. */
const MOST = 2000;

/** What refuses a wrong scan: laws, by the smaller cases of the default emission, and the smallest case of all. */
export interface Kill {
  readonly laws: readonly string[];
  readonly witness: string;
}

/** By the name of the wrong scan. */
export const KILLS: Readonly<Record<string, Kill>> = kills;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");

/** One row a law. */
export function lawTable(): string {
  const cell = (text: string) => text.replaceAll("|", "\\|");
  return table(
    ["", "law", "statement", "formula", "tolerance", "needs"],
    LAWS.map(({ name, statement, formula, tolerance, needs = [], asks = [] }, i) => [
      `${i + 1}`,
      name,
      statement,
      cell(formula),
      cell(tolerance),
      [...needs, ...asks.map((extra) => `*${extra}*`)].join(", "),
    ]),
  );
}

/** One row a law: how many wrong scans of each kind it kills, and which no other does. */
export function killTable(): string {
  const kinds = Object.entries(KINDS),
    total = (law: string, names: readonly string[]) => names.filter((name) => KILLS[name]?.laws.includes(law)).length;
  return table(
    ["", "law", ...kinds.map(([kind, of]) => `${kind} (${Object.keys(of).length})`), "killed by it alone"],
    LAWS.filter(({ asks }) => !asks).map(({ name }) => {
      const alone = Object.entries(KILLS).filter(([, { laws }]) => laws.length === 1 && laws[0] === name);
      return [
        `${LAWS.findIndex((law) => law.name === name) + 1}`,
        name,
        ...kinds.map(([, of]) => `${total(name, Object.keys(of)) || "·"}`),
        alone.length > 8 ? `${alone.length}` : alone.map(([mutant]) => mutant).join("; "),
      ];
    }),
  );
}

/** Tries every law on every wrong scan by the smaller cases, and looks on for one that refuses those that they all let pass. */
async function killAll(): Promise<Record<string, Kill>> {
  const cases = await emission(), found: Record<string, Kill> = {};
  for (const [name, changes] of Object.entries(MUTANTS)) {
    const scan = scanWith(changes), laws = new Set<string>();
    let witness: string | undefined;
    for (const each of cases) {
      const small = elementsOf(each.recipe) * each.scans.length <= MOST;
      if (laws.has(each.law) || (!small && witness !== undefined)) continue;
      if (await judged(each, scan) === undefined) continue;
      laws.add(each.law);
      witness ??= each.name;
    }
    if (witness === undefined) {
      throw new Error(`Cannot write the table as every wrong scan must be refused: ${name} is not`);
    }
    found[name] = { laws: LAWS.map((law) => law.name).filter((law) => laws.has(law)), witness };
  }
  return found;
}

/** The document with what stands between the markers of `name` replaced. */
function fill(document: string, name: string, content: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const from = document.indexOf(open), to = document.indexOf(close);
  if (from < 0 || to < from) throw new SyntaxError(`Cannot fill docs/laws.md as it must hold ${open} and ${close}`);
  return `${document.slice(0, from + open.length)}\n\n${content}\n\n${document.slice(to)}`;
}

if (import.meta.main) {
  if (Deno.args.includes("--kills")) {
    const text = JSON.stringify(await killAll(), null, 2);
    await Deno.writeTextFile(KILLS_FILE, text + "\n");
    console.log("kills.json is written: run again without --kills for the document");
    Deno.exit(0);
  }
  const old = await Deno.readTextFile(DOCUMENT);
  const now = fill(fill(old, "laws", lawTable()), "kills", killTable());
  if (now === old) console.log("docs/laws.md is as the laws give it");
  else if (!Deno.args.includes("--check")) await Deno.writeTextFile(DOCUMENT, now);
  else {
    console.error("docs/laws.md differs from what the laws give: deno run -A tests/laws/law_table.ts writes it");
    Deno.exit(1);
  }
}
