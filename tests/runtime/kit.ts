/**
 * What the runtime tests stand on: a folder with the runtimes and bundlers from npm, and the packed tarballs of this
 * project installed beside them, as a user would have it. It is made once and again when a source has changed.
 *
 * @module
 */
import { buildPackages } from "../../tools/npm/built.ts";

/** The project. */
export const ROOT: string = new URL("../../", import.meta.url).pathname;

/** The folder; what lies below it finds the packages in its `node_modules`. */
export const KIT = `${ROOT}dist/runtime/`;

/** Node 20 from npm. */
export const NODE_20 = `${KIT}node_modules/node20/bin/node`;

/** Node 22 from npm. */
export const NODE_22 = `${KIT}node_modules/node22/bin/node`;

/** Node 24 from npm. */
export const NODE_24 = `${KIT}node_modules/node24/bin/node`;

/** Bun from npm. */
export const BUN = `${KIT}node_modules/bun/bin/bun.exe`;

/** What a command printed. */
export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** Runs a command to its end. */
export async function run(
  program: string,
  args: readonly string[],
  options: Deno.CommandOptions = {},
): Promise<Printed> {
  const command = new Deno.Command(program, { ...options, args: [...args], stdout: "piped", stderr: "piped" });
  const { stdout, stderr, code } = await command.output();
  const text = new TextDecoder();
  return { stdout: text.decode(stdout), stderr: text.decode(stderr), code };
}

/** Runs a command that must succeed; its output. */
export async function must(
  program: string,
  args: readonly string[],
  options: Deno.CommandOptions = {},
): Promise<string> {
  const { stdout, stderr, code } = await run(program, args, options);
  if (code !== 0) {
    throw new Error(`${program} ${args.join(" ")} must succeed: exit code is ${code}\n${stdout}${stderr}`);
  }
  return stdout;
}

/** Ends a process that may have ended already. */
export function end(child: Deno.ChildProcess, signal: Deno.Signal = "SIGTERM"): void {
  try {
    child.kill(signal);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // it has ended
  }
}

/** Does a step unless it was done for the same inputs. */
async function once(name: string, stamp: string, step: () => Promise<void>): Promise<void> {
  const file = `${KIT}${name}.stamp`;
  if (await Deno.readTextFile(file).catch(() => "") === stamp) return;
  await step();
  await Deno.writeTextFile(file, stamp);
}

/** Set once the kit is made: all test files of one run share it, whatever becomes of the sources meanwhile. */
const MADE = "SIDEWINDER_KIT_MADE";

/** Makes the folder, or leaves it as it is when it is up to date. */
export async function makeKit(): Promise<void> {
  if (Deno.env.has(MADE)) return;
  await Deno.mkdir(KIT, { recursive: true });
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
  const packages = await Deno.readTextFile(`${ROOT}tests/runtime/kit.json`);
  const lock = await Deno.readTextFile(`${ROOT}tests/runtime/kit_lock.json`);
  await once("packages", packages + lock, async () => {
    await Deno.writeTextFile(`${KIT}package.json`, packages);
    await Deno.writeTextFile(`${KIT}package-lock.json`, lock);
    await must("npm", ["ci", ...quiet], { cwd: KIT });
    await Deno.remove(`${KIT}sidewinder.stamp`).catch(() => undefined);
  });
  await once("sidewinder", await buildPackages(), async () => {
    const folders = [`${ROOT}dist/npm`];
    for await (const { name } of Deno.readDir(`${ROOT}dist/packages`)) folders.push(`${ROOT}dist/packages/${name}`);
    const tarballs: string[] = [];
    for (const cwd of folders) {
      const packed = JSON.parse(await must("npm", ["pack", "--json", "--pack-destination", KIT], { cwd }));
      const { filename }: { filename: string } = Array.isArray(packed) ? packed[0] : Object.values(packed)[0];
      const name = filename.replace(/-\d+\.\d+\.\d+\.tgz$/, ".tgz");
      await Deno.rename(KIT + filename, KIT + name);
      tarballs.push(`./${name}`);
    }
    await must("npm", ["install", "--no-save", ...quiet, ...tarballs], { cwd: KIT });
  });
  Deno.env.set(MADE, "yes");
}

/** A fresh folder within the kit that holds the given files of the project, by the name they get there. */
export async function makeFolder(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = `${KIT}${name}/`;
  await Deno.remove(folder, { recursive: true }).catch(() => undefined);
  await Deno.mkdir(folder);
  for (const [target, source] of Object.entries(files)) await Deno.copyFile(ROOT + source, folder + target);
  return folder;
}
