/**
 * Checkpoint files: each must give the tensors that `expected.json` states, or be refused within a second.
 *
 * @module
 */
import type { Entry } from "../../src/checkpoint/checkpoint.ts";
import { openCheckpoint } from "../../src/checkpoint/open.ts";
import type { Adapter } from "./adapter.ts";
import { Fixture } from "./fixture.ts";

interface ExpectedTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly sum: number;
  readonly abs_sum: number;
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly f32_bits?: readonly string[];
}

interface Expected {
  readonly ok: boolean;
  readonly optional?: boolean;
  readonly tensors?: Readonly<Record<string, ExpectedTensor>>;
}

const DTYPES: Readonly<Record<string, string>> = {
  float64: "F64",
  float32: "F32",
  float16: "F16",
  bfloat16: "BF16",
  int64: "I64",
  int32: "I32",
  int16: "I16",
  int8: "I8",
  uint8: "U8",
  bool: "BOOL",
};

/** One fixture per checkpoint file of a folder with an `expected.json`. */
export async function readPthFixtures(folder: URL): Promise<Fixture[]> {
  const { files } = JSON.parse(await Deno.readTextFile(new URL("expected.json", folder))) as {
    files: Record<string, Expected>;
  };
  return Object.entries(files).map(([name, expected]) =>
    new Fixture(folder, `pth/${name}`, { group: "pth", config: JSON.stringify(expected) }, new Map())
  );
}

/** Numbers as they are stored, 64 bits included. */
async function exactNumbers(entry: Entry): Promise<number[]> {
  const raw = await entry.readRaw();
  if (entry.dtype === "F64") return [...new Float64Array(raw.slice().buffer)];
  if (entry.dtype === "I64") return [...new BigInt64Array(raw.slice().buffer)].map(Number);
  return [...await entry.read()];
}

async function checkTensor(entry: Entry, expected: ExpectedTensor): Promise<void> {
  const demand = (what: string, holds: boolean) => {
    if (!holds) throw new Error(`${entry.name}: ${what} differs from expected.json`);
  };
  demand("dtype", entry.dtype === DTYPES[expected.dtype]);
  demand("shape", String(entry.shape) === String(expected.shape));
  const numbers = await exactNumbers(entry);
  if (expected.f32_bits) {
    const bits = [...new Uint32Array(Float32Array.from(numbers).buffer)];
    const same = (bit: string, i: number) => Number.isNaN(numbers[i]) ? bit === "nan" : parseInt(bit, 16) === bits[i];
    return demand("bits", expected.f32_bits.length === bits.length && expected.f32_bits.every(same));
  }
  const near = (value: number, wanted: number) => Math.abs(value - wanted) <= 1e-9 * expected.abs_sum;
  demand("sum", near(numbers.reduce((a, b) => a + b, 0), expected.sum));
  demand("abs_sum", near(numbers.reduce((a, b) => a + Math.abs(b), 0), expected.abs_sum));
  demand("start", expected.first.every((value, i) => numbers[i] === value));
  demand("end", expected.last.every((value, i) => numbers[numbers.length - expected.last.length + i] === value));
}

async function check(fixture: Fixture): Promise<void> {
  const expected = fixture.config as unknown as Expected;
  const started = performance.now();
  let checkpoint;
  try {
    checkpoint = await openCheckpoint(await Deno.readFile(new URL(fixture.name.slice("pth/".length), fixture.folder)));
    const names = [...checkpoint.entries.keys()].sort();
    if (expected.ok) {
      const wanted = Object.keys(expected.tensors!).sort();
      if (String(names) !== String(wanted)) throw new Error(`tensors are ${names}, should be ${wanted}`);
      for (const name of names) await checkTensor(checkpoint.entries.get(name)!, expected.tensors![name]!);
      return;
    }
    for (const name of names) await checkpoint.entries.get(name)!.read();
    if (expected.optional && checkpoint.warnings.length > 0) return;
  } catch (error) {
    const typed = [SyntaxError, RangeError, TypeError].some((kind) => error instanceof kind);
    if (!typed || (expected.ok && !expected.optional)) throw error;
    const taken = performance.now() - started;
    if (taken > 1000) throw new Error(`was refused after ${taken.toFixed(0)} ms, should be within 1000`);
    return;
  } finally {
    await checkpoint?.close();
  }
  throw new Error("was read, should be refused");
}

/** Adapter of the `pth` group. */
export const PTH_ADAPTERS: Readonly<Record<string, Adapter>> = {
  pth: {
    host: true,
    run: async (fixture) => {
      await check(fixture);
      return [];
    },
  },
};
