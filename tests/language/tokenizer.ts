/** A tokenizer of the form of gpt-neox (bytes, pairs) with the 37 tokens of the tiny language model. */
const LETTERS = [..."abcdefghijklmnopqrstuvwxyz"];
const MERGES = [["t", "h"], ["th", "e"], ["Ġ", "the"], ["Ġ", "a"], ["i", "n"], ["a", "n"], ["e", "r"], [
  "Ġ",
  "s",
]] as const;
const TOKENS = ["<|endoftext|>", "Ġ", ...LETTERS, ...MERGES.map((pair) => pair.join("")), "."];

/** The `tokenizer.json`. */
export const TOKENIZER = {
  version: "1.0",
  added_tokens: [{ id: 0, content: TOKENS[0], special: true, normalized: false }],
  normalizer: null,
  pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
  post_processor: null,
  decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
  model: {
    type: "BPE",
    unk_token: null,
    vocab: Object.fromEntries(TOKENS.map((token, id) => [token, id])),
    merges: MERGES.map((pair) => pair.join(" ")),
  },
};
