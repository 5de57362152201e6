/**
 * Writes a generated file, or with `--check` on the command line says that it is stale.
 *
 * @module
 */
const ROOT = new URL("../", import.meta.url);

/** Writes `text` to `path`, relative to the root. With `--check` it only compares, and the process fails when they differ. */
export async function writeGenerated(path: string, text: string): Promise<void> {
  const target = new URL(path, ROOT);
  if (await Deno.readTextFile(target).catch(() => undefined) === text) return;
  if (Deno.args.includes("--check")) {
    console.error(`${path} is not what its sources give: run deno task pack`);
    Deno.exitCode = 1;
    return;
  }
  await Deno.writeTextFile(target, text);
}
