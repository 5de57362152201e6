/**
 * JSON from strangers: the same as `JSON.parse`, but a key that comes twice in one object is refused rather than lost, and
 * nesting has a limit.
 *
 * @module
 */
import { malformed } from "../bytes/errors.ts";
import type { Turn } from "../bytes/turns.ts";

/** Deepest nesting; a safetensors header needs three levels. */
const MAX_DEPTH = 16;

/** How many times as long as handling a byte takes looking at a character. */
const COSTLY = 8;

/** Position after the text that begins at `at`. */
function skipText(json: string, at: number): number {
  for (let i = at + 1; i < json.length; i++) {
    const char = json[i];
    if (char === "\\") i++;
    else if (char === '"') return i + 1;
  }
  return json.length;
}

/** Refuses duplicate keys; the text is valid JSON already. */
async function checkKeys(file: string, json: string, turn: Turn): Promise<void> {
  const colon = /\s*:/y;
  const levels: (Set<string> | undefined)[] = [];
  for (let i = 0; i < json.length;) {
    const char = json[i]!;
    if (char === '"') {
      const end = skipText(json, i);
      const text = json.slice(i, end), pause = turn(COSTLY * text.length);
      if (pause) await pause;
      i = end;
      const keys = levels.at(-1);
      colon.lastIndex = i;
      if (!keys || !colon.test(json)) continue;
      const key: string = JSON.parse(text);
      if (keys.has(key)) throw malformed(file, "no key of its header may come twice", `header has "${key}" twice`);
      keys.add(key);
      continue;
    }
    if (char === "{" || char === "[") levels.push(char === "{" ? new Set() : undefined);
    else if (char === "}" || char === "]") levels.pop();
    if (levels.length > MAX_DEPTH) {
      throw malformed(file, `its header must be nested at most ${MAX_DEPTH} deep`, "header is deeper");
    }
    i++;
  }
}

/**
 * Parses a JSON header.
 *
 * @throws {SyntaxError} When it is no UTF-8, no JSON object, nested too deep, or a key comes twice.
 */
export async function checkJson(file: string, bytes: Uint8Array, turn: Turn): Promise<unknown> {
  if (bytes[0] !== 0x7b) throw malformed(file, "its header must begin with {", `first byte is ${bytes[0]}`);
  let json: string;
  let value: unknown;
  try {
    json = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(json);
  } catch {
    throw malformed(file, "its header must be JSON in UTF-8", "header cannot be parsed");
  }
  await checkKeys(file, json, turn);
  return value;
}
