/**
 * The recipes of `docs/runtimes.md`.
 *
 * @module
 */
import { KIT, ROOT } from "./kit.ts";

/** A code block. */
export interface Recipe {
  readonly language: string;
  /** File that the block is. */
  readonly file: string;
  readonly text: string;
}

const DOCUMENT = await Deno.readTextFile(`${ROOT}docs/runtimes.md`);
/** All of them. */
export const RECIPES: readonly Recipe[] = [...DOCUMENT.matchAll(/^```(\w+) ?(\S*)\n([^]*?)^```$/gm)]
  .map(([, language, file, text]) => ({ language: language!, file: file!, text: text! }));

/** The text of the block that is a file. */
export function blockOf(file: string): string {
  const recipe = RECIPES.find((recipe) => recipe.file === file);
  if (recipe === undefined) throw new Error(`docs/runtimes.md must have ${file}`);
  return recipe.text;
}

/** Lines of the shell blocks that begin with a word. */
export const commands = (start: string): string[] =>
  RECIPES.filter(({ language }) => language === "sh").flatMap(({ text }) => text.split("\n"))
    .filter((line) => line.startsWith(start));

/** Where those lines find the tools of the kit. */
export const inKit = { PATH: `${KIT}node_modules/.bin:${KIT}node_modules/node24/bin:${Deno.env.get("PATH")}` };
