import { assert, assertEquals, assertRejects } from "@std/assert";
import { elementsOf } from "../../src/laws/cases.ts";
import { writeSafetensors } from "../../src/checkpoint/safetensors.ts";
import {
  casesOf,
  emitCases,
  type EmitOptions,
  emitSmaller,
  judgeCases,
  type LawReport,
  LAWS,
  type Scan,
} from "../../src/laws/mod.ts";
import { bytesIn } from "../../src/laws/storage.ts";
import { laws } from "../../tools/laws.ts";
import { inputsIn } from "./mutants/emission.ts";
import { scanWith } from "./mutants/mod.ts";

type Folder = Map<string, Uint8Array>;

/** Two small cases of every law: what is tested here is how they travel. */
const DRAWN = casesOf({ runs: 8, seed: 3 }).filter(({ recipe }) => recipe.length > 1 && recipe.length <= 33)
  .sort((a, b) => elementsOf(a.recipe) - elementsOf(b.recipe));
const FEW = LAWS.flatMap(({ name }) => DRAWN.filter(({ law }) => law === name).slice(0, 2));

/** Another program: knows the files and nothing of the laws. */
async function compute(folder: Folder, scan: Scan = scanWith()): Promise<void> {
  for (const [name, bytes] of [...folder]) {
    if (!name.endsWith(".in.safetensors")) continue;
    const inputs = await inputsIn(bytes), { batch, channels, length, stateSize } = inputs;
    const { y, lastState } = await scan(inputs);
    const f32 = (name: string, shape: number[], values: ArrayLike<number>) =>
      ({ name, dtype: "F32", shape, bytes: () => bytesIn(values, "f32") as Uint8Array<ArrayBuffer> }) as const;
    const pieces: Uint8Array<ArrayBuffer>[] = [], states = [batch, channels, stateSize];
    const written = writeSafetensors([f32("y", [batch, channels, length], y), f32("last_state", states, lastState!)]);
    for await (const piece of written) pieces.push(new Uint8Array(piece));
    folder.set(name.replace(".in.", ".out."), new Uint8Array(await new Blob(pieces).arrayBuffer()));
  }
}

async function emitted(options: EmitOptions = { only: FEW, seed: 3 }): Promise<Folder> {
  const folder: Folder = new Map();
  for await (const { name, bytes } of emitCases(options)) folder.set(name, bytes);
  return folder;
}

async function judged(folder: Folder): Promise<LawReport[]> {
  const reports: LawReport[] = [];
  const read = (name: string) => {
    const bytes = folder.get(name);
    return bytes ? Promise.resolve(bytes) : Promise.reject(new Error(`no file ${name}`));
  };
  for await (const report of judgeCases(read)) reports.push(report);
  return reports;
}

/** Made once: emitting tries the reference on every case. */
const SHARED = await emitted();

const applying = LAWS.filter(({ asks }) => !asks).map(({ name }) => name);

Deno.test("judgeCases finds every law kept by a right program", async () => {
  const folder = new Map(SHARED);
  await compute(folder);
  const reports = await judged(folder);
  assertEquals([...new Set(reports.map(({ law }) => law))], applying);
  assertEquals(reports.length, FEW.length);
  assertEquals(reports.filter(({ outcome }) => outcome !== "holds"), []);
});

Deno.test("judgeCases finds the laws broken by a wrong program, and names the files", async () => {
  const folder = new Map(SHARED);
  await compute(folder, scanWith({ last: (_, before) => before }));
  const broken = (await judged(folder)).filter(({ outcome }) => outcome === "broken");
  for (const law of ["recurrence", "continuation", "steps"]) assert(broken.some((report) => report.law === law), law);
  assert(broken[0]!.failure!.reproduction.includes(broken[0]!.failure!.path));
});

Deno.test("judgeCases reports a missing and a damaged file as a broken law of that case", async () => {
  const folder = new Map(SHARED);
  await compute(folder);
  folder.delete("matrix.1.0.out.safetensors");
  folder.set("NaN.0.0.out.safetensors", new Uint8Array(4));
  const broken = (await judged(folder)).filter(({ outcome }) => outcome === "broken");
  assertEquals(broken.map(({ law }) => law), ["matrix", "NaN"]);
  assert(broken[0]!.failure!.message.includes("matrix.1.0.out.safetensors"));
});

