/**
 * Where results go, and what forbids that.
 *
 * @module
 */
import { isAbandoned, nodeFiles, nodePath, partName, writing } from "../bytes/files_node.ts";
import { UsageError } from "./command.ts";
import { IMAGE_REGEXP, type ImagePath, STANDARD } from "./image_paths.ts";

/** Formats that can be written, by file ending. */
const FORMATS = {
  png: "png",
  apng: "png",
  jpg: "jpeg",
  jpeg: "jpeg",
  jpe: "jpeg",
  jfif: "jpeg",
  webp: "webp",
  gif: "gif",
} as const;

/** Format of a result. */
export type TargetType = "png" | "jpeg" | "webp" | "gif";

const ENDINGS: { readonly [type in TargetType]: string } = { png: "png", jpeg: "jpg", webp: "webp", gif: "gif" };

/** Where a result goes, and in which format. */
export interface Target {
  readonly path: string;
  readonly type: TargetType;
  /** It is there already and complete. */
  readonly done: boolean;
}

/** What was asked for. */
export interface TargetOptions {
  readonly out: string | undefined;
  readonly type: TargetType | undefined;
  readonly suffix: string;
  readonly force: boolean;
  readonly resume: boolean;
}

/** The format that an ending names. */
export function formatOf(path: string): TargetType | undefined {
  const ending = /\.(\w+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
  return Object.hasOwn(FORMATS, ending) ? FORMATS[ending as keyof typeof FORMATS] : undefined;
}

/** What `--type` names. */
export function typeOption(value: string | undefined): TargetType | undefined {
  if (value === undefined) return undefined;
  const type = formatOf(`.${value}`);
  if (!type) throw new UsageError(`Cannot use --type as it must be png, jpeg, webp or gif: current value is ${value}`);
  return type;
}

/**
 * Where each result goes: `out` itself for one image, unless it is a folder; else a file of the image's name in the folder
 * `out`, or beside the image where there is only a suffix.
 *
 * @throws {UsageError} When `out` is the name of one picture, and a folder or several pictures are given; when it has the ending
 *   of no picture.
 * @throws {Error} When two results would get the same file, or a file would be overwritten.
 */
export async function targetsOf(images: readonly ImagePath[], options: TargetOptions): Promise<Target[]> {
  const { out, type, suffix, force, resume } = options;
  if (out === STANDARD) {
    if (images.length > 1) {
      throw new UsageError(`Cannot write to standard output as IN must be one image: there are ${images.length}`);
    }
    return [{ path: STANDARD, type: type ?? "png", done: false }];
  }
  const targets = await named(images, options), taken = new Map<string, string>();
  const { resolve } = await nodePath(), checked: Target[] = [];
  for (const [i, target] of targets.entries()) {
    const { path } = target, image = images[i]!.path, other = taken.get(resolve(path));
    if (other !== undefined) {
      throw new Error(`Cannot write ${path} as it must come from one image: ${other} and ${image} do`);
    }
    taken.set(resolve(path), image);
    await checkFree(path, images.map((input) => input.path), force || resume);
    checked.push({ ...target, done: resume && await isNewer(path, image) });
  }
  if (suffix.includes("/")) {
    throw new UsageError(`Cannot use --suffix as it must have no slash: current value is ${suffix}`);
  }
  return checked;
}

/**
 * Refuses to write over an input, by whatever name or link, over a folder, and without `force` over a file.
 *
 * @throws {Error} In these cases.
 */
export async function checkFree(path: string, inputs: readonly string[], force: boolean): Promise<void> {
  const { stat } = await nodeFiles(), { resolve } = await nodePath();
  for (const input of inputs) {
    if (input !== STANDARD && (resolve(path) === resolve(input) || await sameFile(path, input))) {
      throw new Error(`Cannot write ${path} as it must not be the input itself`);
    }
  }
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory()) throw new Error(`Cannot write ${path} as it must be a file: it is a folder`);
  if (there && !force) {
    throw new Error(`Cannot write ${path} as it must not exist yet: it does; --force overwrites it`);
  }
}

/**
 * The images of a run that goes on: those that were found and are the results of others by their suffix are left out, as the
 * run before has put them beside their images.
 */
export async function withoutResults(images: readonly ImagePath[], options: TargetOptions): Promise<ImagePath[]> {
  if (!options.resume || options.suffix === "" || options.out === STANDARD) return [...images];
  const { resolve } = await nodePath(),
    results = new Set((await named(images, options)).map(({ path }) => resolve(path)));
  return images.filter(({ path, found }) => !found || !results.has(resolve(path)));
}

