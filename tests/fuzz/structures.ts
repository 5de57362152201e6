/**
 * Inputs made from the inside: containers whose checksums and lengths are right around contents that are not, so that what
 * lies behind the checks of the container is reached.
 *
 * @module
 */
import { crc32 } from "../../src/bytes/crc32.ts";
import type { Draw } from "../draw.ts";
import { join, mutate, pick } from "./mutate.ts";

const text = new TextEncoder();

function little(...fields: readonly (readonly [value: number, width: 2 | 4])[]): Uint8Array {
  return join(...fields.map(([value, width]) => Array.from({ length: width }, (_, i) => value / 256 ** i & 255)));
}

const checksums = new WeakMap<Uint8Array, number>();

/** The checksum of a file, worked out once. */
function checksumOf(bytes: Uint8Array): number {
  const sum = checksums.get(bytes) ?? crc32(bytes);
  checksums.set(bytes, sum);
  return sum;
}

/** A zip archive of stored files with right checksums. */
export function zipOf(files: Readonly<Record<string, Uint8Array>>): Uint8Array<ArrayBuffer> {
  const bodies: Uint8Array[] = [], rows: Uint8Array[] = [];
  let at = 0;
  for (const [name, bytes] of Object.entries(files)) {
    const title = text.encode(name), size = bytes.length;
    const common = [[0, 2], [0, 2], [0, 2], [0, 2], [checksumOf(bytes), 4], [size, 4], [size, 4], [
      title.length,
      2,
    ]] as const;
    const body = join(little([0x04034b50, 4], [20, 2], ...common, [0, 2]), title, bytes);
    rows.push(join(
      little([0x02014b50, 4], [20, 2], [20, 2], ...common, [0, 2], [0, 2], [0, 2], [0, 2], [0, 4], [at, 4]),
      title,
    ));
    bodies.push(body);
    at += body.length;
  }
  const list = join(...rows), count = rows.length;
  return join(
    ...bodies,
    list,
    little([0x06054b50, 4], [0, 2], [0, 2], [count, 2], [count, 2], [list.length, 4], [at, 4], [0, 2]),
  );
}

const NAMES = [
  "torch._utils\n_rebuild_tensor_v2\n",
  "torch\nFloatStorage\n",
  "collections\nOrderedDict\n",
  "os\nsystem\n",
];
const TEXTS = ["storage", "0", "cpu", "a.weight", "__proto__", "model", ""];

/** One instruction of a pickle, with operands that are sometimes too long. */
function instruction(draw: Draw): ArrayLike<number> {
  const words = text.encode(pick(draw, TEXTS)), long = draw.below(30) === 0 ? 2 ** 31 : words.length;
  switch (draw.below(14)) {
    case 0:
      return join([0x58], little([long, 4]), words);
    case 1:
      return join([0x63], text.encode(pick(draw, NAMES)));
    case 2:
      return [0x4b, draw.below(256)];
    case 3:
      return join([0x4a], little([pick(draw, [0, 1, 2, 6, 2 ** 31, 2 ** 32 - 1]), 4]));
    case 4:
      return [0x8a, draw.below(10), ...Array.from({ length: draw.below(10) }, () => draw.below(256))];
    case 5:
      return [pick(draw, [0x71, 0x68]), draw.below(6)];
    case 6:
      return join([pick(draw, [0x72, 0x6a])], little([draw.below(8) ? draw.below(6) : 2 ** 32 - 1, 4]));
    case 7:
      return join([0x95], little([draw.below(99), 4], [0, 4]));
    default:
      // Marks, empty values, and what builds with the stack.
      return [
        pick(draw, [
          0x28,
          0x28,
          0x29,
          0x5d,
          0x7d,
          0x4e,
          0x88,
          0x74,
          0x85,
          0x86,
          0x87,
          0x52,
          0x51,
          0x73,
          0x75,
          0x61,
          0x65,
          0x62,
          0x81,
          0x30,
          0x31,
          0x32,
          0x94,
          0x8f,
          0x90,
          0x91,
          0x2e,
        ]),
      ];
  }
}

/** The files of an archive. */
export type Archive = Readonly<Record<string, Uint8Array>>;

/** A checkpoint whose pickle is changed, or made of instructions by chance; the rest of it is right. */
export function pickled(draw: Draw, archives: readonly Archive[]): Uint8Array<ArrayBuffer> {
  const files = pick(draw, archives), name = Object.keys(files).find((name) => name.endsWith("/data.pkl"))!;
  const others = archives.flatMap((archive) => Object.values(archive)).filter((bytes) => bytes[0] === 0x80);
  const data = draw.below(3)
    ? mutate(draw, draw.below(4) ? [files[name]!] : others, 2)
    : join([0x80, 2], ...Array.from({ length: draw.below(60) }, () => instruction(draw)), [0x2e]);
  return zipOf({ ...files, [name]: data });
}

