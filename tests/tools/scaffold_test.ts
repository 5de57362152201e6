import { assert, assertEquals } from "@std/assert";
import { ECHO_FILES } from "./echo_family.ts";

const ROOT = new URL("../../", import.meta.url);

/** What the checks and the packers read. */
const FOLDERS = [
  ...[
    "src",
    "tools",
    "tests/kernels",
    "tests/models",
    "tests/golden_runner",
    "tests/golden/models_tiny",
    "tests/gpu",
    "tests/wasm",
  ],
  ...["rust-kernels/src", "site", "bench", "examples/edge"],
];
const FILES = [
  "deno.json",
  "import_map.json",
  "deno.lock",
  "mod.ts",
  "cli.ts",
  "CONTRIBUTING.md",
  "docs/models.md",
  "docs/dependencies.md",
  "tests/devices.ts",
  "tests/runtime/kit.json",
  ...["rust-kernels", "rust-codecs"].flatMap((crate) => [`${crate}/Cargo.toml`, `${crate}/Cargo.lock`]),
];

async function copyFolder(from: URL, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory, isFile } of Deno.readDir(from)) {
    if (isDirectory && name !== "node_modules") await copyFolder(new URL(`${name}/`, from), `${to}/${name}`);
    else if (isFile) await Deno.copyFile(new URL(name, from), `${to}/${name}`);
  }
}

/** A copy of the tree that a recipe can be tried on. */
class Copy implements AsyncDisposable {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  static async make(): Promise<Copy> {
    const path = await Deno.makeTempDir();
    for (const folder of FOLDERS) await copyFolder(new URL(`${folder}/`, ROOT), `${path}/${folder}`);
    for (const folder of ["docs", "rust-codecs", "tests/runtime"]) await Deno.mkdir(`${path}/${folder}`);
    for (const file of FILES) await Deno.copyFile(new URL(file, ROOT), `${path}/${file}`);
    await Deno.mkdir(`${path}/weights`);
    await Deno.writeTextFile(`${path}/tools/pack_provenance.ts`, ""); // a part of the tree has but a part of its binaries
    return new Copy(path);
  }

  async write(file: string, contents: string | Uint8Array): Promise<void> {
    const path = `${this.#path}/${file}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeFile(path, typeof contents === "string" ? new TextEncoder().encode(contents) : contents);
  }

  /** Puts `text` behind the first `after`. */
  async insert(file: string, after: string, text: string): Promise<void> {
    const source = await Deno.readTextFile(`${this.#path}/${file}`), at = source.indexOf(after);
    assert(at >= 0, `${file} has no "${after}"`);
    await this.write(file, source.slice(0, at + after.length) + text + source.slice(at + after.length));
  }

  read(file: string): Promise<string> {
    return Deno.readTextFile(`${this.#path}/${file}`);
  }

  /** What a tool complains of, a line each; empty when it succeeds. */
  async complaints(tool: string, ...args: string[]): Promise<string[]> {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", `${this.#path}/tools/${tool}`, ...args],
    }).output();
    const lines = new TextDecoder().decode(stderr).split("\n").filter(Boolean);
    assertEquals(lines.length === 0, success, lines.join("\n"));
    return lines;
  }

  /** What the golden runner says of fixtures. */
  async golden(only: string): Promise<string> {
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", `${this.#path}/tests/golden_runner/main.ts`, "--only", only],
      env: { SIDEWINDER_DEVICES: "cpu" },
    }).output();
    return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#path, { recursive: true });
  }
}

/** A step of the recipe: which place, and what it takes. */
interface Step {
  readonly place: string;
  readonly perform: (copy: Copy) => Promise<void>;
}

const file = (place: string, text: string | Uint8Array): Step => ({
  place,
  perform: (copy) => copy.write(place, text),
});
const line = (place: string, after: string, text: string): Step => ({
  place,
  perform: (copy) => copy.insert(place, after, text),
});