/** Takes away what runs that were killed have left half-written in the folders of results. */
export async function clearParts(targets: readonly Target[]): Promise<void> {
  const { readdir, rm } = await nodeFiles(), { dirname, join } = await nodePath();
  const files = targets.filter(({ path }) => path !== STANDARD);
  for (const folder of new Set(files.map(({ path }) => dirname(path)))) {
    for (const name of await readdir(folder).catch(() => [])) {
      if (await isAbandoned(name)) await rm(join(folder, name), { force: true });
    }
  }
}

/** Names of results, before anything is looked at. */
async function named(
  images: readonly ImagePath[],
  { out, type, suffix }: TargetOptions,
): Promise<Omit<Target, "done">[]> {
  const { stat } = await nodeFiles(), { basename, dirname, join } = await nodePath();
  const [one] = images, single = images.length === 1 && !one!.inFolder && !(one!.found && !formatOf(out ?? ""));
  const isFolder = out === undefined || /[/\\]$/.test(out) ||
    await stat(out).then((found) => found.isDirectory(), () => false);
  if (!isFolder && !single && formatOf(out)) {
    throw new UsageError(
      `Cannot write ${out} as IN must be one image: ${
        images.some(({ inFolder }) => inFolder) ? "it is a folder" : `there are ${images.length}`
      }; a folder for the results has no such ending, or a / at its end`,
    );
  }
  const folder = isFolder || !single;
  if (!folder) {
    const ending = formatOf(out);
    if (!ending && !type) {
      throw new UsageError(
        `Cannot write ${out} as its ending must be .png, .jpg, .jpeg, .webp or .gif, or it must be a folder`,
      );
    }
    return [{ path: out, type: type ?? ending! }];
  }
  return images.map(({ path, under }) => {
    const format = type ?? "png", name = path === STANDARD ? "picture" : basename(path).replace(IMAGE_REGEXP, "");
    return {
      path: join(out === undefined ? dirname(path) : join(out, under), `${name}${suffix}.${ENDINGS[format]}`),
      type: format,
    };
  });
}

/** Whether two paths lead to one file, by whatever names or links. */
async function sameFile(a: string, b: string): Promise<boolean> {
  const { stat } = await nodeFiles();
  const [one, other] = await Promise.all([a, b].map((path) => stat(path, { bigint: true }).catch(() => undefined)));
  return one !== undefined && other !== undefined && one.ino === other.ino && one.dev === other.dev;
}

/** Whether a result is no older than its image. Files appear only when they are complete. */
async function isNewer(path: string, image: string): Promise<boolean> {
  const { stat } = await nodeFiles();
  const [result, source] = await Promise.all([path, image].map((file) => stat(file).catch(() => undefined)));
  return result !== undefined && result.size > 0 && source !== undefined && result.mtimeMs >= source.mtimeMs;
}

/** Bytes that a pixel of a result takes at least, so that a disk without them is refused before any work. */
const LEAST_BYTES: { readonly [type in TargetType]: number } = { png: 0.6, jpeg: 0.1, webp: 0.05, gif: 0.2 };

/**
 * Makes the folder of a result and refuses one that cannot be written into, or has no room.
 *
 * @throws {Error} In these cases.
 */
export async function makeRoom({ path, type }: Target, pixels: number): Promise<void> {
  const { mkdir, open, rm, stat, statfs } = await nodeFiles(), { dirname, join } = await nodePath();
  const folder = dirname(path);
  await writing(path, mkdir(folder, { recursive: true }));
  await writing(
    path,
    stat(path).then(() => {}, (error) => error.code === "ENOENT" ? undefined : Promise.reject(error)),
  );
  // Only a file that is made there tells: asked for the right to write, Deno says yes of a disk that may only be read.
  const probe = join(folder, await partName());
  await writing(path, open(probe, "wx").then((file) => file.close()));
  await rm(probe);
  const { bavail, bsize } = await statfs(folder), needed = Math.ceil(LEAST_BYTES[type] * pixels);
  if (bavail * bsize < needed) {
    throw new Error(
      `Cannot write ${path} as its disk must have at least ${(needed / 1e6).toFixed(1)} MB left: ` +
        `current room is ${(bavail * bsize / 1e6).toFixed(1)} MB`,
    );
  }
}
