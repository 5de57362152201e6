/**
 * What is fuzzed: each target makes an input from a seed and gives it to one door of the library.
 *
 * @module
 */
import process from "node:process";
import { edgeHandler } from "../../src/edge.ts";
import { bytesSource } from "../../src/bytes/byte_source.ts";
import { type Checkpoint, type Entry, openCheckpoint } from "../../src/checkpoint/open.ts";
import { openingOf } from "../../src/checkpoint/limits.ts";
import { specKeys } from "../../src/checkpoint/weights.ts";
import { readZipDirectory, readZipEntry } from "../../src/checkpoint/zip.ts";
import { FAMILIES } from "../../src/models/families.ts";
import { main } from "../../src/cli/main.ts";
import { decodeImage } from "../../src/image/decode.ts";
import { readHeader } from "../../src/image/headers/header.ts";
import { emitCases, judgeCases } from "../../src/laws/mod.ts";
import { checkModel, describeModel, detectModel } from "../../src/load_model.ts";
import { readMetadata } from "../../src/models/metadata.ts";
import { sizeOf } from "../../src/tensor.ts";
import { defaultModel } from "../../src/default_model.ts";
import type { Draw } from "../draw.ts";
import { join, mutate, pick } from "./mutate.ts";
import { type Archive, chunked, claims, metadataText, pickled } from "./structures.ts";

/** One door. */
export interface Target {
  /** How often it has its turn, beside the others: such that each takes some hundredth of a second or a tenth. */
  readonly weight: number;
  /** The input of a draw. */
  readonly make: (draw: Draw) => Uint8Array<ArrayBuffer>;
  /** Gives it to the library; throws what the library throws. */
  readonly feed: (input: Uint8Array<ArrayBuffer>) => Promise<void> | void;
}

const HERE = new URL(".", import.meta.url), text = new TextEncoder();

/** Files of a folder below `tests/`, the larger ones left out. */
async function filesOf(folder: string, most: number, wanted = /./): Promise<Uint8Array<ArrayBuffer>[]> {
  const files: Uint8Array<ArrayBuffer>[] = [], at = new URL(`../${folder}/`, HERE);
  const names = [...Deno.readDirSync(at)].filter(({ isFile, name }) => isFile && wanted.test(name)).map(({ name }) =>
    name
  );
  for (const name of names.sort()) {
    const bytes = await Deno.readFile(new URL(name, at));
    if (bytes.length <= most) files.push(bytes);
  }
  return files;
}

/** Bytes that an archive which is built anew for each input may hold. */
const SMALL = 60_000;

/** The files of small zip archives that can be read; the others are changed as they are. */
async function archivesOf(files: readonly Uint8Array[]): Promise<Archive[]> {
  const archives: Archive[] = [];
  for (const bytes of files) {
    const source = bytesSource(bytes), archive: Record<string, Uint8Array> = {};
    try {
      for (const [name, entry] of await readZipDirectory(source, openingOf())) {
        archive[name] = await readZipEntry(source, entry);
      }
    } catch {
      continue;
    }
    const held = Object.values(archive).reduce((sum, { length }) => sum + length, 0);
    if (held <= SMALL && Object.keys(archive).some((name) => name.endsWith("/data.pkl"))) archives.push(archive);
  }
  return archives;
}

const checkpoints = [
  ...await filesOf("golden/pth", 1_000_000, /\.pth$/),
  ...await filesOf("golden/hostile", 20_000, /\.(pth|ckpt)$/),
];
const archives = await archivesOf(checkpoints);
const tensors = await filesOf("golden/models_tiny", 12_000);
const images = [...await filesOf("golden/image/files", 60_000), ...await filesOf("golden/image/reported", 20_000)];
const pngs = images.filter((bytes) => bytes[1] === 0x50);

async function readAll(input: Uint8Array<ArrayBuffer>): Promise<void> {
  const { entries } = await openCheckpoint(input);
  for (const entry of entries.values()) await entry.read();
}

