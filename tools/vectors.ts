/**
 * The vector pack: fixed inputs of the selective scan with what they must give, for people who want no tool at all.
 *
 * ```
 * deno run -A tools/vectors.ts [--check]
 * ```
 *
 * A version that was published is never changed: what would change it is a new version, in a folder of its own. With
 * `--check` nothing is written and a difference is an error.
 *
 * @module
 */
import type { Writable } from "../src/checkpoint/safetensors.ts";
import { writeSafetensors } from "../src/checkpoint/safetensors.ts";
import { collect, fileName, tensor } from "../src/laws/files.ts";
import { expectScan, makeCase, type ScanInputs, shapeOf, TENSORS } from "../src/laws/mod.ts";
import { bytesIn } from "../src/laws/storage.ts";
import { type Wish, WISHES } from "./vectors/wishes.ts";

/** The version that this program makes. */
export const VERSION = 1;
const FOLDER = new URL(`../vectors/v${VERSION}/`, import.meta.url);

/** A vector as the JSON has it. */
interface Vector {
  readonly id: string;
  readonly tests: string;
  readonly why: string;
  readonly sizes: Readonly<Record<string, number>>;
  readonly softplus: boolean;
  readonly order: string;
  readonly grid_width: number;
  readonly discretisation: string;
  readonly inputs: readonly string[];
}

function vectorOf({ id, tests, why, recipe, change, discretisation = undefined }: Wish) {
  const made = makeCase(recipe), inputs: ScanInputs = { ...made, ...change?.(made) };
  const { batch, channels, groups, stateSize, length, softplus, order = "row", gridWidth = length } = inputs;
  const present = TENSORS.filter((name) => inputs[name]);
  const vector: Vector = {
    ...{ id, tests, why, softplus, order, grid_width: gridWidth },
    sizes: { batch, channels, groups, states: stateSize, tokens: length },
    discretisation: discretisation ?? "mamba",
    inputs: present.map(fileName),
  };
  const f32 = (name: string, shape: readonly number[], values: ArrayLike<number>) =>
    tensor(`${id}/${name}`, "F32", shape, bytesIn(values, "f32"));
  const { y, yOff, lastState, stateOff } = expectScan(inputs, { discretisation: discretisation ?? "mamba" });
  const tensors: Writable[] = [
    ...present.map((name) => f32(fileName(name), shapeOf(name, inputs), inputs[name]!)),
    f32("y", shapeOf("y", inputs), y),
    // What was rounded to single precision is off by as much more.
    f32("y_allowed", shapeOf("y", inputs), yOff.map((off, i) => off + Math.abs(y[i]!) * 2 ** -24)),
    f32("last_state", shapeOf("lastState", inputs), lastState),
    f32(
      "last_state_allowed",
      shapeOf("lastState", inputs),
      stateOff.map((off, i) => off + Math.abs(lastState[i]!) * 2 ** -24),
    ),
  ];
  return { vector, tensors };
}

/** The files of the pack, by name. */
export async function makePack(): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const made = WISHES.map(vectorOf);
  const manifest = {
    name: "Sidewinder selective scan vectors",
    version: VERSION,
    licence: "CC0-1.0",
    tensors: "selective_scan.safetensors",
    rule:
      "Where y is finite, |yours − y| ≤ y_allowed; where it is not, yours must not be finite (NaN for a NaN in the inputs). The same for last_state.",
    vectors: made.map(({ vector }) => vector),
  };
  const tensors = await collect(writeSafetensors(made.flatMap(({ tensors }) => tensors), { version: `${VERSION}` }));
  return new Map([
    ["selective_scan.json", new TextEncoder().encode(JSON.stringify(manifest, null, 2) + "\n")],
    ["selective_scan.safetensors", tensors],
  ]);
}

if (import.meta.main) {
  const check = Deno.args.includes("--check");
  await Deno.mkdir(FOLDER, { recursive: true });
  for (const [name, bytes] of await makePack()) {
    const old = await Deno.readFile(new URL(name, FOLDER)).catch(() => new Uint8Array());
    const same = old.length === bytes.length && old.every((byte, i) => byte === bytes[i]);
    if (!same && check) {
      console.error(`vectors/v${VERSION}/${name} differs from what its program makes: a change is a new version`);
      Deno.exit(1);
    }
    if (!same) await Deno.writeFile(new URL(name, FOLDER), bytes);
    console.log(`${name}: ${bytes.length} bytes${same ? ", as it is" : ""}`);
  }
}