Deno.test("emitCases leaves out laws that need what the program lacks, and tells extras only to those that offer them", () => {
  const lawsOf = (options: EmitOptions) => [...new Set(casesOf({ runs: 1, ...options }).map(({ law }) => law))];
  const without = lawsOf({ lacks: ["orders", "groups"] });
  assertEquals(applying.filter((law) => !without.includes(law)), [
    "reversal",
    "image orders",
    "channel permutation",
    "groups",
  ]);
  assertEquals(lawsOf({}), applying);
  assertEquals(lawsOf({ offers: ["packed"] }).filter((law) => !applying.includes(law)), ["packed sequences"]);
});

Deno.test("emitCases writes packed, constant, strided and upstream inputs, and half precision", async () => {
  const only = ["packed sequences", "constant B and C", "strides", "gradients"].map((law) => ({
    law,
    recipe: FEW[0]!.recipe,
  }));
  const folder = await emitted({ only, offers: ["packed", "constant", "strides", "gradients"], storage: "f16" });
  const heads = [...folder].filter(([name]) => name.endsWith(".0.in.safetensors")).map(([, bytes]) =>
    new TextDecoder().decode(bytes.subarray(8, 8 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)))
  );
  assert(heads[0]!.includes('"seq_idx":{"dtype":"I32"'));
  assert(heads[2]!.includes('"B.strides"') && heads[2]!.includes('"u":{"dtype":"F16"'));
  assert(heads[3]!.includes('"dy":{"dtype":"F32"'));
});

Deno.test("emitSmaller emits the failing case first and then only smaller ones", async () => {
  const failed = FEW.find(({ law, recipe }) => law === "steps" && recipe.length > 2)!;
  const folder: Folder = new Map();
  for await (const { name, bytes } of emitSmaller([failed], {})) folder.set(name, bytes);
  await compute(folder, scanWith({ steps: (length) => Math.min(length, 2) }));
  const broken = (await judged(folder)).filter(({ outcome }) => outcome === "broken");
  assertEquals(broken[0]!.failure!.recipe, failed.recipe);
  assert(broken.some(({ failure }) => failure!.recipe.length < failed.recipe.length));
});