/** The row alone: from here on the checks ask for the rest. */
const ROW: readonly Step[] = [
  file(
    "src/kernels/negate.ts",
    `import type { KernelRow } from "./row.ts";
/** out = −x. */
export const negate = {
  operands: { x: "in", out: "out" },
  params: { rows: "u32", columns: "u32", xStride: "u32", outStride: "u32" },
  work: () => ({}),
} as const satisfies KernelRow;
`,
  ),
  line("src/kernels.ts", "export const KERNELS = {", "\n  negate,"),
  line("src/kernels.ts", " * @module\n */", `\nimport { negate } from "./kernels/negate.ts";`),
];

const REST: readonly Step[] = [
  file(
    "src/reference/negate.ts",
    `import type { ReferenceKernel } from "./view.ts";
export const negate: ReferenceKernel<"negate"> = ({ x, out }, p) => {
  for (let r = 0; r < p.rows; r++) {
    for (let c = 0; c < p.columns; c++) out.data[out.at + r * p.outStride + c] = -x.data[x.at + r * p.xStride + c]!;
  }
};
`,
  ),
  line("src/reference/device.ts", " * @module\n */", `\nimport { negate } from "./negate.ts";`),
  file(
    "src/ops/negate.ts",
    `import { columnsOf, rowsOf, type Tensor } from "../tensor.ts";
import type { Issue } from "./issue.ts";
export function negate(issue: Issue, x: Tensor): Tensor {
  const out = issue.empty(x.shape);
  issue.run("negate", { x, out }, { rows: rowsOf(x), columns: columnsOf(x), xStride: x.stride, outStride: out.stride });
  return out;
}
`,
  ),
  line("src/ops/ops.ts", " * @module\n */", `\nimport { negate } from "./negate.ts";`),
  line(
    "src/ops/ops.ts",
    "export class Ops {",
    "\n  negate(x: Tensor): Tensor {\n    return negate(this.#issue, x);\n  }\n",
  ),
  file("tests/kernels/negate_test.ts", ""),
  file(
    "rust-kernels/src/negate.rs",
    `#[unsafe(no_mangle)]
pub unsafe extern "C" fn negate(
    x: *const f32, out: *mut f32, rows: usize, columns: usize, x_stride: usize, out_stride: usize, _scratch: *mut f32,
    _scratch_bytes: usize,
) {}
`,
  ),
  line("rust-kernels/src/lib.rs", "mod mean_rows;", "\nmod negate;"),
  line(
    "tools/kernel_fixtures.ts",
    "const CALLS: readonly Call[] = [",
    `\n  ["negate", [4, 4], {
    ...{ rows: 2, columns: 2, xStride: 2, outStride: 2 },
  }],`,
  ),
  file("src/gpu/negate.wgsl", "// uses: spread\n@group(0) @binding(0) var<storage, read> x: array<f32>;\n"),
  line(
    "src/gpu/grid.ts",
    "> } = {",
    '\n  negate: (p) => once({ kernel: "negate", constants: {}, groups: perElement(p.rows) }),',
  ),
];

