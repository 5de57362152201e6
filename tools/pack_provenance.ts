/**
 * Writes `docs/provenance.md`: of every binary and every generated file in the tree what it is, where it comes from, what
 * makes it again, and its SHA-256. A binary that no row below speaks of is refused; so is a row that speaks of nothing.
 *
 * @module
 */
import { writeGenerated } from "./write_generated.ts";

/** Files of one origin. */
interface Origin {
  /** Paths from the root. */
  readonly files: RegExp;
  readonly what: string;
  readonly from: string;
  /** What makes them again. */
  readonly by: string;
  /** Listed as one, by the folder that they lie in; its hash is that of the list of their hashes. */
  readonly folder?: string;
}

const OFFICIAL = "the authors' own code on made-up weights; each file names the commit of the code in its metadata";

const ORIGINS: readonly Origin[] = [
  {
    files: /^src\/wasm\/kernels_\w+\.wasm$/,
    what: "kernels",
    from: "`rust-kernels/` and `tools/emit_asm.ts`, by the compiler in `rust-kernels/rustc_version.txt`",
    by: "`deno task build:wasm`; CI compares",
  },
  {
    files: /^src\/wasm\/kernels_\w+\.gen\.ts$/,
    what: "the same bytes in base64",
    from: "the `.wasm` beside it",
    by: "`deno task build:wasm`; CI compares",
  },
  {
    files: /^rust-kernels\/src\/(relaxed|simd128)\.gen\.s$/,
    what: "assembly of the inner loops",
    from: "`tools/emit_asm.ts`",
    by: "`deno task build:wasm`; CI compares",
  },
  {
    files: /^rust-kernels\/src\/codes\.gen\.rs$|^src\/gpu\/shaders\.gen\.ts$/,
    what: "codes and shaders",
    from: "`src/kernels/codes.ts`, `src/gpu/*.wgsl`",
    by: "`deno task pack`; `check` compares",
  },
  {
    files: /^src\/checkpoint\/released\.gen\.ts$|^src\/models\/titles\.gen\.ts$/,
    what: "tables",
    from: "the records in `src/models/*/published.ts`",
    by: "`deno task pack`; `check` compares",
  },
  {
    files: /^src\/models\/imagenet_labels\.gen\.ts$/,
    what: "names of the 1000 classes",
    from: "`_IMAGENET_CATEGORIES` of torchvision 0.29.2, BSD-3-Clause",
    by: "by hand",
  },
  {
    files: /^src\/image\/codecs\/webp_decode_wasm\.gen\.js$/,
    what: "decoder of WebP, WebAssembly in base64",
    from:
      "`rust-codecs/`: the crate image-webp 0.2.4, `rust-codecs/Cargo.lock`; its own hash stands in `rust-codecs/built.json`",
    by: "`deno run -A tools/pack_codecs.ts --rust`",
  },
  {
    files: /^src\/image\/codecs\/\w+\.gen\.js$/,
    what: "codecs of pictures",
    from: "packages of npm with version and checksum: [NOTICE](../src/image/codecs/NOTICE.md)",
    by: "`deno run -A tools/pack_codecs.ts`; CI compares",
  },
  {
    files: /^src\/(bytes\/lzma|laws\/forms\/fft|cli\/\w+)\.gen\.ts$/,
    what: "small libraries",
    from: "packages of npm, `tools/libraries/package-lock.json`: [NOTICE](../src/cli/NOTICE.md)",
    by: "`deno run -A tools/pack_libraries.ts`; CI compares",
  },
  {
    files: /^weights\/\w+\/\w+\.safetensors$/,
    what: "weights that ship",
    from: "trained for this project: `README.md` beside each says how and on what",
    by: "not to the bit: the training was timed",
  },
  {
    files: /^weights\/\w+\/\w+\.gen\.js$/,
    what: "the same weights, packed",
    from: "the `.safetensors` beside it",
    by: "`deno task pack`; `check` compares",
  },
  {
    files: /^vectors\/v1\/\w+\.safetensors$/,
    what: "vectors of the selective scan",
    from: "`tools/vectors.ts`, in double precision",
    by: "`deno run -A tools/vectors.ts`",
  },
  {
    files: /^examples\/photos\/\w+\.(png|jpg)$/,
    what: "photographs",
    from: "public domain: `examples/photos/README.md`",
    by: "downloaded",
  },
  {
    files: /^docs\/chelsea_x2\.png$/,
    what: "a restored photograph",
    from: "`examples/photos/chelsea.png`",
    by: "`deno run -A cli.ts restore`",
  },
  {
    files: /^tests\/cli\/files\/\w+\.tif$/,
    what: "TIFFs of every compression",
    from: "made for the tests",
    by: "made once",
  },
  { files: /^tests\/site\/fixtures\/patch\.avif$/, what: "an AVIF", from: "made for the tests", by: "made once" },
  {
    files: /^tests\/golden\/(models_full|models_tiny|ops|trained)\//,
    what: "results of the official code",
    from: OFFICIAL,
    by: "`tools/fixtures/`",
    folder: "tests/golden/{models_full,models_tiny,ops,trained}",
  },
  {
    files: /^tests\/golden\/(pth|hostile)\//,
    what: "checkpoints and pictures, good ones and hostile ones; made for the tests",
    from: "torch.save, Pillow, and by hand; no code in any of them runs",
    by: "made once",
    folder: "tests/golden/{pth,hostile}",
  },
  {
    files: /^tests\/golden\/image\//,
    what: "pictures and what Pillow makes of them",
    from: "Pillow; photographs of `examples/photos`",
    by: "made once",
    folder: "tests/golden/image",
  },
];

