/**
 * Checkpoints of `tests/golden/hostile` and what the command line must say of each, whatever the command and the runtime.
 *
 * @module
 */

/** A file that `info`, `classify` and `convert` take. */
export interface Taken {
  readonly name: string;
  /** Also said by `info`. */
  readonly says?: RegExp;
}

/** A file that they refuse. */
export interface Refused {
  readonly name: string;
  /** A part of what they all say. */
  readonly words: string;
}

/** The model of each is that of the plain file. */
export const TAKEN: readonly Taken[] = [
  { name: "orig_mod.pth" },
  { name: "lightning.ckpt" },
  { name: "model_state_dict.pth" },
  { name: "thop.pth", says: /ignored .*total_ops/ },
  { name: "negbit.pth" },
  { name: "tensor_attr.pth" },
  { name: "legacy_proto4.pth" },
  { name: "zip_padded.pth" },
  { name: "meta_null.safetensors" },
];

/** What a file cannot say is guessed, and the guess is marked as one. */
export const GUESSED: readonly Taken[] = [{ name: "stride8_384.pth", says: /img_size .*guess[^]*stride .*guess/ }];

/** Hostile files and damaged ones. */
export const REFUSED: readonly Refused[] = [
  { name: "pickle_dag_key_duplicate.pth", words: "no key may be set twice" },
  { name: "pickle_dag_key_args.pth", words: "known family" },
  { name: "pickle_dag_key_no_tensor.pth", words: "must hold tensors" },
  { name: "fuzz_102786.pth", words: "no key may be set twice" },
  { name: "pickle_shared_shape_1000.pth", words: "tensors must have" },
  { name: "pickle_deep_key_overflow.pth", words: "known family" },
  { name: "vim_depth_claim.safetensors", words: "missing" },
  { name: "mambair_blocks_claim.safetensors", words: "missing" },
  { name: "escape_in_key.safetensors", words: "\\u{1b}]0;owned\\u{7}" },
  { name: "huge_key.safetensors", words: "known family" },
  { name: "deflated_storage_40MB.pth", words: "deflated storages must have at most" },
  { name: "whole_legacy.pth", words: "save the model's state_dict" },
  { name: "vim_d_state_3500.pth", words: "76 · stateSize + 32 · rank must be at most 261000" },
  { name: "vim_d_state_3900.pth", words: "76 · stateSize + 32 · rank must be at most 261000" },
  { name: "vim_d_state_4200.pth", words: "76 · stateSize + 32 · rank must be at most 261000" },
  { name: "vim_d_state_6000.pth", words: "76 · stateSize + 32 · rank must be at most 261000" },
];

/** A folder of these files. */
export const HOSTILE: string = new URL("../golden/hostile/", import.meta.url).pathname;

/** A photo that is given to the models. */
export const PHOTO: string = `${HOSTILE}sprite_same.png`;

/** What a run of the command line came to. */
export type Ended = readonly [code: number, out: string, err: string];

/** Arguments of the three commands for a file; `out` is where a conversion goes. */
export const commandsFor = (name: string, out: string): readonly (readonly string[])[] => [
  ["info", HOSTILE + name],
  ["classify", PHOTO, "--model", HOSTILE + name, "--device", "wasm", "--json", "--top", "1"],
  ["convert", HOSTILE + name, out],
];

/** Complains of what three runs for a refused file came to; nothing when all of them say the same, in one short line. */
export function wrongRefusal({ name, words }: Refused, ended: readonly Ended[]): string | undefined {
  const texts = ended.map(([, , err]) => err.trim());
  for (const [i, [code, out, err]] of ended.entries()) {
    // deno-lint-ignore no-control-regex
    const steers = /[\x00-\x09\x0b-\x1f\x7f-\x9f]/.test(out + err);
    if (code !== 1 || steers || texts[i]!.includes("\n") || texts[i]!.length > 3000 || !texts[i]!.includes(words)) {
      return `${name}, command ${i}: exit code ${code}, ${texts[i]!.slice(0, 400)}`;
    }
  }
  return texts.every((text) => text === texts[0]) ? undefined : `${name}: ${texts.join("\nbut ")}`;
}

/** Complains of what three runs for a good file came to. */
export function wrongAnswer({ name, says }: Taken, ended: readonly Ended[], top: RegExp): string | undefined {
  const fault = ended.find(([code]) => code !== 0);
  if (fault) return `${name}: exit code ${fault[0]}, ${fault[2]}`;
  if (says && !says.test(ended[0]![1])) return `${name}: info says\n${ended[0]![1]}`;
  return top.test(ended[1]![1]) ? undefined : `${name}: classify says ${ended[1]![1]}`;
}

/** The likeliest class of the plain model for the photo, and how likely it is. */
export const PLAIN = /"index":4,"name":"class 4","probability":0\.442/;
