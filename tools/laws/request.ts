/**
 * What the arguments of `deno task laws` ask for.
 *
 * @module
 */
import { type Extra, EXTRAS, type Feature, FEATURES, type LawCase, lawOf, type Program } from "../../src/laws/mod.ts";
import { makeCase, type Recipe, type Storage, STORAGES } from "../../src/laws/mod.ts";

/** What can be asked for. */
export type Verb = "devices" | "emit" | "check" | "shrink" | "run";

const OF_PROGRAM = ["--lacks", "--offers", "--hold", "--roundoff", "--storage", "--segsum"] as const;
const OF_CASES = ["--runs", "--seed", "--law"] as const;

/** Flags of each verb, and its arguments. */
const VERBS: Readonly<Record<Verb, { readonly words: readonly string[]; readonly flags: readonly string[] }>> = {
  devices: { words: [], flags: ["--device", ...OF_CASES] },
  emit: { words: ["DIR"], flags: [...OF_CASES, "--recipe", ...OF_PROGRAM] },
  check: { words: ["DIR"], flags: ["--roundoff", "--segsum"] },
  shrink: { words: ["DIR", "SMALLER"], flags: ["--roundoff", "--segsum"] },
  run: { words: ["COMMAND"], flags: [...OF_CASES, "--recipe", ...OF_PROGRAM] },
};

const usageOf = (verb: Verb): string => {
  const { words, flags } = VERBS[verb];
  const name = verb === "devices" ? [] : [verb];
  return ["laws", ...name, ...words, ...flags.map((flag) => flag === "--hold" ? `[${flag}]` : `[${flag} VALUE]`)].join(
    " ",
  );
};

/** The usage of all verbs, a line each. */
export const USAGE = (Object.keys(VERBS) as Verb[]).map(usageOf).join("\n");

/** Arguments that were understood. */
export interface Request {
  readonly verb: Verb;
  readonly words: readonly string[];
  readonly flags: ReadonlyMap<string, string>;
}

/**
 * Understands arguments.
 *
 * @throws {TypeError} When an argument or a flag is not one of the verb.
 */
export function parse(args: readonly string[]): Request {
  const named = (Object.keys(VERBS) as Verb[]).find((verb) => verb === args[0] && verb !== "devices");
  const verb = named ?? "devices", known = VERBS[verb], words: string[] = [], flags = new Map<string, string>();
  const usage = named ? `usage is ${usageOf(verb)}` : `usage is one of\n${USAGE}`;
  const rest = named ? args.slice(1) : args;
  for (let i = 0; i < rest.length; i++) {
    const arg = rest[i]!;
    if (!arg.startsWith("--")) words.push(arg);
    else if (!known.flags.includes(arg)) {
      throw new TypeError(`Cannot run laws as ${arg} must be a known flag${named ? ` of ${named}` : ""}: ${usage}`);
    } else if (arg === "--hold") flags.set(arg, "");
    else if (rest[i + 1] === undefined || rest[i + 1]!.startsWith("--")) {
      throw new TypeError(`Cannot run laws as ${arg} must have a value: ${usage}`);
    } else flags.set(arg, rest[++i]!);
  }
  if (words.length !== known.words.length) {
    throw new TypeError(`Cannot run laws as its arguments must be known: ${usage}`);
  }
  return { verb, words, flags };
}

/**
 * A number of at least 0, or what stands for it.
 *
 * @throws {RangeError} When it is none.
 */
export function count({ flags }: Request, flag: string, otherwise: number): number {
  const text = flags.get(flag), value = Number(text ?? otherwise);
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`Cannot run laws as ${flag} must be a number of at least 0: current value is ${text}`);
  }
  return value;
}

/** The names of a list, all of them known. */
function namesOf<T extends string>({ flags }: Request, flag: string, known: readonly T[]): T[] {
  const names = flags.get(flag)?.split(",") ?? [], unknown = names.find((name) => !known.some((one) => one === name));
  if (unknown !== undefined) {
    throw new RangeError(
      `Cannot run laws as ${flag} must name some of ${known.join(", ")}: current value is ${unknown}`,
    );
  }
  return names as T[];
}

/** What the judge is told of a program by flags; nothing where there are none. */
export function programOf(request: Request): Program {
  const { flags } = request, roundoff = flags.get("--roundoff");
  if (roundoff !== undefined && !(Number(roundoff) > 0 && Number(roundoff) < 1)) {
    throw new RangeError(`Cannot run laws as --roundoff must be between 0 and 1: current value is ${roundoff}`);
  }
  return {
    ...(flags.has("--lacks") ? { lacks: namesOf<Feature>(request, "--lacks", FEATURES) } : {}),
    ...(flags.has("--offers") ? { offers: namesOf<Extra>(request, "--offers", EXTRAS) } : {}),
    ...(flags.has("--hold") ? { discretisation: "zoh" } : {}),
    ...(roundoff === undefined ? {} : { roundoff: Number(roundoff) }),
    ...(flags.has("--storage") ? { storage: namesOf<Storage>(request, "--storage", STORAGES)[0]! } : {}),
    ...(flags.has("--segsum") ? { segsum: count(request, "--segsum", 0) } : {}),
  };
}

/** The one case that --law and --recipe name, if they do. */
export function caseOf({ flags }: Request): LawCase | undefined {
  const text = flags.get("--recipe"), law = flags.get("--law");
  if (text === undefined) return undefined;
  if (law === undefined) throw new TypeError("Cannot run laws as --recipe must come with --law: it stands alone");
  try {
    const recipe = JSON.parse(text) as Recipe;
    makeCase(recipe);
    return { law: lawOf(law).name, recipe };
  } catch (error) {
    throw new SyntaxError(
      `Cannot run laws as --recipe must be a recipe as check prints it: ${(error as Error).message}`,
    );
  }
}

/** The flags that say what was told of a program, for a command that repeats a failure. */
export function flagsOf({ lacks = [], offers = [], discretisation, roundoff, storage, segsum }: Program): string {
  return [
    lacks.length > 0 ? `--lacks ${lacks.join(",")}` : "",
    offers.length > 0 ? `--offers ${offers.join(",")}` : "",
    discretisation === "zoh" ? "--hold" : "",
    roundoff === undefined ? "" : `--roundoff ${roundoff}`,
    storage === undefined ? "" : `--storage ${storage}`,
    segsum === undefined ? "" : `--segsum ${segsum}`,
  ].filter((flag) => flag !== "").map((flag) => ` ${flag}`).join("");
}