/** Names and shapes of every published variant. */
const shapes: ReadonlyMap<string, readonly number[]>[] = [];
for (const known of FAMILIES) {
  const { family } = await known.load();
  for (const options of Object.values(family.variants)) shapes.push(new Map(specKeys(family.configure(options).spec)));
}

/** Recognises a checkpoint of such names and shapes, without any numbers in it. */
async function detect(input: Uint8Array<ArrayBuffer>): Promise<void> {
  const { tensors, metadata } = JSON.parse(new TextDecoder().decode(input)) as {
    readonly tensors: readonly (readonly [string, readonly number[]])[];
    readonly metadata?: string;
  };
  const entries = new Map(tensors.map(([name, shape]): [string, Entry] => [name, {
    ...{
      name,
      shape,
      dtype: "F32" as const,
      bytes: 4 * sizeOf(shape),
      readRaw: () => Promise.reject(new Error("no bytes")),
    },
    read: () => Promise.resolve(new Float32Array(sizeOf(shape))),
  }]));
  const checkpoint: Checkpoint = {
    ...{ name: "fuzz", format: "safetensors", root: "", entries, ignored: [] },
    metadata: metadata === undefined ? {} : { sidewinder: metadata },
  } as unknown as Checkpoint;
  const { detected } = await detectModel(checkpoint);
  describeModel(checkpoint, detected);
  checkModel(checkpoint, detected);
}

const lawFiles = new Map<string, Uint8Array>();
for await (const { name, bytes } of emitCases({ runs: 1, seed: 1 })) lawFiles.set(name, bytes);
const lawNames = [...lawFiles.keys()];

const folder = await Deno.makeTempDir();
const WORDS = [
  ...["info", "classify", "restore", "convert", "compare", "fuse", "forecast", "generate", "help", "--help", "-h", ""],
  ...[
    "--model",
    "--output",
    "-o",
    "--device",
    "--top",
    "--json",
    "--scale",
    "--tile",
    "--task",
    "--seed",
    "--steps",
    "--",
  ],
  ...["wasm", "nothing", "0", "-1", "1e999", "NaN", "2", "--top=5", "--scale=x", "\u001b[31m", "x".repeat(5000), "é"],
  ...[`${folder}/none.png`, `${folder}/none.pth`, `${folder}/broken.png`, `${folder}/broken.pth`, folder, "/", "."],
];
await Deno.writeFile(`${folder}/broken.png`, pngs[0]!.slice(0, 60));
await Deno.writeFile(`${folder}/broken.pth`, checkpoints[0]!.slice(0, 200));
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

/** Runs the command line here, and keeps what it prints. */
async function commandLine(input: Uint8Array<ArrayBuffer>): Promise<void> {
  const args = JSON.parse(new TextDecoder().decode(input)) as string[];
  const { stdout, stderr } = process, kept = [stdout.write, stderr.write], { fetch } = globalThis;
  let complaint = "";
  stdout.write = () => true;
  stderr.write = (chunk: string | Uint8Array) => {
    complaint += chunk;
    return true;
  };
  globalThis.fetch = () => Promise.reject(new TypeError("there is no network here"));
  let code: number;
  try {
    code = await main(args);
  } finally {
    [stdout.write, stderr.write] = kept as [typeof stdout.write, typeof stderr.write];
    globalThis.fetch = fetch;
    for (const stream of [stdout, stderr]) stream.removeAllListeners("error"); // a process that ends leaves them
  }
  if (![0, 1, 2].includes(code)) throw new Error(`exit code ${code}`);
  // deno-lint-ignore no-control-regex
  if (/\n\s+at |[\x00-\x08\x0b-\x1a\x1c-\x1f]/.test(complaint)) throw new Error(`it complained: ${complaint}`);
}

