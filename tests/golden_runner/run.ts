/**
 * Runs fixtures on devices and compares.
 *
 * @module
 */
import type { Device } from "../../src/device.ts";
import { FAMILIES } from "../../src/models/families.ts";
import type { AnyFamily } from "../../src/models/family.ts";
import type { Adapter, Produced } from "./adapter.ts";
import { familyAdapter } from "./family.ts";
import { type Fixture, readFixture, type Stored } from "./fixture.ts";
import { FUSIONMAMBA_ADAPTERS } from "./fusionmamba.ts";
import { BACKBONE_ADAPTERS } from "./backbones.ts";
import { IMAGE_ADAPTERS } from "./image.ts";
import { MAMBAIR_ADAPTERS } from "./mambair.ts";
import { MAMBAIRV2_ADAPTERS } from "./mambairv2.ts";
import { LAW_ADAPTERS } from "./laws.ts";
import { OP_ADAPTERS } from "./ops.ts";
import { PTH_ADAPTERS, readPthFixtures } from "./pth.ts";
import { SEQUENCE_ADAPTERS } from "./sequence.ts";
import { TIMEMACHINE_ADAPTERS } from "./timemachine.ts";
import { VIM_ADAPTERS } from "./vim.ts";

/** Adapters by what a fixture says it is of: of ops, blocks and formats, and of nets whose fixtures are peculiar. */
const ADAPTERS: Readonly<Record<string, Adapter>> = {
  ...OP_ADAPTERS,
  ...LAW_ADAPTERS,
  ...VIM_ADAPTERS,
  ...MAMBAIR_ADAPTERS,
  ...MAMBAIRV2_ADAPTERS,
  ...FUSIONMAMBA_ADAPTERS,
  ...SEQUENCE_ADAPTERS,
  ...TIMEMACHINE_ADAPTERS,
  ...BACKBONE_ADAPTERS,
  ...IMAGE_ADAPTERS,
  ...PTH_ADAPTERS,
};

/** Parts a fixture folder may have, in the order they are run; a missing one is passed over. */
const PARTS = ["ops", "models_tiny", "models_full", "image", "trained", "pth"];

/** What became of a fixture on a device. */
export interface Verdict {
  readonly fixture: string;
  readonly device: string;
  readonly outcome: "ok" | "FAIL" | "left";
  /** Difference and allowance where their quotient is largest; absent where nothing was compared. */
  readonly difference?: number;
  readonly allowance?: number;
  /** Where it first diverges, or why it was left. */
  readonly remark?: string;
}

/** Families by the official classes that fixtures name. */
const FAMILY_OF = new Map<string, AnyFamily>();
for (const known of FAMILIES) {
  const { family } = await known.load();
  for (const official of family.published.classes) FAMILY_OF.set(official, family);
}

/** The adapter that follows from the record of a family; a language model's fixtures have one of their own. */
function recordAdapter(official: string): Adapter | undefined {
  const family = FAMILY_OF.get(official);
  switch (family?.task) {
    case "classify":
      return familyAdapter(family);
    case "restore":
      return familyAdapter(family);
    case "fuse":
      return familyAdapter(family);
    case "forecast":
      return familyAdapter(family);
  }
}

/** Adapter of a fixture; undefined where its model is not yet built. */
export const adapterOf = (fixture: Fixture): Adapter | undefined =>
  ADAPTERS[fixture.model] ?? recordAdapter(fixture.model);

/** Reads all fixtures of a folder whose names match. */
export async function readFixtures(root: URL, matches: (name: string) => boolean = () => true): Promise<Fixture[]> {
  const fixtures: Fixture[] = [];
  for (const part of PARTS) {
    const files: string[] = [];
    try {
      for await (const { name } of Deno.readDir(new URL(`${part}/`, root))) files.push(name);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) continue;
      throw error;
    }
    for (const file of files.sort()) {
      const name = file.replace(/\.safetensors$/, "");
      if (name !== file && matches(`${part}/${name}`)) fixtures.push(await readFixture(root, part, name));
    }
    if (part === "pth") fixtures.push(...await readPthFixtures(new URL("pth/", root)));
  }
  return fixtures.filter(({ name }) => matches(name));
}

/** Runs one fixture on one device. Never throws: an error is a failure. */
export async function runFixture(fixture: Fixture, device: Device | "host"): Promise<Verdict> {
  const adapter = adapterOf(fixture);
  const on = { fixture: fixture.name, device: device === "host" ? device : device.name };
  if (!adapter) return { ...on, outcome: "FAIL", remark: `no adapter for ${fixture.model} yet` };
  const reason = device === "host" ? undefined : adapter.leaves?.(fixture, device);
  if (reason) return { ...on, outcome: "left", remark: reason };
  try {
    const produced = await adapter.run(fixture, device as Device);
    return { ...on, ...compare(fixture, produced, on.device === "reference f64" ? "f64" : "f32") };
  } catch (error) {
    return { ...on, outcome: "FAIL", remark: String(error) };
  }
}

function compare(
  fixture: Fixture,
  produced: readonly Produced[],
  precision: "f32" | "f64",
): Omit<Verdict, "fixture" | "device"> {
  const missing = fixture.wanted().filter((name) => !produced.some((tensor) => tensor.name === name));
  let remark = missing.length > 0 ? `nothing produced ${missing.join(", ")}` : undefined;
  let worst = -1, difference: number | undefined, allowance: number | undefined;
  for (const tensor of produced) {
    const stored = fixture.peek(tensor.name), label = tensor.label ?? tensor.name;
    if (tensor.values.length !== stored.values.length) {
      remark ??= `first diverging: ${label} has ${tensor.values.length} elements, should have ${stored.values.length}`;
      continue;
    }
    for (let i = 0; i < stored.values.length; i++) {
      const mine = tensor.values[i]!, wanted = stored.values[i]!;
      const allowed = tensor.within?.(wanted) ?? fixture.allowance(tensor.name, wanted, precision);
      const apart = mine === wanted ? 0 : Math.abs(mine - wanted);
      const share = apart === 0 ? 0 : Number.isNaN(apart) ? Infinity : apart / allowed;
      if (share > worst) [worst, difference, allowance] = [share, apart, allowed];
      if (share > 1) remark ??= `first diverging: ${label} at [${place(stored, i)}] is ${mine}, should be ${wanted}`;
    }
  }
  return {
    outcome: remark ? "FAIL" : "ok",
    ...(difference === undefined ? {} : { difference, allowance: allowance! }),
    ...(remark ? { remark } : {}),
  };
}

/** Position of a flat index. */
function place({ shape }: Stored, index: number): string {
  const at: number[] = [];
  for (const size of [...shape].reverse()) {
    at.unshift(index % size);
    index = Math.floor(index / size);
  }
  return at.join(", ");
}
