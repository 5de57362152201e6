/**
 * Writes the codes of the kernel table for Rust: `src/kernels/codes.ts` → `rust-kernels/src/codes.gen.rs`. (Shaders get
 * theirs when they are packed.) `--check` writes nothing and fails when the file is stale.
 *
 * @module
 */
import { rustCodes } from "./codes.ts";
import { writeGenerated } from "./write_generated.ts";

await writeGenerated("rust-kernels/src/codes.gen.rs", rustCodes());
