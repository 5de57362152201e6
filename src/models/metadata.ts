/**
 * The `sidewinder` entry of a file's metadata, checked: it comes from strangers.
 *
 * @module
 */
import { malformed } from "../bytes/errors.ts";
import type { Preprocessing } from "../image/preprocess.ts";
import type { ModelMetadata } from "./family.ts";

/** Longest side that an image is resized or cut to. */
const MAX_SIDE = 16_384;
/** Most classes, and the longest name of one. */
const MAX_LABELS = 100_000;
const MAX_LABEL = 1_000;
/** Longest text, longest list and deepest nesting of an option. */
const MAX_TEXT = 100;
const MAX_ITEMS = 100;
const MAX_DEPTH = 3;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isSide = (value: unknown): boolean =>
  Number.isInteger(value) && value as number >= 1 && value as number <= MAX_SIDE;

const isSides = (value: unknown): boolean =>
  isSide(value) || (Array.isArray(value) && value.length === 2 && value.every(isSide));

const isTriple = (value: unknown, least: number): boolean =>
  Array.isArray(value) && value.length === 3 &&
  value.every((item) => typeof item === "number" && Number.isFinite(item) && item > least);

/** Whether an option is short and plain: a number, a flag, a word, or a few of those. */
function isPlain(value: unknown, depth = 0): boolean {
  if (typeof value === "string") return value.length <= MAX_TEXT;
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) return true;
  const names = Array.isArray(value) ? [] : Object.keys(value), items = Object.values(value);
  return depth < MAX_DEPTH && items.length <= MAX_ITEMS && names.every((name) => name.length <= MAX_TEXT) &&
    items.every((item) => isPlain(item, depth + 1));
}

function checkPreprocessing(value: unknown, wrong: (wish: string) => never): Preprocessing {
  if (!isRecord(value)) return wrong("preprocessing must be an object");
  const { resize, crop, mean, std } = value;
  if (!isSides(resize)) wrong(`preprocessing.resize must be a side or two from 1 to ${MAX_SIDE}`);
  if (!isSides(crop)) wrong(`preprocessing.crop must be a side or two from 1 to ${MAX_SIDE}`);
  if (!isTriple(mean, -Infinity)) wrong("preprocessing.mean must be three finite numbers");
  if (!isTriple(std, 0)) wrong("preprocessing.std must be three finite numbers above 0");
  return value as unknown as Preprocessing;
}

function isAnswers(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { kind, unsureBelow, chosen } = value;
  return [kind, chosen].every((text) => typeof text === "string" && text.length <= MAX_LABEL) &&
    typeof unsureBelow === "number" && unsureBelow >= 0 && unsureBelow <= 1;
}

/**
 * Reads the entry.
 *
 * @throws {SyntaxError} When it is no JSON object, or a value is of the wrong kind or out of its limits.
 */
export function readMetadata(file: string, text: string): ModelMetadata {
  const wrong = (wish: string): never => {
    throw malformed(file, `${wish} in its metadata entry "sidewinder"`, "value is something else");
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return wrong("JSON must be");
  }
  if (!isRecord(value)) return wrong("an object must be");
  const { family, options, preprocessing, labels, answers } = value;
  if (family !== undefined && (typeof family !== "string" || family.length > MAX_TEXT)) wrong("family must be a word");
  if (options !== undefined && (!isRecord(options) || !isPlain(options))) {
    wrong("options must be an object of numbers, flags, words and short lists");
  }
  if (preprocessing !== undefined) checkPreprocessing(preprocessing, wrong);
  if (labels !== undefined) {
    const named = Array.isArray(labels) && labels.length <= MAX_LABELS &&
      labels.every((label) => typeof label === "string" && label.length <= MAX_LABEL);
    if (!named) wrong(`labels must be a list of at most ${MAX_LABELS} texts of at most ${MAX_LABEL} characters`);
  }
  if (answers !== undefined && !isAnswers(answers)) {
    wrong(
      `answers must be an object of kind and chosen, texts of at most ${MAX_LABEL} characters, and unsureBelow, 0 to 1`,
    );
  }
  return value as ModelMetadata;
}
