import { assertEquals } from "@std/assert";
import { verdictDocument } from "./verdicts.ts";

Deno.test("docs/verdicts.md says what the laws say of known formulas", async () => {
  const { old, now } = await verdictDocument();
  assertEquals(now, old, "deno run -A tests/laws/verdicts.ts writes it");
});
