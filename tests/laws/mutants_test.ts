import { assert, assertEquals } from "@std/assert";
import { LAWS, verifyScan } from "../../src/laws/mod.ts";
import { lawTable } from "./law_table.ts";
import { SETTINGS } from "../arbitraries.ts";
import { MUTANTS, scanWith } from "./mutants.ts";

for (const [name, changes] of Object.entries(MUTANTS)) {
  Deno.test(`verifyScan catches a scan with ${name} within 200 cases`, async () => {
    for (const law of LAWS) {
      const subject = { name, scan: scanWith(changes) };
      const [report] = await verifyScan(subject, { runs: 200, seed: SETTINGS.seed, laws: [law], shrink: false });
      if (report!.outcome === "broken") return;
    }
    assert(false, `no law catches ${name}`);
  });
}

Deno.test("MUTANTS are 25 or more, and none is caught by a law that a right scan breaks", async () => {
  assert(Object.keys(MUTANTS).length >= 25);
  const reports = await verifyScan({ name: "right", scan: scanWith() }, { runs: 200, seed: SETTINGS.seed });
  assert(reports.every(({ outcome }) => outcome === "holds"));
});

Deno.test("docs/laws.md has every law as it is, and a row for every wrong scan", async () => {
  const document = await Deno.readTextFile(new URL("../../docs/laws.md", import.meta.url));
  assert(document.includes(lawTable()), "deno run -A tests/laws/law_table.ts writes it");
  const rows = document.slice(document.indexOf("<!-- wrong scans -->")).matchAll(/^\| ([^|]+) \| \d+ \|/gm);
  assertEquals([...rows].map(([, name]) => name), Object.keys(MUTANTS));
});