/** The places that a section of CONTRIBUTING.md names, for kernel `negate` and family `echo`. */
function placesOf(text: string, title: string): Set<string> {
  const section = text.split(/^## /m).find((part) => part.startsWith(title))!;
  const list = section.split("\n\n")[1]!;
  return new Set(
    [...list.matchAll(/`([\w./<>-]+\/[\w.<>-]+)`/g)].map((match) =>
      match[1]!.replace("<kernel>", "negate").replace("<family>", "echo")
    ),
  );
}

Deno.test("the recipe of a kernel in CONTRIBUTING.md is complete: the checks name each place that is left out", async () => {
  await using copy = await Copy.make();
  assertEquals(await copy.complaints("check.ts"), []);
  for (const { perform } of ROW) await perform(copy);
  const missing = (await copy.complaints("check.ts")).join("\n");
  for (const { place } of REST) assert(missing.includes(place), `${place} is not asked for:\n${missing}`);

  for (const { perform } of REST) await perform(copy);
  assertEquals(await copy.complaints("check.ts"), []);

  const [stale, ...others] = await copy.complaints("pack.ts", "--check");
  assertEquals(others, []);
  assert(stale?.startsWith("src/gpu/shaders.gen.ts"), stale);
  assertEquals(await copy.complaints("pack.ts"), []);
  assertEquals(await copy.complaints("pack.ts", "--check"), []);
  assert((await copy.read("src/gpu/shaders.gen.ts")).includes("//# negate.wgsl"));

  const said = placesOf(await copy.read("CONTRIBUTING.md"), "Adding a kernel");
  assertEquals([...said].sort(), [...new Set([...ROW, ...REST].map(({ place }) => place))].sort());
});

Deno.test("a row that is not in the table, and a packed shader that is not its file, are named", async () => {
  await using copy = await Copy.make();
  await ROW[0]!.perform(copy);
  assertEquals(await copy.complaints("check.ts"), [
    "negate: src/kernels/negate.ts is not in the table of src/kernels.ts",
  ]);
  await copy.insert("src/gpu/unary.wgsl", "// uses: activation spread\n", "const SPARE = ACTIVATION_SILU;\n");
  assertEquals(await copy.complaints("pack.ts", "--check"), [
    "src/gpu/shaders.gen.ts is not what its sources give: run deno task pack",
  ]);
});

/** The line of a family in the list, and its import. */
const ECHO_LINE: readonly Step[] = [
  line(
    "src/models/families.ts",
    'import type { AnyKnown } from "./family.ts";\n',
    'import { ECHO } from "./echo/marks.ts";\n',
  ),
  line("src/models/families.ts", "export const FAMILIES: readonly AnyKnown[] = [", "\n  ECHO,"),
];

Deno.test("the recipe of a family in CONTRIBUTING.md is complete: the checks name each place that is left out", async () => {
  await using copy = await Copy.make();
  const files = Object.entries(ECHO_FILES).map(([place, contents]) => file(place, contents));
  const [first, ...rest] = files;
  await first!.perform(copy);
  const missing = (await copy.complaints("check.ts")).join("\n");
  for (const { place } of [...rest, ...ECHO_LINE]) {
    const named = place.replace(/echo_small.*/, "echo_");
    assert(missing.includes(named), `${place} is not asked for:\n${missing}`);
  }

  for (const { perform } of [...rest, ...ECHO_LINE]) await perform(copy);
  assertEquals(await copy.complaints("check.ts"), []);
  assertEquals(await copy.complaints("pack.ts", "--check"), [
    "src/models/titles.gen.ts is not what its sources give: run deno task pack",
    "docs/models.md is not what its sources give: run deno task pack",
  ]);
  assertEquals(await copy.complaints("pack.ts"), []);
  assert((await copy.read("docs/models.md")).includes("### Echo"));

  // Its fixture needs no adapter: the runner goes by the record.
  const verdict = await copy.golden("models_tiny/echo*");
  assert(
    /models_tiny\/echo_small +wasm simd128 .* ok/.test(verdict) && verdict.includes("3 passed, 0 failed"),
    verdict,
  );

  const said = placesOf(await copy.read("CONTRIBUTING.md"), "Adding a family");
  const places = new Set([...files, ...ECHO_LINE].map(({ place }) => place));
  assertEquals([...said].sort(), [...places].sort());
});

Deno.test("a family that leans on another one is named", async () => {
  await using copy = await Copy.make();
  await copy.insert(
    "src/models/dvmsr/options.ts",
    " * @module\n */",
    '\nimport type { VimOptions } from "../vim/options.ts";',
  );
  assertEquals(await copy.complaints("check.ts"), [
    "src/models/dvmsr/options.ts imports src/models/vim/options.ts: what families share stands in blocks",
  ]);
});
