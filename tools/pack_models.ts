/**
 * Writes what follows from the records of the families: the table of released checkpoints, the
 * families' titles for the page, and `docs/models.md`. `--check`
 * writes nothing and fails when one is stale.
 *
 * @module
 */
import { FAMILIES } from "../src/models/families.ts";
import type { AnyFamily } from "../src/models/family.ts";
import { modelsPage } from "./models_page.ts";
import { writeGenerated } from "./write_generated.ts";

const families: readonly AnyFamily[] = await Promise.all(FAMILIES.map(async (known) => (await known.load()).family));

/** Rows of `RELEASED`. */
function releasedRows(): string {
  const rows = families.flatMap(({ name: model, published: { licence, variants } }) =>
    Object.entries(variants).flatMap(([name, { released, files, figures = {} }]) => {
      if (!released) return [];
      const { url, megabytes, sha256, tried } = released;
      const top1 = figures["ImageNet-1k top-1 %"], top5 = figures["ImageNet-1k top-5 %"];
      const row = {
        name,
        model,
        url,
        file: files?.[0] ?? name,
        megabytes,
        licence: licence.weights,
        top1,
        top5,
        sha256,
      };
      return [`  ${JSON.stringify({ ...row, tried })},`];
    })
  );
  return `// Written by tools/pack_models.ts from the records of src/models.
/** Released checkpoints, as the families' records have them. */
export const RELEASED_ROWS = [
${rows.join("\n")}
] as const;
`;
}

await writeGenerated("src/checkpoint/released.gen.ts", releasedRows());
/** What people call the families of each task. */
function titles(): string {
  const rows = [...new Set(families.map(({ task }) => task))].map((task) => {
    const own = families.filter((family) => family.task === task).map(({ title }) => title);
    return `  ${task}: ${JSON.stringify(own)},`;
  });
  return `// Written by tools/pack_models.ts from the records beside it.
/** What people call the families of each task. */
export const FAMILY_TITLES = {
${rows.join("\n")}
} as const;
`;
}

await writeGenerated("src/models/titles.gen.ts", titles());
await writeGenerated("docs/models.md", modelsPage(families));
