/**
 * Files, folders and globs on the command line.
 *
 * @module
 */
import { nodeFiles, nodePath } from "../bytes/files_node.ts";
import { imageType } from "../image/headers/header.ts";
import { glob } from "./glob.gen.ts";

const IMAGE_REGEXP = /\.(png|jpe?g|jpe|jfif|pjpeg|webp)$/i;
/** What systems put beside pictures: resource forks, thumbnails, folder settings. */
const SIDECAR_REGEXP = /^(\._.*|\.DS_Store|Thumbs\.db|ehthumbs\.db|desktop\.ini)$/i;
const GLOB_REGEXP = /[*?[{]/;
/** Bytes that tell what a file is. */
const START = 16;

/** The images that arguments name: a folder stands for the images in it, a glob for what it matches. */
export async function imagePaths(names: readonly string[]): Promise<string[]> {
  const { stat } = await nodeFiles();
  const paths: string[] = [];
  for (const name of names) {
    const found = await stat(name).catch(() => undefined);
    if (found?.isDirectory()) paths.push(...await imagesIn(name));
    else if (!found && GLOB_REGEXP.test(name)) paths.push(...await matches(name));
    else paths.push(name);
  }
  return paths;
}

/** The images of a folder: by their ending, or where that says nothing by their first bytes. */
async function imagesIn(folder: string): Promise<string[]> {
  const { readdir } = await nodeFiles(), { join } = await nodePath();
  const paths: string[] = [];
  for (const file of (await readdir(folder)).sort()) {
    const path = join(folder, file);
    if (!SIDECAR_REGEXP.test(file) && (IMAGE_REGEXP.test(file) || await startsAsImage(path))) paths.push(path);
  }
  return paths;
}

async function startsAsImage(path: string): Promise<boolean> {
  const { open, stat } = await nodeFiles();
  if (!await stat(path).then((found) => found.isFile(), () => false)) return false;
  const file = await open(path, "r").catch(() => undefined); // what may not be read is not ours to name
  if (file === undefined) return false;
  try {
    const start = new Uint8Array(START);
    await file.read(start, 0, START, 0);
    return imageType(start) !== undefined;
  } finally {
    await file.close();
  }
}

/** What a glob matches. Its folders that exist by that very name are folders, whatever signs the name holds. */
async function matches(pattern: string): Promise<string[]> {
  const { stat } = await nodeFiles(), { basename, join } = await nodePath();
  const parts = pattern.split("/");
  let folder = pattern.startsWith("/") ? "/" : "";
  while (parts.length > 1) {
    const next = join(folder, parts[0]!);
    if (!await stat(next).then((found) => found.isDirectory(), () => false)) break;
    folder = next;
    parts.shift();
  }
  const found = await glob([parts.join("/")], { cwd: folder || "." });
  return found.filter((file) => IMAGE_REGEXP.test(file) && !SIDECAR_REGEXP.test(basename(file))).sort()
    .map((file) => join(folder, file));
}

/** Formats that can be written, by file ending. */
const FORMATS = { png: "png", jpg: "jpeg", jpeg: "jpeg", jpe: "jpeg", jfif: "jpeg", webp: "webp" } as const;

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
    folder
      ? { path: join(out, `${basename(image).replace(IMAGE_REGEXP, "")}.png`), type: "png" }
      : { path: out, type: type! }
  );
  const taken = new Map<string, string>();
  for (const [i, { path }] of targets.entries()) {
    const image = images[i]!, other = taken.get(path);
    if (other !== undefined) {
      throw new Error(`Cannot write ${path} as it must come from one image: ${other} and ${image} do`);
    }
    taken.set(path, image);
    if (resolve(path) === resolve(image) || await sameFile(path, image)) {
      throw new Error(`Cannot write ${path} as it must not be the input itself`);
    }
    if (!force && await stat(path).then(() => true, () => false)) {
      throw new Error(`Cannot write ${path} as it must not exist yet: it does; --force overwrites it`);
    }
  }
  return targets;
}

/** Whether two paths lead to one file, by whatever names or links. */
async function sameFile(a: string, b: string): Promise<boolean> {
  const { stat } = await nodeFiles();
  const [one, other] = await Promise.all([a, b].map((path) => stat(path, { bigint: true }).catch(() => undefined)));
  return one !== undefined && other !== undefined && one.ino === other.ino && one.dev === other.dev;
}
