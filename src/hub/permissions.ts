/**
 * What Deno must allow before a model comes from the hub, said before it asks.
 *
 * @module
 */

import { cacheFolder } from "../bytes/cache_node.ts";

/** The part of Deno that is used here. */
interface DenoLike {
  readonly permissions: { query(wish: object): Promise<{ readonly state: string }> };
  readonly stdin: { isTerminal(): boolean };
}

const deno = (): DenoLike | undefined => (globalThis as { Deno?: DenoLike }).Deno;

/** State of a permission. */
const stateOf = async (wish: object): Promise<string> => (await deno()!.permissions.query(wish)).state;

/** What has been said, so that it is said once. */
const said = new Set<string>();

/**
 * A variable of the environment, where the runtime has one and need not ask for it.
 */
export async function environment(name: string): Promise<string | undefined> {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  const state = await deno()?.permissions.query({ name: "env", variable: name });
  if (state && state.state !== "granted") return undefined;
  return process?.env?.[name] || undefined;
}

/**
 * Says which permissions a download needs: to a person at a terminal by a line, before Deno asks one by one; otherwise by
 * an error, since nobody could answer.
 *
 * @throws {Error} When one is missing and nobody can be asked.
 */
export async function announce(name: string, host: string | undefined, cacheDir: string | undefined): Promise<void> {
  const runtime = deno();
  if (!runtime) return;
  const home = cacheDir === undefined
    ? [
      { flag: "--allow-env=XDG_CACHE_HOME,HOME", wish: { name: "env", variable: "XDG_CACHE_HOME" } },
      { flag: "--allow-sys=homedir", wish: { name: "sys", kind: "homedir" } },
    ]
    : [];
  const known = (await Promise.all(home.map(({ wish }) => stateOf(wish)))).every((state) => state === "granted");
  const folder = cacheDir ?? (known ? await cacheFolder() : undefined);
  const at = folder === undefined ? "" : `=${folder}`, path = folder === undefined ? {} : { path: folder };
  const wishes = [
    ...(host === undefined ? [] : [{ flag: `--allow-net=${host}`, wish: { name: "net", host } }]),
    ...home,
    { flag: `--allow-read${at}`, wish: { name: "read", ...path } },
    { flag: `--allow-write${at}`, wish: { name: "write", ...path } },
  ];
  const states = await Promise.all(wishes.map(({ wish }) => stateOf(wish)));
  const missing = wishes.filter((_, i) => states[i] !== "granted").map(({ flag }) => flag).join(" ");
  if (missing === "") return;
  if (states.includes("denied") || !runtime.stdin.isTerminal()) {
    throw new Error(`Cannot load ${name} as Deno must be run with ${missing}: current permissions lack that`);
  }
  if (!said.has(missing)) console.warn(`${name} needs ${missing}, which Deno will ask for.`);
  said.add(missing);
}