Deno.test("laws emits to a folder, checks it law by law, shows the smallest failures first, repeats one and shrinks", async () => {
  const folder = await Deno.makeTempDir(), lines: string[] = [], print = (text: string) => lines.push(text);
  const short = { ...FEW[0]!.recipe, stateSize: 2, length: 5 };
  const emit = ["emit", folder, "--law", "recurrence", "--recipe", JSON.stringify(short)];
  const through = async (folder: string, scan: Scan) => {
    const files: Folder = new Map();
    for await (const { name } of Deno.readDir(folder)) files.set(name, await Deno.readFile(`${folder}/${name}`));
    await compute(files, scan);
    for (const [name, bytes] of files) await Deno.writeFile(`${folder}/${name}`, bytes);
  };
  const wrong = scanWith({ steps: (length) => Math.min(length, 2) });
  try {
    assertEquals(await laws(emit, print), 0);
    assert(lines[0]!.startsWith("2 files in"), lines[0]);
    assert(/^1 cases of 1 laws: batch \d+ to \d+.*lengths 5 to 5/.test(lines[1]!), lines[1]);
    await through(folder, scanWith());
    assertEquals(await laws(["check", folder], print), 0);
    assertEquals(lines.slice(2), ["recurrence           holds in 1", "1 passed, 0 failed"]);

    await through(folder, wrong);
    lines.length = 0;
    assertEquals(await laws(["check", folder], print), 1);
    const text = lines.join("\n");
    assertEquals(lines[0], "recurrence           broken in 1 of 1 cases");
    assert(
      text.includes(`recipe: ${JSON.stringify(short)}`) && text.includes("law: recurrence") && text.includes("seed: 1"),
    );
    assert(text.includes(`again: deno task laws emit AGAIN --law "recurrence" --recipe '${JSON.stringify(short)}'`));
    assertEquals(lines.at(-1), "0 passed, 1 failed");

    assertEquals(await laws(["shrink", folder, `${folder}/smaller`], print), 0);
    await through(`${folder}/smaller`, wrong);
    lines.length = 0;
    assertEquals(await laws(["check", `${folder}/smaller`], print), 1);
    assert(/"length":3[,}]|"batch":1/.test(lines.join("\n")));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("laws emits all laws by default, fast and with every size", () => {
  const cases = casesOf(),
    most = (size: (r: (typeof cases)[number]["recipe"]) => number) =>
      Math.max(...cases.map(({ recipe }) => size(recipe)));
  assertEquals([...new Set(cases.map(({ law }) => law))], applying);
  assert(most((r) => r.length) === 65_537 && most((r) => r.batch) === 65_537 && most((r) => r.stateSize) === 257);
  assert(most((r) => r.groups * r.channelsPerGroup) === 65_537);
});

Deno.test("laws tries one law on one device with a given seed", async () => {
  const lines: string[] = [];
  const args = ["--device", "reference", "--law", "causality", "--runs", "5", "--seed", "8"];
  assertEquals(await laws(args, (text) => lines.push(text)), 0);
  assertEquals([lines[0], lines.at(-1)], ["seed 8", "1 passed, 0 failed"]);
});

Deno.test("laws refuses what it does not know, by name", async () => {
  const refused = (args: string[], message: string) => assertRejects(() => laws(args, () => {}), Error, message);
  await refused(["emit", "unused", "--lacks", "orders,wings"], "current value is wings");
  await refused(["--law", "gravity", "--device", "reference"], "current value is gravity");
  await refused(["--runs", "many"], "current value is many");
  await refused(["--fast"], "--fast must be a known flag");
  await refused(["check", "DIR", "--runs", "4"], "--runs must be a known flag of check");
  await refused(["check", "DIR", "--seed"], "--seed must be a known flag of check");
  await refused(["emit", "DIR", "--runs"], "--runs must have a value");
  await refused(["emit", "DIR", "--offers", "wings"], "current value is wings");
  await refused(["emit", "DIR", "--roundoff", "2"], "--roundoff must be between 0 and 1");
  await refused(["emit", "DIR", "--recipe", "{}"], "--recipe must come with --law");
  await refused(["emit", "DIR", "--law", "steps", "--recipe", "{"], "--recipe must be a recipe");
  await refused(["judge", "DIR"], "its arguments must be known");
});

Deno.test("judgeCases() refuses a manifest that no emission writes", async () => {
  const recipe = { ...FEW[0]!.recipe }, right = { seed: 1, cases: [{ law: FEW[0]!.law, name: "a", recipe }] };
  const judge = async (text: string) => {
    const read = (name: string) =>
      name === "cases.json" ? Promise.resolve(new TextEncoder().encode(text)) : Promise.reject(new Error("no file"));
    for await (const { outcome } of judgeCases(read)) assertEquals(outcome, "broken");
  };
  await judge(JSON.stringify(right));
  const wrong: readonly (readonly [unknown, string])[] = [
    [{ ...right, seed: "1" }, "its seed must be one that emitCases writes: current value is 1"],
    [{ ...right, cases: [null] }, "its cases must be"],
    [{ ...right, cases: {} }, "its cases must be"],
    [{ ...right, storage: "f64" }, "its storage must be"],
    [{ ...right, lacks: ["legs"] }, "its lacks must be"],
    [{ ...right, roundoff: -1 }, "its roundoff must be"],
    [{ ...right, cases: [{ law: 3, name: "a", recipe }] }, "its law of case 0 must be"],
    [{ ...right, cases: [{ ...right.cases[0], recipe: { ...recipe, mood: "sad" } }] }, "its mood of case 0"],
    [{ ...right, cases: [{ ...right.cases[0], recipe: { ...recipe, batch: 0.5 } }] }, "its batch of case 0"],
    [
      { ...right, cases: [{ ...right.cases[0], recipe: { ...recipe, length: 1e9 } }] },
      "case 0 must have at most 1048576",
    ],
  ];
  for (const [value, words] of wrong) await assertRejects(() => judge(JSON.stringify(value)), SyntaxError, words);
  for (const text of ["", "{", "[]", '{"seed": 1, "seed": 2, "cases": []}', "{".repeat(50) + "}".repeat(50)]) {
    await assertRejects(() => judge(text), SyntaxError, "Cannot read cases.json as");
  }
});
