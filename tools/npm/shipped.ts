/**
 * For the npm build, in the place of `src/bytes/shipped.ts`: each model is a package of its own, whose default is the
 * address of its file, or, for workerd, the bytes.
 *
 * @module
 */
import { reasonOf } from "../../src/bytes/errors.ts";
import { readAll } from "../../src/bytes/read_all.ts";
import type { ShippedName } from "../../src/bytes/shipped.ts";

/** What a package of weights has. */
interface Shipped {
  readonly default: URL | ArrayBuffer;
}

/** Imports of the packages by name, which `shippedPackages()` of `plugins.ts` writes. */
declare const IMPORTS: Readonly<Record<ShippedName, () => Promise<Shipped>>>;

const packageOf = (name: ShippedName): string => `@sidewinder/weights-${name.replaceAll("_", "-")}`;

/** The package of a model, or its file where a CDN has it: beside this package. */
async function find(name: ShippedName): Promise<Shipped> {
  try {
    return await IMPORTS[name]();
  } catch (error) {
    const here = import.meta.url as string | undefined;
    if (!/^https?:/.test(here ?? "")) throw error;
    return { default: new URL(`../${packageOf(name)}/${name}.safetensors`, here) };
  }
}

/** See `src/bytes/shipped.ts`. */
export async function shippedBytes(name: ShippedName): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const { default: where } = await find(name);
    return where instanceof URL ? await readAll(where) as Uint8Array<ArrayBuffer> : new Uint8Array(where);
  } catch (error) {
    throw new Error(
      `Cannot take the built-in model as its package must be there, npm install ${packageOf(name)}: current answer is ${
        reasonOf(error)
      }`,
      { cause: error },
    );
  }
}
