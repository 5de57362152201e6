/**
 * The places of a family of models, as CONTRIBUTING.md lists them, and that no family leans on another.
 *
 * @module
 */
import { files, importsOf, read } from "./tree.ts";

const ROOT = new URL("../../", import.meta.url),
  MODELS = "src/models/",
  BLOCKS = "blocks",
  LIST = `${MODELS}families.ts`;

/** Files that every family has. */
const FILES = ["marks.ts", "options.ts", "forward.ts", "published.ts", "family.ts"];
const FIXTURES = "tests/golden/models_tiny/";

const folders = (): string[] =>
  [...Deno.readDirSync(new URL(MODELS, ROOT))].filter(({ isDirectory, name }) => isDirectory && name !== BLOCKS)
    .map(({ name }) => name).sort();

/** Every family has its places, and imports nothing of another family. */
export function* checkFamilies(): Generator<string, void> {
  const fixtures = [...Deno.readDirSync(new URL(FIXTURES, ROOT))].map(({ name }) => name), list = read(LIST) ?? "";
  for (const folder of folders()) {
    for (const place of [...FILES.map((file) => `${MODELS}${folder}/${file}`), `tests/models/${folder}_test.ts`]) {
      if (read(place) === undefined) yield `${folder}: ${place} is missing`;
    }
    const name = new RegExp(`import \\{ (\\w+) \\} from "\\./${folder}/marks\\.ts";`).exec(list)?.[1];
    if (!name || !new RegExp(`^ {2}${name},$`, "m").test(list)) yield `${folder}: ${LIST} does not list it`;
    if (!fixtures.some((file) => file.startsWith(`${folder}_`))) yield `${folder}: ${FIXTURES}${folder}_* is missing`;
  }
  for (const path of files(MODELS)) {
    const own = /^src\/models\/(\w+)\//.exec(path)?.[1];
    if (path === LIST) continue;
    for (const target of importsOf(path)) {
      const other = /^src\/models\/(\w+)\//.exec(target)?.[1];
      if (other === undefined || other === own || (other === BLOCKS && own !== undefined)) continue;
      yield `${path} imports ${target}: ${
        own ? "what families share stands in blocks" : "a family is known by its record"
      }`;
    }
  }
}
