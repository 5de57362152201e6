import { assert, assertEquals, assertRejects } from "@std/assert";
import { bytesSource } from "../../src/bytes/byte_source.ts";
import { readSafetensors, writeSafetensors } from "../../src/checkpoint/safetensors.ts";
import { emitCases, type Feature, judgeCases, type LawReport, LAWS, type ScanInputs } from "../../src/laws/mod.ts";
import { laws } from "../../tools/laws.ts";
import { probesFor } from "../../src/laws/probes.ts";
import { scanWith } from "./mutants.ts";

type Folder = Map<string, Uint8Array>;

/** Probes of all laws, and of those about orders. */
const PROBES = LAWS.reduce((sum, { name }) => sum + probesFor(name, []).length, 0);
const ORDERS = probesFor("reversal", []).length + probesFor("image orders", []).length;

/** Another program: knows the files and nothing of the laws. */
async function compute(folder: Folder, scan = scanWith()): Promise<void> {
  for (const [name, bytes] of [...folder]) {
    if (!name.endsWith(".in.safetensors")) continue;
    const { entries, metadata } = await readSafetensors(bytesSource(bytes));
    const tensors = Object.fromEntries(await Promise.all(entries.map(async (e) => [e.name, await e.read()])));
    const shape = (key: string) => entries.find((entry) => entry.name === key)!.shape as [number, number, number];
    const [batch, channels, length] = shape("u"), [, groups, stateSize] = shape("B");
    const { dt_bias, initial_state, ...rest } = tensors;
    const inputs = {
      ...rest,
      dtBias: dt_bias,
      initialState: initial_state,
      batch,
      channels,
      length,
      groups,
      stateSize,
      softplus: metadata.softplus === "true",
      order: metadata.order,
      gridWidth: Number(metadata.grid_width),
    } as unknown as ScanInputs;
    const { y, lastState } = scan(inputs);
    const f32 = (name: string, shape: number[], values: ArrayLike<number>) =>
      ({ name, dtype: "F32", shape, bytes: () => new Uint8Array(Float32Array.from(values).buffer) }) as const;
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    const states = [batch, channels, stateSize];
    const written = writeSafetensors([f32("y", [batch, channels, length], y), f32("last_state", states, lastState!)]);
    for await (const piece of written) pieces.push(new Uint8Array(piece));
    folder.set(name.replace(".in.", ".out."), new Uint8Array(await new Blob(pieces).arrayBuffer()));
  }
}

async function emitted(lacks: readonly Feature[] = []): Promise<Folder> {
  const folder: Folder = new Map();
  for await (const { name, bytes } of emitCases({ runs: 2, seed: 3, lacks })) folder.set(name, bytes);
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

Deno.test("judgeCases finds every law kept by a right program", async () => {
  const folder = await emitted();
  await compute(folder);
  const reports = await judged(folder);
  assertEquals(reports.length, 2 * LAWS.length + PROBES);
  assertEquals(reports.filter(({ outcome }) => outcome !== "holds"), []);
});

Deno.test("judgeCases finds the laws broken by a wrong program, and names the files", async () => {
  const folder = await emitted();
  await compute(folder, scanWith({ last: (_, before) => before }));
  const broken = (await judged(folder)).filter(({ outcome }) => outcome === "broken");
  for (const law of ["recurrence", "continuation", "steps"]) assert(broken.some((report) => report.law === law), law);
  assert(broken[0]!.failure!.reproduction.includes(broken[0]!.failure!.path));
});

Deno.test("judgeCases reports a missing and a damaged file as a broken law of that case", async () => {
  const folder = await emitted();
  await compute(folder);
  folder.delete("matrix.1.0.out.safetensors");
  folder.set("NaN.0.0.out.safetensors", new Uint8Array(4));
  const broken = (await judged(folder)).filter(({ outcome }) => outcome === "broken");
  assertEquals(broken.map(({ law }) => law), ["matrix", "NaN"]);
  assert(broken[0]!.failure!.message.includes("matrix.1.0.out.safetensors"));
});

Deno.test("emitCases leaves out laws that need what the program lacks", async () => {
  const names = [...(await emitted(["orders", "groups"])).keys()];
  assert(!names.some((name) => /^(reversal|image_orders|groups|channel_permutation)/.test(name)));
  assert(names.some((name) => name.startsWith("steps.")));
});

Deno.test("laws emits to a folder, checks it and says how many passed", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const lines: string[] = [], print = (text: string) => lines.push(text);
    assertEquals(await laws(["emit", folder, "--runs", "1", "--lacks", "orders"], print), 0);
    const files: Folder = new Map();
    for await (const { name } of Deno.readDir(folder)) files.set(name, await Deno.readFile(`${folder}/${name}`));
    assertEquals(lines[0]!.startsWith(`${files.size} files`), true);
    await compute(files);
    for (const [name, bytes] of files) await Deno.writeFile(`${folder}/${name}`, bytes);
    assertEquals(await laws(["check", folder], print), 0);
    assertEquals(lines.at(-1), `${LAWS.length - 2 + PROBES - ORDERS} passed, 0 failed`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
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
  await refused(["judge", "DIR"], "its arguments must be known");
});
