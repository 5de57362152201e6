/**
 * Files, folders and globs on the command line.
 *
 * @module
 */
import { reasonOf } from "../bytes/errors.ts";
import { nodeFiles, nodePath } from "../bytes/files_node.ts";
import { imageType } from "../image/headers/header.ts";
import { glob } from "./glob.gen.ts";

/** Endings of pictures, in any case. */
export const IMAGE_REGEXP = /\.(a?png|jpe?g|jpe|jfif|pjpeg|webp|gif)$/i;
/** What systems put beside pictures: resource forks, thumbnails, settings, with their folders; and what was never completed. */
const SIDECAR_REGEXP =
  /^(\._.*|\.DS_Store|Thumbs\.db|ehthumbs\.db|desktop\.ini|__MACOSX|@eaDir|\.thumbnails|\..*\.part)$/i;
const GLOB_REGEXP = /[*?[{]/;
/** Bytes that tell what a file is. */
const START = 16;

/** A picture that an argument names. */
export interface ImagePath {
  readonly path: string;
  /** Folders between the folder that was named and the picture; empty for one that was named itself. */
  readonly under: string;
  /** It was found in a folder or by a glob, and not named itself. */
  readonly found: boolean;
  /** It was found in a folder. */
  readonly inFolder?: true;
}

/** Standard input. */
export const STANDARD = "-";

/**
 * The images that arguments name: a folder stands for the images in it, a glob for what it matches. With `recursive` folders in
 * folders count too, but for the one that results go to.
 */
export async function imagePaths(names: readonly string[], recursive: boolean, out?: string): Promise<ImagePath[]> {
  const { stat } = await nodeFiles(), { resolve } = await nodePath();
  const into = recursive ? { except: out && resolve(out) } : undefined;
  const paths: ImagePath[] = [];
  for (const name of names) {
    const there = name === STANDARD ? undefined : await stat(name).catch(() => undefined);
    if (there?.isDirectory()) paths.push(...await imagesIn(name, "", into));
    else if (!there && name !== STANDARD && GLOB_REGEXP.test(name)) {
      paths.push(...(await matches(name)).map((path) => ({ path, under: "", found: true })));
    } else paths.push({ path: name, under: "", found: false });
  }
  return paths;
}

/** The images of a folder: by their ending, or where that says nothing by their first bytes; `into` others in it or not. */
async function imagesIn(
  folder: string,
  under: string,
  into: { readonly except: string | undefined } | undefined,
): Promise<ImagePath[]> {
  const { readdir } = await nodeFiles(), { dirname, join, resolve } = await nodePath();
  const paths: ImagePath[] = [];
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause) => {
    if (under !== "") return undefined;
    throw new Error(`Cannot read ${folder} as it must be a readable folder: current answer is ${reasonOf(cause)}`, {
      cause,
    });
  });
  // One in a folder, such as lost+found, is told of when its turn comes, as a link that leads nowhere is.
  if (!entries) return [{ path: folder, under: dirname(under), found: true, inFolder: true }];
  for (const entry of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    const path = join(folder, entry.name);
    if (SIDECAR_REGEXP.test(entry.name)) continue;
    if (entry.isDirectory()) {
      if (into && resolve(path) !== into.except) paths.push(...await imagesIn(path, join(under, entry.name), into));
    } else if (await isImage(path, entry.name)) paths.push({ path, under, found: true, inFolder: true });
  }
  return paths;
}

/** Whether a file of a folder is an image; a pipe is none, whatever its name, and what leads nowhere is to be told of. */
async function isImage(path: string, name: string): Promise<boolean> {
  const { stat } = await nodeFiles();
  if (!IMAGE_REGEXP.test(name)) return await startsAsImage(path);
  return await stat(path).then((found) => found.isFile(), () => true);
}

async function startsAsImage(path: string): Promise<boolean> {
  const start = await startOf(path, START);
  return start !== undefined && imageType(start) !== undefined;
}

/** The first bytes of a regular file; undefined for what is none, or may not be read. */
export async function startOf(path: string, length: number): Promise<Uint8Array | undefined> {
  const { open, stat } = await nodeFiles();
  if (!await stat(path).then((found) => found.isFile(), () => false)) return undefined;
  const file = await open(path, "r").catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const start = new Uint8Array(length);
    const { bytesRead } = await file.read(start, 0, length, 0);
    return start.subarray(0, bytesRead);
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
