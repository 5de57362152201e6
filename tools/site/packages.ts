/**
 * The npm packages of the page, as files that the bundler finds.
 *
 * @module
 */
import type { Plugin } from "esbuild";
import "client-zip"; // so that it is there

/** Packages in the page, and the file of their terms. */
export const PACKAGES = ["client-zip"] as const;

const pathOf = (name: string): string => new URL(import.meta.resolve(name)).pathname;

/** Finds the packages. */
export const packages: Plugin = {
  name: "packages",
  setup(build) {
    const filter = new RegExp(`^(${PACKAGES.join("|")})$`);
    build.onResolve({ filter }, ({ path }) => ({ path: pathOf(path) }));
  },
};

/** The terms of the packages. */
export const packageTerms = (): string[] =>
  PACKAGES.map((name) => `# ${name}\n\n${Deno.readTextFileSync(new URL("./LICENSE.txt", import.meta.resolve(name)))}`);
