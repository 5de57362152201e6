/** What holds for every family, by its record alone. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Checkpoint } from "../../src/checkpoint/checkpoint.ts";
import { RELEASED } from "../../src/checkpoint/released.ts";
import { countParameters, specKeys } from "../../src/checkpoint/weights.ts";
import { checkModel, describeModel, detectModel, loadModel } from "../../src/load_model.ts";
import { FAMILIES, hasMarks } from "../../src/models/families.ts";
import type { AnyFamily } from "../../src/models/family.ts";
import { openReference } from "../../src/reference/device.ts";
import { sizeOf } from "../../src/tensor.ts";

const families: readonly AnyFamily[] = await Promise.all(FAMILIES.map(async (known) => (await known.load()).family));

/** A checkpoint of a variant whose tensors nobody may read. */
function unread(family: AnyFamily, variant: string): Checkpoint {
  const entries = new Map([...specKeys(family.configure(family.variants[variant]).spec)].map(([key, shape]) => {
    const read = () => Promise.reject(new Error(`${key} was read`));
    return [key, { name: key, dtype: "F32", shape, bytes: 4 * sizeOf(shape), read, readRaw: read } as const];
  }));
  const close = () => Promise.resolve();
  return { format: "pth", root: "", entries, metadata: {}, ignored: [], warnings: [], close };
}

const variants = families.flatMap((family) => Object.keys(family.variants).map((variant) => ({ family, variant })));

for (const { family, variant } of variants) {
  Deno.test(`${variant} has its published number of parameters, is recognised from keys and shapes alone, and can be run`, async () => {
    const checkpoint = unread(family, variant), published = family.published.variants[variant];
    assertEquals(countParameters(family.configure(family.variants[variant]).spec), published?.parameters);
    const { detected } = await detectModel(checkpoint);
    assertEquals([detected.family, detected.variant], [family.name, variant]);
    checkModel(checkpoint, detected);
    const info = describeModel(checkpoint, detected);
    assertEquals([info.title, info.task, info.ignored], [family.title, family.task, []]);
    assertEquals([info.parameters, info.published.figures], [published?.parameters, published?.figures ?? {}]);
    assert(Object.values(detected.sources).every((source) => !/caller|metadata|arguments/.test(source)));
  });
}

Deno.test("no two families share a name, a list of marks, or the name of a variant", () => {
  const names = families.map(({ name }) => name), marks = FAMILIES.flatMap(({ marks }) => marks.map(String));
  const all = variants.map(({ variant }) => variant);
  for (const list of [names, marks, all]) assertEquals(list, [...new Set(list)]);
});

Deno.test("a checkpoint has the marks of its own family only", () => {
  for (const { family, variant } of variants) {
    const { entries } = unread(family, variant);
    assertEquals(FAMILIES.filter((known) => hasMarks(known, entries)).map(({ name }) => name), [family.name]);
  }
});

Deno.test("an option that no family knows, and one that contradicts the shapes, are refused by name", async () => {
  for (const family of families) {
    const [variant] = Object.keys(family.variants), checkpoint = unread(family, variant!);
    await assertRejects(() => detectModel(checkpoint, { novelty: 1 }), TypeError, `Cannot configure ${family.title}`);
    const { detected } = await detectModel(checkpoint);
    for (const [name, source] of Object.entries(detected.sources)) {
      const own = detected.options[name];
      if (source !== "keys and shapes" || typeof own !== "number" || !Number.isInteger(own)) continue;
      const asked = await detectModel(checkpoint, { [name]: own });
      assertEquals(asked.detected.sources[name], "keys and shapes");
      await assertRejects(() => detectModel(checkpoint, { [name]: 2 * own + 1 }), Error, `${name}`);
      break;
    }
  }
});

Deno.test("configure() refuses options that the official constructor does not know", () => {
  for (const family of families) {
    if (family.task === "generate") continue;
    assertThrows(() => family.configure({ novelty: 1 }), TypeError, "novelty");
  }
});

Deno.test("the error for an unknown checkpoint names every family", async () => {
  const checkpoint = { ...unread(families[0]!, Object.keys(families[0]!.variants)[0]!), entries: new Map() };
  const titles = families.map(({ title }) => title).join(", ");
  await assertRejects(() => detectModel(checkpoint), TypeError, `known family (${titles}): current ones are 0`);
});

Deno.test("loadModel() sends a language model to its own verb", async () => {
  await using device = openReference();
  const family = families.find(({ task }) => task === "generate")!;
  const checkpoint = unread(family, Object.keys(family.variants)[0]!);
  await assertRejects(() => loadModel(device, checkpoint), TypeError, "loaded by loadLanguageModel()");
});

Deno.test("RELEASED are the variants that a record has a file for", () => {
  const files = families.flatMap(({ name, published }) =>
    Object.entries(published.variants).filter(([, { released }]) => released).map(([variant]) => `${name} ${variant}`)
  );
  assertEquals(RELEASED.map(({ model, name }) => `${model} ${name}`), files);
});
