import { assert, assertEquals } from "@std/assert";
import { subject as plain } from "../../examples/laws/foreign_scan.ts";
import { subjectWith } from "../../examples/laws/onnxruntime_web.ts";
import { assertScan, lawOf, verifyScan } from "../../src/laws/mod.ts";
import { SETTINGS } from "../arbitraries.ts";

const EXAMPLES = new URL("../../examples/laws/", import.meta.url);

Deno.test("foreign_scan: a plain JavaScript scan keeps the laws that apply to it", async () => {
  await assertScan(plain, { runs: 50, seed: SETTINGS.seed, probes: false });
});

Deno.test("onnxruntime_web: a scan as an ONNX graph keeps the laws that apply to it", async () => {
  await assertScan(subjectWith("exponential"), { runs: 10, seed: SETTINGS.seed, probes: false });
});

Deno.test("onnxruntime_web: a gate made with the op Sigmoid breaks the law of silu", async () => {
  const options = { runs: 20, seed: SETTINGS.seed, laws: [lawOf("silu")], shrink: false };
  const [report] = await verifyScan(subjectWith("sigmoid"), options);
  assertEquals(report!.outcome, "broken");
});

Deno.test("check_scan.py is at most 30 lines", async () => {
  assert((await Deno.readTextFile(new URL("check_scan.py", EXAMPLES))).trimEnd().split("\n").length <= 30);
});
