/** Scans in Python, through the files of the laws. */
import { assert, assertEquals } from "@std/assert";
import { laws } from "../../tools/laws.ts";

const EXAMPLES = new URL("../../examples/laws/", import.meta.url);

/** Whether a program ends well; false also where there is none. */
async function succeeds(program: string, ...args: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(program, { args, stdout: "null", stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}

for (const [program, packages] of [["check_scan.py", "numpy, safetensors"], ["torch_scan.py", "torch, safetensors"]]) {
  Deno.test(`${program}: where Python has ${packages}, its scan keeps the laws through files`, async () => {
    const python = Deno.env.get("PYTHON") ?? "python3";
    if (!await succeeds(python, "-c", `import ${packages}`)) {
      console.log(`  ${python} lacks one of ${packages}: ${program} was not run`);
      return;
    }
    const lines: string[] = [], command = `${python} ${new URL(program!, EXAMPLES).pathname}`;
    const code = await laws(["run", command, "--lacks", "orders", "--runs", "2"], (line) => lines.push(line));
    assertEquals(code, 0, lines.join("\n"));
  });
}

Deno.test("laws run shrinks what a wrong program does to the smallest case", async () => {
  const python = Deno.env.get("PYTHON") ?? "python3";
  if (!await succeeds(python, "-c", "import numpy, safetensors")) return;
  const folder = await Deno.makeTempDir();
  try {
    const right = await Deno.readTextFile(new URL("check_scan.py", EXAMPLES));
    const wrong = right.replace("for t in range(u.shape[2]):", "for t in range(min(3, u.shape[2])):");
    assert(wrong !== right);
    await Deno.writeTextFile(`${folder}/wrong.py`, wrong);
    const recipe = {
      ...{ batch: 2, groups: 1, channelsPerGroup: 3, stateSize: 4, length: 9, mood: "ordinary", seed: 3 },
      ...{ softplus: true, bias: true, skip: false, gate: false, initialState: false },
    };
    const args = ["--law", "recurrence", "--recipe", JSON.stringify(recipe)], lines: string[] = [];
    assertEquals(await laws(["run", `${python} ${folder}/wrong.py`, ...args], (line) => lines.push(line)), 1);
    assert(
      /"batch":1,"groups":1,"channelsPerGroup":1,"stateSize":1,"length":4/.test(lines.join("\n")),
      lines.join("\n"),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
