/**
 * Puts the files that `docs/runtimes.md` shows into it: every code block whose name is a path of this repository.
 *
 * @module
 */
const DOCUMENT = new URL("../docs/runtimes.md", import.meta.url);

const text = await Deno.readTextFile(DOCUMENT);
const files = new Map<string, string>();
for (const [, file] of text.matchAll(/^```\w+ (\S+\/\S+)$/gm)) {
  files.set(file!, await Deno.readTextFile(new URL(`../${file}`, import.meta.url)));
}
await Deno.writeTextFile(
  DOCUMENT,
  text.replaceAll(
    /^(```\w+ (\S+\/\S+)\n)[^]*?^```$/gm,
    (_, head: string, file: string) => `${head}${files.get(file)}\`\`\``,
  ),
);
