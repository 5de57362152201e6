/**
 * The state of the page across visits: what the page says of itself, and which files belong to it.
 *
 * @module
 */
import { forgetAllBut, keep, kept } from "./storage.ts";

const STATE = "state.json";

/** Names of the files that a state speaks of. */
interface Kept {
  readonly files: readonly string[];
}

/** What an earlier visit left; files that no state speaks of are let go. */
export async function readSession(): Promise<string | undefined> {
  const text = await (await kept(STATE))?.text();
  if (!text) return undefined;
  try {
    const { files } = JSON.parse(text) as Kept;
    await forgetAllBut(new Set([STATE, ...files]));
    return text;
  } catch {
    await forgetSession(); // cut off while it was written
    return undefined;
  }
}

/** Keeps the state of this visit. */
export async function keepSession(text: string): Promise<void> {
  await keep(STATE, [new TextEncoder().encode(text)]);
}

/** Lets everything go. */
export async function forgetSession(): Promise<void> {
  await forgetAllBut(new Set());
}