const ROOT = new URL("../", import.meta.url);
/** What git ignores. */
const SKIPPED: ReadonlySet<string> = new Set(
  ["node_modules", "dist", "target", "pkg", ".git", ".cache", "out", "__pycache__"],
);
/** Bytes in which a zero tells a binary, as git has it. */
const LOOKED_AT = 8000;

/** Binaries and generated files below a folder, in order. */
function* carriers(folder = ""): Generator<{ path: string; bytes: Uint8Array<ArrayBuffer> }> {
  const entries = [...Deno.readDirSync(new URL(folder, ROOT))].sort((a, b) => a.name < b.name ? -1 : 1);
  for (const { name, isDirectory, isFile } of entries) {
    const path = folder + name;
    if (isDirectory && !SKIPPED.has(name)) yield* carriers(`${path}/`);
    if (!isFile || path === ".git") continue;
    const bytes = Deno.readFileSync(new URL(path, ROOT));
    if (/\.gen\.\w+$/.test(name) || bytes.subarray(0, LOOKED_AT).includes(0)) yield { path, bytes };
  }
}

const sha256 = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();

/** The page. */
async function write(): Promise<string> {
  const rows = new Map<Origin, string[]>(ORIGINS.map((origin) => [origin, []]));
  for (const { path, bytes } of carriers()) {
    const origin = ORIGINS.find(({ files }) => files.test(path));
    if (!origin) {
      throw new Error(
        `Cannot account for ${path} as tools/pack_provenance.ts must say where it comes from: it does not`,
      );
    }
    rows.get(origin)!.push(`${path} ${await sha256(bytes)}`);
  }
  const lines: string[] = [];
  for (const [origin, found] of rows) {
    const { what, from, by, folder } = origin;
    if (found.length === 0) {
      throw new Error(`Cannot account for ${origin.files} as there must be such files: there are none`);
    }
    if (folder) {
      const all = await sha256(new TextEncoder().encode(found.map((line) => `${line}\n`).join("")));
      lines.push(`| \`${folder}\` (${found.length} files) | ${what} | ${from} | ${by} | ${all} |`);
    } else {
      for (const line of found) {
        const [path, hash] = line.split(" ") as [string, string];
        lines.push(`| \`${path}\` | ${what} | ${from} | ${by} | ${hash} |`);
      }
    }
  }
  return `# Provenance

Every binary and every generated file of the tree. \`deno task pack\` writes this page and \`deno task check\` fails when a hash is
another one or a binary has no row. Of a folder the SHA-256 is that of the list of its binaries, a line \`PATH SHA-256\` each.

| file | what it is | where from | made again by | SHA-256 |
|---|---|---|---|---|
${lines.join("\n")}
`;
}

await writeGenerated("docs/provenance.md", await write());
