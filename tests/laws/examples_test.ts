import { assert, assertEquals } from "@std/assert";
import { subject as plain } from "../../examples/laws/foreign_scan.ts";
import { subjectWith } from "../../examples/laws/onnxruntime_web.ts";
import { assertScan, lawOf, verifyScan } from "../../src/laws/mod.ts";
import { laws } from "../../tools/laws.ts";
import { SETTINGS } from "../arbitraries.ts";

const PYTHON = new URL("../../examples/laws/check_scan.py", import.meta.url);

/** Whether a program ends well; false also where there is none. */
async function succeeds(program: string, ...args: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args, stdout: "null", stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}

Deno.test("foreign_scan: a plain JavaScript scan keeps the laws that apply to it", async () => {
  await assertScan(plain, { runs: 200, seed: SETTINGS.seed });
});

Deno.test("onnxruntime_web: a scan as an ONNX graph keeps the laws that apply to it", async () => {
  await assertScan(subjectWith("exponential"), { runs: 50, seed: SETTINGS.seed });
});

Deno.test("onnxruntime_web: a gate made with the op Sigmoid breaks the law of skip and gate", async () => {
  const options = { runs: 200, seed: SETTINGS.seed, laws: [lawOf("skip and gate")], shrink: false };
  const [report] = await verifyScan(subjectWith("sigmoid"), options);
  assertEquals(report!.outcome, "broken");
});

Deno.test("check_scan.py is at most 30 lines, and where Python has numpy its scan keeps the laws through files", async () => {
  assert((await Deno.readTextFile(PYTHON)).trimEnd().split("\n").length <= 30);
  const python = Deno.env.get("PYTHON") ?? "python3";
  if (!await succeeds(python, "-c", "import numpy, safetensors")) {
    console.log(`  ${python} has no numpy and safetensors: check_scan.py was not run`);
    return;
  }
  const folder = await Deno.makeTempDir();
  try {
    const print = () => {};
    assertEquals(await laws(["emit", folder, "--lacks", "orders"], print), 0);
    assert(await succeeds(python, PYTHON.pathname, folder));
    assertEquals(await laws(["check", folder], print), 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
