/**
 * `docs/models.md`, made of the records of the families.
 *
 * @module
 */
import { countParameters } from "../src/checkpoint/weights.ts";
import type { AnyFamily, Task } from "../src/models/family.ts";
import type { Gives, Takes } from "../src/models/takes.ts";

const TASKS: Readonly<Record<Task, string>> = {
  classify: "Naming what a picture shows: `classify`, `features`",
  restore: "Larger or cleaner pictures: `restore`",
  fuse: "One sharp picture of two: `fuse`",
  forecast: "The future of a series: `forecast`",
  generate: "Text, token by token: `generate`",
};

const number = (value: number): string => value.toLocaleString("en");

function takesText(takes: Takes): string {
  switch (takes.kind) {
    case "image": {
      const size = takes.size ? `of ${takes.size.join(" × ")} pixels` : "of any size";
      return `an image ${size}${takes.multiple > 1 ? ` whose sides ${takes.multiple} divides` : ""}`;
    }
    case "pair":
      return `a sharp image of ${takes.channels} band and a coarse one of ${takes.bands}, sides a ${takes.scale}th`;
    case "series":
      return `${takes.rows} rows of ${takes.columns} columns`;
    case "tokens":
      return `token ids below ${number(takes.vocabulary)}`;
  }
}

function givesText(gives: Gives): string {
  switch (gives.kind) {
    case "classes":
      return `${number(gives.classes)} scores`;
    case "image":
      return gives.scale > 1 ? `an image with sides ${gives.scale} times as long` : "an image of the same size";
    case "series":
      return `the next ${gives.rows} rows`;
    case "logits":
      return "a score for every id";
  }
}

/** Options with what they are when nobody names them; those without effect last. */
function optionsText(defaults: Readonly<Record<string, unknown>>): string {
  const all = Object.entries(defaults);
  const own = all.filter(([, value]) => value !== undefined).map(([name, value]) => {
    return `\`${name}\` (${typeof value === "string" && value === "" ? "empty" : JSON.stringify(value)})`;
  });
  const rest = all.filter(([, value]) => value === undefined).map(([name]) => `\`${name}\``);
  return `${own.join(", ")}${rest.length > 0 ? `; without a value of their own: ${rest.join(", ")}` : ""}.`;
}

function variantRow(family: AnyFamily, name: string): string {
  const { figures = {}, files = [], released } = family.published.variants[name] ?? { parameters: 0 };
  const { spec, takes, gives } = family.configure(family.variants[name]);
  const said = Object.entries(figures).map(([what, value]) => `${what} ${value}`).join(", ");
  const where = released ? [`[${files.join(", ")}](${released.url}), ${released.megabytes} MB`] : files;
  return `| \`${name}\` | ${number(countParameters(spec))} | ${takesText(takes)} | ${givesText(gives)} | ${
    said || "–"
  } | ${where.join(", ") || "–"} |`;
}

function familyText(family: AnyFamily): string {
  const { title, name, published, variants, defaults } = family, model = family.configure();
  const { paper, repository, classes, licence, verified, unverified } = published;
  return `### ${title}

${paper}. Official code: \`${
    classes.join("`, `")
  }\` of ${repository} (code: ${licence.code}, weights: ${licence.weights}). Family \`${name}\`.

- Compared: ${verified}.
- Not compared: ${unverified}.
- Options (\`loadModel(device, file, { options })\`, CLI \`--options\`): ${optionsText(defaults)}
- Choices of a run: ${model.choices.map((choice) => `\`${choice}\``).join(", ") || "none"}.

| variant | parameters | takes | gives | published | files of the authors |
|---|---|---|---|---|---|
${Object.keys(variants).map((variant) => variantRow(family, variant)).join("\n")}
`;
}

/** The page. */
export function modelsPage(families: readonly AnyFamily[]): string {
  const parts = (Object.keys(TASKS) as Task[]).map((task) => {
    const own = families.filter((family) => family.task === task);
    return `## ${TASKS[task]}\n\n${own.map(familyText).join("\n")}`;
  });
  return `# Models

Every family that is recognised, with what its authors published and what our tests compare. This page is written by
\`deno task pack\` from the families' records in \`src/models/\`. Parameters are counted from the weights that a variant asks
for. Figures are the authors', PSNR in dB. A name in the last column that is a link can be loaded by the variant's name.

${parts.join("\n")}`;
}
