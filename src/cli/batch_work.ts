/**
 * What the pictures of a batch are, and what each costs, by the first bytes of their files.
 *
 * @module
 */
import { peekSize } from "../image/headers/peek.ts";
import { ENCODE } from "../image/work.ts";
import type { RestoreOptions, Restorer } from "../restore.ts";
import { netsCost } from "../restore/cost.ts";
import type { Size } from "../restore/size.ts";
import { type ImagePath, STANDARD, startOf } from "./image_paths.ts";
import { netsFor, resultSize } from "./restore_one.ts";
import type { Target } from "./targets.ts";

/** Bytes of a file that tell the size of its picture. */
const START = 1 << 18;

/** A picture of a batch. */
interface Work {
  /** Of the result. */
  readonly megapixels: number;
  /** Milliseconds on a modest core. */
  readonly cost: number;
}

const UNKNOWN: Work = { megapixels: 0, cost: 0 };

/** What a picture of that size costs. */
async function workOf(
  restorer: Restorer,
  from: Size,
  { type }: Target,
  options: RestoreOptions,
): Promise<Work> {
  const { width, height } = await resultSize(restorer, from, options), megapixels = width * height / 1e6;
  const encode = type === "gif" ? 0 : ENCODE[type] * megapixels;
  return { megapixels, cost: netsCost(await netsFor(restorer, from, options), from) + encode };
}

/** Zeros where a file does not say soon, or asks for what cannot be. */
export async function batchWork(
  restorer: Restorer,
  todo: readonly { readonly image: ImagePath; readonly target: Target }[],
  options: RestoreOptions,
): Promise<Work[]> {
  const works: Work[] = [];
  for (const { image: { path }, target } of todo) {
    const start = path === STANDARD ? undefined : await startOf(path, START), from = start && peekSize(start);
    works.push(from ? await workOf(restorer, from, target, options).catch(() => UNKNOWN) : UNKNOWN);
  }
  return works;
}
