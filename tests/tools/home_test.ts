import { assert, assertEquals } from "@std/assert";
import { files, read } from "../../tools/check/tree.ts";
import { HOME, manifestOf, vectorsManifest, weightsManifest, workerdManifest } from "../../tools/npm/manifest.ts";

/** Texts of the tree; files that are made are none. */
const TEXT_REGEXP = /^(?!\.git\/)(?!.*\.gen\.).*\.(ts|tsx|js|jsx|mjs|json|jsonc|md|html|toml|rs|py|sh)$/;

Deno.test("the repository's address stands in one place, and every package takes it from there", () => {
  const { host, pathname } = new URL(HOME);
  const naming = [...files("")].filter((path) => TEXT_REGEXP.test(path) && read(path)!.includes(host + pathname));
  assertEquals(naming, ["tools/npm/manifest.ts"]);
  const common = { version: "1.0.0", license: "MIT" };
  const rest = { modules: new Map(), workerd: new Set<string>(), weights: [], packages: new Map() };
  const manifests = [
    manifestOf({ ...common, ...rest }),
    workerdManifest(common, new Map()),
    weightsManifest(common, "vim_micro", "a net"),
    vectorsManifest(common),
  ];
  for (const { name, repository, homepage, bugs, engines } of manifests) {
    const { url } = repository as { readonly url: string };
    assertEquals([url, homepage, bugs], [`git+${HOME}.git`, `${HOME}#readme`, { url: `${HOME}/issues` }], `${name}`);
    assert(engines, `${name}`);
  }
});
