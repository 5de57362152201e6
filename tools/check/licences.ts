/**
 * What the tree takes from others: each manifest's packages stand in `docs/dependencies.md` with the same version, and every
 * package that a lockfile names has a licence that is allowed.
 *
 * @module
 */
import { files, importsOf, read } from "./tree.ts";

/** Licences under which anything may be used here, and shipped. */
const ALLOWED: ReadonlySet<string> = new Set([
  ...[
    "MIT",
    "ISC",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "Apache-2.0",
    "0BSD",
    "CC0-1.0",
    "Zlib",
    "Unlicense",
    "Unicode-3.0",
  ],
]);

/** What may be used for building and testing though its licence is another one: nothing of it is in what ships. */
const ASIDE: Readonly<Record<string, string>> = { "rollup-plugin-dts": "LGPL-3.0-only", "axe-core": "MPL-2.0" };

const PAGE = "docs/dependencies.md", LICENCES = "tools/licences.json";

/** Whether an SPDX expression of AND and OR allows the use. */
function allows(expression: string): boolean {
  const plain = expression.replace(/[()]/g, " ").trim();
  return plain.split(/\s+AND\s+/).every((part) => part.split(/\s+OR\s+/).some((name) => ALLOWED.has(name.trim())));
}

function* checkLicence(name: string, licence: string | undefined, where: string): Generator<string, void> {
  if (licence === undefined) yield `${where} names ${name}: ${LICENCES} must say its licence`;
  else if (!allows(licence) && ASIDE[name.replace(/(?<=.)@.*/, "")] !== licence) {
    yield `${where} names ${name}, whose licence ${licence} is not allowed`;
  }
}

interface LockedPackage {
  readonly os?: unknown;
  readonly cpu?: unknown;
  readonly optionalDependencies?: readonly string[];
}

/** Packages of `deno.lock`; what is built for one platform has the licence of the package that asks for it. */
function* checkDenoLock(licences: Readonly<Record<string, string>>): Generator<string, void> {
  const { npm } = JSON.parse(read("deno.lock")!) as { readonly npm: Readonly<Record<string, LockedPackage>> };
  const asked = new Set(Object.values(npm).flatMap(({ optionalDependencies = [] }) => optionalDependencies));
  const used = new Set<string>();
  for (const [key, { os, cpu }] of Object.entries(npm)) {
    const name = key.replace(/_.*/, ""), plain = name.replace(/(?<=.)@.*/, "");
    if ((os || cpu) && asked.has(plain)) continue;
    used.add(name);
    yield* checkLicence(name, licences[name], "deno.lock");
  }
  for (const name of Object.keys(licences)) {
    if (!used.has(name)) yield `${LICENCES} speaks of ${name}: deno.lock does not`;
  }
}

/** Crates of the two builds. */
function* checkCrates(licences: Readonly<Record<string, string>>): Generator<string, void> {
  const used = new Set<string>();
  for (const path of ["rust-kernels/Cargo.lock", "rust-codecs/Cargo.lock"]) {
    for (const [, crate, version] of read(path)!.matchAll(/name = "(.+)"\nversion = "(.+)"\nsource/g)) {
      used.add(`${crate}@${version}`);
      yield* checkLicence(`${crate}@${version}`, licences[`${crate}@${version}`], path);
    }
  }
  for (const name of Object.keys(licences)) {
    if (!used.has(name)) yield `${LICENCES} speaks of ${name}: no Cargo.lock does`;
  }
}

/** Packages that are packed; npm writes their licences into the lockfile. */
function* checkLibraries(): Generator<string, void> {
  const path = "tools/libraries/package-lock.json";
  const { packages } = JSON.parse(read(path)!) as { packages: Record<string, { version: string; license?: string }> };
  for (const [place, { version, license }] of Object.entries(packages)) {
    if (place !== "") yield* checkLicence(`${place.replace(/.*node_modules\//, "")}@${version}`, license, path);
  }
}

/** Every package that a manifest of the tree asks for by itself, as `name@version`, and the manifest. */
function* manifests(): Generator<readonly [spec: string, manifest: string], void> {
  for (
    const specifier of Object.values(
      (JSON.parse(read("import_map.json")!) as { imports: Record<string, string> }).imports,
    )
  ) {
    const [, spec] = /^npm:(@?[^/@]+(?:\/[^/@]+)?@[\d.]+)/.exec(specifier) ?? [];
    if (spec !== undefined) yield [spec, "import_map.json"];
  }
  for (const path of ["tools/libraries/package.json", "tests/runtime/kit.json", "tests/gpu/swiftshader/kit.json"]) {
    const { dependencies } = JSON.parse(read(path)!) as { readonly dependencies: Readonly<Record<string, string>> };
    for (const [name, version] of Object.entries(dependencies)) {
      yield [`${name}@${version.replace(/^npm:.*@/, "")}`, path];
    }
  }
  for (const [, spec] of read("tools/pack_codecs.ts")!.matchAll(/^ {2}"(@?[\w./-]+@[\d.]+)":/gm)) {
    yield [spec!, "tools/pack_codecs.ts"];
  }
  for (const path of ["rust-kernels/Cargo.toml", "rust-codecs/Cargo.toml"]) {
    for (const [, name, version] of read(path)!.matchAll(/^([\w-]+) = (?:\{ version = )?"=([\d.]+)"/gm)) {
      yield [`${name}@${version}`, path];
    }
  }
}

/** The table of the page. */
function* checkPage(): Generator<string, void> {
  const rows = new Map(
    [...read(PAGE)!.matchAll(/^\| (@?[\w./-]+) \| ([\d.]+) \| ([^|]+) \| [^|]+ \| [^|]+ \|$/gm)]
      .map(([, name, version, licence]): [string, string] => [`${name}@${version}`, licence!.trim()]),
  );
  const asked = new Set<string>();
  for (const [spec, manifest] of manifests()) {
    asked.add(spec);
    if (!rows.has(spec)) yield `${manifest} asks for ${spec}: ${PAGE} must say what for`;
  }
  for (const [spec, licence] of rows) {
    if (!asked.has(spec)) yield `${PAGE} speaks of ${spec}: no manifest asks for it`;
    yield* checkLicence(spec, licence, PAGE);
  }
}

/** What is aside is imported by nothing that ships. */
function* checkAside(): Generator<string, void> {
  for (const path of [...files("src/"), ...files("site/"), "mod.ts", "cli.ts", "kernels.ts"]) {
    if (!path.endsWith(".ts")) continue;
    for (const specifier of importsOf(path)) {
      if (specifier.replace(/^npm:/, "") in ASIDE) yield `${path} imports ${specifier}, which must not ship`;
    }
  }
}

/** Holds manifests, lockfiles and the page together. */
export function* checkLicences(): Generator<string, void> {
  const { npm, crates } = JSON.parse(read(LICENCES)!) as Record<"npm" | "crates", Record<string, string>>;
  yield* checkDenoLock(npm);
  yield* checkCrates(crates);
  yield* checkLibraries();
  yield* checkPage();
  yield* checkAside();
}