/** A value of JSON, now and then a strange one. */
export function jsonOf(draw: Draw, depth = 0): unknown {
  const kind = draw.below(depth > 3 ? 6 : 9);
  if (kind === 0) return pick(draw, [0, 1, -1, 1.5, 1e308, 2 ** 53, 224, 3]);
  if (kind === 1) return pick(draw, [true, false, null]);
  if (kind < 4) return pick(draw, ["vim", "", "\u001b[31m", "x".repeat(200), "__proto__", "F32", "embed_dim"]);
  if (kind < 6) return draw.below(500);
  if (kind < 8) return Array.from({ length: draw.below(5) }, () => jsonOf(draw, depth + 1));
  return Object.fromEntries(Array.from({ length: draw.below(5) }, () => [
    pick(draw, ["family", "options", "labels", "preprocessing", "mean", "std", "resize", "crop", "depth", "__proto__"]),
    jsonOf(draw, depth + 1),
  ]));
}

/** Metadata of a file: the right names with values by chance, or JSON that is broken. */
export function metadataText(draw: Draw): string {
  const right = {
    family: "vim",
    options: { depth: 4, embed_dim: 64 },
    preprocessing: { resize: 256, crop: 224, mean: [0.5, 0.5, 0.5], std: [0.2, 0.2, 0.2] },
    labels: ["a", "b"],
  };
  const value: Record<string, unknown> = { ...right };
  for (let left = draw.below(3); left > 0; left--) value[pick(draw, Object.keys(right))] = jsonOf(draw);
  if (draw.below(4) === 0) {
    Object.assign(value.preprocessing ?? {}, { [pick(draw, ["mean", "std", "crop"])]: jsonOf(draw) });
  }
  const made = JSON.stringify(draw.below(5) ? value : jsonOf(draw));
  return draw.below(6) ? made : new TextDecoder().decode(mutate(draw, [text.encode(made)]));
}

/** Tensors of the names and shapes of a model, some of them changed, left out or called otherwise, as JSON. */
export function claims(draw: Draw, shapes: ReadonlyMap<string, readonly number[]>): Uint8Array<ArrayBuffer> {
  const change = draw.below(shapes.size + 1), leave = draw.below(6) ? -1 : draw.below(shapes.size);
  const tensors: (readonly [string, readonly number[]])[] = [];
  for (const [index, [name, right]] of [...shapes].entries()) {
    if (index === leave) continue;
    let shape = [...right];
    if (index === change) {
      const edited = draw.below(Math.max(1, shape.length));
      shape = pick(draw, [
        shape.map((size, i) => i === edited ? Math.max(0, size + pick(draw, [1, -1, size, 8, 2 ** 30])) : size),
        shape.slice(1),
        [...shape, 1],
        shape.toReversed(),
      ]);
    }
    tensors.push([
      draw.below(1000) ? name : name.replace(/\d+/, pick(draw, ["99", "999999", "1e3", "-1", "\u0000"])),
      shape,
    ]);
  }
  return text.encode(JSON.stringify({ tensors, ...(draw.below(3) ? {} : { metadata: metadataText(draw) }) }));
}

/** A PNG with chunks changed, dropped, doubled and exchanged, whose checksums are right. */
export function chunked(draw: Draw, png: Uint8Array): Uint8Array<ArrayBuffer> {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength),
    chunks: { type: Uint8Array; data: Uint8Array }[] = [];
  for (let at = 8; at + 12 <= png.length;) {
    const length = view.getUint32(at);
    chunks.push({ type: png.subarray(at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) });
    at += 12 + length;
  }
  for (let left = 1 + draw.below(3); left > 0; left--) {
    const at = draw.below(chunks.length), { type, data } = chunks[at]!;
    const kind = draw.below(5);
    if (kind === 0) chunks.splice(at, 1);
    else if (kind === 1) chunks.splice(at, 0, pick(draw, chunks));
    else if (kind === 2) {
      chunks[at] = { type: text.encode(pick(draw, ["tRNS", "PLTE", "IDAT", "acTL", "eXIf", "zTXt"])), data };
    } else if (data.length > 0) chunks[at] = { type, data: mutate(draw, [data]) };
    if (chunks.length === 0) break;
  }
  const big = (value: number) => little([value, 4]).toReversed();
  return join(
    png.subarray(0, 8),
    ...chunks.flatMap(({ type, data }) => {
      const body = join(type, data);
      return [big(data.length), body, big(crc32(body))];
    }),
  );
}
