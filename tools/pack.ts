/**
 * Writes what is generated from files of the tree: weights and shaders as modules, the codes of the table for Rust, the table
 * of released checkpoints and `docs/models.md` from the families, `docs/provenance.md` last. `--check` writes nothing and fails when
 * something is stale. (The codecs come from npm: `tools/pack_codecs.ts`.)
 *
 * @module
 */
const STEPS = ["pack_weights.ts", "pack_codes.ts", "pack_shaders.ts", "pack_models.ts", "pack_provenance.ts"];

let failed = false;
for (const step of STEPS) {
  const script = new URL(step, import.meta.url).href;
  const { success } = await new Deno.Command(Deno.execPath(), { args: ["run", "-A", script, ...Deno.args] }).spawn()
    .status;
  failed ||= !success;
}
if (failed) Deno.exit(1);
