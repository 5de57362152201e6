import { assert, assertEquals } from "@std/assert";
import { LAWS } from "../../src/laws/mod.ts";
import { KILLS, killTable, lawTable } from "./law_table.ts";
import { emission, judged } from "./mutants/emission.ts";
import { MUTANTS, scanWith } from "./mutants/mod.ts";

const cases = await emission();
const LONG = Deno.env.get("SIDEWINDER_LONG") !== undefined;

Deno.test("MUTANTS are 150 or more, each with the case that is known to refuse it", () => {
  assert(Object.keys(MUTANTS).length >= 150);
  assertEquals(Object.keys(KILLS), Object.keys(MUTANTS), "deno run -A tests/laws/law_table.ts --kills writes them");
});

Deno.test("the default emission refuses every wrong scan", async () => {
  const escaped: string[] = [];
  for (const [name, changes] of Object.entries(MUTANTS)) {
    const scan = scanWith(changes), witness = cases.filter((each) => each.name === KILLS[name]?.witness);
    let message: string | undefined;
    // The case that is known to refuse it first; if it does no longer, any other may.
    for (const each of [...witness, ...cases]) if ((message = await judged(each, scan)) !== undefined) break;
    if (message === undefined) escaped.push(name);
  }
  assertEquals(escaped, []);
});

Deno.test("the default emission accepts the scan that all of them are made from", async () => {
  const scan = scanWith();
  for (const each of LONG ? cases : cases.slice(0, 650)) assertEquals(await judged(each, scan), undefined, each.name);
});

Deno.test("every law has a list of what it kills, and those that kill nothing alone are named", async () => {
  const document = await Deno.readTextFile(new URL("../../docs/laws.md", import.meta.url));
  assert(document.includes(lawTable()), "deno run -A tests/laws/law_table.ts writes it");
  assert(document.includes(killTable()), "deno run -A tests/laws/law_table.ts writes it");
  for (const { name, asks } of LAWS) {
    const kills = Object.values(KILLS).filter(({ laws }) => laws.includes(name)).length;
    assert(kills > 0 || asks, `${name} kills nothing`);
  }
});
