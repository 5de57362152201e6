/**
 * The state of the page across visits: what the page says of itself, and which files belong to it. Two files are written in
 * turn, so that a visit that ends in the middle of writing leaves the state before.
 *
 * @module
 */
import { forgetAllBut, isInMemory, keep, kept } from "./storage.ts";

const SLOTS = ["state-0", "state-1"] as const;
/** Number of the state that was written last. */
let last = 0;

/** A state with its number. */
interface Numbered {
  readonly number: number;
  readonly text: string;
  readonly files: readonly string[];
}

/** What a slot holds; undefined where that is nothing, or was cut off. */
async function readSlot(slot: string): Promise<Numbered | undefined> {
  try {
    const { number, text } = JSON.parse(await (await kept(slot))!.text()) as Numbered;
    return { number, text, files: (JSON.parse(text) as Numbered).files };
  } catch {
    return undefined;
  }
}

/** What an earlier visit left; files that it does not speak of are let go. */
export async function readSession(): Promise<string | undefined> {
  const found = (await Promise.all(SLOTS.map(readSlot))).filter((slot) => slot !== undefined);
  const newest = found.sort((a, b) => b.number - a.number)[0];
  if (!newest) return undefined;
  last = newest.number;
  await forgetAllBut(new Set([...SLOTS, ...newest.files]));
  return newest.text;
}

/** Keeps the state of this visit; whether it, and every file that it speaks of, survives a reload. */
export async function keepSession(text: string): Promise<boolean> {
  const number = ++last, { files } = JSON.parse(text) as Numbered;
  const kept = await keep(SLOTS[number % 2]!, [new TextEncoder().encode(JSON.stringify({ number, text }))]);
  return kept && !files.some(isInMemory);
}

/** Lets everything go. */
export async function forgetSession(): Promise<void> {
  await forgetAllBut(new Set());
}
