/**
 * Holds the tree against the design: every kernel of the table has its files, the Rust signatures are the table's rows,
 * imports point one way, what users import names nothing by a bare specifier, and no file outgrows a reader.
 *
 * @module
 */
import { KERNELS } from "../src/kernels.ts";

const ROOT = new URL("../", import.meta.url);
const problems: string[] = [];

const read = (path: string): string | undefined => {
  try {
    return Deno.readTextFileSync(new URL(path, ROOT));
  } catch {
    return undefined;
  }
};

/** Paths of all files below a folder, relative to the root. */
function* files(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, ROOT))) {
    if (name === "node_modules" || name === "target" || name === "pkg" || name === "dist" || name === "golden") {
      continue;
    }
    if (isDirectory) yield* files(`${folder}${name}/`);
    else yield `${folder}${name}`;
  }
}

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Every kernel has one file of its stem in each place, and its Rust arguments are the operands, the parameters, scratch. */
function checkKernels(): void {
  const places = ["src/reference/*.ts", "rust-kernels/src/*.rs", "src/gpu/*.wgsl", "tests/kernels/*_test.ts"];
  for (const [kernel, row] of Object.entries(KERNELS)) {
    for (const place of places) {
      const path = place.replace("*", kernel);
      if (read(path) === undefined) problems.push(`${kernel}: ${path} is missing`);
    }
    const source = read(`rust-kernels/src/${kernel}.rs`) ?? "";
    const signature = new RegExp(`extern "C" fn ${kernel}\\(([^)]*)\\)`).exec(source)?.[1] ?? "";
    const actual = [...signature.matchAll(/(\w+):/g)].map((match) => match[1]!.replace(/^_/, ""));
    const wanted = [...[...Object.keys(row.operands), ...Object.keys(row.params)].map(snake), "scratch"];
    if (actual.join() !== wanted.join()) {
      problems.push(
        `${kernel}: the Rust arguments must be ${wanted.join(", ")}: current ones are ${actual.join(", ")}`,
      );
    }
  }
}

/** Layers by folder; a file may import from its own layer and those listed. */
const LAYERS: readonly (readonly [prefix: string, allowed: readonly string[]])[] = [
  ["src/kernels.ts", ["src/kernels/"]],
  ["src/kernels/", ["src/kernels/"]],
  ["src/tensor.ts", []],
  ["src/device.ts", ["src/kernels.ts", "src/tensor.ts"]],
  ["src/bytes/", ["src/bytes/"]],
  ["src/reference/", ["src/reference/", "src/kernels.ts", "src/device.ts", "src/tensor.ts"]],
  ["src/wasm/", ["src/wasm/", "src/kernels.ts", "src/device.ts", "src/tensor.ts", "src/bytes/"]],
  ["src/gpu/", ["src/gpu/", "src/kernels.ts", "src/device.ts", "src/run/dry_device.ts", "src/tensor.ts", "src/bytes/"]],
  ["src/ops/", ["src/ops/", "src/kernels.ts", "src/device.ts", "src/tensor.ts", "src/run/"]],
  ["src/run/", ["src/run/", "src/kernels.ts", "src/device.ts", "src/tensor.ts", "src/ops/ops.ts"]],
  ["src/image/", ["src/image/", "src/bytes/"]],
  ["src/checkpoint/", ["src/checkpoint/", "src/bytes/", "src/device.ts", "src/tensor.ts"]],
  ["src/models/", [
    "src/models/",
    "src/checkpoint/",
    "src/image/preprocess.ts",
    "src/image/resize.ts",
    "src/kernels.ts",
    "src/device.ts",
    "src/tensor.ts",
    "src/ops/",
    "src/run/",
    "src/bytes/lazy_import.ts",
  ]],
];

const IMPORT = /(?:^|\n)\s*(?:import|export)\b[^;'"]*?from\s*["']([^"']+)["']|(?:^|\n)\s*import\s*["']([^"']+)["']/g;

const importsOf = (path: string): string[] =>
  [...(read(path) ?? "").matchAll(IMPORT)].map((match) => match[1] ?? match[2]!);

const resolve = (from: string, specifier: string): string =>
  new URL(specifier, new URL(from, ROOT)).href.slice(ROOT.href.length);

function checkDirection(): void {
  for (const path of files("src/")) {
    if (!path.endsWith(".ts") || path.endsWith(".gen.ts")) continue;
    const layer = LAYERS.find(([prefix]) => path.startsWith(prefix));
    for (const specifier of importsOf(path)) {
      if (!specifier.startsWith(".") || !layer) continue;
      const target = resolve(path, specifier);
      if (!layer[1].some((allowed) => target.startsWith(allowed))) {
        problems.push(`${path} imports ${target}: the design has no arrow that way`);
      }
    }
  }
}

/** What users import must work from a URL, where there is no import map. */
function checkSpecifiers(): void {
  const seen = new Set<string>(), queue = ["mod.ts", "cli.ts"];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    for (const specifier of importsOf(path)) {
      if (specifier.startsWith(".")) queue.push(resolve(path, specifier));
      else if (!/^(node|npm):/.test(specifier)) problems.push(`${path} imports "${specifier}" by a bare name`);
      else if (specifier.startsWith("node:") && !/^(cli\.ts$|src\/cli\/)|_node\.ts$/.test(path)) {
        problems.push(`${path} imports "${specifier}" outside of a runtime adapter`);
      }
    }
  }
}

const MAX_LINES = 400;

function checkSizes(): void {
  for (const folder of ["src/", "site/", "tests/", "tools/", "bench/", "examples/", "rust-kernels/src/"]) {
    for (const path of files(folder)) {
      if (!/\.(ts|rs|wgsl|js|mjs)$/.test(path) || /\.gen\.\w+$/.test(path)) continue;
      const lines = read(path)!.split("\n").length - 1;
      if (lines > MAX_LINES) problems.push(`${path} has ${lines} lines: at most ${MAX_LINES} fit a reader`);
    }
  }
}

checkKernels();
checkDirection();
checkSpecifiers();
checkSizes();
for (const problem of problems) console.error(problem);
if (problems.length > 0) Deno.exit(1);
console.log(`${Object.keys(KERNELS).length} kernels, their files, signatures and the import direction agree`);
