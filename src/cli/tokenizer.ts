/**
 * Text to token ids and back, by a `tokenizer.json`, through the packed `@huggingface/tokenizers`.
 *
 * @module
 */
import { nodeFiles, nodePath } from "../bytes/files_node.ts";
import { lazyImport } from "../bytes/lazy_import.ts";
import { readTextPath } from "../bytes/read_path.ts";

/** The part of a tokenizer used here. */
export interface Tokenizer {
  /** Ids of a text. */
  encode(text: string): { readonly ids: readonly number[] };
  /** Text of ids. */
  decode(ids: readonly number[], options: { readonly skip_special_tokens: boolean }): string;
  /** Id of a token; undefined when there is none. */
  token_to_id(token: string): number | undefined;
}

interface TokenizersModule {
  readonly Tokenizer: new (tokenizer: unknown, config: unknown) => Tokenizer;
}

/**
 * Opens a `tokenizer.json`; a `tokenizer_config.json` in its folder is taken into account.
 *
 * @throws {SyntaxError} The file is no such description.
 */
export async function openTokenizer(path: string): Promise<Tokenizer> {
  const { dirname, join } = await nodePath();
  const description = await readTextPath(path);
  const config = await readTextPath(join(dirname(path), "tokenizer_config.json")).catch(() => "{}");
  const module = await lazyImport<TokenizersModule>("./cli/tokenizers.gen.ts");
  try {
    return new module.Tokenizer(JSON.parse(description), JSON.parse(config));
  } catch (error) {
    throw new SyntaxError(`Cannot read ${path} as it must describe a tokenizer: ${(error as Error).message}`);
  }
}

/** The `tokenizer.json` beside a checkpoint, where there is one. */
export async function tokenizerBeside(model: string): Promise<string | undefined> {
  const { stat } = await nodeFiles(), { dirname, join } = await nodePath();
  const path = join(dirname(model), "tokenizer.json");
  return await stat(path).then((found) => found.isFile() ? path : undefined, () => undefined);
}

/** What the last characters of an unfinished text may still become. */
const UNFINISHED = "\ufffd";

/** Tells, id by id, what text is added. */
export function textOf(tokenizer: Tokenizer): (id: number) => string {
  const ids: number[] = [];
  let shown = 0;
  return (id) => {
    ids.push(id);
    const text = tokenizer.decode(ids, { skip_special_tokens: true });
    if (text.endsWith(UNFINISHED)) return "";
    const added = text.slice(shown);
    shown = text.length;
    return added;
  };
}
