/**
 * Holds the tree against the design: every kernel of the table and every family has its places, the Rust signatures are the table's rows,
 * imports point one way and form no circle, what users import names nothing by a bare specifier, no file outgrows a reader,
 * and what is taken from others is named and allowed.
 *
 * @module
 */
import { checkFamilies } from "./check/families.ts";
import { checkKernels, kernelCount } from "./check/kernels.ts";
import { checkLicences } from "./check/licences.ts";
import { checkCircles, checkLayers, checkTools } from "./check/layers.ts";
import { files, importsOf, read } from "./check/tree.ts";

/** What users import must work from a URL, where there is no import map. */
function* checkSpecifiers(): Generator<string, void> {
  const { exports } = JSON.parse(read("deno.json")!) as { readonly exports: Readonly<Record<string, string>> };
  const seen = new Set<string>(), queue = Object.values(exports).map((entry) => entry.slice("./".length));
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    for (const specifier of importsOf(path)) {
      if (read(specifier) !== undefined) queue.push(specifier);
      else if (!/^(node|npm):/.test(specifier)) yield `${path} imports "${specifier}" by a bare name`;
      else if (specifier.startsWith("node:") && !/^(cli\.ts$|src\/cli\/)|_node\.ts$/.test(path)) {
        yield `${path} imports "${specifier}" outside of a runtime adapter`;
      }
    }
  }
}

const MAX_LINES = 400;

function* checkSizes(): Generator<string, void> {
  for (const folder of ["src/", "site/", "tests/", "tools/", "bench/", "examples/", "rust-kernels/src/"]) {
    for (const path of files(folder)) {
      if (!/\.(ts|rs|wgsl|js|mjs|py)$/.test(path) || /\.gen\.\w+$/.test(path)) continue;
      const lines = read(path)!.split("\n").length - 1;
      if (lines > MAX_LINES) yield `${path} has ${lines} lines: at most ${MAX_LINES} fit a reader`;
    }
  }
}

const problems = [
  ...checkKernels(),
  ...checkFamilies(),
  ...checkLayers(),
  ...checkCircles(),
  ...checkTools(),
  ...checkSpecifiers(),
  ...checkSizes(),
  ...checkLicences(),
];
for (const problem of problems) console.error(problem);
if (problems.length > 0) Deno.exit(1);
console.log(`${kernelCount()} kernels, their places, signatures and the import direction agree`);
