import { assert, assertEquals } from "@std/assert";
import { loadModel, openDevice } from "../../mod.ts";
import type { AnyFamily } from "../../src/models/family.ts";
import { FAMILIES } from "../../src/models/families.ts";
import type { PublishedVariant } from "../../src/models/published.ts";

const ROOT = new URL("../../", import.meta.url);
const families: readonly AnyFamily[] = await Promise.all(FAMILIES.map(async (known) => (await known.load()).family));

/** README's rows that stand for whole families, by how they begin. */
const WHOLE: Readonly<Record<string, readonly string[]>> = {
  "VMamba,": ["vmamba"],
  "MambaOut,": ["mambaout"],
  "MambaIR v1,": ["mambair", "mambair-unet"],
  "MambaIRv2,": ["mambairv2"],
  "FusionMamba,": ["fusionmamba"],
  "TimeMachine,": ["timemachine"],
  "Mamba language models": ["mamba-lm"],
  "DVMSR ": ["dvmsr"],
};

/** Cells of the rows of README's table of models. */
const ROWS: readonly (readonly string[])[] = Array.from(
  /^## Models\n([^]*?)^`--model/m.exec(await Deno.readTextFile(new URL("README.md", ROOT)))![1]!
    .matchAll(/^\|(.*)\|$/gm),
  ([, row]) => row!.split("|").map((cell) => cell.trim()),
).slice(2);

/** Figures that a cell names, as they are written; numbers of nets and sets are whole. */
const figuresIn = (cell: string): readonly string[] => Array.from(cell.matchAll(/\d+\.\d+/g), ([text]) => text);

/** Figures that are not among the stated ones, rounded as they are written. */
const foreign = (figures: readonly string[], stated: readonly number[]): readonly string[] =>
  figures.filter((figure) => !stated.some((value) => value.toFixed(figure.split(".")[1]!.length) === figure));

/** What a card states of its own file: the column or the row of that name. */
function statedBy(card: string): readonly number[] {
  let column = -1;
  return card.split("\n").filter((line) => line.startsWith("|")).flatMap((line) => {
    const cells = line.split("|").map((cell) => cell.trim());
    if (cells[1] === "this file") return figuresIn(line).map(Number);
    if (cells.includes("this file")) column = cells.indexOf("this file");
    return figuresIn(cells[column] ?? "").map(Number);
  });
}

/** The smallest and the largest of counts, as README writes them. */
function rangeOf(counts: readonly number[]): string {
  const smallest = Math.min(...counts), largest = Math.max(...counts);
  const write = (count: number): string => largest < 1e9 ? (count / 1e6).toFixed(1) : (count / 1e9).toPrecision(2);
  const ends = new Set([write(smallest), write(largest)]);
  return `${[...ends].join(" to ")} ${largest < 1e9 ? "M" : "B"}`;
}

/** Whether a row's parameters and figures are those of published variants. */
function assertPublished(row: readonly string[], variants: readonly PublishedVariant[]): void {
  const [name, , parameters, figures] = row;
  assertEquals(parameters, rangeOf(variants.map((variant) => variant.parameters)), name);
  const published = variants.flatMap((variant) => Object.values(variant.figures ?? {}));
  assertEquals(foreign(figuresIn(figures!), published), [], name);
}

Deno.test("README's table of models has every family, with the parameters and figures of its record", () => {
  const told = new Set<string>();
  for (const row of ROWS.filter(([name]) => !name!.startsWith("built in"))) {
    const [, variant] = /^`(.+)`$/.exec(row[0]!) ?? [];
    const whole = Object.entries(WHOLE).find(([start]) => row[0]!.startsWith(start))?.[1];
    const meant = families.filter(({ name, published: { variants } }) =>
      variant ? variant in variants : whole?.includes(name)
    );
    assert(meant.length > 0, `${row[0]} is no family and no variant`);
    for (const { name } of meant) told.add(name);
    const variants = meant.flatMap(({ published }) => Object.entries(published.variants));
    assertPublished(row, variants.filter(([name]) => !variant || name === variant).map(([, it]) => it));
  }
  assertEquals([...told].sort(), families.map(({ name }) => name).sort());
});

Deno.test("README's table has every model that is built in, with its parameters and figures of its card", async () => {
  await using device = await openDevice({ prefer: "wasm" });
  const told = new Set<string>();
  for (const [name, places, parameters, figures] of ROWS.filter(([name]) => name!.startsWith("built in"))) {
    const [first, ...more] = Array.from(places!.matchAll(/`([^`]+)`/g), ([, path]) => path!);
    const folders = [first!, ...more.map((end) => first!.replace(/_x\d$/, end))];
    const counts: number[] = [], stated: number[] = [];
    for (const folder of folders) {
      const model = folder.replace("weights/", "");
      told.add(model);
      const loaded = await loadModel(device, await Deno.readFile(new URL(`${folder}/${model}.safetensors`, ROOT)));
      counts.push(loaded.info.parameters);
      loaded.close();
      stated.push(...statedBy(await Deno.readTextFile(new URL(`${folder}/README.md`, ROOT))));
    }
    assertEquals(parameters, rangeOf(counts), name);
    assertEquals(foreign(figuresIn(figures!), stated), [], name);
  }
  const folders = await Array.fromAsync(Deno.readDir(new URL("weights", ROOT)), ({ name }) => name);
  assertEquals([...told].sort(), folders.sort());
});
