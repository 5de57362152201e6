/**
 * Steps that programs which run side by side must not do at once.
 *
 * @module
 */

const FOLDER = new URL("../dist/", import.meta.url).pathname;

/** Does a step while nobody else does one of that name in this tree. */
export async function alone<T>(name: string, step: () => Promise<T>): Promise<T> {
  await Deno.mkdir(FOLDER, { recursive: true });
  using file = await Deno.open(`${FOLDER}${name}.lock`, { create: true, write: true });
  await file.lock(true);
  return await step();
}
