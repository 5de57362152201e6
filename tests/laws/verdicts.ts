/**
 * The table of `docs/verdicts.md`: what the default emission says of known formulas. `verdicts [--check]`.
 *
 * @module
 */
import { emission, judged } from "./mutants/emission.ts";
import { FORMULAS } from "./known_formulas.ts";
import { elementsOf } from "../../src/laws/cases.ts";

const DOCUMENT = new URL("../../docs/verdicts.md", import.meta.url);
const [OPEN, CLOSE] = ["<!-- formulas -->", "<!-- end of formulas -->"];
/** State elements of the largest case that is tried: small ones tell, and a segsum over all takes squares of them. */
const MOST = 2000;

/** One row a formula: whether it holds, which laws it breaks, what the smallest failure is. */
export async function verdictTable(): Promise<string> {
  const cases = (await emission()).filter(({ recipe, scans }) => elementsOf(recipe) * scans.length <= MOST);
  const rows: string[] = [];
  for (const [name, scan] of Object.entries(FORMULAS)) {
    const broken = new Map<string, string>();
    for (const each of cases) {
      const message = broken.has(each.law) ? undefined : await judged(each, scan);
      if (message !== undefined) broken.set(each.law, message.replace(/^.*?: /, ""));
    }
    const [first] = broken, text = first ? `${first[0]}: ${first[1].replaceAll("|", "\\|")}` : "";
    rows.push(`| ${name} | ${broken.size === 0 ? "holds" : `breaks ${broken.size} laws`} | ${text} |`);
  }
  return ["| formula, in single precision | | smallest failure |", "| --- | --- | --- |", ...rows].join("\n");
}

/** The document as it should be. */
export async function verdictDocument(): Promise<{ readonly old: string; readonly now: string }> {
  const old = await Deno.readTextFile(DOCUMENT), from = old.indexOf(OPEN) + OPEN.length, to = old.indexOf(CLOSE);
  return { old, now: `${old.slice(0, from)}\n\n${await verdictTable()}\n\n${old.slice(to)}` };
}

if (import.meta.main) {
  const { old, now } = await verdictDocument();
  if (now !== old && Deno.args.includes("--check")) {
    console.error("docs/verdicts.md differs from what the laws say: deno run -A tests/laws/verdicts.ts writes it");
    Deno.exit(1);
  }
  if (now !== old) await Deno.writeTextFile(DOCUMENT, now);
}
