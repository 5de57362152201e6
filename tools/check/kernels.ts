/**
 * The places of a kernel, as CONTRIBUTING.md lists them.
 *
 * @module
 */
import { KERNELS } from "../../src/kernels.ts";
import { kernelsWithoutCall } from "../kernel_fixtures.ts";
import { files, read } from "./tree.ts";

/** Where each kernel has a file of its stem. */
export const KERNEL_FILES = [
  "src/kernels/*.ts",
  "src/reference/*.ts",
  "src/ops/*.ts",
  "tests/kernels/*_test.ts",
  "rust-kernels/src/*.rs",
  "src/gpu/*.wgsl",
] as const;

/** Files in `src/kernels/` that are no rows. */
const NO_ROWS: ReadonlySet<string> = new Set(["codes", "random", "row", "work"]);

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const camel = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/**
 * Every kernel has its places, and its Rust arguments are the operands, the parameters, scratch and its bytes, and where it cuts
 * itself for threads which part of how many.
 */
export function* checkKernels(): Generator<string, void> {
  const rows: Readonly<Record<string, { readonly operands: object; readonly params: object }>> = KERNELS;
  for (const [kernel, { operands, params }] of Object.entries(rows)) {
    for (const place of KERNEL_FILES) {
      const path = place.replace("*", kernel);
      if (read(path) === undefined) yield `${kernel}: ${path} is missing`;
    }
    yield* mentions(kernel, "rust-kernels/src/lib.rs", `mod ${kernel};`);
    yield* mentions(kernel, "src/reference/device.ts", `./${kernel}.ts`);
    yield* mentions(kernel, "src/ops/ops.ts", `./${kernel}.ts`);
    yield* mentions(kernel, "src/ops/ops.ts", `${camel(kernel)}(this.#issue`);
    if (!new RegExp(`\\b${kernel}\\b[,:]`).test(read("src/gpu/grid.ts") ?? "")) {
      yield `${kernel}: src/gpu/grid.ts has no plan of it`;
    }
    const source = read(`rust-kernels/src/${kernel}.rs`) ?? "";
    const signature = new RegExp(`extern "C" fn ${kernel}\\(([^)]*)\\)`).exec(source)?.[1] ?? "";
    const actual = [...signature.matchAll(/(\w+):/g)].map((match) => match[1]!.replace(/^_/, ""));
    const wanted = [...[...Object.keys(operands), ...Object.keys(params)].map(snake), "scratch", "scratch_bytes"];
    const own = actual.slice(wanted.length, wanted.length + 2);
    if (actual.slice(0, wanted.length).join() !== wanted.join() || own.length > 0 && own.join() !== "part,parts") {
      yield `${kernel}: the Rust arguments must be ${wanted.join(", ")}: current ones are ${actual.join(", ")}`;
    }
  }
  for (const kernel of kernelsWithoutCall()) yield `${kernel}: tools/kernel_fixtures.ts makes no call of it`;
  for (const path of files("src/kernels/")) {
    const stem = path.slice("src/kernels/".length, -".ts".length);
    if (!NO_ROWS.has(stem) && !(stem in rows)) yield `${stem}: ${path} is not in the table of src/kernels.ts`;
  }
}

function* mentions(kernel: string, path: string, text: string): Generator<string, void> {
  if (!read(path)?.includes(text)) yield `${kernel}: ${path} must have ${text}`;
}

/** How many kernels there are. */
export const kernelCount = (): number => Object.keys(KERNELS).length;
