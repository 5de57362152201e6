/**
 * Text from a Mamba language model and its tokenizer: `deno run -A examples/language/generate.ts MODEL TOKENIZER "Once upon"`,
 * with `pytorch_model.bin` of state-spaces/mamba-130m (or `model.safetensors` of mamba-130m-hf) and the `tokenizer.json` of
 * EleutherAI/gpt-neox-20b. `npm install @huggingface/tokenizers` anywhere else; `AutoTokenizer` of
 * `@huggingface/transformers` has the same `encode` and `decode`.
 *
 * @module
 */
import { Tokenizer } from "@huggingface/tokenizers";
import { generate, loadLanguageModel, openDevice } from "sidewinder";

const [file, vocabulary, prompt = "Once upon a time"] = Deno.args;
if (file === undefined || vocabulary === undefined) throw new TypeError("Usage: generate.ts MODEL TOKENIZER [PROMPT]");

const tokenizer = new Tokenizer(JSON.parse(await Deno.readTextFile(vocabulary)), {});
await using device = await openDevice();
await using model = await loadLanguageModel(device, file);

const ids = tokenizer.encode(prompt).ids, end = tokenizer.token_to_id("<|endoftext|>");
const draws = { maxTokens: 50, temperature: 0.8, topK: 40, seed: 1, ...(end === undefined ? {} : { stop: end }) };
for await (const id of generate(model, ids, draws)) ids.push(id);
console.log(tokenizer.decode(ids));
