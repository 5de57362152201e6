/**
 * Which of the types that can be given a client likes best.
 *
 * @module
 */

interface Range {
  readonly type: string;
  readonly quality: number;
}

/** Other names of types that are given here. */
const SYNONYMS: Readonly<Record<string, string>> = {
  "image/x-png": "image/png",
  "image/apng": "image/png",
  "image/x-citrix-png": "image/png",
  "text/json": "application/json",
  "application/x-json": "application/json",
};

/** The media ranges of an `Accept` header; no header accepts all. */
function parseAccept(accept: string | null): Range[] {
  return (accept ?? "*/*").split(",").map((part) => {
    const [type = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith("q="));
    return { type: SYNONYMS[type] ?? type, quality: quality === undefined ? 1 : Number(quality.slice(2)) || 0 };
  });
}

/** How precisely a range names a type; -1: not at all. */
function precision(range: string, type: string): number {
  if (range === type) return 2;
  if (range === `${type.split("/")[0]}/*`) return 1;
  return range === "*/*" ? 0 : -1;
}

/** The quality of a type: that of the range that names it most precisely. */
function qualityOf(ranges: readonly Range[], type: string): number {
  const fitting = ranges.map((range) => ({ ...range, precision: precision(range.type, type) }))
    .filter((range) => range.precision >= 0).sort((a, b) => b.precision - a.precision);
  return fitting[0]?.quality ?? 0;
}

/** The best of the offered types, the first of equals; undefined when none is accepted. */
export function chooseType<T extends string>(accept: string | null, offered: readonly T[]): T | undefined {
  const ranges = parseAccept(accept);
  const rated = offered.map((type) => ({ type, quality: qualityOf(ranges, type) }))
    .filter(({ quality }) => quality > 0);
  return rated.sort((a, b) => b.quality - a.quality)[0]?.type;
}
