/**
 * Files, folders and globs on the command line.
 *
 * @module
 */
import { nodeFiles, nodePath } from "../bytes/files_node.ts";

const IMAGE_REGEXP = /\.(png|jpe?g|webp)$/i;
const GLOB_REGEXP = /[*?[{]/;

interface Globber {
  readonly glob: (patterns: readonly string[]) => Promise<string[]>;
}

/** The images that arguments name: a folder stands for the images in it, a glob for what it matches. */
export async function imagePaths(names: readonly string[]): Promise<string[]> {
  const { readdir, stat } = await nodeFiles(), { join } = await nodePath();
  const paths: string[] = [];
  for (const name of names) {
    const found = await stat(name).catch(() => undefined);
    if (found?.isDirectory()) {
      const images = (await readdir(name)).filter((file) => IMAGE_REGEXP.test(file)).sort();
      paths.push(...images.map((file) => join(name, file)));
    } else if (!found && GLOB_REGEXP.test(name)) {
      // The command line also runs from a URL, where there is no import map.
      // deno-lint-ignore no-import-prefix
      const { glob } = await import("npm:tinyglobby@0.2.15") as unknown as Globber;
      paths.push(...(await glob([name])).filter((file) => IMAGE_REGEXP.test(file)).sort());
    } else paths.push(name);
  }
  return paths;
}

/** Formats that can be written, by file ending. */
const FORMATS = { png: "png", jpg: "jpeg", jpeg: "jpeg", webp: "webp" } as const;

/** Where a result goes, and in which format. */
export interface Target {
  readonly path: string;
  readonly type: "png" | "jpeg" | "webp";
}

/** The format that the ending of a path names. */
export function formatOf(path: string): Target["type"] | undefined {
  const ending = /\.(\w+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
  return Object.hasOwn(FORMATS, ending) ? FORMATS[ending as keyof typeof FORMATS] : undefined;
}

/**
 * Where each result goes: `out` itself for one image, unless it is a folder; else a file of the image's name in the folder
 * `out`, as PNG.
 *
 * @throws {Error} When two results would get the same file, or a file would be overwritten.
 */
export async function targetsOf(images: readonly string[], out: string, force: boolean): Promise<Target[]> {
  const { stat } = await nodeFiles(), { basename, join, resolve } = await nodePath();
  const folder = images.length > 1 || /[/\\]$/.test(out) ||
    await stat(out).then((found) => found.isDirectory(), () => false);
  const type = formatOf(out);
  if (!folder && !type) {
    throw new Error(`Cannot write ${out} as its ending must be .png, .jpg, .jpeg or .webp, or it must be a folder`);
  }
  const targets = images.map((image): Target =>
    folder ? { path: join(out, basename(image).replace(/\.\w+$/, ".png")), type: "png" } : { path: out, type: type! }
  );
  const taken = new Map<string, string>();
  for (const [i, { path }] of targets.entries()) {
    const image = images[i]!, other = taken.get(path);
    if (other !== undefined) {
      throw new Error(`Cannot write ${path} as it must come from one image: ${other} and ${image} do`);
    }
    taken.set(path, image);
    if (resolve(path) === resolve(image)) throw new Error(`Cannot write ${path} as it must not be the input itself`);
    if (!force && await stat(path).then(() => true, () => false)) {
      throw new Error(`Cannot write ${path} as it must not exist yet: it does; --force overwrites it`);
    }
  }
  return targets;
}
