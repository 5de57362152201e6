/**
 * Text from a language model, token by token.
 *
 * @module
 */
import { checkedIds, type LanguageCache, type LanguageModel, type TokenIds } from "./language_model.ts";
import { runModel } from "./run/run_model.ts";

/** A token as it is made. */
export interface GeneratedToken {
  /** Its id, one a sequence. */
  readonly ids: readonly number[];
  /** How many came before it in this run. */
  readonly index: number;
  /** The logits it was drawn from, [batch, vocabulary], where they were asked for. */
  readonly logits?: Float32Array;
}

/** How tokens are drawn. */
export interface GenerateOptions {
  /** Tokens at most; without end by default. */
  readonly maxTokens?: number;
  /** Divides the logits; 0 (default) takes the most likely token. */
  readonly temperature?: number;
  /** Draws among so many of the most likely tokens, and those equal to the last of them; 0 (default): all. */
  readonly topK?: number;
  /** Draws among the most likely tokens that make up this share of the probability; 1 (default): all. */
  readonly topP?: number;
  /** Seed of the draws; 0 by default. The same seed, prompt and device give the same tokens. */
  readonly seed?: number;
  /** Ids that end a sequence; they are not given out. */
  readonly stop?: number | readonly number[];
  /** Stops the run; the iterator throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called for every token before it is given out. */
  readonly onToken?: (token: GeneratedToken) => void;
  /** Whether `onToken` gets the logits, which costs reading them. */
  readonly logits?: boolean;
  /** Goes on from here, and leaves here what all tokens but the last left behind; a new one unless given. */
  readonly cache?: LanguageCache;
}

/**
 * Token ids after a prompt, one by one. With a `cache`, `ids` follow what it has seen: to go on after a run, give the
 * last id of that run.
 *
 * @throws {RangeError} The prompt is empty, an id is not in the vocabulary, or an option is out of its range.
 * @throws {TypeError} The cache is one of another model.
 *
 * @example
 * ```ts ignore
 * import { generate, loadLanguageModel, openDevice } from "@sidewinder/sidewinder";
 *
 * await using device = await openDevice();
 * await using model = await loadLanguageModel(device, "mamba-130m/pytorch_model.bin");
 * for await (const id of generate(model, [510, 2774], { maxTokens: 20, temperature: 0.8, topK: 40 })) console.log(id);
 * ```
 */
export async function* generate(
  model: LanguageModel,
  ids: TokenIds,
  options: GenerateOptions = {},
): AsyncGenerator<number, void> {
  for await (const [id] of generateBatch(model, [ids], options)) yield id!;
}

/**
 * As {@linkcode generate}, for sequences of equal length at once: one id a sequence, undefined where it has ended.
 *
 * @throws {TypeError} The prompts differ in length.
 */
export async function* generateBatch(
  model: LanguageModel,
  prompts: readonly TokenIds[],
  options: GenerateOptions = {},
): AsyncGenerator<readonly (number | undefined)[], void> {
  const { maxTokens = Infinity, temperature = 0, topK = 0, topP = 1, seed = 0, signal, onToken } = options;
  const stops = new Set([options.stop ?? []].flat());
  let rows = checkedIds("generate", prompts, model.config.vocabulary);
  checkOptions(model, rows, options);
  if (maxTokens === 0) return;
  const cache = options.cache ?? await model.cache(rows.length), batch = rows.length;
  const ended = rows.map(() => false);
  try {
    for (let index = 0; index < maxTokens; index++) {
      const joined = joinRows(rows), resumes = cache.length > 0, length = rows[0]!.length;
      const like = { model, key: `generate ${[length, batch, resumes, temperature, topK, topP]}` };
      let logits: Promise<Float32Array> | undefined;
      const drawn = await cache.advance(length, () =>
        runModel(model.device, function* (ops, tap) {
          const y = yield* model.forward(ops, joined, batch, { states: cache.layers, resumes });
          tap?.("logits", y);
          return ops.sample(y, { temperature, topK, topP, seed: seedAt(seed, cache.length + length) });
        }, { signal, like, ...(options.logits ? { tap: (_, y) => void (logits = model.device.read(y)) } : {}) }));
      const found = Array.from(drawn);
      if (found.some((id) => id < 0)) {
        throw new RangeError("Cannot generate as the logits must hold a number: they are all NaN");
      }
      found.forEach((id, row) => ended[row] ||= stops.has(id));
      if (ended.every((end) => end)) return;
      const numbers = await logits;
      onToken?.({ ids: found, index, ...(numbers ? { logits: numbers } : {}) });
      yield found.map((id, row) => ended[row] ? undefined : id);
      rows = found.map((id) => Uint32Array.of(id));
    }
  } finally {
    if (!options.cache) cache.close();
  }
}

function checkOptions(model: LanguageModel, rows: readonly Uint32Array[], options: GenerateOptions): void {
  const { maxTokens = Infinity, temperature = 0, topK = 0, topP = 1, seed = 0, cache } = options;
  const whole = (value: number): boolean => Number.isInteger(value) && value >= 0;
  for (
    const [name, wish, value, fits] of [
      ["maxTokens", "be a whole number of at least 0", maxTokens, maxTokens === Infinity || whole(maxTokens)],
      ["temperature", "be a number of at least 0", temperature, temperature >= 0 && temperature < Infinity],
      ["topK", "be a whole number of at least 0", topK, whole(topK)],
      ["topP", "be above 0 and at most 1", topP, topP > 0 && topP <= 1],
      ["seed", "be a whole number from 0 to 2³² − 1", seed, whole(seed) && seed < 2 ** 32],
    ] as const
  ) {
    if (!fits) throw new RangeError(`Cannot generate as ${name} must ${wish}: current value is ${value}`);
  }
  if (rows.length === 0) {
    throw new RangeError("Cannot generate as there must be at least one prompt: current number is 0");
  }
  if (rows.some(({ length }) => length !== rows[0]!.length)) {
    throw new TypeError(
      `Cannot generate as the prompts must have the same length: current lengths are ${
        rows.map(({ length }) => length).join(", ")
      }`,
    );
  }
  if (!cache) return;
  if (cache.fingerprint !== model.fingerprint || cache.device !== model.device) {
    throw new TypeError(
      `Cannot generate as the cache must be one of this model, ${model.fingerprint} on ${model.device.name}: ` +
        `current one is of ${cache.fingerprint} on ${cache.device.name}`,
    );
  }
  if (cache.batch !== rows.length) {
    throw new TypeError(
      `Cannot generate as the cache must be for ${rows.length} sequences: current one is for ${cache.batch}`,
    );
  }
}

/** All ids, one row after the other. */
function joinRows(rows: readonly Uint32Array[]): Uint32Array {
  const joined = new Uint32Array(rows.length * rows[0]!.length);
  rows.forEach((row, i) => joined.set(row, i * row.length));
  return joined;
}

/** The seed of the draw after so many tokens: a run that is resumed goes on as if it had not been cut. */
function seedAt(seed: number, tokens: number): number {
  return (seed + Math.imul(tokens, 0x9e3779b9)) >>> 0;
}
