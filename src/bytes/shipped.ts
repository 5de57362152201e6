/**
 * The models that ship, each in a package of its own beside this one: `weights/<name>/` of the source tree,
 * `@sidewinder/weights-<name>` in the registries. The build for npm puts `tools/npm/shipped.ts` in the place of this file.
 *
 * @module
 */
import { fromBase64 } from "./base64.ts";
import { readPath } from "./read_path.ts";

/** Names of the models that ship. */
export type ShippedName =
  | "vim_micro"
  | "mambair_light_x2"
  | "mambair_light_x3"
  | "mambair_light_x4"
  | "mambair_denoise";

/** Name and version in the address of a package at a registry of Deno, whichever its host. */
const JSR_REGEXP = /^https?:\/\/[^/]+\/@[\w-]+\/[\w-]+\/(\d+\.\d+\.\d+[^/]*)\//;

/** Folder of a model, beside the module at `from`. */
export function shippedFolder(name: ShippedName, from: string): URL {
  const version = JSR_REGEXP.exec(from)?.[1];
  return version === undefined
    ? new URL(`../../weights/${name}/`, from)
    : new URL(`/@sidewinder/weights-${name.replaceAll("_", "-")}/${version}/`, from);
}

/**
 * The checkpoint of a model. On a disk it is the file itself; from a URL it is a module with the file in base64, which
 * Deno downloads once, keeps, and imports without a permission.
 *
 * @throws {Error} When it is not there.
 */
export async function shippedBytes(name: ShippedName): Promise<Uint8Array<ArrayBuffer>> {
  const folder = shippedFolder(name, import.meta.url);
  if (folder.protocol === "file:") return await readPath(new URL(`${name}.safetensors`, folder));
  const { default: packed } = await import(new URL(`${name}.gen.js`, folder).href) as { readonly default: string };
  return fromBase64(packed);
}
