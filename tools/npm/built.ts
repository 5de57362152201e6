/**
 * The npm packages as they are built from the tree at hand: once, whoever asks.
 *
 * @module
 */
import { alone } from "../alone.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** What the packages are built from. */
const SOURCES = [
  "mod.ts",
  "kernels.ts",
  "cli.ts",
  "deno.json",
  "deno.lock",
  "import_map.json",
  "src",
  "vectors",
  "weights",
  "tools/build_npm.ts",
  "tools/npm",
  "LICENSE",
];

/** Changes whenever a file does that the packages are built from. */
async function stampOf(paths: readonly string[]): Promise<string> {
  const parts: string[] = [];
  const visit = async (path: string): Promise<void> => {
    const stat = await Deno.stat(path);
    if (stat.isDirectory) { for await (const { name } of Deno.readDir(path)) await visit(`${path}/${name}`); }
    else parts.push(`${path} ${stat.size} ${stat.mtime?.getTime()}`);
  };
  for (const path of paths) await visit(ROOT + path);
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(parts.sort().join("\n")));
  return new Uint8Array(digest).toHex();
}

/**
 * Builds `dist/npm` and `dist/packages` unless that was done from the same files; gives a text that changes with them.
 *
 * @throws {Error} When they cannot be built.
 */
export function buildPackages(): Promise<string> {
  return alone("npm", async () => {
    const file = `${ROOT}dist/npm.stamp`, stamp = await stampOf(SOURCES);
    if (await Deno.readTextFile(file).catch(() => "") === stamp) return stamp;
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", `${ROOT}tools/build_npm.ts`],
      cwd: ROOT,
      stdout: "null",
    }).output();
    if (!success) throw new Error(`Cannot build the packages: ${new TextDecoder().decode(stderr)}`);
    await Deno.writeTextFile(file, stamp);
    return stamp;
  });
}
