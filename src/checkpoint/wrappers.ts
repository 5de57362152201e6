/**
 * Names that training tools put around a model and that are no part of its keys.
 *
 * @module
 */

/** What `torch.compile`, FSDP, activation checkpoints and DeepSpeed add wherever they wrap a module. */
const INSIDE = /(?<=^|\.)(?:_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module|_forward_module)\.(?=.)/g;
/** What `DataParallel` and its kin add in front. */
const IN_FRONT = /^(?:module\.)+(?=.)/;

/** A key without the names of wrappers. */
export function unwrapped(key: string): string {
  return key.replace(INSIDE, "").replace(IN_FRONT, "");
}