const faults: unknown[] = [];
const handler = edgeHandler({
  classify: await defaultModel("classify"),
  maxBytes: 100_000,
  maxPixels: 250_000,
  onError: (error) => void faults.push(error),
});
const METHODS = ["POST", "POST", "POST", "GET", "HEAD", "OPTIONS", "PUT", "DELETE"];
const PATHS = ["", "", "?top=3", "?top=0", "?top=1e9", "health", "elsewhere", "%2e%2e/", "?" + "a=b&".repeat(500)];
const TYPES = [
  "image/png",
  "image/jpeg",
  "image/webp",
  "application/octet-stream",
  "text/html",
  "multipart/form-data",
  "",
];
const HEADERS = ["accept", "content-encoding", "content-length", "if-none-match", "origin", "range", "expect"];
const VALUES = ["*/*", "image/png;q=0", "gzip", "99999999999", "-1", "*", "https://a.test", ",,;q=", "x".repeat(2000)];

/** A request from the first bytes of an input, with the rest as its body. */
async function ask(input: Uint8Array<ArrayBuffer>): Promise<void> {
  const [method = 0, path = 0, type = 0, name = 0, value = 0] = input,
    of = <T>(list: readonly T[], at: number) => list[at % list.length]!;
  const headers = { "content-type": of(TYPES, type), [of(HEADERS, name)]: of(VALUES, value) },
    verb = of(METHODS, method);
  const body = verb === "GET" || verb === "HEAD" ? null : input.slice(5);
  const answer = await handler(new Request(`http://edge.test/${of(PATHS, path)}`, { method: verb, headers, body }));
  await answer.arrayBuffer();
  const fault = faults.splice(0)[0];
  if (answer.status >= 500 || fault) throw new Error(`it answered ${answer.status}: ${fault}`);
}

/** All doors. */
export const TARGETS: Readonly<Record<string, Target>> = {
  pth: { weight: 1000, make: (draw) => mutate(draw, checkpoints), feed: readAll },
  pickle: { weight: 320, make: (draw) => pickled(draw, archives), feed: readAll },
  safetensors: { weight: 2000, make: (draw) => mutate(draw, tensors), feed: readAll },
  metadata: {
    weight: 3000,
    make: (draw) => text.encode(metadataText(draw)),
    feed: (input) => void readMetadata("fuzz", new TextDecoder().decode(input)),
  },
  detect: { weight: 12, make: (draw) => claims(draw, pick(draw, shapes)), feed: detect },
  header: { weight: 3000, make: (draw) => mutate(draw, images), feed: (input) => void readHeader(input) },
  png: {
    weight: 80,
    make: (draw) => chunked(draw, pick(draw, pngs)),
    feed: async (input) => void await decodeImage(input, { maxPixels: 1_000_000 }),
  },
  image: {
    weight: 60,
    make: (draw) => mutate(draw, images),
    feed: async (input) => void await decodeImage(input, { maxPixels: 1_000_000 }),
  },
  cli: {
    weight: 20,
    make: (draw) => text.encode(JSON.stringify(Array.from({ length: draw.below(6) }, () => pick(draw, WORDS)))),
    feed: commandLine,
  },
  edge: {
    weight: 6,
    make: (draw) => join(Array.from({ length: 5 }, () => draw.below(256)), mutate(draw, images)),
    feed: ask,
  },
  laws: {
    weight: 4,
    make: (draw) => {
      const at = draw.below(lawNames.length);
      return join([at >> 8, at & 255], mutate(draw, [lawFiles.get(lawNames[at]!)!]));
    },
    feed: async (input) => {
      const changed = lawNames[input[0]! * 256 + input[1]!];
      const read = (name: string) =>
        Promise.resolve(
          name === changed ? input.slice(2) : lawFiles.get(name.replace(".out.", ".in.")) ?? input.slice(2),
        );
      let left = 3;
      for await (const report of judgeCases(read)) if (report.outcome === "holds" || --left === 0) break;
    },
  },
};
